"""Reviewers' comments as an applicant gets them: no names, no seats, an order of each application's own."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """What one reviewer said on one criterion; `points` is empty where the notice does not show them."""

    reviewer: str
    points: str
    strengths: str
    weaknesses: str


@dataclass(frozen=True)
class CriterionSaid:
    """What all reviewers said on one criterion."""

    key: str
    title: str
    most: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class FeedbackText:
    """The whole feedback on one application."""

    number: str
    organization: str
    competition: str
    state: str
    reviewers: int
    criteria: tuple[CriterionSaid, ...]

    @property
    def shows_points(self) -> bool:
        """Ask whether points stand in it."""
        return any(one.points for row in self.criteria for one in row.said)


@dataclass(frozen=True)
class NameFound:
    """A reviewer's name in a text that the applicant would read."""

    name: str
    criterion: str
    reviewer: str
    where: str


def order_for(application_uid: str, members: Iterable[str]) -> list[str]:
    """Return reviewers in an order that follows from the application alone, and from no seat.

    Reviewer 1 of one application is another person than Reviewer 1 of the next.
    """
    return sorted(members, key=lambda uid: hashlib.sha256(f"{application_uid}\n{uid}".encode()).hexdigest())


def names_in(text: FeedbackText, names: Iterable[str], others: Iterable[str] = ()) -> list[NameFound]:
    """Return where something that points to a person of the panel stands in a text.

    `names` are people: first and last name in any case and initials are looked for. `others` stand
    whole: mail addresses, and the bodies that people belong to.
    """
    patterns = [(name, _pattern(name)) for name in sorted(set(names)) if name.strip()]
    patterns += [(one, _whole(one)) for one in sorted(set(others)) if one.strip()]
    return [
        NameFound(name, row.title, one.reviewer, where)
        for row in text.criteria
        for one in row.said
        for where, words in (("strengths", one.strengths), ("weaknesses", one.weaknesses))
        for name, pattern in patterns
        if pattern.search(words)
    ]


def to_json(text: FeedbackText) -> dict[str, Any]:
    """Freeze a feedback."""
    frozen: dict[str, Any] = json.loads(json.dumps(asdict(text)))
    return frozen


def from_json(frozen: Mapping[str, Any]) -> FeedbackText:
    """Read a frozen feedback back."""
    return FeedbackText(
        **{
            **frozen,
            "criteria": tuple(
                CriterionSaid(**{**row, "said": tuple(Said(**one) for one in row["said"])})
                for row in frozen["criteria"]
            ),
        }
    )


def digest(frozen: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a frozen feedback: JSON with sorted keys, no spaces, UTF-8."""
    text = json.dumps(frozen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _pattern(name: str) -> re.Pattern[str]:
    """Match a person's name whole, its first and last word in any case, and initials with their points."""
    parts = [part for part in name.split() if part]
    words = [part for part in (parts[0], parts[-1]) if len(part.strip(".")) > 1]
    initials = r"\s*".join(rf"{re.escape(part[0])}\." for part in parts)
    found = [_bounded(name), *(_bounded(word) for word in words)]
    return re.compile("|".join(found) + (rf"|(?<!\w){initials}" if len(parts) > 1 else ""))


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(_bounded(words))


def _bounded(words: str) -> str:
    spaced = r"\s+".join(re.escape(part) for part in words.split())
    return rf"(?i:(?<!\w){spaced}(?!\w))"
