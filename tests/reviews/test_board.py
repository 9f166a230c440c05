"""The assignment board's deeds: rules that ask why, locks, undoing, replacing, and what is recorded."""

import pytest
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.competitions.rules.choices import RankingMethod
from grants.database import Database
from grants.errors import MoveRefused, Refused
from grants.lifecycle.models import Event
from grants.reviews.queries import assignments, board_changes, pool
from grants.reviews.services import assigning, proposing, undoing
from grants.reviews.services.posing import Wishes
from grants.reviews.workflow import AssignmentStatus
from tests.factories.reviews import NOW, make_person, make_reviewer
from tests.reviews.boards import bar, choose, noted, rated, replace_in_state, send, standing, undo


def test_what_breaks_a_rule_of_preference_asks_why_and_keeps_the_answer(session: Session) -> None:
    made = rated(session, RankingMethod.RANK_SUM)
    for seat in (1, 2, 3):
        choose(session, made, "CO-1", seat)
    members = {one.person_id: one for one in pool.members_of(session, made.competition.id)}
    for seat in (4, 5):
        members[made.reviewers[seat - 1].id].affiliation = "Lab of Lee, Inc."
    choose(session, made, "NH-1", 4)

    broken = []
    for number, seat in (("CO-2", 4), ("NH-1", 5)):
        with pytest.raises(Refused) as refused:
            choose(session, made, number, seat)
        broken.append([one.code for one in refused.value.findings])
    row = choose(session, made, "CO-2", 4, reason="Nobody else knows optics.")

    assert broken == [["breaks-panel", "anyway"], ["breaks-organization", "anyway"]]
    assert row.reason == "Nobody else knows optics."


def test_a_locked_pair_stays_through_the_next_proposal_and_an_unlocked_one_may_go(session: Session) -> None:
    made = rated(session, CO=1, reviewers=5)
    row = choose(session, made, "CO-1", 5)
    loose = proposing.proposal_of(session, made.competition)
    assigning.lock(session, row, locked=True, actor=made.officer, now=NOW)
    again = assigning.lock(session, row, locked=True, actor=made.officer, now=NOW)
    kept = proposing.proposal_of(session, made.competition)
    assigning.unassign(session, row, reason="", actor=made.officer, now=NOW)

    assert [one.member.name for one in loose.of_kind("removed")] == ["Emil Eck"]
    assert [one.member.name for one in kept.of_kind("kept")] == ["Emil Eck"]
    assert (again, row.locked) == (False, False)
    assert kept.outcome.fit < loose.outcome.fit
    with pytest.raises(MoveRefused):
        assigning.lock(session, row, locked=True, actor=made.officer, now=NOW)


def test_the_last_change_is_taken_back_whole_one_after_the_other(session: Session) -> None:
    made = rated(session)
    row = choose(session, made, "CO-1", 1)
    noted(session, made, undoing.ADDED, row)
    assigning.lock(session, row, locked=True, actor=made.officer, now=NOW)
    noted(session, made, undoing.LOCKED, row)
    assigning.unassign(session, row, reason="", actor=made.officer, now=NOW)
    noted(session, made, undoing.REMOVED, row)
    found = proposing.proposal_of(session, made.competition)
    proposing.accept(
        session,
        made.competition,
        fingerprint=found.outcome.fingerprint,
        state=None,
        actor=made.officer,
        now=NOW,
    )
    session.flush()

    seen = [len(standing(session, made))]
    for _ in range(4):
        undo(session, made)
        session.flush()
        seen.append(len(standing(session, made)))

    assert seen == [9, 0, 1, 1, 0]
    with pytest.raises(Refused, match="not your last change"):
        undo(session, made)


def test_a_removal_that_nobody_was_told_of_is_taken_back_without_a_trace_in_the_mail(
    session: Session,
) -> None:
    made = rated(session, CO=1)
    row = choose(session, made, "CO-1", 1)
    send(session, made)
    assigning.unassign(session, row, reason="Ill.", actor=made.officer, now=NOW)
    noted(session, made, undoing.REMOVED, row)

    undo(session, made)

    assert (row.status, row.withdrawn_reason) == (AssignmentStatus.SENT, None)
    assert assignments.untold_withdrawals(session, made.competition.id) == []


