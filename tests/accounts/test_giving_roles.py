"""Who gives roles: the command the first, two administrators those that decide, nobody one's own."""

import re

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlmodel import col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import CONFIRMED, STAFF, Role
from grants.accounts import queries
from grants.accounts.models import MailedLink, Person, RoleRequest
from grants.accounts.services import registration, roles
from grants.accounts.services.registration import Profile
from grants.clock import StoppedClock
from grants.commands.people import people as command
from grants.config import Settings
from grants.database import Database
from grants.lifecycle.models import Event
from grants.wiring import NOTICES
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ONE, TWO, AUDITOR = "one@agency.example", "two@agency.example", "auditor@agency.example"
NEW = "new@agency.example"


def make(database: Database, clock: StoppedClock, email: str, *held: Role) -> Person:
    """An account that is set up, with roles."""
    with database.writing() as session:
        profile = Profile(email.partition("@")[0].capitalize(), "six small green boats")
        person = registration.register_invited(session, email, profile, now=clock.now())
        assert person is not None
        for role in held:
            roles.grant_role(session, person, role, actor=SYSTEM, now=clock.now())
    return person


def as_admin(person: Person) -> Actor:
    return Actor(person.id, person.name, staff_roles=frozenset({Role.ADMINISTRATOR}))


def held(database: Database, email: str) -> set[Role]:
    with database.reading() as session:
        person = queries.person_by_email(session, email)
        return {row.role for row in queries.roles_held(session, person.id)} if person else set()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database: Database, settings: Settings) -> CliRunner:
    """The command on the test's database."""
    monkeypatch.setattr("grants.commands.people.house", lambda: (settings, database))
    monkeypatch.setattr("grants.commands.people.getpass.getuser", lambda: "operator7")
    return CliRunner()


def test_the_command_appoints_two_administrators_and_no_third(
    run: CliRunner, database: Database, clock: StoppedClock
) -> None:
    answers = [run.invoke(command, ["appoint", email, "administrator"]) for email in (ONE, TWO, NEW)]
    officer = run.invoke(command, ["appoint", NEW, "grants officer"])
    listed = run.invoke(command, ["list"])

    assert [answer.exit_code for answer in answers] == [0, 0, 1]
    assert "Two administrators exist." in answers[2].output
    assert (officer.exit_code, held(database, NEW)) == (1, set())
    assert f"administrator: one <{ONE}>, not set up yet" in listed.output
    with database.reading() as session:
        events = session.exec(select(Event).where(col(Event.kind) == "person.role_granted")).all()
        links = session.exec(select(MailedLink)).all()
    assert {(event.person_id, event.person_name) for event in events} == {
        (None, "The system, by operator7 at the command line")
    }
    assert len(links) == 2


def test_the_command_gives_officers_their_roles_before_there_are_two_administrators(
    run: CliRunner, database: Database, clock: StoppedClock
) -> None:
    make(database, clock, ONE, Role.ADMINISTRATOR)

    answer = run.invoke(command, ["appoint", NEW.upper(), "grants officer"])
    other = run.invoke(command, ["appoint", NEW, "program officer"])

    assert (answer.exit_code, held(database, NEW)) == (0, {Role.GRANTS_OFFICER})
    assert other.exit_code == 1
    assert "may not be program officer as well" in other.output


def test_an_address_that_is_none_is_refused_in_one_sentence(run: CliRunner, database: Database) -> None:
    answer = run.invoke(command, ["appoint", "nobody", "administrator"])

    assert (answer.exit_code, "is no mail address" in answer.output) == (1, True)


@pytest.mark.parametrize("role", sorted(STAFF))
def test_nobody_gives_a_role_to_themselves(
    act_as: ActAs, database: Database, clock: StoppedClock, role: Role
) -> None:
    admin = make(database, clock, ONE, Role.ADMINISTRATOR)
    make(database, clock, TWO, Role.ADMINISTRATOR)
    page = f"/staff/accounts/people/{admin.uid}"

    answer = act_as(as_admin(admin)).post(page, data={"role": role})

    assert answer.status_code == 422
    assert held(database, ONE) == {Role.ADMINISTRATOR}
    with database.reading() as session:
        assert session.exec(select(RoleRequest)).all() == []


