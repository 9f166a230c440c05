"""Totals as a table of numbers for statistics; the score of record stays in exact fractions elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoring.scoresheet import Absent

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Applications by reviewers; `present` says which cells hold a score, the others hold 0."""

    applications: tuple[str, ...]
    reviewers: tuple[str, ...]
    values: Floats
    present: Flags

    @property
    def complete(self) -> bool:
        """Say whether every reviewer scored every application."""
        return bool(self.present.all())

    @property
    def applications_scored(self) -> Flags:
        """Return which applications have a score."""
        return np.asarray(self.present.any(axis=1), dtype=np.bool_)

    @property
    def reviewers_scoring(self) -> Flags:
        """Return which reviewers gave a score."""
        return np.asarray(self.present.any(axis=0), dtype=np.bool_)

    def rows(self) -> list[Floats]:
        """Return the scores of each application that has any."""
        return [row[there] for row, there in zip(self.values, self.present, strict=True) if there.any()]


def from_totals(totals: Mapping[str, Mapping[str, Fraction | Absent]]) -> Matrix:
    """Return the table of totals by application and reviewer, both in the order of their names."""
    applications = tuple(sorted(totals))
    reviewers = tuple(sorted({name for given in totals.values() for name in given}))
    values = np.zeros((len(applications), len(reviewers)))
    present = np.zeros(values.shape, dtype=np.bool_)
    column = {name: position for position, name in enumerate(reviewers)}
    for row, application in enumerate(applications):
        for reviewer, total in totals[application].items():
            if not isinstance(total, Absent):
                values[row, column[reviewer]] = float(total)
                present[row, column[reviewer]] = True
    return Matrix(applications, reviewers, values, present)


def from_rows(rows: list[list[float | None]]) -> Matrix:
    """Return a table from rows of scores, None where there is none: for published tables and tests."""
    width = len(rows[0]) if rows else 0
    shape = (len(rows), width)
    present = np.array([[value is not None for value in row] for row in rows], dtype=np.bool_).reshape(shape)
    values = np.array([[0.0 if value is None else value for value in row] for row in rows]).reshape(shape)
    names = tuple(f"A{number}" for number in range(1, len(rows) + 1))
    return Matrix(names, tuple(f"R{number}" for number in range(1, width + 1)), values, present)
