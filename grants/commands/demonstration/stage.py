"""The stage on which the demonstration is built: a clock that only goes forward, and people who act."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants import wiring
from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import person_by_email, roles_held
from grants.adapters.files import Files
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.database import Database

EASTERN = ZoneInfo("America/New_York")
T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """One person acting in one transaction."""

    session: Session
    person: Person
    actor: Actor
    clock: StoppedClock

    @property
    def now(self) -> datetime:
        """Return the instant of the next deed."""
        return self.clock.now()

    def again(self) -> "Scene":
        """Return the person as the policy knows them after what happened in this transaction."""
        return Scene(self.session, self.person, actor_of(self.session, self.person), self.clock)


@dataclass(frozen=True)
class Stage:
    """Everything a chapter of the story needs. `dice` fall the same at every run."""

    database: Database
    files: Files
    worker: Worker
    clock: StoppedClock
    dice: random.Random

    def at(self, text: str) -> None:
        """Move the clock forward to an instant such as "2014-08-01 09:00", Eastern Time."""
        instant = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=EASTERN)
        if instant < self.clock.now():
            raise ValueError(f"the clock of the demonstration goes forward only: {text}")
        self.clock.put(instant)

    def later(self, minutes: int = 1) -> None:
        """Let minutes and a few seconds pass, so that no two deeds share an instant."""
        self.clock.put(self.clock.now() + timedelta(minutes=minutes, seconds=self.dice.randrange(60)))

    @contextmanager
    def acting(self, email: str) -> Iterator[Scene]:
        """Let the person with this address act; everything within is one transaction."""
        with self.database.writing() as session:
            person = known(person_by_email(session, email), email)
            yield Scene(session, person, actor_of(session, person), self.clock)

    def work(self) -> None:
        """Let the worker do what waits: PDFs, mail, duties of the day."""
        self.worker.run_once()


def actor_of(session: Session, person: Person) -> Actor:
    """Make the actor of a person as a request would."""
    roles = frozenset(Role(row.role) for row in roles_held(session, person.id))
    return wiring.actor_of(session, person, roles)


def known(found: T | None, what: str) -> T:
    """Return what was found; the story is wrong where it names what is not there."""
    if found is None:
        raise LookupError(f"the demonstration's story names {what}, which is not there")
    return found
