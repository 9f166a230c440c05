"""What waits for the program officer, in words: drafts to publish, amendments to send."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from grants.access.roles import Role
from grants.findings import Finding
from grants.lifecycle.waiting import Waiting

NEAR = timedelta(days=90)
"""How far ahead a date of a draft must be at most to make it a duty; who only tries something has none."""


def is_near(planned: date | None, deadline: datetime | None, now: datetime) -> bool:
    """Say whether a draft is due: it is meant to go out, or to close, within 90 days and not long ago."""
    days = [planned] if planned else []
    days += [deadline.date()] if deadline else []
    return any(abs(day - now.date()) <= NEAR for day in days)


def draft_waiting(number: str, *, planned: date | None, zone: str, found: Sequence[Finding]) -> Waiting:
    """Say how many things stop a draft from being published."""
    left = {0: "Nothing stops it", 1: "1 thing stops it"}.get(len(found), f"{len(found)} things stop it")
    return Waiting(
        verb="Set up and publish a competition",
        why=left,
        due=datetime.combine(planned, time(9), ZoneInfo(zone)) if planned else None,
        subject=number,
        endpoint="staff.competitions.setup",
        values={"number": number},
        role=Role.PROGRAM_OFFICER,
        zone=zone,
    )


def amendment_waiting(number: str, amendment: int, *, deadline: datetime | None, zone: str) -> Waiting:
    """Say that an amendment is in preparation."""
    return Waiting(
        verb=f"Publish amendment {amendment}",
        why="It is in preparation; applicants know nothing of it yet",
        due=deadline,
        subject=number,
        endpoint="staff.competitions.amend",
        values={"number": number},
        role=Role.PROGRAM_OFFICER,
        zone=zone,
    )
