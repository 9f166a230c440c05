"""How long a sign-in lives, and which roles one person may hold together. Pure; real time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from grants.access.roles import SEPARATED, Role

IDLE_STAFF = timedelta(minutes=30)
IDLE_OTHERS = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "Mac"),
    ("Windows", "Windows"),
    ("Linux", "Linux"),
)


def ends_at(*, started_at: datetime, seen_at: datetime, is_staff: bool) -> datetime:
    """Return the instant from which the sign-in no longer counts, if nothing is done until then."""
    idle = IDLE_STAFF if is_staff else IDLE_OTHERS
    return min(seen_at + idle, started_at + LONGEST)


def must_be_noted(seen_at: datetime, now: datetime) -> bool:
    """Ask whether the last sign of life is old enough to be written anew."""
    return now - seen_at >= NOTED_EVERY


def browser_name(agent: str) -> str:
    """Name a browser and its system as their owner knows them, from what the browser says of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent.partition("/")[0][:40] or "A browser without a name"


def separated_from(role: Role) -> list[Role]:
    """Return the roles that a holder of this one may not hold."""
    return [b if a == role else a for a, b in SEPARATED if role in {a, b}]


def separation_conflicts(role: Role, held: Iterable[Role]) -> list[Role]:
    """Return the held roles that keep a person from being given this one."""
    return [other for other in separated_from(role) if other in set(held)]
