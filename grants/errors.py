"""The ways a deed can be refused; each knows its HTTP status."""

import math
from collections.abc import Sequence
from datetime import timedelta

from grants.findings import Finding


class GrantsError(Exception):
    """A deed was refused for a reason that a person can be told."""

    status = 400


class NotFound(GrantsError):
    """There is nothing here, or the actor may not know of it."""

    status = 404


class NotAllowed(GrantsError):
    """The actor may know of the record and may not do this deed."""

    status = 403

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(GrantsError):
    """Rules refused the deed; all their findings are here at once."""

    status = 422

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = list(findings)


class Unavailable(Refused):
    """Something that the deed needs is away for the moment; nothing was lost, and it may be tried again."""

    status = 503

    def __init__(self, message: str, *, code: str = "unavailable") -> None:
        super().__init__([Finding(code, message)])


class NoRoom(Unavailable):
    """There is no room left to store what was sent."""

    status = 507


class MoveRefused(Refused):
    """A record is not in a status from which this move is possible."""

    status = 409


class StaleVersion(GrantsError):
    """Somebody saved this field group meanwhile.

    `current` holds the stored fields, `offered` the fields of this request; nothing was stored.
    """

    status = 409

    def __init__(
        self, message: str, *, current: dict[str, str], offered: dict[str, str], version: int
    ) -> None:
        super().__init__(message)
        self.message = message
        self.current = current
        self.offered = offered
        self.version = version


def refuse(code: str, message: str, *, field: str | None = None, authority: str | None = None) -> Refused:
    """Make a refusal with one finding."""
    return Refused([Finding(code, message, field=field, authority=authority)])


class TooManyTries(Refused):
    """Somebody must wait; `wait` says how long, None where no time ends it. Nothing typed is lost."""

    status = 429

    def __init__(self, said: str, *, wait: timedelta | None, field: str | None = None) -> None:
        sentence = said if wait is None else f"{said} Wait {_written(wait)}, then try again."
        super().__init__([Finding("tries", sentence, field=field)])
        self.wait = wait


def _written(wait: timedelta) -> str:
    """Write a time to wait, never shorter than it is."""
    seconds = math.ceil(wait.total_seconds())
    if seconds <= 90:  # noqa: PLR2004  # a minute and a half is easier in seconds
        return "1 second" if seconds <= 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
