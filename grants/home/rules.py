"""Pure rules of the home pages: the order of what waits, and the hour a zone has or has not."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from grants.lifecycle.waiting import DUE, OVERDUE, WITH_OTHERS, Waiting

LATELY = timedelta(days=7)


def in_order(rows: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """Sort what waits as it presses: overdue, then others wait, then due soonest, then news."""
    mine = [row for row in rows if row.urgency != WITH_OTHERS]
    return sorted(
        mine, key=lambda row: (_pressing(row, now), row.due or datetime.max.replace(tzinfo=UTC), row.verb)
    )


def with_others(rows: Iterable[Waiting]) -> list[Waiting]:
    """Return what waits for somebody else, longest first."""
    theirs = [row for row in rows if row.urgency == WITH_OTHERS]
    return sorted(theirs, key=lambda row: (row.due or datetime.max.replace(tzinfo=UTC), row.verb))


def instant_in(day: date, hour: time, zone: str) -> datetime | None:
    """Return the instant of a wall clock: None where the zone skips that hour, the first of a doubled one."""
    local = datetime.combine(day, hour, ZoneInfo(zone))
    there = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    return local.astimezone(UTC) if there.replace(tzinfo=None) == local.replace(tzinfo=None) else None


def _pressing(row: Waiting, now: datetime) -> int:
    if row.urgency == DUE and row.due is not None and row.due < now:
        return OVERDUE
    return row.urgency
