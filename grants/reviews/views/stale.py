"""Two texts side by side, word by word, for a person who has to choose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from grants.reviews.rules.sheets import FIELDS

TITLES = {
    "points": "Points",
    "strengths": "Strengths",
    "weaknesses": "Weaknesses",
    "agency_comment": "For the agency only",
    "change_reason": "Why the points changed",
}


@dataclass(frozen=True)
class Difference:
    """One field in two versions, cut into parts that are the same, removed or added."""

    name: str
    title: str
    stored: list[tuple[str, str]]
    typed: list[tuple[str, str]]
    is_same: bool


def difference(stored: Mapping[str, str], typed: Mapping[str, str]) -> list[Difference]:
    """Compare what is stored with what was typed, field by field."""
    return [
        Difference(
            name,
            TITLES[name],
            *parts(stored.get(name, ""), typed.get(name, "")),
            is_same=stored.get(name, "") == typed.get(name, ""),
        )
        for name in FIELDS
        if stored.get(name) or typed.get(name)
    ]


def parts(before: str, after: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Cut two texts into (kind, text) parts: the first with what is missing, the second with what is new."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    left: list[tuple[str, str]] = []
    right: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            left.append(("same", "".join(old[a:b])))
            right.append(("same", "".join(new[c:d])))
            continue
        if a < b:
            left.append(("removed", "".join(old[a:b])))
        if c < d:
            right.append(("added", "".join(new[c:d])))
    return left, right
