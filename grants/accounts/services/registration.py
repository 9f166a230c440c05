"""Making an account by a mailed link, changing it, and confirming its address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.accounts import queries
from grants.accounts.models import LinkPurpose, MailedLink, Person
from grants.accounts.rules import passwords
from grants.accounts.services.keys import keys
from grants.clock import real_now
from grants.errors import Refused, refuse
from grants.lifecycle.perform import tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record

CONFIRM_WITHIN = timedelta(days=7)
DEMONSTRATION_PASSWORD = "demonstration"  # noqa: S105  # known to all; such accounts are made in no production
"""The password of every invented person; the sign-in page of the demonstration tells it."""


@dataclass(frozen=True)
class Profile:
    """What somebody says of themselves when their account is set up, with the password they choose."""

    name: str
    password: str
    phone: str = ""
    zone: str = "America/New_York"


def ask_to_register(session: Session, *, email: str, name: str, now: datetime, then: str = "") -> None:
    """Mail the link by which an account is set up; `then` is the page it leads on to.

    Where the address has an account, its owner is told so by mail instead; the caller learns nothing.
    """
    email = email.strip().lower()
    known = queries.person_by_email(session, email)
    if known is not None and (known.is_set_up or not known.active):
        _tell_owner(session, known, now=now, then=then)
        return
    person = known or _added(session, email, name, now=now)
    ask_to_confirm(session, person, now=now, then=then)


def invite_staff(session: Session, *, email: str, name: str, now: datetime) -> Person:
    """Return the account of an address, made if need be; one without a password gets its set-up link."""
    email = email.strip().lower()
    person = queries.person_by_email(session, email) or _added(session, email, name, now=now)
    if not person.active:
        raise refuse("closed", f"The account of {email} is closed.", field="email")
    if not person.is_set_up:
        ask_to_confirm(session, person, now=now)
    return person


def set_up(session: Session, link: MailedLink, profile: Profile, *, now: datetime) -> Person:
    """Set an account up by the link that was mailed to its address, which proves it.

    Raises `Refused` if the password is not good enough, or if the account was set up meanwhile.
    """
    person = session.get_one(Person, link.person_id, with_for_update=True)
    if person.is_set_up:
        raise refuse("link", "This account is set up already. Sign in with its password.")
    _choose(session, person, profile)
    use(session, link)
    _confirmed(session, person, happened="set up the account and confirmed its address", now=now)
    return person


def register_invited(session: Session, email: str, profile: Profile, *, now: datetime) -> Person | None:
    """Make the account of somebody who holds a link that was mailed to the address; None if there is one.

    Raises `Refused` if the password is not good enough.
    """
    email = email.strip().lower()
    person = queries.person_by_email(session, email) or _added(session, email, profile.name, now=now)
    lock(session, person)  # of two at this very moment the second finds the account set up
    if person.is_set_up or not person.active:
        return None
    for link in queries.links_open(session, person.id, LinkPurpose.CONFIRM):
        use(session, link)
    _choose(session, person, profile)
    _confirmed(session, person, happened="registered by an invitation to the address", now=now)
    return person


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    hashed: str | None,
    now: datetime,
    phone: str = "",
    zone: str = "America/New_York",
) -> Person:
    """Make an account, with a password that was judged and hashed already or none; it is not confirmed."""
    person = Person(
        email=email,
        name=name.strip(),
        phone=phone.strip(),
        zone=zone,
        password_hash=hashed,
        password_changed_at=real_now() if hashed else None,
        created_at=now,
    )
    session.add(person)
    session.flush()
    record(session, "person.registered", person, happened="registered", actor=as_actor(person), now=now)
    return person


def as_actor(person: Person) -> Actor:
    """Make the actor of a deed that a person does before being signed in."""
    return Actor(person_id=person.id, name=person.name, zone=person.zone)


def ask_to_confirm(session: Session, person: Person, *, now: datetime, then: str = "") -> MailedLink:
    """Mail the link that confirms the address; an earlier one stops working."""
    link = new_link(session, person, LinkPurpose.CONFIRM, CONFIRM_WITHIN)
    event = record(
        session, "person.asked_to_confirm", link, happened="was asked to confirm the address",
        actor=as_actor(person), now=now, facts={"then": then} if then else None,
    )  # fmt: skip
    tell(session, event, "accounts.confirm")
    return link


def confirm(session: Session, link: MailedLink, *, now: datetime) -> Person:
    """Confirm the address of the person to whom the link was mailed."""
    person = session.get_one(Person, link.person_id, with_for_update=True)
    use(session, link)
    if person.confirmed_at is None:
        _confirmed(session, person, happened="confirmed the address", now=now)
    return person


def change_profile(
    session: Session, person: Person, *, name: str, phone: str, zone: str, actor: Actor, now: datetime
) -> None:
    """Change what a person says of themselves; nothing is recorded where nothing changed."""
    person = session.get_one(Person, person.id)
    require(actor, "account.own", person)
    before = {"name": person.name, "phone": person.phone, "zone": person.zone}
    after = {"name": name.strip(), "phone": phone.strip(), "zone": zone}
    if before == after:
        return
    person.name, person.phone, person.zone = after["name"], after["phone"], zone
    session.add(person)
    record(
        session,
        "person.profile_changed",
        person,
        happened="changed the account's data",
        actor=actor,
        now=now,
        facts={"before": before, "after": after},
    )


def new_link(session: Session, person: Person, purpose: LinkPurpose, within: timedelta) -> MailedLink:
    """Make a link that is good once; earlier links of the purpose stop working."""
    session.get_one(Person, person.id, with_for_update=True)  # of two asked at once one stays
    for earlier in queries.links_open(session, person.id, purpose):
        use(session, earlier)
    at = real_now()
    link = MailedLink(person_id=person.id, purpose=purpose, made_at=at, expires_at=at + within)
    session.add(link)
    session.flush()
    return link


def good_link(session: Session, link: MailedLink) -> MailedLink:
    """Return a mailed link that still acts, its person locked first: of two who use it one does.

    Raises `Refused` for one that was used or grew too old meanwhile.
    """
    session.get_one(Person, link.person_id, with_for_update=True)
    fresh = queries.mailed_link(session, link.uid, link.purpose, at=real_now())
    if fresh is None:
        raise refuse("link", "This link was used already. Ask for a new one.")
    return fresh


def use(session: Session, link: MailedLink) -> None:
    """Put a link out of use."""
    link.used_at = real_now()
    session.add(link)


def _added(session: Session, email: str, name: str, *, now: datetime) -> Person:
    """Make an account without a password; of two who ask at this very moment both get the same."""
    try:
        with session.begin_nested():
            return add_person(session, email=email, name=name, hashed=None, now=now)
    except IntegrityError:
        known = queries.person_by_email(session, email)
        if known is None:
            raise
        return known


def _choose(session: Session, person: Person, profile: Profile) -> None:
    faults = passwords.faults_of(profile.password, email=person.email, name=profile.name)
    if faults:
        raise Refused(faults)
    person.name, person.phone, person.zone = profile.name.strip(), profile.phone.strip(), profile.zone
    person.password_hash = passwords.hash_password(profile.password, keys().password_salt)
    person.password_changed_at = real_now()
    session.add(person)


def _confirmed(session: Session, person: Person, *, happened: str, now: datetime) -> None:
    person.confirmed_at = now
    session.add(person)
    session.flush()
    record(session, "person.confirmed", person, happened=happened, actor=as_actor(person), now=now)


def _tell_owner(session: Session, person: Person, *, now: datetime, then: str) -> None:
    event = record(
        session,
        "person.registered_again",
        person,
        happened="was named in a registration, though the address has an account",
        actor=as_actor(person),
        now=now,
        facts={"then": then} if then else None,
    )
    tell(session, event, "accounts.registered_again")
