"""What moving the published weights would do to first place, exactly; for information.

One weight at a time: totals are linear in it, so the order changes only where two lines cross.
All weights at once, by means: the fewest points to move is a linear program with one constraint, a
fractional knapsack, solved exactly by moving weight from where the winner leads most to where a rival
does. Rank sums over all weights: `scoring.tipping`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, pairwise

from scoring.exact import show_exact, show_points
from scoring.faults import Undefined
from scoring.profile import Profile, Weights, dot
from scoring.rank import listed, order, results
from scoring.threshold import Method, Rules

STEP = Fraction(1, 10)
MANY = 12
"""Finalists up to which orders that are not by means are walked through."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The order with one criterion's points made larger or smaller by a tenth, the others scaled."""

    key: str
    points: Fraction
    same_order: bool
    winners: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Tipping:
    """How far one criterion alone may grow and shrink before first place changes."""

    key: str
    published: Fraction
    grows_to: Fraction | None
    """Points at which first place changes or is tied; None where it holds up to the whole total."""
    shrinks_to: Fraction | None
    winners_above: tuple[str, ...]
    winners_below: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class SmallestChange:
    """The fewest points that must move between criteria before another finalist reaches first place."""

    points: Fraction
    """Half the sum of absolute changes."""
    weights: Weights = field(metadata={"recorded": False})
    """Shares of the total at which the rival draws level; others may do as well, so no record has them."""
    rival: str


def each_weight_moved(profile: Profile, rules: Rules, by: Fraction = STEP) -> tuple[Moved, ...]:
    """Return the order with each criterion's points a tenth larger, then a tenth smaller."""
    published = _places(profile, profile.weights, rules)
    found = []
    for position, leaf in enumerate(profile.leaves):
        for factor in (1 + by, 1 - by):
            weight = min(profile.weights[position] * factor, Fraction(1))
            weights = with_one(profile.weights, position, weight)
            same = _places(profile, weights, rules) == published
            winners = profile.winners(weights, rules)
            points = weight * profile.total
            outcome = "the order stays the same" if same else f"first place is with {listed(winners)}"
            message = f"With {show_points(points)} points for {leaf.title} {outcome}."
            found.append(Moved(leaf.key, points, same, winners, message))
    return tuple(found)


def each_weight_tipped(profile: Profile, rules: Rules) -> tuple[Tipping, ...] | Undefined:
    """Return for each criterion alone the points at which first place changes, others in proportion."""
    tip = _tipping_of_means if rules.method is Method.MEAN else _tipping
    if rules.method is not Method.MEAN and len(profile.shares) > MANY:
        return Undefined(f"Shown for up to {MANY} finalists; there are {len(profile.shares)}.")
    return tuple(tip(profile, rules, position) for position in range(len(profile.leaves)))


def smallest_change_of_means(profile: Profile) -> SmallestChange | None:
    """Return the smallest change of all weights that ends the winner's lead by means, exactly.

    None where no weights do: the winner has at least as many points as each rival on every criterion
    and leads on all. Zero where first place is tied already.
    """
    shares = profile.mean_shares
    best = max(dot(profile.weights, share) for share in shares.values())
    first = sorted(name for name, share in shares.items() if dot(profile.weights, share) == best)
    if len(first) > 1:
        return SmallestChange(Fraction(0), profile.weights, first[1])
    changes = [
        change
        for rival, share in sorted(shares.items())
        if rival != first[0] and (change := _closing(profile, shares[first[0]], share, rival)) is not None
    ]
    return min(changes, key=lambda change: change.points, default=None)


def with_one(weights: Weights, position: int, weight: Fraction) -> Weights:
    """Return the weights with one set and the others scaled in proportion."""
    rest = 1 - weights[position]
    if not rest:
        return weights
    factor = (1 - weight) / rest
    return tuple(weight if place == position else one * factor for place, one in enumerate(weights))


def _closing(profile: Profile, winner: Weights, rival: Weights, name: str) -> SmallestChange | None:
    """Move weight to where the rival does best, from where the winner leads most, until they are level."""
    lead = tuple(a - b for a, b in zip(winner, rival, strict=True))
    target = min(range(len(lead)), key=lambda position: lead[position])
    gap, weights, moved = dot(profile.weights, lead), list(profile.weights), Fraction(0)
    if lead[target] > 0:
        return None
    for source in sorted(range(len(lead)), key=lambda position: -lead[position]):
        gain = lead[source] - lead[target]
        if gap <= 0 or gain <= 0:
            break
        step = min(weights[source], gap / gain)
        weights[source] -= step
        weights[target] += step
        moved += step
        gap -= step * gain
    return SmallestChange(moved * profile.total, tuple(weights), name)


def _places(profile: Profile, weights: Weights, rules: Rules) -> dict[str, str]:
    return {place.application: place.label for place in order(profile.scores(weights), rules)}


