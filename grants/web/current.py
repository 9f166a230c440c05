"""What belongs to the request at hand: the actor, the instant, the database, the files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app, g
from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import may as policy_may
from grants.clock import Clock
from grants.config import Settings
from grants.database import Database

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
        yield session
