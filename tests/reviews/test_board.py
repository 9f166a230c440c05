"""The assignment board: rules that ask why, locks, undoing, replacing, proposals; forged and stale forms."""

import re

import numpy as np
import pytest
from scipy.optimize import linprog
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.database import Database
from grants.errors import MoveRefused, Refused
from grants.lifecycle.models import Event
from grants.reviews.models import Assignment, Conflict, ConflictSource, PanelMember
from grants.reviews.queries import assignments, board_changes, pool
from grants.reviews.services import assigning, posing, proposing, replacing, undoing
from grants.reviews.services.posing import Wishes
from grants.reviews.workflow import AssignmentStatus, MemberStatus
from tests.factories.reviews import NOW, Round, make_competition, make_person, make_reviewer, make_round
from tests.plugins.web import ActAs
from tests.reviews.test_queries_counted import counted

HERE = "/staff/reviews/2014-NIST-MEP-01"
DUE = NOW.replace(day=30)
TOPICS = (["regional offices"], ["survey", "audits"], ["governance"], ["small plants"], [], ["optics"])


def rated(session: Session, method: RankingMethod = RankingMethod.MEAN, **sizes: int) -> Round:
    """A round whose reviewers declared topics, ranked by means unless said otherwise."""
    states = {state: count for state, count in sizes.items() if state != "reviewers"} or {"CO": 2, "NH": 1}
    made = make_round(session, states=states, reviewers=sizes.get("reviewers", 5))
    competition = session.get_one(Competition, made.competition.id)
    competition.ranking_method = method
    session.add(competition)
    made.competition = competition
    for member, topics in zip(pool.members_of(session, competition.id), TOPICS, strict=False):
        member.expertise = topics
        session.add(member)
    session.flush()
    return made


def choose(session: Session, made: Round, number: str, seat: int, reason: str = "") -> Assignment:
    """Assign one reviewer by hand."""
    person_id, application = made.reviewers[seat - 1].id, made.applications[number]
    return assigning.assign(
        session, made.competition, application, person_id, reason=reason, actor=made.officer, now=NOW
    )


def bar(session: Session, made: Round, number: str, seat: int) -> None:
    """A conflict of one pair."""
    session.add(
        Conflict(
            person_id=made.reviewers[seat - 1].id,
            application_id=made.applications[number].id,
            competition_id=made.competition.id,
            source=ConflictSource.DECLARED,
            kind="employer",
            reason="Works there.",
            noticed_at=NOW,
        )
    )
    session.flush()


def send(session: Session, made: Round) -> None:
    """Tell everyone."""
    assigning.send(session, made.competition, due_at=DUE, anyway="Now.", actor=made.officer, now=NOW)
    session.flush()


def standing(session: Session, made: Round) -> set[tuple[str, str]]:
    """Which pairs stand, by number and name."""
    numbers = {one.id: number for number, one in made.applications.items()}
    names = {one.id: one.name for one in made.reviewers}
    rows = assignments.active_assignments(session, made.competition.id)
    return {(numbers[row.application_id], names[row.person_id]) for row in rows}


def undo(session: Session, made: Round) -> str:
    """Take back the officer's last change."""
    change = board_changes.last_change(session, made.competition.id, made.officer.person_id or 0)
    uid = change.uid if change else "none"
    return undoing.undo(session, made.competition, uid, actor=made.officer, now=NOW)


def noted(session: Session, made: Round, deed: str, row: Assignment) -> None:
    """Keep a change as the pages do."""
    undoing.note(session, made.competition, [(deed, row)], said="Done.", actor=made.officer, now=NOW)
    session.flush()


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


def replace_in_state(session: Session, made: Round, row: Assignment, seat: int) -> str:
    """Put another reviewer in the place of one in the whole state."""
    return replacing.replace_with(
        session,
        made.competition,
        row,
        made.reviewers[seat - 1].id,
        whole_state=True,
        reason="",
        actor=made.officer,
        now=NOW,
    )


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


@pytest.fixture
def made(database: Database, at_review: StoppedClock) -> Round:
    """Two states, five reviewers, ranked by means; nothing is assigned."""
    with database.writing() as session:
        return rated(session)


def uid_of(database: Database, made: Round, seat: int) -> str:
    """The invitation of a seat."""
    with database.reading() as session:
        member = pool.membership_in(session, made.competition.id, made.reviewers[seat - 1].id)
    assert member is not None
    return member.uid


