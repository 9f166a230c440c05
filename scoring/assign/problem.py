"""What an assignment must respect: needs, loads, conflicts, organizations, expertise, panels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from scoring.assign.flow import Flags, Ints
from scoring.faults import Fault

FULL_FIT = 1000
"""Fits are whole thousandths, so that an optimum is exact."""

Pair = tuple[str, str]
"""Application, then reviewer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reviewer who may be assigned."""

    key: str
    most: int
    """Applications at most."""
    least: int = 0
    organization: str = ""
    federal: bool = False
    expertise: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """An application that needs reviewers."""

    key: str
    state: str
    reviewers: int = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Rules for the reviewers of each application."""

    per_organization: int | None = None
    """At most so many from one organization."""
    expertise: Mapping[str, int] = field(default_factory=dict)
    """Topic, then the least number of reviewers who have it."""
    federal_least: int = 0
    outside_least: int = 0
    same_panel: bool = False
    """All applications of a state get the same reviewers: required where ordinal ranks are summed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One assignment to be made."""

    applications: tuple[Proposal, ...]
    reviewers: tuple[Candidate, ...]
    fit: Mapping[Pair, int] = field(default_factory=dict)
    """Thousandths; a pair that is not listed has fit 0."""
    conflicts: Mapping[Pair, str] = field(default_factory=dict)
    """Pairs that can never be, each with its reason."""
    kept: frozenset[Pair] = frozenset()
    """Pairs that staff locked."""
    limits: Limits = field(default_factory=Limits)
    seed: int | None = None
    """Where given, equally good assignments are drawn by it; where not, the first by name is taken."""

    def faults(self) -> tuple[Fault, ...]:
        """Return what keeps the problem from being posed at all."""
        names = [one.key for one in self.applications], [one.key for one in self.reviewers]
        found = [
            Fault("duplicate-key", f"“{key}” stands twice.", key)
            for keys in names
            for key in sorted(set(keys))
            if keys.count(key) > 1
        ]
        found += [
            Fault("kept-conflict", f"{who} is locked to {name} but has a conflict there: {reason}.", name)
            for (name, who), reason in sorted(self.conflicts.items())
            if (name, who) in self.kept
        ]
        known = {(one.key, who.key) for one in self.applications for who in self.reviewers}
        found += [
            Fault("unknown-pair", f"{who} or {name} is locked but not part of this assignment.", name)
            for name, who in sorted(self.kept - known)
        ]
        found += [
            Fault("fit-out-of-range", f"The fit of {who} for {name} is not between 0 and {FULL_FIT}.", name)
            for (name, who), fit in sorted(self.fit.items())
            if not 0 <= fit <= FULL_FIT
        ]
        found += [
            Fault("load-out-of-range", f"{one.key} has a least load above the greatest, or below 0.", one.key)
            for one in self.reviewers
            if not 0 <= one.least <= one.most
        ]
        return tuple(found)

    def blocks(self) -> tuple["Block", ...]:
        """Return what is assigned as one: single applications, or all of a state under one panel."""
        if not self.limits.same_panel:
            return tuple(Block(one.key, (one,)) for one in self.applications)
        states: dict[str, list[Proposal]] = {}
        for one in self.applications:
            states.setdefault(one.state, []).append(one)
        return tuple(Block(state, tuple(members)) for state, members in states.items())

    def fits(self, blocks: tuple["Block", ...]) -> Ints:
        """Return the summed fit of each block and reviewer."""
        return np.array(
            [
                [sum(self.fit.get((one.key, who.key), 0) for one in block.members) for who in self.reviewers]
                for block in blocks
            ],
            dtype=np.int64,
        ).reshape(len(blocks), len(self.reviewers))

    def allowed(self, blocks: tuple["Block", ...]) -> Flags:
        """Return which block may have which reviewer."""
        return np.array(
            [
                [
                    all((one.key, who.key) not in self.conflicts for one in block.members)
                    for who in self.reviewers
                ]
                for block in blocks
            ],
            dtype=np.bool_,
        ).reshape(len(blocks), len(self.reviewers))


@dataclass(frozen=True, slots=True)
class Block:
    """Applications that share their reviewers."""

    name: str
    members: tuple[Proposal, ...]

    @property
    def need(self) -> int:
        """Return how many reviewers the block needs."""
        return max(one.reviewers for one in self.members)
