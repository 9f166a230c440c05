"""Totals of several reviewers on one application: exact mean, median, trimmed mean, spread, by criterion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from scoring.exact import added
from scoring.faults import Undefined
from scoring.rubric import Node, Rubric
from scoring.scoresheet import Absent, Sheet, check

TRIM_AT_LEAST = 5
"""A trimmed mean leaves out one highest and one lowest total, and needs at least this many."""

NO_TOTALS = Undefined("No reviewer has submitted a score sheet.")


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the totals of one application lie apart."""

    low: Fraction
    high: Fraction
    variance: Fraction | Undefined
    """Sample variance, divisor n - 1."""

    @property
    def range(self) -> Fraction:
        """Return highest minus lowest."""
        return self.high - self.low

    @property
    def deviation(self) -> float | Undefined:
        """Return the sample standard deviation, a description and never part of a rank."""
        return self.variance if isinstance(self.variance, Undefined) else sqrt(self.variance)


def present(totals: Mapping[str, Fraction | Absent]) -> dict[str, Fraction]:
    """Return the totals that exist, by reviewer; the absent ones are left out and never zero."""
    return {name: total for name, total in totals.items() if not isinstance(total, Absent)}


def mean(totals: Iterable[Fraction]) -> Fraction | Undefined:
    """Return the exact arithmetic mean."""
    values = list(totals)
    return added(values) / len(values) if values else NO_TOTALS


def median(totals: Iterable[Fraction]) -> Fraction | Undefined:
    """Return the exact median: the middle total, or the mean of the two in the middle."""
    values = sorted(totals)
    if not values:
        return NO_TOTALS
    upper = len(values) // 2
    return values[upper] if len(values) % 2 else (values[upper - 1] + values[upper]) / 2


def trimmed_mean(totals: Iterable[Fraction]) -> Fraction | Undefined:
    """Return the mean without one highest and one lowest total; undefined below five totals."""
    values = sorted(totals)
    if len(values) < TRIM_AT_LEAST:
        return Undefined(f"A trimmed mean needs {TRIM_AT_LEAST} totals; there are {len(values)}.")
    return mean(values[1:-1])


def spread(totals: Iterable[Fraction]) -> Spread | Undefined:
    """Return lowest, highest, range and variance of the totals."""
    values: Sequence[Fraction] = list(totals)
    middle = mean(values)
    if isinstance(middle, Undefined):
        return middle
    if len(values) == 1:
        variance: Fraction | Undefined = Undefined("One score sheet has no variance.")
    else:
        variance = sum(((value - middle) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
    return Spread(min(values), max(values), variance)


def criterion_means(rubric: Rubric, sheets: Iterable[Sheet]) -> dict[str, Fraction | Undefined]:
    """Return the mean points per criterion, parents included, over complete unrecused sheets.

    The means of the top criteria add up to the mean of the totals exactly, unless a criterion was
    marked not applicable: then it is averaged over the sheets that answer it.
    """
    earned = [
        checked.earned
        for sheet in sheets
        if not sheet.recused and not isinstance((checked := check(rubric, sheet)).total, Undefined)
    ]
    found: dict[str, Fraction | Undefined] = {}
    for node in rubric.tree:
        _node_mean(node, earned, found)
    return found


def _node_mean(
    node: Node, earned: Sequence[Mapping[str, Fraction]], found: dict[str, Fraction | Undefined]
) -> Fraction | Undefined:
    key = node.criterion.key
    found[key] = NO_TOTALS  # reserves the place before the children: published order
    if not node.children:
        found[key] = mean(points[key] for points in earned if key in points)
        return found[key]
    parts = [_node_mean(child, earned, found) for child in node.children]
    known = [part for part in parts if not isinstance(part, Undefined)]
    found[key] = sum(known, Fraction(0)) if known else NO_TOTALS
    return found[key]
