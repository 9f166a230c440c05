"""Propose an assignment: the best one with its reasons, or the smallest set of conditions in the way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from scoring.assign.flow import Ints, Network, solve
from scoring.assign.obstacles import MORE, InTheWay, Kind
from scoring.assign.problem import Block, Pair, Problem
from scoring.faults import Refused


@dataclass(frozen=True, slots=True)
class Assignment:
    """A proven best assignment."""

    pairs: tuple[Pair, ...]
    fit: int
    """Sum of the fits of all pairs, in thousandths."""
    floor: int
    """Fit of the worst-served application: the sum over its reviewers, in thousandths."""
    fair: bool
    """No assignment serves its worst-served application better."""
    seed: int | None

    def of(self, application: str) -> tuple[str, ...]:
        """Return the reviewers of one application."""
        return tuple(who for name, who in self.pairs if name == application)


@dataclass(frozen=True, slots=True)
class Impossible:
    """No assignment exists; the fewest conditions that would have to give."""

    in_the_way: tuple[InTheWay, ...]
    message: str
    others: tuple[tuple[InTheWay, ...], ...] = ()
    """Other ways, each enough by itself: by loads alone, by needs alone, by rules and locks alone."""


def propose(problem: Problem) -> Assignment | Impossible:
    """Return the assignment of greatest total fit, or why there is none; raises `Refused` for faults."""
    _refuse(problem)
    pairs = _solved(problem)
    return _impossible(problem) if pairs is None else _assignment(problem, pairs, fair=False)


def propose_fairly(problem: Problem) -> Assignment | Impossible:
    """Return the assignment that serves its worst-served application best, then the greatest total fit."""
    from scoring.assign.program import greatest_floor, program

    _refuse(problem)
    plain = _is_flow(problem) and problem.seed is None and not problem.kept
    pairs = _fairly_by_flow(problem) if plain else None
    if pairs is None:
        floor = greatest_floor(program(problem))
        pairs = None if floor is None else _by_program(problem, floor=floor)
    return _impossible(problem) if pairs is None else _assignment(problem, pairs, fair=True)


def cost_of(problem: Problem, kept: Pair) -> int | None:
    """Return by how much the best total fit falls when one more pair is locked; None if it cannot be."""
    return prices(problem, [kept])[kept]


def prices(problem: Problem, pairs: Iterable[Pair]) -> dict[Pair, int | None]:
    """Return for each pair by how much the best total fit falls when it is locked; None if it cannot be."""
    free = propose(replace(problem, seed=None))
    found: dict[Pair, int | None] = {}
    for pair in pairs:
        locked = replace(problem, kept=problem.kept | {pair}, seed=None)
        pairs_of = None if isinstance(free, Impossible) or locked.faults() else _solved(locked)
        found[pair] = (
            None
            if pairs_of is None or isinstance(free, Impossible)
            else free.fit - _assignment(locked, pairs_of, fair=False).fit
        )
    return found


def cost_without(problem: Problem, barred: Pair) -> int | None:
    """Return by how much the best total fit falls when one pair may not be; None if nothing is left."""
    conflicts = {**problem.conflicts, barred: "left out by hand"}
    without = replace(problem, conflicts=conflicts, kept=problem.kept - {barred}, seed=None)
    free, bound = propose(replace(problem, seed=None)), propose(without)
    if isinstance(free, Impossible) or isinstance(bound, Impossible):
        return None
    return free.fit - bound.fit


def _refuse(problem: Problem) -> None:
    if faults := problem.faults():
        raise Refused(faults)


def _solved(problem: Problem) -> list[Pair] | None:
    return _by_flow(problem) if _is_flow(problem) else _by_program(problem, floor=None)


def _is_flow(problem: Problem) -> bool:
    """Say whether loads, conflicts, locks and organizations are all there is."""
    limits = problem.limits
    mix = limits.federal_least or limits.outside_least or limits.expertise or limits.same_panel
    return not mix and (not problem.kept or limits.per_organization in {None, 1})


def _by_flow(problem: Problem) -> list[Pair] | None:
    blocks = problem.blocks()
    rest = _without_kept(problem, _network(problem, blocks))
    if rest is None:
        return None
    found = solve(rest)
    if not found.feasible:
        return None
    return sorted([*problem.kept, *_named(problem, blocks, found.rows, found.columns)])


def _without_kept(problem: Problem, network: Network) -> Network | None:
    """Return what is left to be assigned beside the locked pairs, or None where they alone are too many."""
    if not problem.kept:
        return network
    row_of = {one.key: row for row, one in enumerate(problem.applications)}
    column_of = {one.key: column for column, one in enumerate(problem.reviewers)}
    rows = np.array([row_of[name] for name, _ in sorted(problem.kept)], dtype=np.int64)
    columns = np.array([column_of[who] for _, who in sorted(problem.kept)], dtype=np.int64)
    need = network.need - np.bincount(rows, minlength=len(network.need))
    taken = np.bincount(columns, minlength=len(network.most))
    allowed = network.allowed.copy()
    allowed[rows, columns] = False
    if network.per_group is not None:
        for row, group in zip(rows.tolist(), network.group[columns].tolist(), strict=True):
            if group >= 0:
                allowed[row, network.group == group] = False
        codes = rows * (len(network.most) + 1) + network.group[columns]
        grouped = codes[network.group[columns] >= 0]
        if len(np.unique(grouped)) < len(grouped):
            return None
    if (need < 0).any() or (network.most < taken).any():
        return None
    least = np.maximum(0, network.least - taken)
    return replace(network, need=need, most=network.most - taken, least=least, allowed=allowed)


def _fairly_by_flow(problem: Problem) -> list[Pair] | None:
    """Return the fairest pairs where pricing proves them, None where the whole program must decide."""
    from scoring.assign.fair import solve_fairly

    blocks = problem.blocks()
    found = solve_fairly(_network(problem, blocks))
    if found is None or not found.proven:
        return None
    return _named(problem, blocks, found.rows, found.columns)


def _network(problem: Problem, blocks: tuple[Block, ...]) -> Network:
    organizations = sorted({one.organization for one in problem.reviewers if one.organization})
    group = [organizations.index(one.organization) if one.organization else -1 for one in problem.reviewers]
    return Network(
        _drawn(problem, problem.fits(blocks)),
        problem.allowed(blocks),
        np.array([block.need for block in blocks], dtype=np.int64),
        np.array([one.most for one in problem.reviewers], dtype=np.int64),
        np.array([one.least for one in problem.reviewers], dtype=np.int64),
        np.array(group, dtype=np.int64),
        problem.limits.per_organization,
    )


def _by_program(problem: Problem, *, floor: int | None) -> list[Pair] | None:
    from scoring.assign.program import best, program

    given = program(problem)
    cost = -_drawn(problem, given.fit).astype(np.float64)
    taken = best(given, cost=cost, floor=floor)
    if taken is None:
        return None
    return _named(problem, given.blocks, given.rows[taken], given.columns[taken])


def _drawn(problem: Problem, fit: Ints) -> Ints:
    """Return fits that part equal sums by the seed, too little to change which sum is greatest.

    Without a seed the solver's own order decides, which is the same for the same problem.
    """
    if problem.seed is None or not fit.size:
        return fit
    raw = np.random.PCG64(np.random.SeedSequence(problem.seed)).random_raw(fit.size)
    noise = (raw >> np.uint64(56)).astype(np.int64).reshape(fit.shape)
    places = sum(one.reviewers for one in problem.applications)
    return np.asarray(fit * (256 * (places + 1)) + noise, dtype=np.int64)


def _named(problem: Problem, blocks: tuple[Block, ...], rows: Ints, columns: Ints) -> list[Pair]:
    return sorted(
        (one.key, problem.reviewers[column].key)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        for one in blocks[row].members
    )


def _assignment(problem: Problem, pairs: list[Pair], *, fair: bool) -> Assignment:
    served = {one.key: 0 for one in problem.applications}
    for name, who in pairs:
        served[name] += problem.fit.get((name, who), 0)
    floor = min(served.values(), default=0)
    return Assignment(tuple(pairs), sum(served.values()), floor, fair, problem.seed)


ALONE = (
    (Kind.MOST,),
    (Kind.NEED,),
    (Kind.KEPT, Kind.LEAST, Kind.ORGANIZATION, Kind.EXPERTISE, Kind.FEDERAL, Kind.OUTSIDE),
)
"""Kinds of conditions that are tried by themselves, after the smallest way out of all."""


def _impossible(problem: Problem) -> Impossible:
    from scoring.assign.program import in_the_way, program

    given = program(problem)
    found = in_the_way(given)
    tried = [kinds for kinds in ALONE if not all(one.kind in kinds for one in found)]
    others = dict.fromkeys(way for kinds in tried if (way := in_the_way(given, kinds=kinds)))
    ways = "; ".join(way_out(one) for one in found)
    return Impossible(found, f"No assignment exists. Smallest way out: {ways}.", tuple(others))


def way_out(one: InTheWay) -> str:
    """Return one condition that would have to give as what staff could do."""
    people = "reviewer" if one.by == 1 else "reviewers"
    match one.kind:
        case Kind.NEED:
            return f"{one.by} {people} {'more' if one.detail == MORE else 'fewer'} for {one.subject}"
        case Kind.MOST:
            return f"raise {one.subject}'s limit by {one.by}"
        case Kind.LEAST:
            return f"lower {one.subject}'s least load by {one.by}"
        case Kind.ORGANIZATION:
            return f"{one.by} more from {one.detail} for {one.subject}"
        case Kind.EXPERTISE:
            return f"{one.by} more {people} with {one.detail} for {one.subject}"
        case Kind.FEDERAL:
            return f"{one.by} more federal {people} for {one.subject}"
        case Kind.OUTSIDE:
            return f"{one.by} more outside {people} for {one.subject}"
        case Kind.KEPT:
            return f"unlock {one.detail} from {one.subject}"
