"""The business instant: real time plus the demonstration's offset; the only place that reads the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

YEARS: Final = range(1900, 2201)
"""Years of the dates that a person may give: in each, every zone's clock can be read and kept."""


def year_fault(day: date) -> str | None:
    """Return the sentence for a date whose year nobody means; None where the year is plausible."""
    if day.year in YEARS:
        return None
    return f"Enter a date in the years {YEARS[0]} to {YEARS[-1]}; the year {day.year:04d} is outside."


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
