"""What belongs to the request at hand: the actor, the instant, the database, the files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app, g
from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import may as policy_may
from grants.access.roles import Role
from grants.clock import Clock
from grants.config import Settings
from grants.database import Database, asks_again
from grants.errors import NotAllowed

if TYPE_CHECKING:
    from grants.adapters.files import Files
    from grants.adapters.scanner import Clamd


class OnlyShown(Exception):
    """A view would have written where its form is only to be shown again."""


def actor() -> Actor:
    """Return who is acting in this request."""
    return cast("Actor", g.actor)


def now() -> datetime:
    """Return the business instant at this very call; for a form, call it once the body has been read."""
    return cast("Clock", g.clock).now()


def settings() -> Settings:
    """Return the installation's settings."""
    return cast("Settings", current_app.extensions["grants.settings"])


def database() -> Database:
    """Return the installation's database."""
    return cast("Database", current_app.extensions["grants.database"])


def files() -> "Files":
    """Return the installation's file store."""
    return cast("Files", current_app.extensions["grants.files"])


def scanner() -> "Clamd | None":
    """Return the installation's virus scanner, if it has one."""
    return cast("Clamd | None", current_app.extensions["grants.scanner"])


def may(permission: str, record: object = None) -> bool:
    """Say whether the acting person may; templates ask this before they show a button."""
    return policy_may(actor(), permission, record)


@contextmanager
def reading() -> Iterator[Session]:
    """Open a read transaction."""
    with database().reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """Open the request's write transaction; it commits once at the end.

    Raise OnlyShown where the request is shown again and must change nothing.
    """
    if g.get("only_shown", False):
        raise OnlyShown
    with database().writing() as session:
        asks_again(session, _still_stands)
        session.info["clock"] = g.get("clock")
        yield session


def _still_stands(session: Session) -> None:
    """Refuse the deed of somebody whose role ended after the guard let the request in."""
    fresh: Actor = current_app.extensions["grants.actor"](session)
    was = actor()
    lost = [str(role) for role in sorted(was.staff_roles - fresh.staff_roles)]
    lost += [
        str(role) for host, role in was.memberships.items() if _is_less(fresh.memberships.get(host), role)
    ]
    if was.is_signed_in and not fresh.is_signed_in:
        raise NotAllowed("You were signed out while this was done, so nothing was stored. Sign in again.")
    if lost:
        roles = " and ".join(dict.fromkeys(lost))
        raise NotAllowed(f"You are no longer {roles}: that ended just now, so nothing of this was stored.")


def _is_less(now: Role | None, before: Role) -> bool:
    return now is None or (before is Role.REPRESENTATIVE and now is not before)
