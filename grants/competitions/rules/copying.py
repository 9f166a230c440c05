"""What happens to the dates of a notice that is copied into another year."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from grants.competitions.rules.notice import Award, Dates, Notice
from grants.competitions.rules.notice_period import Determination


def dates_cleared(notice: Notice) -> Notice:
    """Return the notice without its dates; zone and award length stay."""
    return replace(
        notice, dates=Dates(zone=notice.dates.zone), award=Award(years=notice.award.years)
    )  # fmt: skip


def dates_moved(notice: Notice, years: int) -> Notice:
    """Return the notice with every date moved by whole years, the hours of the clock on the wall kept."""
    dates, zone = notice.dates, ZoneInfo(notice.dates.zone)
    return replace(
        notice,
        dates=replace(
            dates,
            planned_publication=_day(dates.planned_publication, years),
            opens=_instant(dates.opens, zone, years),
            deadline=_instant(dates.deadline, zone, years),
            questions_until=_instant(dates.questions_until, zone, years),
            determination=Determination.NONE,
            shorter_period_reason="",
        ),
        award=replace(
            notice.award,
            expected_award=_day(notice.award.expected_award, years),
            expected_start=_day(notice.award.expected_start, years),
        ),
    )


def _day(value: date | None, years: int) -> date | None:
    """Move a day; February 29 becomes February 28 where the year has none."""
    if value is None:
        return None
    try:
        return value.replace(year=value.year + years)
    except ValueError:
        return value.replace(year=value.year + years, day=28)


def _instant(value: datetime | None, zone: ZoneInfo, years: int) -> datetime | None:
    """Move an instant by the wall clock; an hour that the zone skips moves on by what was skipped."""
    if value is None:
        return None
    local = value.astimezone(zone)
    day = _day(local.date(), years)
    if day is None:
        return None
    return datetime.combine(day, local.timetz()).astimezone(UTC)
