"""Finalists as shares of each criterion's points, so that totals can be had under other weights."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

from scoring.faults import Undefined
from scoring.rank import order
from scoring.rubric import Leaf, Rubric
from scoring.scoresheet import Sheet, check
from scoring.threshold import Rules

Weights = tuple[Fraction, ...]
"""Share of the total per scored criterion, in published order; adds up to 1."""


@dataclass(frozen=True)
class Profile:
    """The final sheets of a state's finalists, criterion by criterion."""

    leaves: tuple[Leaf, ...]
    weights: Weights
    """As published."""
    total: Fraction
    shares: Mapping[str, Mapping[str, Weights]]
    """Finalist, then reviewer, then the share of each criterion's points that was earned."""

    @cached_property
    def whole(self) -> tuple[int, dict[str, dict[str, tuple[int, ...]]]]:
        """Return the shares as whole numbers over one denominator, which add much faster."""
        rows = [share for given in self.shares.values() for share in given.values()]
        common = lcm(*(one.denominator for share in rows for one in share))
        return common, {
            name: {who: _over(common, share) for who, share in given.items()}
            for name, given in self.shares.items()
        }

    @cached_property
    def mean_shares(self) -> dict[str, Weights]:
        """Return each finalist's mean share per criterion."""
        common, whole = self.whole
        return {
            name: tuple(
                Fraction(sum(column), common * len(given)) for column in zip(*given.values(), strict=True)
            )
            for name, given in whole.items()
        }

    def scores(self, weights: Weights) -> dict[str, dict[str, Fraction]]:
        """Return the totals of all finalists under these weights."""
        divisor = lcm(*(weight.denominator for weight in weights))
        factors, (common, whole) = _over(divisor, weights), self.whole
        unit = self.total / (divisor * common)
        return {
            name: {who: unit * sum(map(operator.mul, factors, share)) for who, share in given.items()}
            for name, given in whole.items()
        }

    def winners(self, weights: Weights, rules: Rules) -> tuple[str, ...]:
        """Return who the published method puts first under these weights."""
        return tuple(one.application for one in order(self.scores(weights), rules) if one.place == 1)


def profile(rubric: Rubric, sheets: Mapping[str, Mapping[str, Sheet]]) -> Profile | Undefined:
    """Return the profile of finalists with their final sheets, or why weights cannot be moved."""
    if len(rubric.leaves) <= 1:
        return Undefined("There is one criterion only, so no weight can move.")
    shares: dict[str, dict[str, Weights]] = {}
    for name, given in sheets.items():
        for who, sheet in given.items():
            checked = check(rubric, sheet)
            if checked.not_applicable:
                return Undefined("A criterion was marked not applicable, so weights differ by sheet.")
            if isinstance(checked.total, Undefined):
                return checked.total
            earned = tuple(checked.earned[leaf.key] / leaf.points for leaf in rubric.leaves)
            shares.setdefault(name, {})[who] = earned
    if len(shares) <= 1:
        return Undefined("There is one finalist only, so no other can come first.")
    weights = rubric.effective_weights()
    return Profile(
        rubric.leaves, tuple(weights[leaf.key] for leaf in rubric.leaves), Fraction(rubric.total), shares
    )


def _over(common: int, shares: Weights) -> tuple[int, ...]:
    return tuple(share.numerator * (common // share.denominator) for share in shares)


def dot(first: Weights, second: Weights) -> Fraction:
    """Return the sum of products."""
    return sum((a * b for a, b in zip(first, second, strict=True)), Fraction(0))
