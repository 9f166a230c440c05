"""When a panel's deeds are in time: before its call only with a reason, revised by the end of that day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from grants.errors import refuse
from grants.words import at_instant

LONGEST_REASON = 2000


def revise_by(call_at: datetime | None, now: datetime, zone: str) -> datetime | None:
    """Return the end of the day of the call, or of today where the call is past; None where none is set."""
    if call_at is None:
        return None
    day = max(call_at, now).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone))


def is_early(call_at: datetime | None, now: datetime) -> bool:
    """Ask whether a panel's call is still to come."""
    return call_at is not None and now < call_at


def early_reason(call_at: datetime | None, reason: str, *, deed: str, now: datetime, zone: str) -> str:
    """Return why a deed comes before its call, empty where it does not; raise where nobody says why."""
    if call_at is None or not is_early(call_at, now):
        return ""
    if not reason.strip():
        sentence = f"The call is on {at_instant(call_at, zone)}. Write why you {deed} before it."
        raise refuse("early", sentence, field="early")
    return reason.strip()[:LONGEST_REASON]
