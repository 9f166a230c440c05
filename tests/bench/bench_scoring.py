"""Speed of assignment and bootstrap against HiGHS over all pairs and the plain loop over the same samples."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from scoring.assign.fair import solve_fairly
from scoring.assign.flow import Ints, Network, Solved, solve
from scoring.inputs import Inputs, StateRound
from scoring.intervals import CHUNK, draw_indices, resampled_places
from scoring.rubric import Criterion, Rubric
from scoring.scoresheet import Sheet
from scoring.statistics import statistics
from scoring.threshold import Method, Rules
from tests.bench.run import Measurement, at_most, limited, unbounded

A_FIFTIETH = 0.02
SAMPLES = 10_000
SEED = 7
GIB_IN_MIB = 1024.0

Given = TypeVar("Given")
Answer = TypeVar("Answer")


def measure() -> list[Measurement]:
    """Return the figures of assignment, bootstrap and all statistics together."""
    return [*_assignment(), *_growth(), *_bootstrap(), *_statistics()]


def instance(applications: int, reviewers: int, *, topics: int = 12, seed: int = 1) -> Network:
    """Return applications and reviewers with topics in common, 4 reviewers each and 5 percent conflicts.

    With topics everyone wants the same experts, which is harder than fits drawn one by one (topics 0).
    """
    draw = np.random.default_rng(seed)
    fit = draw.integers(0, 1001, (applications, reviewers))
    if topics:
        alike = draw.random((applications, topics)) ** 4 @ draw.random((topics, reviewers)) ** 3
        fit = np.rint(1000 * alike / alike.max()).astype(np.int64)
    return Network(
        fit=fit,
        allowed=draw.random((applications, reviewers)) > 0.05,
        need=np.full(applications, 4),
        most=np.full(reviewers, -(-applications * 5 // reviewers)),
        least=np.zeros(reviewers, dtype=np.int64),
        group=draw.integers(0, reviewers // 10, reviewers),
    )


def by_linear_program(given: Network) -> int:
    """Return the greatest total fit by HiGHS's linear program over all pairs."""
    rows, columns = np.nonzero(given.allowed)
    place, ones = np.arange(len(rows)), np.ones(len(rows))
    found = linprog(
        -given.fit[rows, columns],
        A_eq=coo_array((ones, (rows, place)), shape=(len(given.need), len(rows))).tocsr(),
        b_eq=given.need,
        A_ub=vstack([coo_array((ones, (columns, place)), shape=(len(given.most), len(rows)))]).tocsr(),
        b_ub=given.most,
        bounds=(0, 1),
        method="highs-ds",
    )
    return round(-float(found.fun))


SHEETS = [tuple(draw >> 2 * digit & 3 for digit in range(4)) for draw in range(256)]
"""Which four of four sheets each of the 256 ways to draw them takes."""


def plain_places(rows: list[list[int]], samples: list[list[int]]) -> list[list[int]]:
    """Count places as one would write it down: per sample the means, their order, the places."""
    count = len(rows)
    counts = [[0] * count for _ in rows]
    for sample in samples:
        means = [
            sum(scores[sheet] for sheet in SHEETS[draw]) / 4
            for scores, draw in zip(rows, sample, strict=True)
        ]
        order = sorted(range(count), key=lambda number: means[number], reverse=True)
        place = 0
        for position, number in enumerate(order):
            if position and means[number] < means[order[position - 1]]:
                place = position
            counts[number][place] += 1
    return counts


def _assignment() -> list[Measurement]:
    found: list[Measurement] = []
    for words, topics in (("fits alike by topic", 12), ("fits drawn freely", 0)):
        given = instance(1000, 600, topics=topics)
        seconds, solved = _fastest(3, solve, given)
        against, greatest = _fastest(1, by_linear_program, given)
        name = f"assignment 1,000 x 600 x 4, {words}"
        found += [
            at_most(
                f"{name}: CPU time against HiGHS over all pairs",
                seconds,
                "s",
                against=against,
                bound=A_FIFTIETH,
            ),
            limited(
                f"{name}: difference from the optimum of HiGHS", abs(solved.fit - greatest), "fit", bound=0
            ),
            _gap(name, solved),
        ]
    return found


