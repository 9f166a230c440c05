"""What the home pages are told of reviews."""

from datetime import timedelta

from sqlmodel import Session

from grants.access.roles import Role
from grants.reviews.queries import pool
from grants.reviews.queries.waiting import waiting_for
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from grants.reviews.services.conflicts import declare_later
from tests.factories.reviews import NOW, Round, actor_of, fill, make_round, open_door, spread


def verbs(session: Session, actor: object, at: object = NOW) -> list[str]:
    """The first words of each row."""
    return [row.verb for row in waiting_for(session, actor, at)]  # type: ignore[arg-type]  # kept short


def made_round(session: Session) -> Round:
    """Two applications with three reviewers; the first reviewer has not answered on the second one."""
    made = make_round(session, states={"CO": 2})
    for number in ("CO-1", "CO-2"):
        for seat in (1, 2, 3):
            open_door(
                session,
                made.applications[number],
                made.reviewers[seat - 1],
                answered=(number, seat) != ("CO-2", 1),
            )
    return made


def test_a_reviewer_is_told_of_conflicts_to_check_and_sheets_to_start(session: Session) -> None:
    made = made_round(session)

    assert verbs(session, made.reviewer(session, 1)) == [
        "Declare your interests",
        "Check conflicts for 1 application",
        "Start a score sheet",
    ]


def test_an_officer_is_told_of_late_sheets_and_of_a_conflict_after_assignment(session: Session) -> None:
    made = made_round(session)
    actor = made.reviewer(session, 2)
    member = pool.membership_in(session, made.competition.id, made.reviewers[1].id)
    assert member is not None
    declare_later(
        session,
        member,
        made.applications["CO-1"].id,
        kind="employer",
        note="My sister works there.",
        actor=actor,
        now=NOW,
    )

    assert verbs(session, made.officer, NOW + timedelta(days=31)) == [
        "Replace a reviewer of CO-1",
        "Remind: 5 score sheets late",
    ]


def test_a_chair_is_told_of_records_to_sign(session: Session) -> None:
    made = make_round(session, states={"CO": 1})
    for seat in (1, 2, 3):
        sheet = open_door(session, made.applications["CO-1"], made.reviewers[seat - 1])
        fill(session, sheet, spread(80))
        scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)

    assert verbs(session, made.chair) == ["Write and sign the record of the discussion"]
    assert verbs(session, actor_of(session, made.reviewers[0], Role.AUDITOR)) == [
        "Declare your interests",
        "Revise your scores, or let them stand",
    ]
