"""A panel's mail goes to who reviews a finalist now, and to nobody who may not know one of them."""

import pytest
from sqlmodel import col, select

from grants import wiring
from grants.database import Database
from grants.lifecycle.models import Event
from grants.reviews.models import Assignment
from grants.reviews.services import panels as chairing
from grants.reviews.workflow import AssignmentStatus
from tests.factories.reviews import NOW, Round
from tests.reviews.boards import bar
from tests.reviews.rounds import Totals, make_scored

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOTALS: Totals = {"CO-1": [80, 81, 82, 83, 84], "CO-2": [75, 76, 77, 78, 79], "CO-3": [39, "", 41, 42, 43]}
"""Two finalists, and one application below the threshold of 70."""


@pytest.fixture
def made(database: Database, at_review: object) -> Round:
    """The first is barred from a finalist, the second was replaced, the third is barred below the bar."""
    with database.writing() as session:
        made = make_scored(session, TOTALS)
        bar(session, made, "CO-1", 1)
        bar(session, made, "CO-3", 3)
        theirs = select(Assignment).where(col(Assignment.person_id) == made.reviewers[1].id)
        for row in session.exec(theirs).all():
            row.status, row.withdrawn_at, row.withdrawn_reason = AssignmentStatus.WITHDRAWN, NOW, "Replaced."
            session.add(row)
    return made


def told(database: Database, kind: str, notice: str) -> list[str]:
    """To whom the notice of an event of this kind goes."""
    with database.reading() as session:
        event = session.exec(select(Event).where(col(Event.kind) == kind)).one()
        return sorted(mail.address for mail in wiring.NOTICES[notice](session, event))


def test_the_call_is_told_to_live_reviewers_whom_no_finalist_is_closed_to(
    database: Database, made: Round
) -> None:
    with database.writing() as session:
        chairing.set_call(
            session, made.competition, "CO", call_at=NOW, call_link="https://calls.example/secret",
            actor=made.chair, now=NOW,
        )  # fmt: skip

    people = told(database, "panel.call_set", "reviews.panel_call_set")

    assert people == ["reviewer3@panel.example", "reviewer4@panel.example", "reviewer5@panel.example"]


def test_the_opening_is_told_to_the_same_people(database: Database, made: Round) -> None:
    with database.writing() as session:
        chairing.open_panel(session, made.competition, "CO", actor=made.chair, now=NOW)

    people = told(database, "panel.open", "reviews.panel_opened")

    assert people == ["reviewer3@panel.example", "reviewer4@panel.example", "reviewer5@panel.example"]
