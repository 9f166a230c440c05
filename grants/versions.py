"""Saves that meet: what a page offers on top of what, what can be put together, what only a person decides.

Pure, and below everything that saves itself. A page offers the fields that were changed, each with the
fingerprint of the text it was written on; a form without scripts offers all its fields on one version. Both
are merged by the same rule, and whoever offered hears of every field what became of it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grants.findings import Finding

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Offer:
    """What a page offers to store.

    `bases` holds for each field the fingerprint of the text it was written on; without it the fields are a
    whole form that was made from `version`.
    """

    fields: Fields
    version: int
    bases: Fields | None = None

    def without(self, names: Iterable[str]) -> "Offer":
        """Return the same offer without some of its fields."""
        left_out = set(names)
        kept = {name: text for name, text in self.fields.items() if name not in left_out}
        return Offer(kept, self.version, self.bases)


@dataclass(frozen=True)
class Outcome:
    """What became of an offer: `fields` are all that is stored now, `found` is the version that was met.

    `refused` are the findings of fields that are no value, `clashes` the fields that others changed as well;
    neither was stored, everything else was.
    """

    version: int
    found: int
    fields: Fields
    at: datetime | None
    refused: Sequence[Finding] = ()
    clashes: Sequence[str] = ()
    offered_on: int | None = None

    @property
    def is_merged(self) -> bool:
        """Say whether the offer met a version that its page had not heard of."""
        return self.offered_on is not None and self.found != self.offered_on


@dataclass(frozen=True)
class Merged:
    """All fields after a merge, and those that both sides changed to different texts."""

    fields: dict[str, str]
    clashes: list[str] = field(default_factory=list)


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text with its line ends as one sign, as the script computes it as well."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def based_on(fields: Fields | None, names: Iterable[str]) -> dict[str, str]:
    """Return the bases of a form that was made from these fields; of an unknown form there are none."""
    return {} if fields is None else {name: fingerprint(fields.get(name, "")) for name in names}


def covers(newer: Fields, older: Fields) -> bool:
    """Say whether all that was typed before stands in what was typed after it."""
    return all(text.strip() in newer.get(name, "") for name, text in older.items())


def merge(stored: Fields, offered: Fields, bases: Fields) -> Merged:
    """Put what is offered on top of what is stored, field by field.

    A field that only one side changed takes that side's text; one that both changed to different texts
    clashes and keeps what is stored. Without a base, whatever differs clashes.
    """
    merged = Merged(dict(stored))
    for name, mine in offered.items():
        there, base = stored.get(name, ""), bases.get(name)
        if mine == there or base == fingerprint(mine):
            continue
        if base == fingerprint(there):
            merged.fields[name] = mine
        else:
            merged.clashes.append(name)
    return merged
