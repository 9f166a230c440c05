"""Analysis of variance of a table of totals: what agreement, calibration and intervals are made of."""

from dataclasses import dataclass

import numpy as np

from scoring.matrix import Floats, Matrix

NEGLIGIBLE = 1e-11
"""Relative to the squared scores: less is rounding of floating point numbers, so it counts as zero."""


@dataclass(frozen=True, slots=True)
class OneWay:
    """Each application has its own reviewers. Shrout and Fleiss 1979; unequal numbers: Searle 1971."""

    applications: int
    scores: int
    between: float
    """Mean square between applications (MSB)."""
    within: float
    """Mean square within applications (MSW)."""
    typical: float
    """k, or k0 = (N - sum k_i^2 / N) / (n - 1) where the numbers of reviewers differ."""
    balanced: bool


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Every reviewer scored every application. Shrout and Fleiss 1979, table 1."""

    applications: int
    reviewers: int
    between: float
    judges: float
    error: float


def one_way(matrix: Matrix) -> OneWay | None:
    """Return the one-way analysis, or None where degrees of freedom are missing."""
    rows = matrix.rows()
    sizes = np.array([len(row) for row in rows], dtype=np.float64)
    total = int(sizes.sum())
    if len(rows) <= 1 or total <= len(rows):
        return None
    means = np.array([row.mean() for row in rows])
    grand = float((sizes * means).sum() / total)
    scale = _scale(np.concatenate(rows))
    between = float((sizes * (means - grand) ** 2).sum()) / (len(rows) - 1)
    within = float(sum(((row - row.mean()) ** 2).sum() for row in rows)) / (total - len(rows))
    typical = float(total - (sizes**2).sum() / total) / (len(rows) - 1)
    balanced = bool((sizes == sizes[0]).all())
    return OneWay(len(rows), total, _clean(between, scale), _clean(within, scale), typical, balanced)


def two_way(matrix: Matrix) -> TwoWay | None:
    """Return the two-way analysis of a complete table, or None where it does not exist."""
    count, judges = matrix.values.shape
    if not matrix.complete or count <= 1 or judges <= 1:
        return None
    values = matrix.values
    grand, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    residual = values - rows[:, None] - columns[None, :] + grand
    scale = _scale(values)
    return TwoWay(
        count,
        judges,
        _clean(judges * float(((rows - grand) ** 2).sum()) / (count - 1), scale),
        _clean(count * float(((columns - grand) ** 2).sum()) / (judges - 1), scale),
        _clean(float((residual**2).sum()) / ((count - 1) * (judges - 1)), scale),
    )


def _scale(values: Floats) -> float:
    return float((values**2).mean())


def _clean(square: float, scale: float) -> float:
    return 0.0 if square <= NEGLIGIBLE * max(scale, 1.0) else square