def _growth() -> list[Measurement]:
    found: list[Measurement] = []
    for applications, reviewers in ((30, 20), (300, 200), (1000, 600), (3000, 1500)):
        plain = instance(applications, reviewers)
        name = f"assignment {applications:,} x {reviewers:,} x 4"
        for words, given in (("", plain), (", one per organization", replace(plain, per_group=1))):
            seconds, solved = _fastest(1, solve, given)
            found += [unbounded(f"{name}{words}: CPU time", seconds, "s"), _gap(name + words, solved)]
        seconds, fair = _fastest(1, solve_fairly, plain)
        unproven = fair is None or not fair.proven
        found.append(unbounded(f"{name}, worst-served first: CPU time", seconds, "s"))
        found.append(limited(f"{name}, worst-served first: unproven", float(unproven), "of 1", bound=0))
    return found


def _gap(name: str, solved: Solved) -> Measurement:
    return limited(f"{name}: gap to the proven bound", solved.bound - solved.fit, "fit", bound=0)


def _bootstrap() -> list[Measurement]:
    draw = np.random.default_rng(3)
    rows = [np.array(row, dtype=np.int64) for row in draw.integers(40_000, 100_000, (1000, 4))]
    seconds, counts = _fastest(3, _vectorized_places, rows)
    plain = [row.tolist() for row in rows], _same_samples(len(rows))
    against, plain_counts = _fastest(1, lambda given: plain_places(*given), plain)
    tracemalloc.start()
    _vectorized_places(rows)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    name = "bootstrap, 10,000 samples of 1,000 applications with 4 sheets"
    different = float((counts != np.array(plain_counts)).sum())
    return [
        at_most(f"{name}: CPU time against the plain loop", seconds, "s", against=against, bound=A_FIFTIETH),
        limited(f"{name}: counts that differ from the plain loop's", different, "counts", bound=0),
        limited(f"{name}: memory", peak, "MiB", bound=GIB_IN_MIB),
    ]


def _vectorized_places(rows: list[Ints]) -> Ints:
    return resampled_places(rows, bits=np.random.PCG64(SEED), samples=SAMPLES)


def _same_samples(applications: int) -> list[list[int]]:
    """Return the samples that the vectorized bootstrap draws, chunk by chunk from the same bits."""
    bits, ways, size = np.random.PCG64(SEED), np.full(applications, 256), CHUNK // applications
    sizes = [min(size, SAMPLES - done) for done in range(0, SAMPLES, size)]
    return [sample for one in sizes for sample in draw_indices(bits, one, ways).tolist()]


def _statistics() -> list[Measurement]:
    given = _competition()
    seconds, _ = _fastest(1, statistics, given)
    name = "all statistics of 1,000 applications and 4,000 sheets, 10,000 samples twice: CPU time"
    return [limited(name, seconds, "s", bound=60)]


def _competition() -> Inputs:
    """Return 10 states of 100 applications, each scored by 4 of 40 reviewers on 8 criteria."""
    draw = np.random.default_rng(5)
    criteria = tuple(Criterion(f"c{number}", f"Criterion {number}", Decimal("12.5")) for number in range(8))
    states, sheets = [], []
    for state in range(10):
        panels = {}
        for number in range(100):
            name = f"S{state}-{number:03}"
            panels[name] = tuple(f"R{one:02}" for one in draw.choice(40, 4, replace=False))
            quality = draw.uniform(0.6, 0.95)
            for who in panels[name]:
                shares = np.clip(quality + draw.normal(0, 0.1, 8), 0, 1)
                points = {f"c{at}": Decimal(int(25 * share)) / 2 for at, share in enumerate(shares)}
                sheets.append(Sheet(who, name, points))
        states.append(StateRound(f"S{state}", panels))
    rules = Rules(Method.MEAN, Decimal(70), reviewers_minimum=3)
    return Inputs("bench", Rubric(criteria, Decimal(100)), rules, tuple(states), tuple(sheets))


def _fastest(times: int, work: Callable[[Given], Answer], given: Given) -> tuple[float, Answer]:
    """Return the least CPU seconds of several runs, which other load disturbs least, and the answer."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        answer = work(given)
        seconds.append(time.process_time() - start)
    return min(seconds), answer