def _tipping_of_means(profile: Profile, rules: Rules, position: int) -> Tipping:
    """Return where the first rival's line meets the winner's: means are straight lines in the weight."""
    start, means = profile.weights[position], profile.mean_shares
    at_none, at_all = (with_one(profile.weights, position, Fraction(end)) for end in (0, 1))
    lines = {name: (dot(at_none, share), dot(at_all, share)) for name, share in means.items()}
    first = profile.winners(profile.weights, rules)
    own = lines[first[0]]
    level = [
        (_meeting(own[0] - line[0], own[1] - line[1]), name)
        for name, line in sorted(lines.items())
        if name not in first and line != own
    ]
    if any(lines[name] != own for name in first):
        level.append((start, first[0]))  # tied now, so any move parts them
    above = min((at for at, _ in level if at is not None and at >= start), default=None)
    below = max((at for at, _ in level if at is not None and at <= start), default=None)
    there = [tuple(sorted({*first, *(name for at, name in level if at == end)})) for end in (above, below)]
    return _tipped(profile, position, (above, below), (there[0], there[1]))


def _meeting(at_none: Fraction, at_all: Fraction) -> Fraction | None:
    """Return the weight from 0 to 1 at which a straight lead is zero, or None."""
    if at_none * at_all > 0 or at_none == at_all:
        return None
    return at_none / (at_none - at_all)


def _tipping(profile: Profile, rules: Rules, position: int) -> Tipping:
    """Walk from the published weight both ways, over the points where an order may change."""
    start = profile.weights[position]
    events = sorted({*_crossings(profile, rules, position), Fraction(0), Fraction(1)})
    up = [start, *(event for event in events if event > start)]
    down = [start, *(event for event in reversed(events) if event < start)]
    above, above_winners = _first_change(profile, rules, position, up)
    below, below_winners = _first_change(profile, rules, position, down)
    return _tipped(profile, position, (above, below), (above_winners, below_winners))


def _tipped(
    profile: Profile,
    position: int,
    ends: tuple[Fraction | None, Fraction | None],
    winners: tuple[tuple[str, ...], tuple[str, ...]],
) -> Tipping:
    leaf, points = profile.leaves[position], profile.weights[position] * profile.total
    grows, shrinks = (None if end is None else end * profile.total for end in ends)
    message = _sentence(leaf.title, points, grows, shrinks, profile.total)
    return Tipping(leaf.key, points, grows, shrinks, *winners, message)


def _first_change(
    profile: Profile, rules: Rules, position: int, events: list[Fraction]
) -> tuple[Fraction | None, tuple[str, ...]]:
    """Walk along the events; between two of them nothing changes, so one look inside is enough."""
    published = profile.winners(profile.weights, rules)
    for here, there in pairwise(events):
        inside = profile.winners(with_one(profile.weights, position, (here + there) / 2), rules)
        if inside != published:
            return here, inside
        at_end = profile.winners(with_one(profile.weights, position, there), rules)
        if at_end != published:
            return there, at_end
    return None, published


def _crossings(profile: Profile, rules: Rules, position: int) -> Iterator[Fraction]:
    """Yield every weight of the criterion at which the order of two totals or two results may change."""
    at_none = profile.scores(with_one(profile.weights, position, Fraction(0)))
    at_all = profile.scores(with_one(profile.weights, position, Fraction(1)))
    if rules.method in {Method.MEDIAN, Method.TRIMMED_MEAN}:
        yield from _crossings_inside(profile, rules, position)
    for first, second in combinations(sorted(profile.shares), 2):
        if rules.method is Method.RANK_SUM:
            for who in at_none[first].keys() & at_none[second].keys():
                yield from _crossing(
                    at_none[first][who] - at_none[second][who], at_all[first][who] - at_all[second][who]
                )
        yield from _crossing(
            _average(at_none[first]) - _average(at_none[second]),
            _average(at_all[first]) - _average(at_all[second]),
        )


def _crossings_inside(profile: Profile, rules: Rules, position: int) -> Iterator[Fraction]:
    """Yield where medians or trimmed means cross: linear between the crossings of single totals."""
    at_none = profile.scores(with_one(profile.weights, position, Fraction(0)))
    at_all = profile.scores(with_one(profile.weights, position, Fraction(1)))
    lines = [(at_none[name][who], at_all[name][who]) for name in at_none for who in at_none[name]]
    bends = {Fraction(0), Fraction(1)}
    for one, other in combinations(lines, 2):
        bends.update(_crossing(one[0] - other[0], one[1] - other[1]))
    yield from bends
    for low, high in pairwise(sorted(bends)):
        at_low, at_high = (
            results(profile.scores(with_one(profile.weights, position, at)), rules) for at in (low, high)
        )
        for first, second in combinations(sorted(profile.shares), 2):
            inside = _crossing(at_low[first] - at_low[second], at_high[first] - at_high[second])
            yield from (low + (high - low) * at for at in inside)


def _crossing(at_none: Fraction, at_all: Fraction) -> Iterator[Fraction]:
    """Yield where a line through these values at 0 and 1 crosses zero, if strictly inside."""
    if at_none * at_all < 0:
        yield at_none / (at_none - at_all)


def _average(totals: dict[str, Fraction]) -> Fraction:
    return sum(totals.values(), Fraction(0)) / len(totals)


def _sentence(
    title: str, points: Fraction, grows: Fraction | None, shrinks: Fraction | None, total: Fraction
) -> str:
    limits = []
    if grows is not None:
        limits.append(f"grows from {show_exact(points)} to {show_points(grows)}")
    if shrinks is not None:
        limits.append(f"shrinks from {show_exact(points)} to {show_points(shrinks)}")
    if not limits:
        return f"First place holds whatever {title} weighs."
    return f"First place holds unless {title} {' or '.join(limits)} points of {show_points(total)}."
