"""The assignment with side conditions as a 0/1 program; every condition has a name and a way out.

For expertise, federal and outside mix, one panel per state and the fairness floor, which no flow can
hold. HiGHS solves it (scipy.optimize.milp). Where nothing fits, the same rows with slack say which
fewest conditions stand in the way.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from scoring.assign.flow import Ints
from scoring.assign.obstacles import MORE, InTheWay, Kind
from scoring.assign.problem import Block, Problem
from scoring.matrix import Floats

TIME_LIMIT_SECONDS = 60.0
INFEASIBLE = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """One linear condition over pairs: at least or at most so many."""

    kind: Kind
    subject: str
    """Application, state or reviewer."""
    detail: str
    columns: tuple[int, ...]
    weights: tuple[int, ...]
    at_least: int | None = None
    at_most: int | None = None


class Unsolved(ArithmeticError):
    """The program was not solved within its time."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Pairs as columns, conditions as rows."""

    blocks: tuple[Block, ...]
    rows: Ints
    columns: Ints
    """Block and reviewer of each pair."""
    fit: Ints
    """Of each pair, summed over the applications of its block."""
    served: csr_array
    """Applications by pairs: what each pair adds to an application's fit."""
    conditions: tuple[Condition, ...]


def program(problem: Problem) -> Program:
    """Return the 0/1 program of a problem."""
    blocks = problem.blocks()
    rows, columns = np.nonzero(problem.allowed(blocks))
    fit = problem.fits(blocks)[rows, columns]
    at = {(int(i), int(j)): number for number, (i, j) in enumerate(zip(rows, columns, strict=True))}
    conditions = (
        *_of_blocks(problem, blocks, at),
        *_of_reviewers(problem, blocks, at),
        *_kept(problem, blocks, at),
    )
    return Program(blocks, rows, columns, fit, _served(problem, blocks, rows, columns), conditions)


def best(given: Program, *, cost: Floats, floor: int | None = None) -> Ints | None:
    """Return the pairs of the cheapest solution, or None where there is none.

    With a floor the fit of every application must reach it.
    """
    matrix, low, high = _rows(given)
    if floor is not None:
        matrix = vstack([matrix, given.served])
        low = np.concatenate([low, np.full(given.served.shape[0], float(floor))])
        high = np.concatenate([high, np.full(given.served.shape[0], np.inf)])
    found = milp(
        cost,
        constraints=LinearConstraint(matrix, low, high) if matrix.shape[0] else (),
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        options={"time_limit": TIME_LIMIT_SECONDS, "mip_rel_gap": 0.0},
    )
    if found.status == INFEASIBLE:
        return None
    if found.status or found.x is None:
        raise Unsolved("No assignment was proven best within the time allowed.")
    return np.flatnonzero(found.x > 0.5)  # noqa: PLR2004 - halfway between 0 and 1


def greatest_floor(given: Program) -> int | None:
    """Return the greatest fit that the worst-served application can have, or None."""
    count, applications = len(given.rows), given.served.shape[0]
    matrix, low, high = _rows(given)
    floor_rows = hstack([given.served, csr_array(np.full((applications, 1), -1.0))])
    widened = hstack([matrix, csr_array((matrix.shape[0], 1))])
    goal = np.zeros(count + 1)
    goal[-1] = -1.0
    limit = float(given.fit.sum()) + 1
    found = milp(
        goal,
        constraints=LinearConstraint(
            vstack([widened, floor_rows]),
            np.concatenate([low, np.zeros(applications)]),
            np.concatenate([high, np.full(applications, np.inf)]),
        ),
        integrality=np.ones(count + 1),
        bounds=Bounds(0, np.append(np.ones(count), limit)),
        options={"time_limit": TIME_LIMIT_SECONDS, "mip_rel_gap": 0.0},
    )
    if found.status == INFEASIBLE:
        return None
    if found.status or found.x is None:
        raise Unsolved("No fairest assignment was proven within the time allowed.")
    return round(float(found.x[-1]))


def in_the_way(given: Program, *, kinds: Collection[Kind] = tuple(Kind)) -> tuple[InTheWay, ...]:
    """Return the smallest set of conditions that would have to give, each by as little as can be.

    Fewest conditions first, then fewest units, then what is easiest to grant. Conflicts never give.
    Only conditions of these kinds may give; empty where they cannot make way.
    """
    count, conditions = len(given.rows), given.conditions
    matrix, low, high = _rows(given)
    size = len(conditions)
    widest = float(sum(sum(one.weights) + max(one.at_least or 0, one.at_most or 0) for one in conditions) + 1)
    signs = [1.0 if one.at_least is not None else -1.0 for one in conditions]
    slack = coo_array((signs, (range(size), range(size))), shape=(size, size)).tocsr()
    switch = coo_array((np.full(size, -widest), (range(size), range(size))), shape=(size, size)).tocsr()
    eye = coo_array((np.ones(size), (range(size), range(size))), shape=(size, size)).tocsr()
    relaxed = hstack([matrix, slack, csr_array((size, size))])
    linked = hstack([csr_array((size, count)), eye, switch])
    may_give = np.array([1.0 if one.kind in kinds else 0.0 for one in conditions])
    found = milp(
        np.concatenate([np.zeros(count), _reluctance(conditions), np.full(size, 2 * widest)]),
        constraints=LinearConstraint(
            vstack([relaxed, linked]),
            np.concatenate([low, np.full(size, -np.inf)]),
            np.concatenate([high, np.zeros(size)]),
        ),
        integrality=np.ones(count + 2 * size),
        bounds=Bounds(0, np.concatenate([np.ones(count), widest * may_give, np.ones(size)])),
        options={"time_limit": TIME_LIMIT_SECONDS},
    )
    if found.status == INFEASIBLE:
        return ()
    if found.x is None:
        raise Unsolved("What stands in the way was not found within the time allowed.")
    units = np.rint(found.x[count : count + size]).astype(int)
    return tuple(
        InTheWay(one.kind, one.subject, one.detail, int(by))
        for one, by in zip(conditions, units, strict=True)
        if by > 0
    )


