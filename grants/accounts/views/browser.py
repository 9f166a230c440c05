"""The browser at hand: which token of a server-side session its cookie holds, and where to go next."""

from datetime import datetime

from flask import g, request, session
from sqlmodel import Session
from wtforms import Field

from grants.access.actor import Actor
from grants.accounts import queries
from grants.accounts.models import Person
from grants.accounts.queries import Standing
from grants.accounts.rules.sessions import ends_at, must_be_noted
from grants.accounts.services.sessions import token_hash
from grants.clock import real_now
from grants.web import current, whose

TOKEN, PENDING, MAILED = "sign_in", "second_factor", "mailed"
CODE_WITHIN = 600
"""Seconds in which the second factor must follow the password."""
LONGEST_PATH = 2000
"""No page of ours has a longer address, and this one goes into cookies, mail and the record."""


def live_standing(reading: Session) -> Standing | None:
    """Return who is signed in here, if the sign-in has neither ended nor grown too old."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    found = queries.standing(reading, token_hash(token))
    if found is None:
        return None
    now = real_now()
    g.session_ends_at = ends_at(
        started_at=found.started_at, seen_at=found.seen_at, is_staff=bool(found.staff_roles)
    )
    if g.session_ends_at <= now:
        return None
    whose.claim(found.account.id)
    g.sign_in_to_note = found.sign_in_id if must_be_noted(found.seen_at, now) else None
    return found


def token() -> str:
    """Return the token of this browser."""
    return str(session.get(TOKEN, ""))


def take(new_token: str, person: Person) -> None:
    """Put a fresh session into this browser; whatever it held before goes, so that none can be planted."""
    session.clear()
    session[TOKEN] = new_token
    whose.claim(person.id)


def forget() -> None:
    """Take everything out of this browser's cookie."""
    session.clear()


def await_code(person: Person, next_page: str) -> None:
    """Remember that this browser gave the right password and owes the second factor."""
    session.clear()
    session[PENDING] = {
        "person": person.uid,
        "at": real_now().timestamp(),
        "password": str(person.password_changed_at),
        "next": next_page,
    }


def awaited(reading: Session, *, at: datetime) -> tuple[Person, str] | None:
    """Return who owes the second factor in this browser, and where they wanted to go.

    Nobody owes it any longer once the password that was given has been changed.
    """
    pending = session.get(PENDING)
    if not isinstance(pending, dict) or at.timestamp() - float(pending["at"]) > CODE_WITHIN:
        return None
    person = queries.person_by_uid(reading, pending["person"])
    if person is None or not person.active or pending.get("password") != str(person.password_changed_at):
        return None
    return person, pending["next"]


def await_mail(email: str) -> None:
    """Remember to which address somebody at this browser had a mail sent."""
    session[MAILED] = email


def mailed_address() -> str:
    """Return the address to which a mail was sent from this browser last; empty if none was."""
    return str(session.get(MAILED, ""))


def prefill(field: Field) -> None:
    """Put the address that a link named into the field of a form that opens."""
    if request.method == "GET" and request.args.get("email"):
        field.data = request.args["email"][:254]


def wanted_page() -> str:
    """Return the page to which a reader wanted to go, if it is one of ours."""
    wanted = request.values.get("next", "")
    return wanted if is_ours(wanted) else ""


def is_ours(path: str) -> bool:
    """Ask whether a path stays on this site, whatever a browser makes of it."""
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
        and len(path) <= LONGEST_PATH
    )


def person_of(actor: Actor) -> Person:
    """Return the row of the acting person, loaded anew."""
    with current.reading() as reading:
        person = queries.person_by_id(reading, actor.person_id)
    if person is None:
        raise LookupError("the acting person has no account")
    return person
