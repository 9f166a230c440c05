"""One person on both sides: found whenever a role, a membership or a name comes later, closed at once."""

import pytest
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.check import may
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import open_requests, roles_held
from grants.accounts.services.roles import grant_role
from grants.applications.models import Application, Submission
from grants.database import Database
from grants.organizations.models import Invitation, MemberRole, Membership, Organization
from grants.organizations.services import accept
from grants.reviews.models import Conflict
from grants.reviews.queries.waiting import waiting_for
from grants.reviews.services import conflicts as deciding
from grants.reviews.services.involvement import seek, seek_due
from grants.reviews.workflow import ConflictStatus
from grants.wiring import actor_of
from tests.factories.reviews import NOW, Round, make_person
from tests.plugins.web import ActAs
from tests.reviews.rounds import make_scored

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OFFICERS = [
    Role.PROGRAM_OFFICER, Role.GRANTS_OFFICER, Role.SELECTING_OFFICIAL, Role.PANEL_CHAIR, Role.AUDITOR
]  # fmt: skip


@pytest.fixture
def made(database: Database, at_review: object) -> Round:
    """Three applications of Colorado, each with three sheets that are in."""
    with database.writing() as session:
        return make_scored(session, {"CO-1": [80, 81, 82], "CO-2": [70, 71, 72], "CO-3": [60, 61, 62]})


def acting(session: Session, person: Person) -> Actor:
    """The person as every request makes them."""
    roles = frozenset(row.role for row in roles_held(session, person.id))
    return actor_of(session, session.get_one(Person, person.id), roles)


def join(session: Session, made: Round, number: str, person: Person) -> None:
    """Have a person join the host of an application by an invitation to their address."""
    application = made.applications[number]
    invitation = Invitation(
        organization_id=application.organization_id,
        email=person.email,
        role=MemberRole.MEMBER,
        invited_by_id=made.officer.person_id or 0,
        invited_at=NOW,
        expires_at=NOW.replace(year=NOW.year + 1),
    )
    session.add(invitation)
    session.flush()
    fresh = session.get_one(Person, person.id)
    accept(session, invitation, person=fresh, actor=acting(session, fresh), now=NOW)


def conflicts(session: Session, person: Person) -> list[Conflict]:
    """What is written down about a person."""
    return list(session.exec(select(Conflict).where(col(Conflict.person_id) == person.id)).all())


@pytest.mark.parametrize("role", OFFICERS)
def test_a_member_who_gets_a_role_meets_the_own_application_as_an_applicant_only(
    database: Database, made: Round, role: Role
) -> None:
    application = made.applications["CO-1"]
    with database.writing() as session:
        person = make_person(session, "member@host.example", "Mia Member")
        join(session, made, "CO-1", person)
        grant_role(session, person, role, actor=SYSTEM, now=NOW)

    with database.reading() as session:
        actor = acting(session, person)

    assert application.id in actor.barred
    assert made.applications["CO-2"].id not in actor.barred
    assert not may(actor, "application.inspect", application)
    assert may(actor, "application.read", application)
    assert may(actor, "feedback.read_own", application)


def test_who_is_named_in_an_application_gets_no_role_that_touches_it(
    database: Database, made: Round, act_as: ActAs
) -> None:
    with database.writing() as session:
        person = make_person(session, "dana@elsewhere.example", "dr. Dana  Hale of CO-2")
        admin = make_person(session, "admin@agency.example", "Ada Min")
        other = make_person(session, "second@agency.example", "Ben Min")
        for each in (admin, other):
            grant_role(session, each, Role.ADMINISTRATOR, actor=SYSTEM, now=NOW)
        first, second = (
            Actor(each.id, each.name, staff_roles=frozenset({Role.ADMINISTRATOR})) for each in (admin, other)
        )

    act_as(first).post(f"/staff/accounts/people/{person.uid}", data={"role": "panel chair"})
    with database.reading() as session:
        assert roles_held(session, person.id) == [], "a second person decides"
        (wish,) = open_requests(session, person.id)
    said = act_as(second).post(f"/staff/accounts/role-requests/{wish.uid}", follow_redirects=True)

    assert "1 application stays closed to them" in said.get_data(as_text=True)
    with database.reading() as session:
        (found,) = conflicts(session, person)
        assert made.applications["CO-2"].id in acting(session, person).barred
    assert (found.status, found.reason) == (
        ConflictStatus.FOUND,
        "Named as Center director: Dana Hale of CO-2.",
    )


