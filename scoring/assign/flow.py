"""Reviewers to applications at greatest total fit as a minimum-cost flow, proven over every pair.

The network is solved on few arcs (the best reviewers of each application, the best applications of each
reviewer). Shortest paths in the residual network give prices of applications and reviewers; every pair
that was left out is priced, and pairs that could improve the sum come in, until none could. Then the
dual bound equals the sum: the optimum is proven for all pairs (Ahuja, Magnanti and Orlin 1993, chapter
9 for the optimality conditions). Flow by OR-Tools; all costs are whole numbers, so the proof is exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FAR = np.iinfo(np.int64).max // 4
NEW_PER_APPLICATION = 8
ROUNDS = 60
PATIENCE = 8
"""First penalty of an unmet need, in greatest fits."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """One assignment by numbers: rows are applications, columns reviewers."""

    fit: Ints
    """Whole numbers, larger is better."""
    allowed: Flags
    need: Ints
    most: Ints
    least: Ints
    group: Ints
    """Organization of each reviewer, or -1; `per_group` binds reviewers of one organization."""
    per_group: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """An assignment with its proof."""

    rows: Ints
    columns: Ints
    """Assigned pairs."""
    fit: int
    bound: int
    """No assignment has a greater total fit; equal to `fit` where the optimum is proven."""
    unmet: Ints
    """Per application, reviewers that could not be found."""
    idle: Ints
    """Per reviewer, applications short of the least number."""
    arcs: int
    rounds: int

    @property
    def feasible(self) -> bool:
        """Say whether every need and every least load is met."""
        return not self.unmet.any() and not self.idle.any()


@dataclass(frozen=True, slots=True, eq=False)
class _Arcs:
    tail: Ints
    head: Ints
    capacity: Ints
    cost: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Node numbers: applications, reviewers, sink, then one node per application and group."""

    network: Network
    penalty: int

    @property
    def applications(self) -> int:
        """Return how many there are."""
        return len(self.network.need)

    @property
    def reviewers(self) -> int:
        """Return how many there are."""
        return len(self.network.most)

    @property
    def sink(self) -> int:
        """Return the node that every unit reaches."""
        return self.applications + self.reviewers

    @property
    def first_free(self) -> int:
        """Return the first node number that stands for a gate."""
        return self.sink + 1


def solve(network: Network) -> Solved:
    """Return the assignment of greatest total fit; unmet needs are as few as possible."""
    highest = int(network.fit.max(initial=0)) + 1
    # A small penalty is solved much faster; an answer that meets every need is the best under any.
    quick = _priced_out(_Layout(network, penalty=PATIENCE * highest))
    if quick.feasible:
        return quick
    return _priced_out(_Layout(network, penalty=2 * highest * (int(network.need.sum()) + 1)))


def _priced_out(layout: _Layout) -> Solved:
    """Solve on few pairs, price the others, take in those that could improve, until none could."""
    chosen = _first_pairs(layout.network)
    for round_ in range(1, ROUNDS + 1):
        rows, columns = np.nonzero(chosen)
        arcs = _arcs(layout, rows, columns)
        flow = _solved(layout, arcs)
        price = _prices(layout, arcs, flow)
        missing = _improving(layout, chosen, price, arcs.tail[: len(rows)], rows=rows, columns=columns)
        if missing is None:
            return _answer(layout, arcs, flow, price, pairs=(rows, columns), rounds=round_)
        chosen |= missing
    message = "Pricing did not end; the prices of the network are inconsistent."
    raise ArithmeticError(message)


