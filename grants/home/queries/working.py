"""Reads of whether the workers work: when each was last seen, and since when mail waits; in real time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from grants.jobs.models import Duty
from grants.jobs.queries import workers_seen
from grants.lifecycle.queries import last_mail_failure, mail_waits_since

SILENT = timedelta(seconds=60)
"""A worker that was not seen for so long is missing; its heart beats every few seconds."""
SLOW = timedelta(minutes=10)
"""Mail that waits for so long is late."""


@dataclass(frozen=True)
class Working:
    """How the work beside the pages stands at one real instant."""

    at: datetime
    seen: dict[Duty, datetime]
    mail_since: datetime | None
    mail_failure: str | None

    def is_missing(self, duty: Duty) -> bool:
        """Say whether no worker of this duty was seen lately."""
        seen = self.seen.get(duty)
        return seen is None or self.at - seen > SILENT

    @property
    def is_mail_late(self) -> bool:
        """Say whether mail waits longer than it should."""
        return self.mail_since is not None and self.at - self.mail_since > SLOW

    @property
    def missing(self) -> list[Duty]:
        """Return the duties that nobody does."""
        return [duty for duty in Duty if self.is_missing(duty)]


def working(session: Session, *, at: datetime) -> Working:
    """Read how the work beside the pages stands."""
    return Working(at, workers_seen(session), mail_waits_since(session), last_mail_failure(session))
