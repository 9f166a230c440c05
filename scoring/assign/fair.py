"""The fairness floor at scale: the worst-served application first, then the greatest total fit.

The greatest floor t and then the greatest sum are linear programs over few pairs; left-out pairs are
priced with the programs' duals until none could help (column generation). The whole assignment comes
from a 0/1 program over all pairs whose reduced cost is below the distance to the linear bound: no other
pair can be in a better assignment, so the optimum is proven for all pairs. Floor as in Stelmakh, Shah
and Singh 2021 (Journal of Machine Learning Research 22), solved by HiGHS.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from scoring.assign.flow import Flags, Ints, Network, solve
from scoring.matrix import Floats

PER_APPLICATION = 20
NEW_PER_APPLICATION = 8
ROUNDS = 80
ROUNDING = 1e-6
TIME_LIMIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True, eq=False)
class Fair:
    """An assignment that serves the worst-served application as well as any can."""

    rows: Ints
    columns: Ints
    floor: int
    floor_bound: int
    """No assignment has a higher floor."""
    fit: int
    bound: int
    """No assignment with this floor has a greater total fit."""
    pairs: int
    """Pairs that the last program looked at."""

    @property
    def proven(self) -> bool:
        """Say whether both floor and total are proven best over all pairs."""
        return self.floor == self.floor_bound and self.fit == self.bound


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The conditions over some pairs: equalities for needs, then upper bounds for loads and groups."""

    rows: Ints
    columns: Ints
    need: csr_array
    upper: csr_array
    limits: Floats
    group_of_row: Ints
    """Application x groups + group, of each group condition."""


def solve_fairly(network: Network) -> Fair | None:
    """Return the fairest assignment and the proof, or None where needs or least loads cannot be met."""
    start = solve(network)
    if not start.feasible:
        return None
    chosen = _best_pairs(network)
    chosen[start.rows, start.columns] = True
    highest, chosen = _greatest_floor(network, chosen)
    bound = int(np.floor(highest + ROUNDING))
    if (found := _at_floor(network, chosen, bound, bound)) is not None:
        return found
    served = np.bincount(start.rows, network.fit[start.rows, start.columns], minlength=len(network.need))
    return _highest_whole_floor(network, chosen, int(served.min()), bound)


def _highest_whole_floor(network: Network, chosen: Flags, low: int, bound: int) -> Fair | None:
    """Halve the distance between a floor that can be had and one that cannot in whole pairs."""
    found, high = None, bound
    while found is None or high - low > 1:
        floor = low if high - low <= 1 else (low + high) // 2
        tried = _at_floor(network, chosen, floor, bound)
        if tried is not None:
            found, low = tried, floor
        elif floor == low:
            return None
        else:
            high = floor
    return found


def _best_pairs(network: Network) -> Flags:
    fit = np.where(network.allowed, network.fit, -1)
    per_row = min(fit.shape[1], PER_APPLICATION)
    chosen = np.zeros(fit.shape, dtype=np.bool_)
    best = np.argpartition(-fit, per_row - 1, axis=1)[:, :per_row]
    np.put_along_axis(chosen, best, values=True, axis=1)
    return chosen & network.allowed


def _greatest_floor(network: Network, chosen: Flags) -> tuple[float, Flags]:
    """Return the greatest floor of the linear program over all pairs, and the pairs that reach it."""
    for _ in range(ROUNDS):
        given = _rows(network, chosen)
        count, applications = len(given.rows), len(network.need)
        fit = network.fit[given.rows, given.columns].astype(np.float64)
        floor = hstack([_sums(given.rows, -fit, applications), csr_array(np.ones((applications, 1)))])
        found = linprog(
            np.append(np.zeros(count), -1.0),
            A_eq=_widened(given.need),
            b_eq=network.need,
            A_ub=vstack([_widened(given.upper), floor]),
            b_ub=np.append(given.limits, np.zeros(applications)),
            bounds=[(0, 1)] * count + [(0, None)],
            method="highs-ds",
        )
        reduced = _reduced(network, given, found, goal=0.0)
        if (new := _joining(network, chosen, reduced)) is None:
            return -float(found.fun), chosen
        chosen |= new
    raise ArithmeticError("Pricing of the floor did not end.")


def _at_floor(network: Network, chosen: Flags, floor: int, highest: int) -> Fair | None:
    """Return the greatest total fit at a floor, proven over all pairs, or None where none is whole."""
    chosen = chosen.copy()
    for _ in range(ROUNDS):
        given = _rows(network, chosen)
        fit = network.fit[given.rows, given.columns].astype(np.float64)
        found = linprog(
            -fit,
            A_eq=given.need,
            b_eq=network.need,
            A_ub=vstack([given.upper, _sums(given.rows, -fit, len(network.need))]),
            b_ub=np.append(given.limits, np.full(len(network.need), -float(floor))),
            bounds=(0, 1),
            method="highs-ds",
        )
        reduced = _reduced(network, given, found, goal=1.0)
        if (new := _joining(network, chosen, reduced)) is None:
            return _whole(network, reduced, floor, highest, bound=-float(found.fun))
        chosen |= new
    raise ArithmeticError("Pricing at the floor did not end.")


