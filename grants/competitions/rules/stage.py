"""Where a published competition is at an instant, told by the clock."""

from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """What the public list calls a competition."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


def stage_at(*, opens_at: datetime | None, deadline_at: datetime | None, now: datetime) -> Stage:
    """Return the stage; the instant of the deadline itself is still open."""
    if deadline_at is not None and now > deadline_at:
        return Stage.CLOSED
    if opens_at is not None and now < opens_at:
        return Stage.COMING
    return Stage.OPEN