def _reluctance(conditions: tuple[Condition, ...]) -> Floats:
    """Return the price of a unit: one, and a little more for what staff can grant less easily."""
    order = list(Kind)
    unavailable = [one.kind is Kind.MOST and one.at_most == 0 for one in conditions]
    return np.array(
        [
            1 + (order.index(one.kind) + 0.5 * gone) / 100
            for one, gone in zip(conditions, unavailable, strict=True)
        ]
    )


def _rows(given: Program) -> tuple[csr_array, Floats, Floats]:
    places = [
        (number, column, weight)
        for number, one in enumerate(given.conditions)
        for column, weight in zip(one.columns, one.weights, strict=True)
    ]
    shape = (len(given.conditions), len(given.rows))
    row, column, weight = zip(*places, strict=True) if places else ((), (), ())
    matrix = coo_array((np.array(weight, dtype=float), (row, column)), shape=shape).tocsr()
    low = np.array(
        [-np.inf if one.at_least is None else one.at_least for one in given.conditions], dtype=float
    )
    high = np.array([np.inf if one.at_most is None else one.at_most for one in given.conditions], dtype=float)
    return matrix, low, high


def _served(problem: Problem, blocks: tuple[Block, ...], rows: Ints, columns: Ints) -> csr_array:
    people = problem.reviewers
    members = [one.key for block in blocks for one in block.members]
    number = {name: place for place, name in enumerate(members)}
    places = [
        (number[one.key], pair, problem.fit.get((one.key, people[column].key), 0))
        for pair, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True))
        for one in blocks[row].members
    ]
    row_of, pair_of, fit = zip(*places, strict=True) if places else ((), (), ())
    shape = (len(members), len(rows))
    return coo_array((np.array(fit, dtype=float), (row_of, pair_of)), shape=shape).tocsr()


At = dict[tuple[int, int], int]


def _of_blocks(problem: Problem, blocks: tuple[Block, ...], at: At) -> Iterable[Condition]:
    limits, people = problem.limits, problem.reviewers
    organizations = sorted({one.organization for one in people if one.organization})
    for row, block in enumerate(blocks):
        there = {who: at[row, who] for who in range(len(people)) if (row, who) in at}
        yield _count(Kind.NEED, block.name, "", there.values(), at_least=block.need)
        yield _count(Kind.NEED, block.name, MORE, there.values(), at_most=block.need)
        for topic, least in sorted(limits.expertise.items()):
            able = [column for who, column in there.items() if topic in people[who].expertise]
            yield _count(Kind.EXPERTISE, block.name, topic, able, at_least=least)
        if limits.federal_least:
            federal = [column for who, column in there.items() if people[who].federal]
            yield _count(Kind.FEDERAL, block.name, "", federal, at_least=limits.federal_least)
        if limits.outside_least:
            outside = [column for who, column in there.items() if not people[who].federal]
            yield _count(Kind.OUTSIDE, block.name, "", outside, at_least=limits.outside_least)
        if limits.per_organization is not None:
            for organization in organizations:
                own = [column for who, column in there.items() if people[who].organization == organization]
                if len(own) > limits.per_organization:
                    yield _count(
                        Kind.ORGANIZATION, block.name, organization, own, at_most=limits.per_organization
                    )


def _of_reviewers(problem: Problem, blocks: tuple[Block, ...], at: At) -> Iterable[Condition]:
    for who, person in enumerate(problem.reviewers):
        mine = [(at[row, who], len(block.members)) for row, block in enumerate(blocks) if (row, who) in at]
        columns, weights = tuple(column for column, _ in mine), tuple(weight for _, weight in mine)
        yield Condition(Kind.MOST, person.key, "", columns, weights, at_most=person.most)
        if person.least:
            yield Condition(Kind.LEAST, person.key, "", columns, weights, at_least=person.least)


def _kept(problem: Problem, blocks: tuple[Block, ...], at: At) -> Iterable[Condition]:
    row_of = {one.key: row for row, block in enumerate(blocks) for one in block.members}
    column_of = {person.key: column for column, person in enumerate(problem.reviewers)}
    for name, who in sorted(problem.kept):
        column = at.get((row_of[name], column_of[who]))
        columns = () if column is None else (column,)
        yield _count(Kind.KEPT, name, who, columns, at_least=1)


def _count(
    kind: Kind,
    subject: str,
    detail: str,
    columns: Iterable[int],
    *,
    at_least: int | None = None,
    at_most: int | None = None,
) -> Condition:
    chosen = tuple(columns)
    return Condition(kind, subject, detail, chosen, (1,) * len(chosen), at_least, at_most)
