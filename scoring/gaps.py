"""Each pair of neighbors in the order: the gap, which criteria made it, and whether it is large."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import sqrt

from scoring.aggregate import criterion_means
from scoring.exact import show, show_points
from scoring.faults import Undefined
from scoring.matrix import from_totals
from scoring.rank import Place, Ranking
from scoring.rubric import Leaf, Rubric
from scoring.scoresheet import Sheet
from scoring.threshold import Ballot, Method
from scoring.variance import two_way


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion adds to the gap between two means."""

    key: str
    title: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Gap:
    """Two neighbors in the published order."""

    first: str
    second: str
    by_method: Fraction
    """Difference of what the method ranks by, positive in favor of the first."""
    by_mean: Fraction
    parts: tuple[Part, ...]
    """Per scored criterion, largest first; they add up to the difference of the means."""
    disagreement: float | Undefined
    """Standard error of a difference of two means under the reviewers' disagreement."""
    message: str

    @property
    def exceeds(self) -> bool | None:
        """Say whether the means differ by more than the disagreement; None where that is undefined."""
        return None if isinstance(self.disagreement, Undefined) else abs(self.by_mean) > self.disagreement


def gaps(
    rubric: Rubric, ballot: Ballot, ranking: Ranking, sheets: Mapping[str, Mapping[str, Sheet]]
) -> tuple[Gap, ...]:
    """Return the gap of each finalist to the next one, in published order."""
    names = [place.application for place in ranking.places]
    usual = usual_disagreement(ballot, names)
    means = {name: criterion_means(rubric, sheets[name].values()) for name in names}
    return tuple(
        _gap(rubric.leaves, ranking, first, second, means=means, usual=usual)
        for first, second in pairwise(ranking.places)
    )


def usual_disagreement(ballot: Ballot, names: list[str]) -> float | Undefined:
    """Return sqrt(2 MSE / k): how far two means of k reviewers differ by disagreement alone.

    MSE is the residual mean square of the finalists' two-way analysis, so severity does not count.
    """
    matrix = from_totals({name: ballot.final(name) for name in names})
    analysis = two_way(matrix)
    if analysis is None:
        return Undefined("Disagreement needs two finalists that the same two or more reviewers scored.")
    return sqrt(2 * analysis.error / analysis.reviewers)


def _gap(
    leaves: tuple[Leaf, ...],
    ranking: Ranking,
    first: Place,
    second: Place,
    *,
    means: Mapping[str, Mapping[str, Fraction | Undefined]],
    usual: float | Undefined,
) -> Gap:
    parts = [
        Part(leaf.key, leaf.title, above - below)
        for leaf in leaves
        if isinstance(above := means[first.application][leaf.key], Fraction)
        and isinstance(below := means[second.application][leaf.key], Fraction)
    ]
    ordered = tuple(sorted(parts, key=lambda part: (-part.points, part.key)))
    by_sum = ranking.rules.method is Method.RANK_SUM
    by_method = second.value - first.value if by_sum else first.value - second.value
    by_mean = first.final_mean - second.final_mean
    message = _sentence(first, second, by_method if by_sum else None, by_mean, parts=ordered, usual=usual)
    return Gap(first.application, second.application, by_method, by_mean, ordered, usual, message)


def _sentence(
    first: Place,
    second: Place,
    sums: Fraction | None,
    means: Fraction,
    *,
    parts: tuple[Part, ...],
    usual: float | Undefined,
) -> str:
    lead = "" if sums is None else f"the sums differ by {show_points(sums)}; "
    turned = f" in favor of {second.application}" if means < 0 else ""
    words = [f"{first.application} and {second.application}: {lead}the means by {show(abs(means))}{turned}"]
    if isinstance(usual, Undefined):
        words.append(f". {usual.reason}")
    else:
        more = "more" if abs(means) > usual else "not more"
        words.append(f", {more} than the reviewers' usual disagreement ({usual:.2f}).")
    return "".join(words) + _made_by(parts, first.application, second.application)


def _made_by(parts: tuple[Part, ...], first: str, second: str) -> str:
    made = [f"{part.title} (+{show(part.points)})" for part in parts if part.points > 0]
    against = [f"{part.title} (+{show(-part.points)})" for part in reversed(parts) if part.points < 0]
    words = f" In favor of {first}: {', '.join(made)}." if made else ""
    return words + (f" In favor of {second}: {', '.join(against)}." if against else "")
