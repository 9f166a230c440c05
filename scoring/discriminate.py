"""How well each criterion tells applications apart, so that staff see which ones did the work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scoring.agree import Estimate, Form, intraclass
from scoring.faults import Undefined
from scoring.matrix import Floats, from_totals
from scoring.rubric import Leaf, Rubric
from scoring.scoresheet import Sheet, check

MINIMUM_SHEETS = 3


@dataclass(frozen=True, slots=True)
class Discrimination:
    """One scored criterion over all complete sheets."""

    key: str
    with_the_rest: float | Undefined
    """Correlation of its points with the sum of the other criteria."""
    agreement: Estimate | Undefined
    """ICC(1,1) of its points."""
    at_maximum: float | Undefined
    """Share of sheets that gave all points."""
    deviation: float | Undefined
    """Sample standard deviation over sheets, as a share of its points."""


def discrimination(rubric: Rubric, sheets: Iterable[Sheet]) -> tuple[Discrimination, ...]:
    """Return how each scored criterion tells applications apart, in published order."""
    earned = [
        (sheet, checked.earned)
        for sheet in sheets
        if not sheet.recused and not isinstance((checked := check(rubric, sheet)).total, Undefined)
    ]
    return tuple(_of(leaf, earned) for leaf in rubric.leaves)


def _of(leaf: Leaf, earned: list[tuple[Sheet, Mapping[str, Fraction]]]) -> Discrimination:
    answered = [(sheet, points) for sheet, points in earned if leaf.key in points]
    own = np.array([float(points[leaf.key]) for _, points in answered])
    rest = np.array([float(sum(points.values()) - points[leaf.key]) for _, points in answered])
    table: dict[str, dict[str, Fraction]] = {}
    for sheet, points in answered:
        table.setdefault(sheet.application, {})[sheet.reviewer] = points[leaf.key]
    few = Undefined(f"{len(own)} of at least {MINIMUM_SHEETS} score sheets answer this criterion.")
    enough = len(own) >= MINIMUM_SHEETS
    return Discrimination(
        leaf.key,
        _correlation(own, rest) if enough else few,
        intraclass(from_totals(table))[Form.ONE_WAY],
        float((own >= float(leaf.points)).mean()) if enough else few,
        float(own.std(ddof=1) / float(leaf.points)) if enough else few,
    )


def _correlation(own: Floats, rest: Floats) -> float | Undefined:
    if np.ptp(own) == 0:
        return Undefined("Every sheet gave this criterion the same points.")
    if np.ptp(rest) == 0:
        return Undefined("Every sheet gave the other criteria the same points.")
    return float(np.corrcoef(own, rest)[0, 1])