def add_path(made: Round, number: str = "CO-1") -> str:
    """Where a reviewer is added."""
    return f"/staff/reviews/applications/{made.applications[number].uid}/assign"


def test_a_forged_form_adds_nobody_who_may_not(made: Round, act_as: ActAs, database: Database) -> None:
    with database.writing() as session:
        elsewhere = make_competition(session, number="2015-NIST-MEP-02")
        make_reviewer(
            session, elsewhere, "far@panel.example", "Far Away", invited_by=made.officer.person_id or 0
        )
        far = pool.members_of(session, elsewhere.id)[0].uid
        invited = session.exec(
            select(PanelMember).where(col(PanelMember.person_id) == made.reviewers[4].id)
        ).one()
        invited.status = MemberStatus.INVITED
        session.add(invited)
        bar(session, made, "CO-1", 1)
        full = pool.membership_in(session, made.competition.id, made.reviewers[1].id)
        assert full is not None
        full.cap = 1
        session.add(full)
        choose(session, made, "CO-2", 2)
    officer = act_as(made.officer)
    people = [far, invited.uid, "nobody", "", uid_of(database, made, 1), uid_of(database, made, 2)]

    answers = [officer.post(add_path(made), data={"person": uid}).status_code for uid in people]
    pairs = [
        officer.post(
            f"{HERE}/assign/pair", data={"pair": f"{made.applications['CO-1'].uid}:{uid}"}
        ).status_code
        for uid in people
    ]

    assert answers == [404, 404, 404, 422, 422, 422]
    assert pairs == [404, 404, 404, 404, 422, 422]
    with database.reading() as session:
        assert standing(session, made) == {("CO-2", "Beth Boyd")}


def test_a_double_click_and_an_old_board_change_nothing_twice(
    made: Round, act_as: ActAs, database: Database
) -> None:
    officer = act_as(made.officer)
    person = uid_of(database, made, 1)
    first = officer.post(add_path(made), data={"person": person}, follow_redirects=True)
    second = officer.post(add_path(made), data={"person": person})
    with database.reading() as session:
        (row,) = assignments.active_assignments(session, made.competition.id)
    gone = [officer.post(f"/staff/reviews/assignments/{row.uid}/remove").status_code for _ in range(2)]
    locked = officer.post(f"/staff/reviews/assignments/{row.uid}/lock", data={"locked": "yes"})
    undone = officer.post(f"{HERE}/assign/undo", data={"change": "of yesterday"})

    assert "CO-1 now has 1. Amir Fox has 1 of 8." in first.get_data(as_text=True)
    assert second.status_code == 422
    assert "has CO-1 already" in second.get_data(as_text=True)
    assert gone == [303, 409]
    assert (locked.status_code, undone.status_code) == (409, 422)


