"""How many score sheets the list of the ranking says are in, before a panel, during it and after it."""

import re

import pytest
from flask import Flask

from grants.reviews.models import Phase
from grants.reviews.queries import sheets
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from tests.factories.reviews import NOW
from tests.plugins.web import ActAs
from tests.reviews.rounds import HERE, make_scored

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CELL = re.compile(r'data-label="Score sheets">([^<]*)<')


def told(app: Flask, act_as: ActAs, step: int) -> list[str]:
    """The cells of one state after so many steps: scored, panel opened, one of three stands."""
    with app.extensions["grants.database"].writing() as session:
        made = make_scored(session, {"CO-1": (90, 88, 86)})
        if step:
            chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
        if step > 1:
            sheet = sheets.sheet_in_phase(
                session, made.applications["CO-1"].id, made.reviewers[0].id, Phase.FINAL
            )
            assert sheet is not None
            scoring.stand(session, made.competition, sheet, actor=made.reviewer(session, 1), now=NOW)
        officer = made.officer
    return CELL.findall(act_as(officer).get(f"{HERE}/ranking").text)


@pytest.mark.parametrize(
    ("step", "words"),
    [(0, "3"), (1, "3 of 3 before the call, 0 of 3 after"), (2, "3 of 3 before the call, 1 of 3 after")],
)
def test_sheets_under_revision_are_not_told_as_missing(
    app: Flask, act_as: ActAs, step: int, words: str
) -> None:
    assert told(app, act_as, step) == [words]


def test_a_first_sheet_that_is_missing_is_counted_so(app: Flask, act_as: ActAs) -> None:
    with app.extensions["grants.database"].writing() as session:
        made = make_scored(session, {"CO-1": (90, 88, None)})

    assert CELL.findall(act_as(made.officer).get(f"{HERE}/ranking").text) == ["2 of 3"]
