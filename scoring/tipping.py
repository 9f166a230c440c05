"""The smallest change of all weights that ends a rank-sum winner's lead: a mixed-integer program.

Ranks change only where a reviewer's totals of two finalists tie, so every region between such ties is a
choice of order per reviewer and pair. One binary per reviewer and pair says who stands above; under it
the totals must agree; the program moves the fewest points. HiGHS solves it (scipy.optimize.milp); the
answer is then tried on exact fractions, just short of it and just beyond it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring.faults import Undefined
from scoring.matrix import Floats
from scoring.profile import Profile, Weights
from scoring.threshold import Method, Rules, TieRule
from scoring.weights import SmallestChange, each_weight_tipped, smallest_change_of_means, with_one

NUDGE = Fraction(1, 10_000)
NODE_LIMIT = 4000
"""Of the search: a count and not a time, so that every machine gives the same answer."""
FEW = 8
"""Finalists up to which all weights are moved together: a few seconds of search."""
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Tried:
    """The smallest change with what exact arithmetic says about it."""

    change: SmallestChange | None
    """None where no weights end the winner's lead."""
    confirmed: bool
    """A hair short of it the published winner stays, a hair beyond it does not."""
    message: str


def smallest_change(profile: Profile, rules: Rules) -> Tried | Undefined:
    """Return the fewest points to move between criteria that end the winner's lead by the method."""
    if len(profile.winners(profile.weights, rules)) > 1:
        return Undefined("First place is tied already.")
    match rules.method:
        case Method.MEAN:
            return _tried(profile, rules, smallest_change_of_means(profile))
        case Method.RANK_SUM if len(profile.shares) > FEW:
            return Undefined(f"Shown for up to {FEW} finalists; there are {len(profile.shares)}.")
        case Method.RANK_SUM:
            return _of_rank_sums(profile, rules)
        case _:
            return Undefined(
                f"For the {rules.method} only single weights are moved; see each criterion's limits."
            )


def _of_rank_sums(profile: Profile, rules: Rules) -> Tried | Undefined:
    (winner,) = profile.winners(profile.weights, rules)
    found = _of_single_weights(profile, rules)
    for rival in sorted(profile.shares):
        if rival == winner:
            continue
        for strict in (False, True) if rules.tie_breaks else (False,):
            within = min((change.points for change in found), default=profile.total) / profile.total
            change = _Program(profile, rules, winner, rival, within=float(within) + SLACK).solved(
                strict=strict
            )
            if isinstance(change, Undefined):
                return change
            if change is not None:
                found.append(change)
    nearest = min(found, key=lambda change: (_rounded(change.points), change.rival), default=None)
    return _tried(profile, rules, nearest)


def _of_single_weights(profile: Profile, rules: Rules) -> list[SmallestChange]:
    """Return the changes that one weight alone makes: no smallest change is larger than these."""
    tipped = each_weight_tipped(profile, rules)
    published = profile.winners(profile.weights, rules)
    found = []
    for position, one in enumerate(() if isinstance(tipped, Undefined) else tipped):
        ends = ((one.grows_to, one.winners_above), (one.shrinks_to, one.winners_below))
        for points, winners in ends:
            rival = next((name for name in winners if name not in published), None)
            if points is not None and rival is not None:
                weights = with_one(profile.weights, position, points / profile.total)
                found.append(SmallestChange(abs(points - one.published), weights, rival))
    return found


def _tried(profile: Profile, rules: Rules, change: SmallestChange | None) -> Tried:
    if change is None:
        return Tried(None, confirmed=True, message="First place holds under all weights.")
    published = profile.winners(profile.weights, rules)
    short = profile.winners(_along(profile.weights, change.weights, 1 - NUDGE), rules) == published
    beyond = any(profile.winners(weights, rules) != published for weights in _around(profile, change))
    message = (
        f"First place holds until {float(change.points):.2f} of {float(profile.total):g} points move "
        f"between criteria in favor of {change.rival}."
    )
    return Tried(change, short and beyond, message)


def _along(start: Weights, end: Weights, factor: Fraction) -> Weights:
    """Return the weights on the line from start through end, kept from falling below zero."""
    moved = [max(Fraction(0), a + (b - a) * factor) for a, b in zip(start, end, strict=True)]
    return tuple(one / sum(moved) for one in moved)


def _rounded(points: Fraction) -> Fraction:
    """Return points to a millionth, beyond which the program's answer is rounding."""
    return Fraction(round(points * 10**6), 10**6)


def _around(profile: Profile, change: SmallestChange) -> Iterator[Weights]:
    """Yield the weights found, a hair beyond them, and that with a hair moved between any two criteria.

    Several ties may meet in one point; which side of each is reached depends on the direction.
    """
    yield change.weights
    beyond = _along(profile.weights, change.weights, 1 + NUDGE)
    yield beyond
    for source, target in permutations(range(len(beyond)), 2):
        hair = min(NUDGE / 10, beyond[source])
        moved = list(beyond)
        moved[source] -= hair
        moved[target] += hair
        yield tuple(moved)