@pytest.mark.parametrize("role", sorted(CONFIRMED))
def test_one_administrator_alone_gives_no_role_that_decides(
    act_as: ActAs, database: Database, clock: StoppedClock, role: Role
) -> None:
    admin, new = make(database, clock, ONE, Role.ADMINISTRATOR), make(database, clock, NEW)

    answer = act_as(as_admin(admin)).post(f"/staff/accounts/people/{new.uid}", data={"role": role})

    assert answer.status_code == 422
    assert "grants people appoint" in answer.get_data(as_text=True)
    assert held(database, NEW) == set()


@pytest.mark.parametrize("role", sorted(CONFIRMED))
def test_the_second_administrator_gives_what_the_first_asked_for(
    act_as: ActAs, database: Database, clock: StoppedClock, role: Role
) -> None:
    first, second = (make(database, clock, email, Role.ADMINISTRATOR) for email in (ONE, TWO))
    make(database, clock, AUDITOR, Role.AUDITOR)
    new = make(database, clock, NEW)
    page = f"/staff/accounts/people/{new.uid}"

    asked = act_as(as_admin(first)).post(page, data={"role": role})
    with database.reading() as session:
        wish = session.exec(select(RoleRequest)).one()
    own = act_as(as_admin(first)).post(f"/staff/accounts/role-requests/{wish.uid}")
    themselves = act_as(as_admin(new)).post(f"/staff/accounts/role-requests/{wish.uid}")
    before = held(database, NEW)
    given = act_as(as_admin(second)).post(f"/staff/accounts/role-requests/{wish.uid}")
    twice = act_as(as_admin(second)).post(f"/staff/accounts/role-requests/{wish.uid}")

    assert (asked.status_code, own.status_code, themselves.status_code) == (303, 422, 422)
    assert (before, given.status_code, twice.status_code) == (set(), 303, 422)
    assert held(database, NEW) == {role}
    with database.reading() as session:
        event = session.exec(
            select(Event).where(col(Event.kind) == "person.role_granted").order_by(col(Event.seq).desc())
        ).first()
        assert event is not None
        mails = {mail.address for mail in NOTICES["accounts.role_given"](session, event)}
    assert (event.person_name, event.happened) == ("Two", f"gave the role {role}, asked for by One")
    assert mails == {ONE, AUDITOR}


def test_a_wish_can_be_refused_and_asked_again(
    act_as: ActAs, database: Database, clock: StoppedClock
) -> None:
    first, second = (make(database, clock, email, Role.ADMINISTRATOR) for email in (ONE, TWO))
    new = make(database, clock, NEW)
    page, wish = f"/staff/accounts/people/{new.uid}", {"role": "grants officer"}

    answers = [act_as(as_admin(first)).post(page, data=wish).status_code for _ in range(2)]
    with database.reading() as session:
        asked = session.exec(select(RoleRequest)).one()
    shown = act_as(as_admin(second)).get(page).get_data(as_text=True)
    refused = act_as(as_admin(second)).post(
        f"/staff/accounts/role-requests/{asked.uid}", data={"deed": "refuse"}
    )
    again = act_as(as_admin(first)).post(page, data=wish)

    assert answers == [303, 422]
    assert re.search(r"Grants officer.*by One", re.sub(r"\s+", " ", shown))
    assert (refused.status_code, again.status_code, held(database, NEW)) == (303, 303, set())


def test_staff_are_invited_by_mail(
    act_as: ActAs, app: Flask, database: Database, clock: StoppedClock
) -> None:
    admin = make(database, clock, ONE, Role.ADMINISTRATOR)
    client, page = act_as(as_admin(admin)), "/staff/accounts/people/invite"
    typed = {"name": "Nora New", "email": NEW, "role": "auditor"}

    assert client.get(page).status_code == 200
    faulty = client.post(page, data=typed | {"email": "nora"})
    alone = client.post(page, data=typed | {"role": "grants officer"})
    nobody = held(database, NEW)
    sent = client.post(page, data=typed)

    assert (faulty.status_code, alone.status_code, nobody) == (422, 422, set())
    assert "Nora New" in faulty.get_data(as_text=True)
    assert (sent.status_code, held(database, NEW)) == (303, {Role.AUDITOR})
    with database.reading() as session:
        person = queries.person_by_email(session, NEW)
        assert person is not None
        assert (person.name, person.is_set_up) == ("Nora New", False)
        assert len(session.exec(select(MailedLink)).all()) == 1