def _first_pairs(network: Network) -> Flags:
    """Return the pairs to begin with: the best few of each row and of each column."""
    fit = np.where(network.allowed, network.fit, -1)
    count, width = fit.shape
    chosen = np.zeros(fit.shape, dtype=np.bool_)
    if not fit.size:
        return chosen
    per_row = min(width, 3 * int(network.need.max(initial=1)) + 4)
    per_column = min(count, 2 * -(-int(network.need.sum()) // max(1, width)) + 4)
    best = np.argpartition(-fit, per_row - 1, axis=1)[:, :per_row]
    np.put_along_axis(chosen, best, values=True, axis=1)
    best = np.argpartition(-fit, per_column - 1, axis=0)[:per_column]
    np.put_along_axis(chosen, best, values=True, axis=0)
    return chosen & network.allowed


def _arcs(layout: _Layout, rows: Ints, columns: Ints) -> _Arcs:
    """Return the arcs of the network, those of the pairs first and in their order."""
    network = layout.network
    tails, gates = _gates(layout, rows, columns)
    apps, reviewers = np.arange(layout.applications), layout.applications + np.arange(layout.reviewers)
    sink, to_sink = np.full(layout.reviewers, layout.sink), np.full(layout.applications, layout.sink)
    unmet = np.full(layout.applications, 4 * layout.penalty)
    gate_node = layout.first_free + np.arange(len(gates))
    parts = [
        (tails, layout.applications + columns, np.ones_like(rows), -network.fit[rows, columns]),
        (gates, gate_node, np.full(len(gates), network.per_group or 0), np.zeros(len(gates))),
        (reviewers, sink, network.least, np.full(layout.reviewers, -layout.penalty)),
        (reviewers, sink, network.most - network.least, np.zeros(layout.reviewers)),
        (apps, to_sink, network.need, unmet),
    ]
    tail, head, capacity, cost = (
        np.concatenate([np.asarray(part[place], dtype=np.int64) for part in parts]) for place in range(4)
    )
    return _Arcs(tail, head, capacity, cost)


def _gates(layout: _Layout, rows: Ints, columns: Ints) -> tuple[Ints, Ints]:
    """Return each pair's tail (its application, or the group's gate there) and each gate's application."""
    group = layout.network.group[columns]
    bound = (group >= 0) if layout.network.per_group is not None else np.zeros(len(rows), dtype=np.bool_)
    width = int(layout.network.group.max(initial=0)) + 1
    codes, gate = np.unique(rows[bound] * width + group[bound], return_inverse=True)
    tails = rows.copy()
    tails[bound] = layout.first_free + gate
    return tails, codes // width


def _solved(layout: _Layout, arcs: _Arcs) -> Ints:
    from ortools.graph.python import min_cost_flow

    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.capacity, arcs.cost)
    nodes = np.arange(layout.sink + 1)
    supply = np.zeros(len(nodes), dtype=np.int64)
    supply[: layout.applications] = layout.network.need
    supply[layout.sink] = -int(layout.network.need.sum())
    solver.set_nodes_supplies(nodes, supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        message = f"The flow was not solved (status {status})."
        raise ArithmeticError(message)
    return np.asarray(solver.flows(numbers), dtype=np.int64)


def _prices(layout: _Layout, arcs: _Arcs, flow: Ints) -> Ints:
    """Return each node's distance from the sink in the residual network (Bellman and Ford)."""
    forward, backward = flow < arcs.capacity, flow > 0
    tail = np.concatenate([arcs.tail[forward], arcs.head[backward]])
    head = np.concatenate([arcs.head[forward], arcs.tail[backward]])
    cost = np.concatenate([arcs.cost[forward], -arcs.cost[backward]])
    order = np.argsort(head, kind="stable")
    tail, cost, head = tail[order], cost[order], head[order]
    targets, first = np.unique(head, return_index=True)
    distance = np.full(_nodes(layout, arcs), FAR, dtype=np.int64)
    distance[layout.sink] = 0
    while True:
        reached = np.minimum.reduceat(distance[tail] + cost, first) if len(first) else np.zeros(0, np.int64)
        better = reached < distance[targets]
        better &= reached < FAR // 2
        if not better.any():
            break
        distance[targets[better]] = reached[better]
    return _settled(layout, arcs, distance, flow)


def _nodes(layout: _Layout, arcs: _Arcs) -> int:
    return 1 + int(max(layout.sink, arcs.head.max(initial=0), arcs.tail.max(initial=0)))


def _settled(layout: _Layout, arcs: _Arcs, distance: Ints, flow: Ints) -> Ints:
    """Give reviewers without an application the sink's price, and unreached applications theirs."""
    price = distance.copy()
    reviewers = slice(layout.applications, layout.sink)
    load = np.bincount(arcs.head, weights=flow, minlength=len(price))[reviewers]
    idle = np.where(layout.network.least > 0, layout.penalty, 0)
    price[reviewers] = np.where(load == 0, idle, price[reviewers])
    return price


def _improving(
    layout: _Layout, chosen: Flags, price: Ints, tails: Ints, *, rows: Ints, columns: Ints
) -> Flags | None:
    """Return left-out pairs whose reduced cost is negative, the most promising few per application."""
    network = layout.network
    reduced = (
        price[: layout.applications, None] - price[None, layout.applications : layout.sink] - network.fit
    )
    if network.per_group is not None:
        reduced += _gate_discount(layout, price, tails, rows=rows, columns=columns)
    wanted = network.allowed & ~chosen & (reduced < 0)
    if not wanted.any():
        return None
    few = min(reduced.shape[1], NEW_PER_APPLICATION)
    crowded = np.flatnonzero(wanted.sum(axis=1) > few)
    promising = np.where(wanted[crowded], reduced[crowded], np.int64(0))
    best = np.argpartition(promising, few - 1, axis=1)[:, :few]
    taken = np.zeros(promising.shape, dtype=np.bool_)
    np.put_along_axis(taken, best, values=True, axis=1)
    wanted[crowded] &= taken
    return wanted


def _gate_discount(layout: _Layout, price: Ints, tails: Ints, *, rows: Ints, columns: Ints) -> Ints:
    """Return price of the gate minus price of the application, for each application and reviewer."""
    network = layout.network
    width = int(network.group.max(initial=0)) + 1
    difference = np.zeros((layout.applications, width + 1), dtype=np.int64)
    gated = tails >= layout.first_free
    group = network.group[columns[gated]]
    difference[rows[gated], group] = price[tails[gated]] - price[rows[gated]]
    return difference[:, np.where(network.group >= 0, network.group, width)]


def _answer(
    layout: _Layout, arcs: _Arcs, flow: Ints, price: Ints, *, pairs: tuple[Ints, Ints], rounds: int
) -> Solved:
    network = layout.network
    taken = flow[: len(pairs[0])] > 0
    rows, columns = (side[taken] for side in pairs)
    unmet = network.need - np.bincount(rows, minlength=layout.applications)
    load = np.bincount(columns, minlength=layout.reviewers)
    idle = np.maximum(0, network.least - load)
    fit = int(network.fit[rows, columns].sum())
    gap = int((arcs.cost * flow).sum()) - _dual(layout, arcs, price)
    return Solved(rows, columns, fit, fit + gap, unmet, idle, len(taken), rounds)


def _dual(layout: _Layout, arcs: _Arcs, price: Ints) -> int:
    """Return the lower bound on the cost that these prices prove, whatever the flow."""
    reduced = arcs.cost + price[arcs.tail] - price[arcs.head]
    ends = int((layout.network.need * (price[layout.sink] - price[: layout.applications])).sum())
    return ends + int((np.minimum(reduced, 0) * arcs.capacity).sum())
