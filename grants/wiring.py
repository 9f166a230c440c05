"""Names to functions: jobs, notices, letter kinds, and the loader of the actor."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlmodel import Session

from grants.access.actor import NOBODY, Actor
from grants.awards.rules import letter_kinds as award_letters
from grants.documents import jobs as documents_jobs
from grants.documents.rules import LetterKind

NOTICES: dict[str, Callable[..., Any]] = {}
"""Notice name to `(session, event) -> list[Mail]`."""

JOBS: dict[str, Callable[..., Any]] = {
    "documents.make_letters": documents_jobs.make_letters,
}
"""Job kind to `(work: grants.jobs.runner.Work) -> None`."""

LETTER_KINDS: dict[str, LetterKind] = {**award_letters.KINDS}
"""The kinds of letters by name."""

DUTIES: list[Callable[[Session, datetime], None]] = []
"""What the worker does at every turn, idempotent: reminders, due requests, expiries."""


def load_actor(_session: Session) -> Actor:
    """Make the actor of this request."""
    return NOBODY


def install(app: Flask) -> None:
    """Give the application what slices provide beyond pages: sign-in, sessions, navigation."""
    app.extensions["grants.letter_kinds"] = LETTER_KINDS
    app.context_processor(dict)
