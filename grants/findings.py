"""What a rule found: one sentence that says what to do, with its authority."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How far a finding reaches: it stops the deed, warns, asks for a person's eye, or records a pass."""

    STOP = "stop"
    WARN = "warn"
    LOOK = "look"
    PASS = "pass"  # noqa: S105  # the word, not a password


@dataclass(frozen=True)
class Finding:
    """One result of one rule.

    `code` is stable and machine-readable, `field` names the form field or the place it concerns,
    `authority` cites the law or the notice, `message` is a sentence for people.
    """

    code: str
    message: str
    field: str | None = None
    authority: str | None = None
    level: Level = Level.STOP


def stops(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that refuse the deed."""
    return [finding for finding in findings if finding.level is Level.STOP]
