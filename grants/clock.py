"""The business instant: real time plus the demonstration's offset; the only place that reads the time."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the business instant to views, jobs and commands."""

    def now(self) -> datetime:
        """Return the business instant, aware, in UTC."""


def real_now() -> datetime:
    """Return the real instant, aware, in UTC; for sessions, leases and the record beside the business one."""
    return datetime.now(UTC)


class OffsetClock:
    """Real time moved forward by an offset; the offset is zero in production."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """Return the real instant plus the offset."""
        return real_now() + self.offset


class StoppedClock:
    """A clock that stands where it was put; for tests and for building the demonstration."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the instant it was put to."""
        return self.instant

    def put(self, instant: datetime) -> None:
        """Move to an instant, forward or back."""
        self.instant = instant