def _whole(network: Network, reduced: Floats, floor: int, highest: int, *, bound: float) -> Fair | None:
    """Solve in whole pairs over all whose reduced cost is less than the distance to the bound."""
    distance = float(network.fit.max(initial=0)) / 128 + 1
    while True:
        wanted = network.allowed & (reduced < distance)
        found = _program(network, wanted, floor)
        if found is not None:
            rows, columns = found
            fit = int(network.fit[rows, columns].sum())
            if bound - fit < distance:
                # Any pair left out costs at least `distance` against the bound, so none is in a better one.
                return Fair(rows, columns, floor, highest, fit, fit, int(wanted.sum()))
        if wanted.sum() == network.allowed.sum():
            return None
        distance *= 4


def _program(network: Network, wanted: Flags, floor: int) -> tuple[Ints, Ints] | None:
    given = _rows(network, wanted)
    fit = network.fit[given.rows, given.columns].astype(np.float64)
    applications = len(network.need)
    found = milp(
        -fit,
        constraints=LinearConstraint(
            vstack([given.need, given.upper, _sums(given.rows, fit, applications)]),
            np.concatenate([network.need, np.full(len(given.limits), -np.inf), np.full(applications, floor)]),
            np.concatenate([network.need, given.limits, np.full(applications, np.inf)]),
        ),
        integrality=np.ones(len(fit)),
        bounds=Bounds(0, 1),
        options={"time_limit": TIME_LIMIT_SECONDS, "mip_rel_gap": 0.0},
    )
    if found.x is None or found.status:
        return None
    taken = np.flatnonzero(found.x > 0.5)  # noqa: PLR2004 - halfway between 0 and 1
    return given.rows[taken], given.columns[taken]


def _rows(network: Network, chosen: Flags) -> _Rows:
    rows, columns = np.nonzero(chosen)
    ones = np.ones(len(rows))
    load = _sums(columns, ones, len(network.most))
    least = network.least > 0
    parts, limits = [load, -load[np.flatnonzero(least)]], [network.most, -network.least[least]]
    group_of_row = np.zeros(0, dtype=np.int64)
    if network.per_group is not None:
        codes = _codes(network, rows, columns)
        bound = codes >= 0
        group_of_row, of_pair = np.unique(codes[bound], return_inverse=True)
        shape = (len(group_of_row), len(rows))
        parts.append(coo_array((ones[bound], (of_pair, np.flatnonzero(bound))), shape=shape).tocsr())
        limits.append(np.full(len(group_of_row), network.per_group))
    need = _sums(rows, ones, len(network.need))
    upper = vstack(parts).tocsr()
    return _Rows(rows, columns, need, upper, np.concatenate(limits).astype(np.float64), group_of_row)


def _codes(network: Network, rows: Ints, columns: Ints) -> Ints:
    """Return application x groups + group per pair, or -1 for a reviewer of no organization."""
    width = int(network.group.max(initial=0)) + 1
    group = network.group[columns]
    return np.where(group >= 0, rows * width + group, -1)


def _sums(target: Ints, values: Floats, count: int) -> csr_array:
    shape = (count, len(target))
    return coo_array((values, (target, np.arange(len(target)))), shape=shape).tocsr()


def _widened(matrix: csr_array) -> csr_array:
    return hstack([matrix, csr_array((matrix.shape[0], 1))]).tocsr()


def _reduced(network: Network, given: _Rows, found: object, *, goal: float) -> Floats:
    """Return the reduced cost of every pair, left out or not, by the program's duals."""
    needs: Floats = found.eqlin.marginals  # type: ignore[attr-defined] # scipy's result has no type
    uppers: Floats = found.ineqlin.marginals  # type: ignore[attr-defined] # the same
    width, least = len(network.most), np.flatnonzero(network.least > 0)
    loads = uppers[:width].copy()
    loads[least] -= uppers[width : width + len(least)]
    groups = uppers[width + len(least) : len(given.limits)]
    floors = uppers[len(given.limits) :]
    reduced = network.fit * (floors[:, None] - goal) - needs[:, None] - loads[None, :]
    if network.per_group is not None:
        reduced -= _group_duals(network, given.group_of_row, groups)
    return np.asarray(reduced, dtype=np.float64)


def _group_duals(network: Network, group_of_row: Ints, duals: Floats) -> Floats:
    width = int(network.group.max(initial=0)) + 1
    table = np.zeros((len(network.need), width + 1))
    table[group_of_row // width, group_of_row % width] = duals
    return np.asarray(table[:, np.where(network.group >= 0, network.group, width)], dtype=np.float64)


def _joining(network: Network, chosen: Flags, reduced: Floats) -> Flags | None:
    """Return the left-out pairs that come in: none where none could improve, else all that are near."""
    outside = network.allowed & ~chosen
    scale = max(1.0, float(network.fit.max(initial=0)))
    if not (outside & (reduced < -ROUNDING * scale)).any():
        return None
    near = outside & (reduced < scale / 100)
    few = min(reduced.shape[1], NEW_PER_APPLICATION)
    crowded = np.flatnonzero(near.sum(axis=1) > few)
    promising = np.where(near[crowded], reduced[crowded], np.inf)
    best = np.argpartition(promising, few - 1, axis=1)[:, :few]
    taken = np.zeros(promising.shape, dtype=np.bool_)
    np.put_along_axis(taken, best, values=True, axis=1)
    near[crowded] &= taken
    return near
