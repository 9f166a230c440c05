"""Single sheets that stand apart: a reason to talk on the panel page, never to drop a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from scoring.aggregate import mean, present
from scoring.faults import Undefined
from scoring.matrix import from_totals
from scoring.rubric import Rubric
from scoring.scoresheet import Absent, Sheet, check
from scoring.variance import one_way

FAR = 2.5
"""Standard deviations from the other reviewers at which a sheet is marked."""
STRAIGHT_FROM = 3
"""Criteria from which the same share on every one is worth a word."""


@dataclass(frozen=True, slots=True)
class Residual:
    """One total against the other reviewers of the same application."""

    application: str
    reviewer: str
    difference: Fraction
    """Total minus the mean of the others."""
    deviations: float | Undefined
    """The difference in standard deviations, sqrt(MSW (1 + 1 / (k - 1)))."""

    @property
    def far(self) -> bool:
        """Say whether the panel page marks it."""
        return not isinstance(self.deviations, Undefined) and abs(self.deviations) > FAR


def residuals(totals: Mapping[str, Mapping[str, Fraction | Absent]]) -> tuple[Residual, ...]:
    """Return every total that has others beside it, the farthest first."""
    analysis = one_way(from_totals(totals))
    within = analysis.within if analysis else 0.0
    found = [
        _residual(application, reviewer, given, within)
        for application in totals
        if len(given := present(totals[application])) > 1
        for reviewer in given
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.difference), one.application, one.reviewer)))


def straight_lined(rubric: Rubric, sheet: Sheet) -> bool:
    """Say whether a sheet gives the same share of the points on every criterion, and not all of them."""
    earned = check(rubric, sheet).earned
    shares = {earned[leaf.key] / leaf.points for leaf in rubric.leaves if leaf.key in earned}
    return len(earned) >= STRAIGHT_FROM and len(shares) == 1 and shares != {Fraction(1)}


def _residual(application: str, reviewer: str, given: Mapping[str, Fraction], within: float) -> Residual:
    others = [total for name, total in given.items() if name != reviewer]
    middle = mean(others)
    difference = given[reviewer] - (middle if isinstance(middle, Fraction) else Fraction(0))
    if not within:
        return Residual(application, reviewer, difference, Undefined("The sheets of each application agree."))
    scale = sqrt(within * (1 + 1 / len(others)))
    return Residual(application, reviewer, difference, float(difference) / scale)