def test_a_choice_that_breaks_a_rule_leads_to_the_page_that_asks_why(
    made: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        for seat in (1, 2, 3):
            choose(session, made, "CO-1", seat)
    officer = act_as(made.officer)
    person = uid_of(database, made, 4)

    led = officer.post(add_path(made, "CO-2"), data={"person": person})
    page = officer.get(led.headers["Location"]).get_data(as_text=True)
    path = f"/staff/reviews/applications/{made.applications['CO-2'].uid}/reviewers"
    without = officer.post(path, data={"person": person, "reason": ""}).status_code
    with_reason = officer.post(path, data={"person": person, "reason": "Knows the plants."}).status_code

    assert led.status_code == 303
    assert "Dora Diaz does not review CO-1." in page
    assert "Add anyway" in page
    assert (without, with_reason) == (422, 303)
    with database.reading() as session:
        assert ("CO-2", "Dora Diaz") in standing(session, made)


def test_the_best_that_the_board_names_is_the_linear_programs_optimum(
    made: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        bar(session, made, "CO-1", 1)
        for seat, cap in ((1, 1), (2, 2), (4, 2)):
            member = pool.membership_in(session, made.competition.id, made.reviewers[seat - 1].id)
            assert member is not None
            member.cap = cap
            session.add(member)
        session.flush()
        now = posing.posed(session, made.competition)
    rows, people = [one.id for one in now.candidates], list(now.members)
    cost = np.array([-now.fits[row, who].figure for row in rows for who in people], dtype=float)
    need, load = (
        np.kron(np.eye(len(rows)), np.ones(len(people))),
        np.kron(np.ones(len(rows)), np.eye(len(people))),
    )
    limits = [(0, 0 if (who, row) in now.barring else 1) for row in rows for who in people]
    caps = [now.members[who].cap for who in people]
    found = linprog(cost, A_ub=load, b_ub=caps, A_eq=need, b_eq=[3] * len(rows), bounds=limits)

    page = act_as(made.officer).get(f"{HERE}/assign").get_data(as_text=True)

    shown = re.search(r"Fit <strong>0\.00 of ([0-9.]+) possible</strong>", page)
    assert shown is not None
    assert shown.group(1) == f"{-found.fun / 1000:.2f}"


def test_an_infeasible_assignment_names_on_its_page_what_is_in_the_way_with_a_link(
    made: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        for seat in (1, 2, 3):
            bar(session, made, "CO-1", seat)
    officer = act_as(made.officer)

    page = officer.get(f"{HERE}/propose").get_data(as_text=True)
    board = officer.get(f"{HERE}/assign").get_data(as_text=True)
    refused = officer.post(f"{HERE}/propose", data={"fingerprint": "x", "state": ""}).status_code

    assert "No assignment exists" in page
    assert f'#line-{made.applications["CO-1"].uid}">1 reviewer fewer for CO-1</a>' in page
    assert "Three reviewers are not possible for CO-1: 3 of 5 are in conflict." in page
    assert "possible</strong>" not in board
    assert refused == 409


def test_a_large_proposal_is_a_job_whose_difference_is_accepted_as_it_was_shown(
    made: Round, act_as: ActAs, database: Database, monkeypatch: pytest.MonkeyPatch, work: object
) -> None:
    monkeypatch.setattr(posing, "LARGE", 5)
    officer = act_as(made.officer)
    asked = officer.post(f"{HERE}/propose/ask?mix=yes")
    address = asked.headers["Location"]
    waiting = officer.get(address).get_data(as_text=True)
    work()  # type: ignore[operator]  # the worker of the tests
    page = officer.get(address).get_data(as_text=True)
    fields = dict(re.findall(r'name="(fingerprint|job)" value="([^"]+)"', page))
    stranger = act_as(
        Actor(person_id=made.chair.person_id, name="X", staff_roles=frozenset({Role.PROGRAM_OFFICER}))
    )
    hidden = stranger.get(address).status_code
    officer = act_as(made.officer)
    accepted = officer.post(address, data={**fields, "state": "NH"})
    stale = officer.post(address, data={**fields, "state": ""})

    assert "Waiting for the worker" in waiting
    assert "proven the greatest" in page
    assert (hidden, accepted.status_code, stale.status_code) == (404, 303, 409)
    assert "changed since this was worked out" in officer.get(address).get_data(as_text=True)
    with database.reading() as session:
        assert {number for number, _ in standing(session, made)} == {"NH-1"}


def test_what_is_closed_to_an_officer_is_in_no_part_of_the_board(
    made: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        choose(session, made, "CO-1", 1)
    closed = made.applications["CO-1"]
    actor = Actor(
        person_id=made.officer.person_id,
        name=made.officer.name,
        staff_roles=made.officer.staff_roles,
        barred=frozenset({closed.id}),
    )
    officer = act_as(actor)
    paths = [f"{HERE}/assign", f"{HERE}/assign/matrix", f"{HERE}/propose", f"{HERE}/progress", f"{HERE}/send"]

    pages = [officer.get(path).get_data(as_text=True) for path in paths]
    direct = officer.get(f"/staff/reviews/applications/{closed.uid}/reviewers").status_code
    pair = officer.post(f"{HERE}/assign/pair", data={"pair": f"{closed.uid}:{uid_of(database, made, 2)}"})

    assert [("CO-1" in page, closed.uid in page) for page in pages] == [(False, False)] * 5
    assert (direct, pair.status_code) == (404, 404)


@pytest.mark.parametrize("path", ["assign", "assign/matrix"])
def test_the_board_asks_as_often_at_thirty_applications_as_at_three(
    path: str, made: Round, act_as: ActAs, database: Database
) -> None:
    officer = act_as(made.officer)
    of_app: Database = officer.application.extensions["grants.database"]
    officer.get(f"{HERE}/{path}")
    with counted(of_app) as few:
        officer.get(f"{HERE}/{path}")
    with database.writing() as session:
        from tests.factories.reviews import make_application

        for position in range(27):
            make_application(session, made.competition, "TX", f"TX-{position}", f"Tool Works {position}")
    officer.get(f"{HERE}/{path}")
    with counted(of_app) as many:
        page = officer.get(f"{HERE}/{path}").get_data(as_text=True)

    assert "TX-26" in page
    assert len(few) == len(many) <= 16, many
