"""Assignments by hand and proposed: conflicts, caps, gaps, sending, acceptance as shown."""

import pytest
from sqlmodel import Session

from grants.errors import MoveRefused, Refused
from grants.reviews.models import ConflictSource, Phase
from grants.reviews.queries import assignments, pool, sheets
from grants.reviews.queries.doors import reviewer_facts
from grants.reviews.services import assigning, proposing
from grants.reviews.workflow import AssignmentStatus
from tests.factories.reviews import NOW, make_round
from tests.reviews.boards import bar, choose

DUE = NOW.replace(day=30)


def test_a_conflict_a_second_time_and_a_full_reviewer_are_refused(session: Session) -> None:
    made = make_round(session, states={"CO": 3}, reviewers=2)
    bar(session, made, "CO-1", 1, ConflictSource.FOUND)
    choose(session, made, "CO-1", 2)
    member = pool.membership_in(session, made.competition.id, made.reviewers[1].id)
    assert member is not None
    codes = []
    for number, seat in (("CO-1", 1), ("CO-1", 2), ("CO-2", 2)):
        member.cap = 1
        with pytest.raises(Refused) as refused:
            choose(session, made, number, seat)
        codes.append(refused.value.findings[0].code)

    assert codes == ["conflict", "twice", "full"]


def test_an_assignment_opens_its_door_only_after_sending_and_certifying(
    session: Session,
) -> None:
    made = make_round(session, states={"CO": 1})
    for seat in (1, 2, 3):
        choose(session, made, "CO-1", seat)
    person, application = made.reviewers[0], made.applications["CO-1"]
    before = sheets.sheet_in_phase(session, application.id, person.id, Phase.INITIAL)
    sent = assigning.send(session, made.competition, due_at=DUE, actor=made.officer, now=NOW)

    after = sheets.sheet_in_phase(session, application.id, person.id, Phase.INITIAL)
    assert (before, after is None, sent.assigned) == (None, False, 3)
    assert reviewer_facts(session, person.id).assignments == frozenset()


def test_different_panels_in_a_state_stop_the_sending_under_a_rank_sum_unless_somebody_says_why(
    session: Session,
) -> None:
    made = make_round(session, states={"CO": 2}, reviewers=4)
    for number, seats in (("CO-1", (1, 2, 3)), ("CO-2", (1, 2, 4))):
        for seat in seats:
            choose(session, made, number, seat, reason="R3 is ill." if seat == 4 else "")

    with pytest.raises(Refused) as refused:
        assigning.send(session, made.competition, due_at=DUE, actor=made.officer, now=NOW)
    assigning.send(
        session, made.competition, due_at=DUE, anyway="R3 joins CO-2 tomorrow.", actor=made.officer, now=NOW
    )

    assert [one.code for one in refused.value.findings] == ["panels-differ", "anyway"]


def test_taking_off_a_reviewer_who_knows_needs_a_reason_and_is_told_with_the_next_sending(
    session: Session,
) -> None:
    made = make_round(session, states={"CO": 1}, reviewers=4)
    rows = [choose(session, made, "CO-1", seat) for seat in (1, 2, 3)]
    assigning.send(session, made.competition, due_at=DUE, actor=made.officer, now=NOW)

    with pytest.raises(Refused):
        assigning.unassign(session, rows[0], reason="", actor=made.officer, now=NOW)
    assigning.unassign(session, rows[0], reason="Ill.", actor=made.officer, now=NOW)
    choose(session, made, "CO-1", 4)
    sent = assigning.send(session, made.competition, due_at=DUE, actor=made.officer, now=NOW)

    assert (sent.assigned, sent.withdrawn) == (1, 1)
    with pytest.raises(Refused):
        assigning.send(session, made.competition, due_at=DUE, actor=made.officer, now=NOW)


def test_the_best_assignment_respects_conflicts_and_gives_a_state_one_panel(session: Session) -> None:
    made = make_round(session, states={"CO": 2, "NH": 1}, reviewers=5)
    bar(session, made, "CO-2", 1, ConflictSource.FOUND)
    choose(session, made, "CO-1", 1)

    found = proposing.proposal_of(session, made.competition)
    count = proposing.accept(
        session,
        made.competition,
        fingerprint=found.outcome.fingerprint,
        state=None,
        actor=made.officer,
        now=NOW,
    )

    rows = assignments.active_assignments(session, made.competition.id)
    by_application = {
        number: {row.person_id for row in rows if row.application_id == application.id}
        for number, application in made.applications.items()
    }
    assert [one.member.name for one in found.of_kind("removed")] == ["Amir Fox"]
    assert by_application["CO-1"] == by_application["CO-2"]
    assert made.reviewers[0].id not in by_application["CO-1"]
    assert count == 1 + 9
    assert {row.status for row in rows} == {AssignmentStatus.DRAFT}
    assert all(row.reason for row in rows)


def test_a_proposal_is_accepted_only_as_it_was_shown(session: Session) -> None:
    made = make_round(session, states={"CO": 1})
    found = proposing.proposal_of(session, made.competition)
    bar(session, made, "CO-1", 1, ConflictSource.FOUND)

    with pytest.raises(MoveRefused):
        proposing.accept(
            session,
            made.competition,
            fingerprint=found.outcome.fingerprint,
            state=None,
            actor=made.officer,
            now=NOW,
        )


def test_an_impossible_assignment_names_the_smallest_way_out(session: Session) -> None:
    made = make_round(session, states={"CO": 1}, reviewers=3)
    bar(session, made, "CO-1", 1, ConflictSource.FOUND)

    found = proposing.proposal_of(session, made.competition)

    assert found.outcome.impossible is not None
    assert found.outcome.impossible.startswith("No assignment exists. Smallest way out:")
