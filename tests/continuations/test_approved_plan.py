"""The approved plan of a later year is the agency's record: no center rewrites what it is judged by."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from sqlmodel import Session

from grants.clock import StoppedClock
from grants.continuations.models import Request, Sending, SendingKind
from grants.continuations.queries.requests import parts_of, sendings_of
from grants.continuations.rules.gates import Choice, Proposal
from grants.continuations.rules.parts import OUTCOMES, Outcome, Part
from grants.continuations.services import sending, writing
from grants.continuations.services.deciding import Order, decide
from grants.continuations.services.dossier import draft_dossier, sent_dossier
from tests.factories.continuations import (
    DECIDES,
    OPENS,
    WORKS,
    Center,
    evaluate,
    fill_request,
    make_center,
    open_request,
    submit,
)
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

APPROVED = {"clients": 125, "projects": 85, "jobs": 310}
"""What `fill_request` asks for in year 2, approved as the plan of that year."""

LATER = {"opens": OPENS.replace(year=2016), "works": WORKS.replace(year=2016)}
OWN = {f"{key}_{column}": str(number) for key, _ in OUTCOMES for column, number in
       (("planned", 10), ("actual", 100), ("requested", 110))}  # fmt: skip


def approve_year_2(session: Session, center: Center) -> Request:
    """Bring year 2 to its approval and open the request of year 3."""
    request = open_request(session, center)
    fill_request(session, center, request)
    submit(session, center, request)
    evaluate(session, center, request, Proposal(Choice.APPROVE))
    decide(session, request, Order(Proposal(Choice.APPROVE)), actor=center.grants_officer, now=DECIDES)
    return open_request(session, center, ordinal=3, now=LATER["opens"])


@pytest.fixture
def center(session: Session) -> Center:
    """A center whose year 1 is funded."""
    return make_center(session)


@pytest.fixture
def third(session: Session, center: Center) -> Request:
    """The year 3 request of a center whose year 2 was approved."""
    return approve_year_2(session, center)


def plan_of(outcomes: tuple[Outcome, ...]) -> Mapping[str, int | None]:
    """Return the plan of each outcome."""
    return {one.key: one.planned for one in outcomes}


def write(session: Session, center: Center, request: Request, content: dict[str, str]) -> None:
    """Save the outcomes as the center."""
    version = parts_of(session, request.id)[Part.OUTCOMES].version
    writing.save_part(
        session, request, Part.OUTCOMES, content, version=version, actor=center.member, now=LATER["works"]
    )


@pytest.mark.parametrize("typed", [OWN, {**OWN, "clients_planned": ""}, {"jobs_actual": "3"}])
def test_what_a_center_writes_over_the_plan_is_not_read(
    session: Session, center: Center, third: Request, typed: dict[str, str]
) -> None:
    write(session, center, third, typed)

    stored = parts_of(session, third.id)[Part.OUTCOMES].content
    assert {key: stored[f"{key}_planned"] for key in APPROVED} == {
        key: str(number) for key, number in APPROVED.items()
    }


def test_the_evaluation_and_what_was_sent_name_the_record(
    session: Session, center: Center, third: Request
) -> None:
    write(session, center, third, OWN)
    sending.send_draft(session, third, actor=center.member, now=LATER["works"])

    outcomes = sent_dossier(session, third, now=LATER["works"]).filled.outcomes
    assert plan_of(outcomes) == APPROVED
    assert {(one.is_recorded, one.stated) for one in outcomes} == {(True, None)}
    frozen = sendings_of(session, third.id)[0].content["parts"]["outcomes"]
    assert frozen["clients_planned"] == "125"


def rewritten_draft(session: Session, request: Request) -> None:
    """Leave a row as requests of before could hold it: the center's own plan."""
    part = parts_of(session, request.id)[Part.OUTCOMES]
    part.content = OWN
    session.add(part)
    session.flush()


def rewritten_sending(session: Session, request: Request) -> None:
    """The same, sent."""
    session.add(
        Sending(
            request_id=request.id,
            number=1,
            kind=SendingKind.DRAFT,
            content={"parts": {"outcomes": OWN}, "budget": {}},
            sha256="0" * 64,
            sent_by_name="Jo Lind",
            sent_at=LATER["works"],
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("rewritten", "dossier"), [(rewritten_draft, draft_dossier), (rewritten_sending, sent_dossier)]
)
def test_an_old_row_with_the_centers_own_plan_is_marked(
    session: Session,
    third: Request,
    rewritten: Callable[[Session, Request], None],
    dossier: Callable[..., object],
) -> None:
    rewritten(session, third)

    outcomes = dossier(session, third, now=LATER["works"]).filled.outcomes  # type: ignore[attr-defined]

    assert plan_of(outcomes) == APPROVED
    assert {one.stated for one in outcomes} == {10}


def test_the_first_years_plan_is_shown_as_the_centers_words(session: Session, center: Center) -> None:
    request = open_request(session, center)
    fill_request(session, center, request)

    dossier = draft_dossier(session, request, now=WORKS)

    assert not any(one.is_recorded for one in dossier.filled.outcomes)
    assert "Clients served (plan as the center states it)" in [one.title for one in dossier.differences]


def test_the_pages_show_the_plan_and_ask_nothing_of_it(
    app: Flask, clock: StoppedClock, act_as: ActAs
) -> None:
    with app.extensions["grants.database"].writing() as session:
        center = make_center(session)
        uid = approve_year_2(session, center).uid
    clock.put(LATER["works"])

    page = act_as(center.member).get(f"/applicant/continuations/{uid}/outcomes").get_data(as_text=True)
    assert "clients_planned" not in page
    assert "clients_requested" in page
    sent = act_as(center.member).post(
        f"/applicant/continuations/{uid}/outcomes", data={**OWN, "version": "1", "do": "save"}
    )
    act_as(center.member).post(f"/applicant/continuations/{uid}/send-draft")
    seen = act_as(center.officer).get(f"/staff/continuations/{uid}").get_data(as_text=True)

    assert sent.status_code == 303
    assert ">125" in page.replace("\n", "").replace(" ", "")
    assert "80 %" in seen  # 100 of 125, not 100 of 10
    assert "Approved plan, year 2" in seen
