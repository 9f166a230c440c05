"""Signing in and out: rows of server-side sessions, in real time."""

import hashlib
import secrets
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.accounts import queries
from grants.accounts.models import Person, SignIn
from grants.accounts.rules import passwords
from grants.accounts.rules.sessions import LONGEST
from grants.accounts.services.keys import keys
from grants.clock import real_now
from grants.database import ends_standing
from grants.lifecycle.record import record


def token_hash(token: str) -> str:
    """Return what the database keeps of a session's token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def authenticated(person: Person | None, password: str) -> bool:
    """Say whether the password is this person's; takes as long where there is no such person."""
    stored = person.password_hash if person is not None and person.active else None
    return passwords.matches(password, stored, keys().password_salt)


def start(session: Session, person: Person, *, browser: str, second_factor: bool = False) -> str:
    """Sign a person in and return the token for the browser's cookie; always a new one."""
    token = secrets.token_urlsafe(32)
    at = real_now()
    session.add(
        SignIn(
            person_id=person.id,
            token_hash=token_hash(token),
            browser=browser[:200],
            second_factor=second_factor,
            started_at=at,
            seen_at=at,
        )
    )
    return token


def note_life(session: Session, sign_in_id: int) -> None:
    """Write that the person is still there."""
    row = session.get(SignIn, sign_in_id)
    if row is not None and row.ended_at is None:
        row.seen_at = real_now()
        session.add(row)


def end(session: Session, token: str) -> None:
    """Sign out the browser that holds the token."""
    found = queries.standing(session, token_hash(token))
    row = queries.sign_in_by_id(session, found.sign_in_id) if found is not None else None
    if row is not None:
        _end(session, row)


def end_all(session: Session, person: Person, *, but: str | None = None) -> int:
    """Sign a person out everywhere, but for the browser that holds the token; return from how many."""
    kept = token_hash(but) if but else None
    rows = queries.sign_ins_of(session, person.id, since=real_now() - LONGEST)
    others = [row for row in rows if row.token_hash != kept]
    for row in others:
        _end(session, row)
    return len(others)


def end_others(session: Session, person: Person, *, token: str, actor: Actor, now: datetime) -> int:
    """Sign out every other browser at the person's own wish, and record it."""
    count = end_all(session, person, but=token)
    if count:
        record(
            session,
            "person.signed_out_elsewhere",
            person,
            happened="signed out in all other browsers",
            actor=actor,
            now=now,
            facts={"browsers": count},
        )
    return count


def _end(session: Session, row: SignIn) -> None:
    row.ended_at = real_now()
    session.add(row)
    ends_standing(session, row.person_id)
