"""Who runs a panel reviews in it only at another's word; who is signed in answers an invitation there."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.accounts.models import RoleRequest
from grants.accounts.services.roles import grant_role
from grants.database import Database
from grants.errors import Refused
from grants.home.queries.administration import administration_waiting
from grants.lifecycle.models import Event
from grants.reviews.models import PanelMember
from grants.reviews.notices import assignments_sent
from grants.reviews.queries.assignments import active_assignments
from grants.reviews.queries.waiting import waiting_for
from grants.reviews.services import assigning
from grants.reviews.services.posing import Wishes, posed
from grants.reviews.services.proposing import outcome_of
from grants.reviews.workflow import MemberStatus
from tests.factories.reviews import NOW, Round, make_person, make_reviewer, make_round, open_door
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def made(database: Database, at_review: object) -> Round:
    """A round whose second program officer accepted to review in it."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 1}, reviewers=3)
        second = make_reviewer(
            session,
            made.competition,
            "second@agency.example",
            "Ruth Second",
            invited_by=made.officer.person_id or 0,
        )
        made.reviewers.append(second)
        grant_role(session, second, Role.PROGRAM_OFFICER, actor=SYSTEM, now=NOW)
        return made


def test_who_runs_a_panel_reviews_in_it_only_with_another_persons_reason(
    database: Database, made: Round
) -> None:
    second = made.reviewers[-1]
    own = Actor(second.id, second.name, staff_roles=frozenset({Role.PROGRAM_OFFICER}))
    what = made.competition, made.applications["CO-1"], second.id

    with database.writing() as session:
        with pytest.raises(Refused, match="You run this panel"):
            assigning.assign(session, *what, reason="I know the field.", actor=own, now=NOW)
        with pytest.raises(Refused, match="runs this panel: another person"):
            assigning.assign(session, *what, reason=" ", actor=made.officer, now=NOW)
        proposed = outcome_of(posed(session, made.competition), Wishes())
        row = assigning.assign(session, *what, reason="Nobody else.", actor=made.officer, now=NOW)

    assert second.name not in str(proposed)
    assert (row.reason, row.made_by_id) == ("Nobody else.", made.officer.person_id)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"answer": "accept"}, MemberStatus.ACCEPTED),
        ({"answer": "decline", "reason": "time"}, MemberStatus.DECLINED),
    ],
)
def test_a_signed_in_invitee_answers_in_place(
    database: Database, made: Round, act_as: ActAs, answer: dict[str, str], status: MemberStatus
) -> None:
    with database.writing() as session:
        row = session.exec(select(PanelMember).order_by(col(PanelMember.id))).first()
        assert row is not None
        row.status, row.answered_at, row.person_id, row.agreement_signed_at = (
            MemberStatus.INVITED, None, None, None
        )  # fmt: skip
        session.add(row)
        other = make_person(session, "other@elsewhere.example", "Other One")
        person = made.reviewers[0]
    actor = Actor(person.id, person.name, email=row.email)
    here = f"/reviewer/reviews/invitations/{row.uid}/answer"

    with database.reading() as session:
        (step,) = waiting_for(session, actor, NOW)
    page = act_as(actor).get(here)
    done = act_as(actor).post(here, data=answer)
    strange = act_as(Actor(other.id, other.name, email=other.email)).get(here)

    assert (step.endpoint, step.values) == ("reviewer.reviews.answer", {"uid": row.uid})
    assert (page.status_code, strange.status_code) == (200, 404)
    assert done.status_code == 303, done.get_data(as_text=True)
    with database.reading() as session:
        assert session.get_one(PanelMember, row.id).status is status


def test_another_administrators_wish_waits_on_the_home_page_of_who_may_confirm_it(
    database: Database, made: Round
) -> None:
    with database.writing() as session:
        first, second = (
            make_person(session, f"{name}@agency.example", f"Ad {name}") for name in ("one", "two")
        )
        session.add(
            RoleRequest(person_id=made.reviewers[0].id, role=Role.AUDITOR, asked_at=NOW, asked_by_id=first.id)
        )
    verbs = {}
    with database.reading() as session:
        for person in (first, second):
            actor = Actor(person.id, person.name, staff_roles=frozenset({Role.ADMINISTRATOR}))
            rows = administration_waiting(session, actor, NOW)
            verbs[person.id] = [row.verb for row in rows if "role" in row.verb]

    assert verbs == {first.id: [], second.id: ["Confirm or refuse 1 role"]}


def test_the_mail_of_a_withdrawal_names_what_was_taken_and_leads_to_no_check(
    database: Database, made: Round
) -> None:
    reviewer, application = made.reviewers[0], made.applications["CO-1"]
    with database.writing() as session:
        open_door(session, application, reviewer)
        (row,) = active_assignments(session, made.competition.id)
        assigning.unassign(session, row, reason="Replaced.", actor=made.officer, now=NOW)
        later = NOW + timedelta(days=1)
        assigning.send(
            session,
            made.competition,
            due_at=later + timedelta(days=9),
            anyway="So.",
            actor=made.officer,
            now=later,
        )
    with database.reading() as session:
        event = session.exec(select(Event).where(col(Event.kind) == "assignments.sent")).one()
        (mail,) = assignments_sent(session, event)

    assert mail.subject.endswith("1 application taken off your list")
    assert (mail.person_id, mail.context["count"], mail.context["taken"]) == (reviewer.id, 0, ["CO-1"])
