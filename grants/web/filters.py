"""How values are written on pages and in letters: instants, money, points, small Markdown."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from grants import money, numbers

OFFICE_ZONE = "America/New_York"
SECONDS_BELOW = 3
"""From this many minutes on down the seconds are told; countdown.js and time.html do the same."""


def instant(value: datetime | None, zone: str = OFFICE_ZONE) -> str:
    """Write an instant in a zone: “October 15, 2014, 11:59 p.m. EDT”."""
    if value is None:
        return "not set"
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {_hour(local)} {local.tzname()}"


def instant_seconds(value: datetime | None, zone: str = OFFICE_ZONE) -> str:
    """Write an instant to the second: “October 11, 2014, 3:20:44 p.m. EDT”."""
    if value is None:
        return "not set"
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {clock_time(value, zone)}"


def clock_time(value: datetime, zone: str = OFFICE_ZONE) -> str:
    """Write the time of day to the second: “2:14:07 p.m. EDT”."""
    local = value.astimezone(ZoneInfo(zone))
    hour = local.hour % 12 or 12
    return f"{hour}:{local:%M:%S} {_half(local)} {local.tzname()}"


def saved_at(value: datetime, zone: str = OFFICE_ZONE, *, now: datetime) -> str:
    """Write when something was saved: the time of day today, with its date on any other day."""
    is_today = value.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
    return clock_time(value, zone) if is_today else instant_seconds(value, zone)


def day(value: date | datetime | None) -> str:
    """Write a date: “October 15, 2014”."""
    if value is None:
        return "not set"
    return f"{value:%B} {value.day}, {value.year}"


def left(until: datetime, now: datetime) -> str:
    """Write the time left in days, then hours, then minutes: “4 days 6 hours left”; at last the seconds."""
    if until <= now:
        return "closed"
    minutes = int((until - now) / timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{plural(days, 'day')} {plural(hours, 'hour')} left".replace(" 0 hours", "")
    if hours:
        return f"{plural(hours, 'hour')} {plural(rest, 'minute')} left"
    if rest >= SECONDS_BELOW:
        return f"{plural(rest, 'minute')} left"
    last = plural(int((until - now).total_seconds()) % 60, "second")
    return f"{plural(rest, 'minute')} {last} left" if rest else f"{last} left"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Write a count with its noun: “1 day”, “4 days”, “1,200 words”."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def points(value: Decimal | Fraction | int | None) -> str:
    """Write points exactly, without trailing zeros: “70”, “4.5”, “33 1/3”."""
    return "–" if value is None else numbers.shown(Fraction(value))


def share(value: Fraction | str) -> str:
    """Write a share as the law does, then as percent; a stored rule keeps it as text, “2/5”."""
    return money.share_text(Fraction(value))


def filesize(size: int) -> str:
    """Write a size: “640 KB”, “1.4 MB”."""
    if size < 1_000_000:  # noqa: PLR2004  # a megabyte
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


def words(text: str | None) -> int:
    """Count words as the limits count them: runs of characters between white space."""
    return len((text or "").split())


def markdown(text: str | None, heading: int = 4) -> Markup:
    """Render the small Markdown: paragraphs, headings of one level, lists, bold; the rest is text."""
    blocks = re.split(r"\n\s*\n", (text or "").strip().replace("\r\n", "\n"))
    return Markup("\n").join(_block(block, heading) for block in blocks if block.strip())


def _block(block: str, heading: int) -> Markup:
    lines = block.strip().split("\n")
    if all(line.lstrip().startswith(("- ", "* ")) for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_inline(line.lstrip()[2:])) for line in lines)
        return Markup("<ul>{}</ul>").format(items)
    if all(re.match(r"\s*\d+\. ", line) for line in lines):
        items = Markup("").join(
            Markup("<li>{}</li>").format(_inline(re.sub(r"^\s*\d+\. ", "", line))) for line in lines
        )
        return Markup("<ol>{}</ol>").format(items)
    if len(lines) == 1 and lines[0].startswith("#"):
        words = _inline(lines[0].lstrip("#").strip())
        return Markup("<h{0}>{1}</h{0}>").format(heading, words)
    return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))


def _inline(text: str) -> Markup:
    parts = re.split(r"\*\*(.+?)\*\*", text)
    return Markup("").join(
        Markup("<strong>{}</strong>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _hour(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local:%M} {_half(local)}"


def _half(local: datetime) -> str:
    return "a.m." if local.hour < 12 else "p.m."  # noqa: PLR2004  # noon


def iso(value: datetime) -> str:
    """Write an instant for `<time datetime>`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain_status(value: object) -> str:
    """Write a status as words."""
    return str(value).replace("_", " ")


FILTERS = {
    "instant": instant,
    "instant_seconds": instant_seconds,
    "clock_time": clock_time,
    "saved_at": saved_at,
    "day": day,
    "left": left,
    "plural": plural,
    "points": points,
    "filesize": filesize,
    "words": words,
    "markdown": markdown,
    "iso": iso,
    "plain_status": plain_status,
    "money": money.show,
    "dollars": money.dollars,
    "share": share,
    "percent": money.percent,
}


def install(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(FILTERS)
