"""Password and second factor: changing them, using them, and asking again before a signature."""

from datetime import datetime, timedelta

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.accounts import queries
from grants.accounts.models import LinkPurpose, MailedLink, Person
from grants.accounts.rules import factor, passwords
from grants.accounts.services import sessions, tries
from grants.accounts.services.keys import keys
from grants.accounts.services.registration import as_actor, new_link, use
from grants.clock import real_now
from grants.errors import NotFound, Refused, refuse
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record

RESET_WITHIN = timedelta(hours=1)


def confirm_signer(session: Session, actor: Actor, password_or_code: str) -> None:
    """Make sure that it is the acting person who signs: by the second factor's code, else the password.

    A code acts once. Raises `Refused` with the field `signer`.
    """
    person = session.get(Person, actor.person_id, with_for_update=True)  # of two deeds one has the code
    if person is None:
        raise NotFound
    tries.begin_signing(session, person, now=real_now())
    if person.has_second_factor:
        if not use_code(session, person, password_or_code, now=real_now()):
            tries.note_signing(session, person, good=False, now=real_now())
            raise refuse(
                "signer",
                "That is not the code shown now, or it was used already. Wait for the next one and enter it.",
                field="signer",
            )
    elif not passwords.matches(password_or_code, person.password_hash, keys().password_salt):
        tries.note_signing(session, person, good=False, now=real_now())
        raise refuse("signer", "That is not your password. Enter the one you sign in with.", field="signer")
    tries.note_signing(session, person, good=True, now=real_now())


def use_code(session: Session, person: Person, code: str, *, now: datetime) -> bool:
    """Use a code of the application or a recovery code; say whether it was good. Neither acts twice."""
    if person.totp_sealed is None:
        return False
    if factor.is_code(code):
        key = factor.unsealed(person.totp_sealed, keys().totp_key) or ""
        step = factor.counter_of(key, code, at=real_now(), after=person.totp_counter) if key else None
        if step is None:
            return False
        person.totp_counter = step
        session.add(person)
        return True
    return _use_recovery_code(session, person, code, now=now)


def start_with_code(
    session: Session, person: Person, code: str, *, browser: str, now: datetime
) -> str | None:
    """Sign in with a code of the second factor or a recovery code; None if it is neither.

    None also where the password was changed after `person` was read: the code was owed for the earlier one.
    """
    owed_for = person.password_changed_at
    person = session.get_one(Person, person.id, with_for_update=True)
    if person.password_changed_at != owed_for or not use_code(session, person, code, now=now):
        return None
    return sessions.start(session, person, browser=browser, second_factor=True)


def turn_on(
    session: Session, person: Person, key: str, code: str, *, actor: Actor, now: datetime
) -> list[str]:
    """Turn the second factor on once a first code proves that the application has the key.

    Returns the recovery codes, which are shown this once. Raises `Refused` with the field `code`.
    """
    person = session.get_one(Person, person.id, with_for_update=True)
    require(actor, "account.own", person)
    step = factor.counter_of(key, code, at=real_now(), after=0)
    if step is None:
        raise refuse(
            "code", "That is not the code shown now. Enter the six digits shown by your app.", field="code"
        )
    person.totp_sealed = factor.sealed(key, keys().totp_key)
    person.totp_since, person.totp_counter = now, step
    codes = _new_recovery_codes(person)
    session.add(person)
    _changed(session, person, "person.factor_on", "turned on the second factor", actor=actor, now=now)
    return codes


def turn_off(session: Session, person: Person, *, actor: Actor, now: datetime) -> None:
    """Turn the second factor off; the caller has confirmed the signer."""
    person = session.get_one(Person, person.id, with_for_update=True)
    require(actor, "account.own", person)
    person.totp_sealed, person.totp_since, person.recovery_hashes = None, None, []
    session.add(person)
    _changed(session, person, "person.factor_off", "turned off the second factor", actor=actor, now=now)


def new_recovery_codes(session: Session, person: Person, *, actor: Actor, now: datetime) -> list[str]:
    """Replace the recovery codes; the caller has confirmed the signer."""
    person = session.get_one(Person, person.id, with_for_update=True)
    require(actor, "account.own", person)
    codes = _new_recovery_codes(person)
    session.add(person)
    _changed(session, person, "person.codes_made", "made new recovery codes", actor=actor, now=now)
    return codes


def change_password(
    session: Session, person: Person, *, present: str, password: str, actor: Actor, now: datetime
) -> None:
    """Change the password of somebody who knows the present one."""
    person = session.get_one(Person, person.id, with_for_update=True)
    require(actor, "account.own", person)
    tries.begin_signing(session, person, now=real_now(), field="present")
    if not passwords.matches(present, person.password_hash, keys().password_salt):
        tries.note_signing(session, person, good=False, now=real_now())
        raise refuse("present", "That is not your present password.", field="present")
    _set_password(session, person, password)
    _changed(session, person, "person.password_changed", "changed the password", actor=actor, now=now)


def ask_to_reset(session: Session, email: str, *, now: datetime) -> MailedLink | None:
    """Mail a link that sets a new password within an hour; nothing happens where there is no account."""
    person = queries.person_by_email(session, email)
    if person is None or not person.active:
        return None
    link = new_link(session, person, LinkPurpose.RESET, RESET_WITHIN)
    event = record(
        session,
        "person.asked_to_reset",
        link,
        happened="asked for a link to set a new password",
        actor=as_actor(person),
        now=now,
    )
    tell(session, event, "accounts.reset")
    return link


def reset_password(session: Session, link: MailedLink, password: str, *, now: datetime) -> Person:
    """Set a new password by a mailed link, which proves the address too; every browser is signed out."""
    person = session.get_one(Person, link.person_id, with_for_update=True)
    _set_password(session, person, password)
    use(session, link)
    person.confirmed_at = person.confirmed_at or now
    sessions.end_all(session, person)
    _changed(session, person, "person.password_reset", "set a new password", actor=as_actor(person), now=now)
    return person


def _set_password(session: Session, person: Person, password: str) -> None:
    faults = passwords.faults_of(password, email=person.email, name=person.name)
    if faults:
        raise Refused(faults)
    person.password_hash = passwords.hash_password(password, keys().password_salt)
    person.password_changed_at = real_now()
    session.add(person)


def _use_recovery_code(session: Session, person: Person, code: str, *, now: datetime) -> bool:
    hashed = factor.recovery_hash(code, keys().password_salt)
    if hashed not in person.recovery_hashes:
        return False
    person.recovery_hashes = [other for other in person.recovery_hashes if other != hashed]
    session.add(person)
    left = len(person.recovery_hashes)
    _changed(
        session,
        person,
        "person.recovery_code_used",
        f"used a recovery code; {left} left",
        actor=as_actor(person),
        now=now,
    )
    return True


def _new_recovery_codes(person: Person) -> list[str]:
    codes = factor.new_recovery_codes()
    person.recovery_hashes = [factor.recovery_hash(code, keys().password_salt) for code in codes]
    return codes


def _changed(
    session: Session, person: Person, kind: str, happened: str, *, actor: Actor, now: datetime
) -> None:
    event = record(session, kind, person, happened=happened, actor=actor, now=now)
    tell(session, event, "accounts.sign_in_changed")
