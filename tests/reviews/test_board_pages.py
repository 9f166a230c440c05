"""The assignment board's pages: forged and stale forms, the optimum, the infeasible, jobs, closed doors."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linprog
from sqlmodel import col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import PanelMember
from grants.reviews.queries import assignments, pool
from grants.reviews.services import posing
from grants.reviews.workflow import MemberStatus
from tests.factories.reviews import Round, make_application, make_competition, make_reviewer, make_round
from tests.plugins.web import ActAs
from tests.reviews.boards import bar, choose, rated, standing
from tests.reviews.streaming import counted

HERE = "/staff/reviews/2014-NIST-MEP-01"


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


@pytest.mark.parametrize("missing", ["No application has been found", "No reviewer of this competition"])
def test_a_competition_without_pairs_says_what_is_missing_on_its_page_and_in_its_job(
    act_as: ActAs, database: Database, at_review: StoppedClock, work: Callable[[], int], missing: str
) -> None:
    with database.writing() as session:
        if missing.startswith("No application"):
            round_ = make_round(session, states={"CO": 0}, reviewers=2)
        else:
            round_ = make_round(session, states={"CO": 2}, reviewers=0)
    officer = act_as(round_.officer)
    for query in ("", "?panel=yes", "?mix=yes&seed=7", "?one=no"):
        page = officer.get(f"{HERE}/propose{query}")
        assert (page.status_code, missing in page.get_data(as_text=True)) == (200, True)

    refused = officer.post(f"{HERE}/propose", data={"fingerprint": "x", "state": ""}).status_code
    asked = officer.post(f"{HERE}/propose/ask")
    work()

    assert refused == 409
    assert missing in officer.get(asked.location).get_data(as_text=True)


def test_a_large_proposal_is_a_job_whose_difference_is_accepted_as_it_was_shown(
    made: Round, act_as: ActAs, database: Database, monkeypatch: pytest.MonkeyPatch, work: Callable[[], int]
) -> None:
    monkeypatch.setattr(posing, "LARGE", 5)
    officer = act_as(made.officer)
    asked = officer.post(f"{HERE}/propose/ask?mix=yes")
    address = asked.headers["Location"]
    waiting = officer.get(address).get_data(as_text=True)
    work()
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
        for position in range(27):
            make_application(session, made.competition, "TX", f"TX-{position}", f"Tool Works {position}")
    officer.get(f"{HERE}/{path}")
    with counted(of_app) as many:
        page = officer.get(f"{HERE}/{path}").get_data(as_text=True)

    assert "TX-26" in page
    assert len(few) == len(many) <= 16, many
