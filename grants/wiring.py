"""Names to functions: jobs, notices, letter kinds, and the loader of the actor."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlmodel import Session

from grants.access.actor import NOBODY, Actor

NOTICES: dict[str, Callable[..., Any]] = {}
"""Notice name to `(session, event) -> list[Mail]`."""

JOBS: dict[str, Callable[..., Any]] = {}
"""Job kind to `(work: grants.jobs.runner.Work) -> None`."""

DUTIES: list[Callable[[Session, datetime], None]] = []
"""What the worker does at every turn, idempotent: reminders, due requests, expiries."""


def load_actor(_session: Session) -> Actor:
    """Make the actor of this request."""
    return NOBODY


def install(app: Flask) -> None:
    """Give the application what slices provide beyond pages: sign-in, sessions, navigation."""
    app.context_processor(dict)
