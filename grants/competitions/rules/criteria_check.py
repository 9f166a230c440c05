"""Whether the criteria may be published: points everywhere, sums that hold, weights that act as printed."""

from collections.abc import Iterator
from fractions import Fraction

from grants.competitions.rules.notice import Criteria, CriterionPlan, walk
from grants.competitions.rules.weights import equal_share, points_of, sum_of, unpointed, weights
from grants.competitions.rules.wording import show_points
from grants.findings import Finding
from grants.numbers import shown


def criteria_findings(criteria: Criteria) -> Iterator[Finding]:
    """Yield everything that keeps the criteria from being published, each as a sentence."""
    if not criteria.criterion:
        yield missing("criteria", "There are no criteria. Add the criteria of the notice.")
    if criteria.total is None:
        yield missing("total", "The total of the notice is missing. Enter it, for example 100.")
    without = unpointed(criteria.criterion)
    for one in without:
        yield missing("points", f"“{one.title}” has no points. Enter them.")
    for one in walk(criteria.criterion):
        if one.points == 0:
            yield wrong("zero_points", f"“{one.title}” has 0 points and decides nothing. Enter more than 0.")
    for one in criteria.criterion:
        yield from _family(one, None)
    if criteria.criterion and not without and criteria.total is not None:
        yield from _total(criteria)


def missing(code: str, message: str, authority: str | None = None) -> Finding:
    """Make the finding of something that is not there yet."""
    return Finding(f"competition.missing.{code}", message, field="criteria", authority=authority)


def wrong(code: str, message: str) -> Finding:
    """Make the finding of something that does not hold."""
    return Finding(f"competition.wrong.{code}", message, field="criteria")


def _total(criteria: Criteria) -> Iterator[Finding]:
    found, promised = sum_of(criteria.criterion), Fraction(criteria.total or 0)
    if found != promised:
        mend = f"Add {shown(promised - found)}." if found < promised else (
            f"Take away {shown(found - promised)}."
        )  # fmt: skip
        yield wrong(
            "total",
            f"Points add up to {shown(found)}. The notice promises {show_points(criteria.total)}. {mend}",
        )
    elif any(not weight.is_equal for weight in weights(criteria)):
        yield wrong(
            "weights", "The weights that act are not the weights that are printed. Correct the points."
        )


def _family(one: CriterionPlan, given: Fraction | None) -> Iterator[Finding]:
    points, share = points_of(one, given), equal_share(one, given)
    if not one.criterion:
        return
    below = [points_of(child, share) for child in one.criterion]
    if points is not None and all(value is not None for value in below):
        if one.equal:
            yield from _equal(one, points / len(one.criterion))
        else:
            yield from _sum(one, points, sum((value for value in below if value is not None), Fraction(0)))
    for child in one.criterion:
        yield from _family(child, share)


def _sum(one: CriterionPlan, points: Fraction, found: Fraction) -> Iterator[Finding]:
    if found != points:
        yield wrong(
            "sub_criteria",
            f"The sub-criteria of “{one.title}” add up to {shown(found)}; "
            f"the criterion has {shown(points)}. Change one of them.",
        )


def _equal(one: CriterionPlan, share: Fraction) -> Iterator[Finding]:
    for child in one.criterion:
        if child.points is not None and Fraction(child.points) != share:
            yield wrong(
                "equal_differs",
                f"“{child.title}” has {show_points(child.points)} points, but the sub-criteria of "
                f"“{one.title}” weigh equally, {shown(share)} each. Leave its points out.",
            )
