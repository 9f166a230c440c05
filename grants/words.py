"""Instants as sentences of rules and services write them."""

from datetime import datetime
from zoneinfo import ZoneInfo


def at_instant(value: datetime, zone: str) -> str:
    """Write an instant in a zone: “January 12, 2015, 4:10 p.m. EST”."""
    local = value.astimezone(ZoneInfo(zone))
    half = "a.m." if local.hour < 12 else "p.m."  # noqa: PLR2004  # noon
    return f"{local:%B} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M} {half} {local.tzname()}"
