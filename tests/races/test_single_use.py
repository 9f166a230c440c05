"""What acts once acts once when two use it at the same moment; what is counted is counted under a lock."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask, g
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.accounts.models import LinkPurpose, Person, StaffRole
from grants.accounts.rules import factor
from grants.accounts.services import factors, registration, roles, sessions
from grants.accounts.services.keys import keys
from grants.accounts.services.registration import Profile
from grants.awards.rules import letter_kinds
from grants.clock import real_now
from grants.database import Database
from grants.documents.models import Template
from grants.documents.services.letters import Words, save_template
from grants.errors import NotAllowed, Refused
from grants.lifecycle.models import Event
from grants.lifecycle.record import record
from grants.lifecycle.verify import verify_chain
from grants.organizations.models import Invitation
from grants.organizations.services import accept
from grants.web import current
from tests.factories.deeds import NOW, make_invited, make_person
from tests.plugins.effort import tries
from tests.races.meeting import Deed, meet, winners

PASSWORDS = ["six small green boats", "seven tall yellow ships"]
Pair = tuple[Deed, Deed]
_numbers = iter(range(1_000_000))


def somebody(session: Session) -> Person:
    """Make a person of an own address."""
    return make_person(session, f"Racer {next(_numbers)}")


def actor_of(person: Person, *held: Role) -> Actor:
    return Actor(person.id, person.name, person.email, staff_roles=frozenset(held))


def one_code(session: Session) -> Pair:
    """One code of the second factor signs two deeds."""
    person = _with_factor(session)
    code = pyotp.TOTP(_key(person)).now()
    signs: Deed = lambda other: factors.confirm_signer(other, actor_of(person), code)  # noqa: E731
    return signs, signs


def one_recovery_code(session: Session) -> Pair:
    """One recovery code signs two deeds."""
    person = _with_factor(session)
    (code, *_) = factors.new_recovery_codes(session, person, actor=actor_of(person), now=NOW)
    signs: Deed = lambda other: factors.confirm_signer(other, actor_of(person), code)  # noqa: E731
    return signs, signs


def one_code_signs_in(session: Session) -> Pair:
    """One code signs in two browsers."""
    person = _with_factor(session)
    code = pyotp.TOTP(_key(person)).now()

    def sign_in(other: Session) -> str:
        token = factors.start_with_code(other, person, code, browser="a race", now=NOW)
        if token is None:
            raise Refused([])
        return token

    return sign_in, sign_in


def one_reset_link(session: Session) -> Pair:
    """One link sets two passwords."""
    link = registration.new_link(session, somebody(session), LinkPurpose.RESET, timedelta(hours=1))

    def reset(password: str) -> Deed:
        return lambda other: factors.reset_password(
            other, registration.good_link(other, link), password, now=NOW
        )

    return reset(PASSWORDS[0]), reset(PASSWORDS[1])


def one_confirming_link(session: Session) -> Pair:
    """One link confirms twice."""
    link = registration.new_link(session, somebody(session), LinkPurpose.CONFIRM, timedelta(hours=1))
    confirms: Deed = lambda other: registration.confirm(  # noqa: E731
        other, registration.good_link(other, link), now=NOW
    )
    return confirms, confirms


def one_set_up_link(session: Session) -> Pair:
    """One link sets an account up twice."""
    person = somebody(session)
    person.password_hash = None
    link = registration.new_link(session, person, LinkPurpose.CONFIRM, timedelta(hours=1))

    def set_up(password: str) -> Deed:
        return lambda other: registration.set_up(
            other, registration.good_link(other, link), Profile("Ana Roy", password), now=NOW
        )

    return set_up(PASSWORDS[0]), set_up(PASSWORDS[1])


def roles_that_exclude(session: Session) -> Pair:
    """One person is given two roles that exclude each other."""
    person = somebody(session)
    return _gives(person, Role.SELECTING_OFFICIAL), _gives(person, Role.GRANTS_OFFICER)


def one_role_twice(session: Session) -> Pair:
    """One person is given one role twice."""
    person = somebody(session)
    return _gives(person, Role.AUDITOR), _gives(person, Role.AUDITOR)


def last_administrators(session: Session) -> Pair:
    """The last two administrators end each other's role."""
    for row in session.exec(select(StaffRole).where(col(StaffRole.ended_at).is_(None))).all():
        row.ended_at, row.ended_by_id = NOW, row.person_id
    session.flush()
    pair = [somebody(session), somebody(session)]
    held = [roles.grant_role(session, each, Role.ADMINISTRATOR, actor=SYSTEM, now=NOW) for each in pair]

    def end(mine: int, other: int) -> Deed:
        actor = actor_of(pair[mine], Role.ADMINISTRATOR)
        return lambda session: roles.end_role(session, pair[other], held[other], actor=actor, now=NOW)

    return end(0, 1), end(1, 0)


