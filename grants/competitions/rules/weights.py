"""The share of a full score sheet that each sub-criterion decides: as published, and as totals are computed.

The two must be equal before a notice goes out (C2). Everything is an exact fraction.
"""

from dataclasses import dataclass
from fractions import Fraction

from grants.competitions.rules.notice import Criteria, CriterionPlan


@dataclass(frozen=True)
class Weight:
    """One scored criterion: its points and both of its weights."""

    key: str
    title: str
    path: tuple[str, ...]
    points: Fraction
    published: Fraction
    acting: Fraction

    @property
    def is_equal(self) -> bool:
        """Ask whether what acts is what was published."""
        return self.published == self.acting


def points_of(criterion: CriterionPlan, given: Fraction | None = None) -> Fraction | None:
    """Return what a criterion is worth: given by an equal parent, printed, or the sum of what is below."""
    if given is not None:
        return given
    if criterion.points is not None:
        return Fraction(criterion.points)
    below = [points_of(child) for child in criterion.criterion]
    known = [points for points in below if points is not None]
    return sum(known, Fraction(0)) if below and len(known) == len(below) else None


def sum_of(criteria: tuple[CriterionPlan, ...]) -> Fraction:
    """Return the points of the top criteria so far; one without points counts nothing."""
    return sum((points_of(one) or Fraction(0) for one in criteria), Fraction(0))


def unpointed(criteria: tuple[CriterionPlan, ...], given: Fraction | None = None) -> list[CriterionPlan]:
    """List the scored criteria whose points follow from nothing, in published order."""
    found: list[CriterionPlan] = []
    for one in criteria:
        points = points_of(one, given)
        if not one.criterion:
            found.extend([one] if points is None else [])
        else:
            found.extend(unpointed(one.criterion, equal_share(one, given)))
    return found


def equal_share(criterion: CriterionPlan, given: Fraction | None) -> Fraction | None:
    """Return what each sub-criterion of an equal parent is worth.

    `given` is what the parent got from an equal parent of its own. None where the sub-criteria keep
    their own points: the parent is not equal, or has no points to share.
    """
    if given is None and criterion.points is not None:
        given = Fraction(criterion.points)
    if not criterion.equal or not criterion.criterion or given is None:
        return None
    return given / len(criterion.criterion)


def weights(criteria: Criteria) -> list[Weight]:
    """Return both weights of every scored criterion in published order; empty while points are missing.

    Published: a criterion's printed points over the promised total, split among its sub-criteria.
    Acting: a scored criterion's points over the points of a full sheet.
    """
    if not criteria.total or unpointed(criteria.criterion):
        return []
    scored = _scored(criteria.criterion, None, ())
    full = sum((points for _, _, points in scored), Fraction(0))
    published: dict[str, Fraction] = {}
    for one in criteria.criterion:
        _publish(one, (points_of(one) or Fraction(0)) / Fraction(criteria.total), published)
    return [
        Weight(one.key, one.title, path, points, published[one.key], points / full if full else Fraction(0))
        for one, path, points in scored
    ]


def _scored(
    criteria: tuple[CriterionPlan, ...], given: Fraction | None, above: tuple[str, ...]
) -> list[tuple[CriterionPlan, tuple[str, ...], Fraction]]:
    found: list[tuple[CriterionPlan, tuple[str, ...], Fraction]] = []
    for one in criteria:
        points, path = points_of(one, given), (*above, one.title)
        if one.criterion:
            found.extend(_scored(one.criterion, equal_share(one, given), path))
        else:
            found.append((one, path, points or Fraction(0)))
    return found


def _publish(criterion: CriterionPlan, weight: Fraction, published: dict[str, Fraction]) -> None:
    if not criterion.criterion:
        published[criterion.key] = weight
        return
    below = [points_of(child) or Fraction(0) for child in criterion.criterion]
    whole = sum(below, Fraction(0))
    for child, points in zip(criterion.criterion, below, strict=True):
        even = criterion.equal or not whole
        _publish(child, weight * (Fraction(1, len(below)) if even else points / whole), published)
