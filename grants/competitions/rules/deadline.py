"""A date and an hour in a zone become one instant; hours that a zone skips or doubles are said so."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grants.clock import year_fault
from grants.findings import Finding

ZONES: Final = {
    "America/New_York": "Eastern Time",
    "America/Chicago": "Central Time",
    "America/Denver": "Mountain Time",
    "America/Phoenix": "Arizona Time",
    "America/Los_Angeles": "Pacific Time",
    "America/Anchorage": "Alaska Time",
    "Pacific/Honolulu": "Hawaii Time",
    "America/Puerto_Rico": "Atlantic Time",
    "Pacific/Guam": "Chamorro Time",
    "Pacific/Pago_Pago": "Samoa Time",
    "UTC": "Coordinated Universal Time",
}


class Occurrence(IntEnum):
    """Which of two equal hours is meant where clocks go back."""

    FIRST = 0
    SECOND = 1


@dataclass(frozen=True)
class Choice:
    """One of the two instants that a doubled hour may mean, with the words to choose by."""

    occurrence: Occurrence
    instant: datetime
    words: str


@dataclass(frozen=True)
class Resolved:
    """An instant in UTC, or the findings that say why there is none, with two choices for a doubled hour."""

    instant: datetime | None
    findings: tuple[Finding, ...] = ()
    choices: tuple[Choice, ...] = ()


def resolve(
    day: date, hour: time, zone_name: str, *, occurrence: Occurrence | None = None, field: str = "deadline"
) -> Resolved:
    """Return the instant of a local date and hour.

    An hour that the zone skips is refused, a doubled hour is asked for unless `occurrence` says which.
    """
    zone = _zone(zone_name)
    if zone is None:
        return _refused("deadline.zone", f"There is no time zone named {zone_name}. Choose one.", field)
    outside = year_fault(day)
    if outside:
        return _refused("deadline.year", outside, field)
    local = datetime.combine(day, hour)
    candidates = [local.replace(tzinfo=zone, fold=fold) for fold in Occurrence]
    instants = [candidate.astimezone(UTC) for candidate in candidates]
    if instants[0] == instants[1]:
        return Resolved(instants[0])
    if instants[0].astimezone(zone).replace(tzinfo=None) != local:
        return _refused("deadline.skipped_hour", _skipped(local, zone, zone_name), field)
    if occurrence is not None:
        return Resolved(instants[occurrence])
    choices = tuple(
        Choice(which, instants[which], f"{_clock(local)} {candidates[which].tzname()}, {words}")
        for which, words in ((Occurrence.FIRST, "the first one"), (Occurrence.SECOND, "one hour later"))
    )
    sentence = (
        f"{_clock(local)} on {_day(local)} comes twice in {_zone_words(zone_name)}; clocks go back. "
        f"Choose {choices[0].words}, or {choices[1].words}."
    )
    return Resolved(None, (Finding("deadline.doubled_hour", sentence, field=field),), choices)


def is_in_time(received: datetime, deadline: datetime) -> bool:
    """Say whether a complete request was in time: at the instant of the deadline it still is.

    Both are aware; what counts is the instant, whole seconds are not rounded.
    """
    return received <= deadline


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _zone_words(name: str) -> str:
    return ZONES.get(name, name)


def _skipped(local: datetime, zone: ZoneInfo, zone_name: str) -> str:
    before = _offset(local - timedelta(days=1), zone)
    after = _offset(local + timedelta(days=1), zone)
    jump = _jump(local, zone)
    return (
        f"{_clock(local)} on {_day(local)} does not exist in {_zone_words(zone_name)}; clocks go from "
        f"{_short(jump)} to {_short(jump + (after - before))}. Choose another hour."
    )


def _jump(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the wall clock's reading at which the zone jumps: the first minute that does not exist."""
    at = local
    while True:
        earlier = at - timedelta(minutes=1)
        if _exists(earlier, zone):
            return at
        at = earlier


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def _offset(local: datetime, zone: ZoneInfo) -> timedelta:
    return local.replace(tzinfo=zone).utcoffset() or timedelta(0)


def _clock(local: datetime) -> str:
    seconds = f":{local.second:02d}" if local.second else ""
    half = ("a.m.", "p.m.")[local.hour // 12]
    return f"{local.hour % 12 or 12}:{local.minute:02d}{seconds} {half}"


def _short(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02d}"


def _day(local: datetime) -> str:
    return f"{local:%B} {local.day}"


def _refused(code: str, sentence: str, field: str) -> Resolved:
    return Resolved(None, (Finding(code, sentence, field=field),))
