"""Making an account, changing it, and confirming its address by the mailed link."""

from datetime import datetime, timedelta

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.accounts import queries
from grants.accounts.models import LinkPurpose, MailedLink, Person
from grants.accounts.rules import passwords
from grants.accounts.services.keys import keys
from grants.clock import real_now
from grants.errors import Refused
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record

CONFIRM_WITHIN = timedelta(days=7)
DEMONSTRATION_PASSWORD = "demonstration"  # noqa: S105  # known to all; such accounts are made in no production
"""The password of every invented person; the sign-in page of the demonstration tells it."""


def register(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    now: datetime,
    phone: str = "",
    zone: str = "America/New_York",
    confirmed: bool = False,
    then: str = "",
) -> Person | None:
    """Make an account and mail the link that confirms its address; `then` is the page it leads on to.

    Returns None where the address has an account; its owner is told by mail, and the page says the
    same in both cases. Raises `Refused` if the password is not good enough.
    """
    email = email.strip().lower()
    faults = passwords.faults_of(password, email=email, name=name)
    if faults:
        raise Refused(faults)
    hashed = passwords.hash_password(password, keys().password_salt)
    known = queries.person_by_email(session, email)
    if known is not None:
        _tell_owner(session, known, now=now)
        return None
    person = add_person(session, email=email, name=name, hashed=hashed, now=now, phone=phone, zone=zone)
    if confirmed:
        person.confirmed_at = now
        session.add(person)
    else:
        ask_to_confirm(session, person, now=now, then=then)
    return person


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    hashed: str,
    now: datetime,
    phone: str = "",
    zone: str = "America/New_York",
) -> Person:
    """Make an account whose password was judged and hashed already; its address is not confirmed."""
    person = Person(
        email=email,
        name=name.strip(),
        phone=phone.strip(),
        zone=zone,
        password_hash=hashed,
        password_changed_at=real_now(),
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
    person = session.get_one(Person, link.person_id)
    use(session, link)
    if person.confirmed_at is None:
        person.confirmed_at = now
        session.add(person)
        record(
            session,
            "person.confirmed",
            person,
            happened="confirmed the address",
            actor=as_actor(person),
            now=now,
        )
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
    for earlier in queries.links_open(session, person.id, purpose):
        use(session, earlier)
    at = real_now()
    link = MailedLink(person_id=person.id, purpose=purpose, made_at=at, expires_at=at + within)
    session.add(link)
    session.flush()
    return link


def use(session: Session, link: MailedLink) -> None:
    """Put a link out of use."""
    link.used_at = real_now()
    session.add(link)


def _tell_owner(session: Session, person: Person, *, now: datetime) -> None:
    event = record(
        session,
        "person.registered_again",
        person,
        happened="was named in a registration, though the address has an account",
        actor=as_actor(person),
        now=now,
    )
    tell(session, event, "accounts.registered_again")