def test_a_reviewer_who_joins_the_host_is_out_at_once_and_the_officer_is_asked_about_the_sheet(
    database: Database, made: Round
) -> None:
    reviewer, application = made.reviewers[1], made.applications["CO-1"]
    with database.writing() as session:
        seek_due(session, NOW)
    with database.writing() as session:
        join(session, made, "CO-1", reviewer)
    with database.reading() as session:
        at_once = acting(session, reviewer)
    with database.writing() as session:
        seek_due(session, NOW)
        seek_due(session, NOW)

    with database.reading() as session:
        (found,) = conflicts(session, reviewer)
        officer = acting(session, session.get_one(Person, made.officer.person_id))
        rows = [row.verb for row in waiting_for(session, officer, NOW)]
    assert application.id in at_once.barred
    assert application.id not in at_once.assignments
    assert may(at_once, "application.read", application)
    assert found.reason.startswith("Belongs to ")
    assert "Decide on a submitted sheet of CO-1" in rows


def test_another_person_decides_and_a_later_reason_is_found_again(database: Database, made: Round) -> None:
    with database.writing() as session:
        person = make_person(session, "dana@elsewhere.example", "Dana Hale of CO-2")
        grant_role(session, person, Role.PROGRAM_OFFICER, actor=SYSTEM, now=NOW)
        session.flush()
        (found,) = seek(session, now=NOW, people=[person.id])
    with database.reading() as session:
        assert not may(acting(session, person), "conflict.decide", session.get_one(Conflict, found.id))
    with database.writing() as session:
        row = session.get_one(Conflict, found.id)
        deciding.dismiss(session, row, reason="Another Dana.", actor=made.officer, now=NOW)

    with database.writing() as session:
        again = seek(session, now=NOW, people=[person.id])
        open_now = acting(session, person).barred
        join(session, made, "CO-2", person)
        session.flush()
        later = seek(session, now=NOW, people=[person.id])
        closed = acting(session, person).barred

    assert again == []
    assert made.applications["CO-2"].id not in open_now
    assert [row.status for row in later] == [ConflictStatus.FOUND]
    assert made.applications["CO-2"].id in closed


@pytest.mark.parametrize("part", ["contact", "opened", "submitted"])
def test_the_accounts_of_an_application_are_on_its_side(database: Database, made: Round, part: str) -> None:
    number = "CO-3"
    with database.writing() as session:
        person = make_person(session, "was@host.example", "Was There")
        grant_role(session, person, Role.GRANTS_OFFICER, actor=SYSTEM, now=NOW)
        application = session.get_one(Application, made.applications[number].id)
        if part == "contact":
            application.contact_person_id = person.id
        elif part == "opened":
            application.created_by_id = person.id
        else:
            submission = session.exec(
                select(Submission).where(col(Submission.application_id) == application.id)
            ).one()
            submission.submitted_by_id = person.id
            session.add(submission)
        session.add(application)

    with database.writing() as session:
        closed = acting(session, person).barred
        (found,) = seek(session, now=NOW, applications=[made.applications[number].id])

    assert made.applications[number].id in closed
    assert found.person_id == person.id
    assert "by the same account" in found.reason


def test_members_without_a_role_are_barred_from_nothing(database: Database, made: Round) -> None:
    with database.reading() as session:
        rows = session.exec(select(Membership, Organization).join(Organization)).all()
        people = {member.person_id for member, _one in rows}
        barred = [acting(session, session.get_one(Person, one)).barred for one in people]

    assert people
    assert set(barred) == {frozenset()}