def one_template(session: Session) -> Pair:
    """Two save the next version of one letter's words."""
    kind = letter_kinds.AWARD
    officer = actor_of(somebody(session), Role.GRANTS_OFFICER)
    newest = session.exec(
        select(Template).where(col(Template.kind) == kind.kind).order_by(col(Template.version).desc())
    ).first()
    if newest is None:
        own = Words(kind.title, f"{kind.body}\n", kind.mail_subject)
        newest = save_template(session, kind, own, version=1, actor=officer, now=NOW)

    def save(words: str) -> Deed:
        text = Words(kind.title, f"{kind.body}\n\n{words}", kind.mail_subject)
        version = newest.version
        return lambda other: save_template(other, kind, text, version=version, actor=officer, now=NOW)

    number = next(_numbers)
    return save(f"First {number}."), save(f"Second {number}.")


EXCLUSIVE: list[Callable[[Session], Pair]] = [
    one_code,
    one_recovery_code,
    one_code_signs_in,
    one_reset_link,
    one_confirming_link,
    one_set_up_link,
    roles_that_exclude,
    one_role_twice,
    last_administrators,
    one_template,
]


@pytest.mark.parametrize("thing", EXCLUSIVE, ids=lambda thing: thing.__name__)
def test_of_two_who_use_it_at_once_exactly_one_does(
    database: Database, thing: Callable[[Session], Pair]
) -> None:
    for _ in range(tries(4, 20)):
        with database.writing() as session:
            deeds = thing(session)

        made = meet(database, deeds)

        assert len(winners(made)) == 1, made
    with database.snapshot() as session:
        assert verify_chain(session).faults == ()


def test_one_invitation_accepted_twice_at_once_is_one_membership(database: Database) -> None:
    with database.writing() as session:
        invited = make_invited(session)
        person = session.get_one(Person, invited.addressed.person_id)

    def join(session: Session) -> object:
        invitation = session.get_one(Invitation, invited.invitation.id)
        return accept(session, invitation, person=person, actor=invited.addressed, now=NOW)

    assert len(winners(meet(database, [join, join]))) == 1


def test_a_code_that_is_owed_ends_with_the_password(database: Database) -> None:
    with database.writing() as session:
        person = _with_factor(session)
    with database.writing() as session:
        again = session.get_one(Person, person.id)
        again.password_changed_at = real_now() + timedelta(seconds=1)
        session.add(again)

    with database.writing() as session:
        code = pyotp.TOTP(_key(person)).now()
        assert factors.start_with_code(session, person, code, browser="a test", now=NOW) is None


@pytest.mark.parametrize("when", ["before the transaction", "before the commit"])
def test_no_deed_stands_after_its_actors_role_ended(app: Flask, database: Database, when: str) -> None:
    with database.writing() as session:
        person = somebody(session)
        held = roles.grant_role(session, person, Role.GRANTS_OFFICER, actor=SYSTEM, now=NOW)
        token = sessions.start(session, person, browser="a test", second_factor=True)
        keeper = somebody(session)
        host = make_invited(session).organization
    ender = actor_of(keeper, Role.ADMINISTRATOR)

    def end() -> None:
        with database.writing() as session:
            roles.end_role(session, person, held, actor=ender, now=NOW)

    def do() -> None:
        with current.writing() as session:
            if when == "before the commit" and not database.is_sqlite:
                other = threading.Thread(target=end)
                other.start()
                other.join(30)
            record(session, "organization.edited", host, happened="edited", actor=g.actor, now=NOW)

    with app.test_request_context("/"):
        _arrive(app, token)
        assert g.actor.staff_roles == {Role.GRANTS_OFFICER}
        if when == "before the transaction" or database.is_sqlite:
            end()
        with pytest.raises(NotAllowed, match="You are no longer grants officer: that ended just now"):
            do()

    with database.reading() as session:
        kinds = [event.kind for event in _events(session) if event.person_id == person.id]
    assert "organization.edited" not in kinds


def _arrive(app: Flask, token: str) -> None:
    """Do what the guard does when a request arrives."""
    from flask import session as cookie

    from grants.accounts.views.browser import TOKEN

    cookie[TOKEN] = token
    database: Database = app.extensions["grants.database"]
    with database.reading() as session:
        g.clock = app.extensions["grants.clock"](session)
        g.actor = app.extensions["grants.actor"](session)


def _events(session: Session) -> list[Any]:
    return list(session.exec(select(Event).order_by(col(Event.seq))).all())


def _with_factor(session: Session) -> Person:
    person = somebody(session)
    person.totp_sealed = factor.sealed(factor.new_key(), keys().totp_key)
    person.totp_since, person.totp_counter = NOW, 0
    session.add(person)
    session.flush()
    return person


def _key(person: Person) -> str:
    return factor.unsealed(person.totp_sealed or "", keys().totp_key) or ""


def _gives(person: Person, role: Role) -> Deed:
    return lambda session: roles.grant_role(session, person, role, actor=SYSTEM, now=NOW)