def test_what_was_sent_conflicted_or_done_by_another_since_is_not_taken_back(session: Session) -> None:
    made = rated(session, CO=1)
    first = choose(session, made, "CO-1", 1)
    noted(session, made, undoing.ADDED, first)
    send(session, made)
    with pytest.raises(Refused, match="was told since"):
        undo(session, made)
    second = choose(session, made, "CO-1", 2)
    assigning.unassign(session, second, reason="", actor=made.officer, now=NOW)
    noted(session, made, undoing.REMOVED, second)
    bar(session, made, "CO-1", 2)
    with pytest.raises(Refused, match="has a conflict"):
        undo(session, made)
    change = board_changes.last_change(session, made.competition.id, made.officer.person_id or 0)
    other = make_person(session, "other@agency.example", "Otto Other")
    actor = Actor(person_id=other.id, name=other.name, staff_roles=frozenset({Role.PROGRAM_OFFICER}))

    assert change is not None
    with pytest.raises(Refused, match="not your last change"):
        undoing.undo(session, made.competition, change.uid, actor=actor, now=NOW)


def test_a_replacement_in_the_whole_state_keeps_one_panel(session: Session) -> None:
    made = rated(session, RankingMethod.RANK_SUM, CO=2, reviewers=5)
    rows = [choose(session, made, number, seat) for number in ("CO-1", "CO-2") for seat in (1, 2, 3)]
    send(session, made)
    bar(session, made, "CO-1", 1)

    said = replace_in_state(session, made, rows[0], 4)

    assert said == "Dora Diaz takes the place on 2 applications."
    assert standing(session, made) == {
        (number, name) for number in ("CO-1", "CO-2") for name in ("Beth Boyd", "Chen Chu", "Dora Diaz")
    }
    assert assigning.gaps(session, made.competition) == []
    with pytest.raises(MoveRefused):
        replace_in_state(session, made, rows[0], 5)


def test_a_seed_is_recorded_with_the_proposal_and_draws_the_same_again(
    database: Database, at_review: StoppedClock
) -> None:
    with database.writing() as session:
        made = rated(session, CO=3, reviewers=6)
        for member in pool.members_of(session, made.competition.id):
            member.expertise = []
            session.add(member)
        session.flush()
        drawn = [
            proposing.proposal_of(session, made.competition, wishes=Wishes(seed=seed)).outcome
            for seed in (1, 1, 2, 3, 4)
        ]
        proposing.accept(
            session,
            made.competition,
            fingerprint=drawn[2].fingerprint,
            state="CO",
            wishes=Wishes(seed=2),
            actor=made.officer,
            now=NOW,
        )

    with database.reading() as session:
        event = session.exec(select(Event).where(col(Event.kind) == "assignments.proposal_accepted")).one()
    assert drawn[0] == drawn[1]
    assert len({tuple(pair[:2] for pair in one.pairs) for one in drawn}) > 1
    assert event.facts["wishes"]["seed"] == 2
    assert event.facts["inputs"] == drawn[2].fingerprint


def test_one_panel_for_a_state_is_kept_where_it_can_be_and_said_where_not(session: Session) -> None:
    made = rated(session, CO=2, reviewers=4)
    possible = proposing.proposal_of(session, made.competition, wishes=Wishes(panel=True)).outcome
    for number, seats in (("CO-1", (1, 2)), ("CO-2", (3,))):
        for seat in seats:
            bar(session, made, number, seat)
    session.flush()
    members = pool.members_of(session, made.competition.id)
    made.reviewers.append(
        make_reviewer(
            session, made.competition, "r9@panel.example", "Rita Roy", invited_by=members[0].invited_by_id
        )
    )

    relaxed = proposing.proposal_of(session, made.competition, wishes=Wishes(panel=True)).outcome

    assert (possible.relaxed, possible.free) == (None, possible.fit)
    assert relaxed.impossible is None
    assert relaxed.relaxed is not None
    assert relaxed.relaxed.startswith("No assignment exists")


def test_who_was_told_and_stands_in_the_way_is_named_to_be_replaced(session: Session) -> None:
    made = rated(session, RankingMethod.RANK_SUM, CO=2, reviewers=5)
    rows = [choose(session, made, number, seat) for number in ("CO-1", "CO-2") for seat in (1, 2, 3)]
    send(session, made)
    bar(session, made, "CO-1", 1)

    outcome = proposing.proposal_of(session, made.competition).outcome

    ((way,), *_others) = outcome.ways
    assert way.words == "replace Amir Fox on CO-2, who was told already"
    assert way.sent_uid == rows[3].uid
    assert proposing.Outcome.from_json(outcome.as_json()) == outcome