class _Program:
    """Variables: weights w, their absolute changes u, and z per reviewer and ordered pair of finalists."""

    def __init__(self, profile: Profile, rules: Rules, winner: str, rival: str, *, within: float) -> None:
        self.profile, self.rules, self.winner, self.rival, self.within = profile, rules, winner, rival, within
        self.reviewers = sorted(next(iter(profile.shares.values())))
        self.count = len(profile.weights)
        self.fixed: dict[str, Fraction] = {winner: Fraction(0), rival: Fraction(0)}
        self.pairs = self._pairs()
        self.width = 2 * self.count + len(self.pairs)
        self.rows: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def solved(self, *, strict: bool) -> SmallestChange | Undefined | None:
        """Return the nearest weights under which the rival draws level, or passes where `strict`."""
        self.rows, self.low, self.high = [], [], []
        self._weights()
        self._orders()
        self._level(strict=strict)
        goal = np.zeros(self.width)
        goal[self.count : 2 * self.count] = 0.5
        integrality = np.zeros(self.width)
        integrality[2 * self.count :] = 1
        result = milp(
            goal,
            constraints=LinearConstraint(np.array(self.rows), np.array(self.low), np.array(self.high)),
            integrality=integrality,
            bounds=Bounds(*self._bounds()),
            options={"node_limit": NODE_LIMIT, "mip_rel_gap": 0.0},
        )
        if result.status == 2:  # noqa: PLR2004 - scipy's word for infeasible
            return None
        if result.x is None or result.status:
            return Undefined(
                "The smallest change of all weights together is not known; single weights are shown."
            )
        return self._change(result.x)

    def _change(self, solution: Floats) -> SmallestChange:
        raw = [Fraction(max(0.0, float(value))).limit_denominator(10**9) for value in solution[: self.count]]
        weights = tuple(one / sum(raw) for one in raw)
        moved = sum((abs(a - b) for a, b in zip(weights, self.profile.weights, strict=True)), Fraction(0)) / 2
        return SmallestChange(_rounded(moved * self.profile.total), weights, self.rival)

    def _bounds(self) -> tuple[Floats, Floats]:
        """Return bounds that settle each order which moving so few points cannot turn round."""
        low, high = np.zeros(self.width), np.ones(self.width)
        for (who, above, below), column in self.pairs.items():
            least, most = self._reach(who, above, below)
            low[column] = 1.0 if least > SLACK else 0.0
            high[column] = 0.0 if most < -SLACK else 1.0
        return low, high

    def _reach(self, who: str, above: str, below: str) -> tuple[float, float]:
        """Return the least and greatest lead that the points that may move can make."""
        lead = self._lead(who, above, below)
        now = float(np.dot(lead, [float(weight) for weight in self.profile.weights]))
        span = self.within * float(lead.max() - lead.min())
        return now - span, now + span

    def _lead(self, who: str, above: str, below: str) -> Floats:
        shares = self.profile.shares
        return np.array([float(a - b) for a, b in zip(shares[above][who], shares[below][who], strict=True)])

    def _pairs(self) -> dict[tuple[str, str, str], int]:
        """Return a column per (reviewer, finalist above, finalist below) that concerns winner or rival."""
        pairs: dict[tuple[str, str, str], int] = {}
        for who, below in product(self.reviewers, (self.winner, self.rival)):
            for above in sorted(self.profile.shares):
                if above == below:
                    continue
                if self._same(who, above, below):
                    self.fixed[below] += Fraction(1, 2) if self.rules.tie_rule is TieRule.AVERAGE else 0
                elif not (self.rules.tie_rule is TieRule.DENSE and self._repeated(who, above)):
                    pairs[who, above, below] = 2 * self.count + len(pairs)
        return pairs

    def _same(self, who: str, one: str, other: str) -> bool:
        return self.profile.shares[one][who] == self.profile.shares[other][who]

    def _repeated(self, who: str, above: str) -> bool:
        """Say whether an earlier finalist has the same sheet, so that dense ranks count it already."""
        return any(self._same(who, above, other) for other in self.profile.shares if other < above)

    def _weights(self) -> None:
        whole = np.zeros(self.width)
        whole[: self.count] = 1
        self._add(whole, 1, 1)
        moved = np.zeros(self.width)
        moved[self.count : 2 * self.count] = 0.5
        self._add(moved, 0, self.within)
        for position, weight in enumerate(self.profile.weights):
            for sign in (1.0, -1.0):
                row = np.zeros(self.width)
                row[position], row[self.count + position] = sign, -1.0
                self._add(row, -np.inf, sign * float(weight))

    def _orders(self) -> None:
        """If z says `above` stands above, its total is at least the other's; else at most.

        The constants are as small as the points that may move allow: that keeps the search short.
        """
        for (who, above, below), column in self.pairs.items():
            least, most = self._reach(who, above, below)
            if least > SLACK or most < -SLACK:
                continue
            row = np.zeros(self.width)
            row[: self.count] = self._lead(who, above, below)
            at_least, at_most = row.copy(), row
            at_least[column], at_most[column] = least, -most
            self._add(at_least, least, np.inf)
            self._add(at_most, -np.inf, 0.0)

    def _level(self, *, strict: bool) -> None:
        """Ask that the rival's rank sum be at most the winner's, or smaller by half a rank."""
        row = np.zeros(self.width)
        for (_, _, below), column in self.pairs.items():
            row[column] += 1.0 if below == self.rival else -1.0
        slack = float(self.fixed[self.winner] - self.fixed[self.rival]) - (0.5 if strict else 0.0)
        self._add(row, -np.inf, slack)
        if not strict and self.rules.tie_breaks:
            means = self.profile.mean_shares
            ahead = np.zeros(self.width)
            ahead[: self.count] = [
                float(a - b) for a, b in zip(means[self.rival], means[self.winner], strict=True)
            ]
            self._add(ahead, 0.0, np.inf)

    def _add(self, row: Floats, low: float, high: float) -> None:
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)
