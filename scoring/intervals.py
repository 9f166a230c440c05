"""Intervals of ranks by bootstrap: how far the order could have moved by the luck of the draw.

The one shown draws every reviewer's severity jointly for all applications and every sheet's error,
T* = a_i + b*_j + e*_ij with the estimated variances, and ranks by the published method. The stratified
one draws each application's sheets again with replacement and ranks by means; with three sheets it
understates. Random bits come straight from PCG64, whose stream NumPy promises never to change, so that
a seed gives the same intervals in ten years.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from math import lcm, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from scoring.aggregate import present
from scoring.calibrate import NO_FREEDOM, calibrate, pooled_variances
from scoring.faults import Undefined
from scoring.matrix import Flags, Floats, Matrix, from_totals
from scoring.rank import Ranking, rank
from scoring.threshold import Ballot, Method, Rules, TieRule

SAMPLES = 10_000
COVERAGE = 0.95
CHUNK = 150_000
"""Numbers worked on at a time, so that they stay in the processor's cache."""
TABLE_LIMIT = 5
"""Up to this many sheets all k^k ways to draw k of them again are tabulated."""
FINEST = 1_000_000
BYTE = 256
FEW_TIES = 3
"""Longest run of equal sums, less one, that is mended one by one."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RankInterval:
    """Where one finalist's place lay in 95 of 100 samples, and how often it was first."""

    application: str
    low: int
    high: int
    first: float


Intervals = tuple[RankInterval, ...] | Undefined


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What the two-way bootstrap draws from, for one state's finalists."""

    center: Floats
    matrix: Matrix
    error: float
    """Standard deviation of one sheet."""
    spread: float
    """Standard deviation of the reviewers' severities."""


def two_way(
    ballots: Iterable[Ballot], rules: Rules, *, seed: int, samples: int = SAMPLES
) -> dict[str, Intervals]:
    """Return rank intervals per state: reviewers drawn jointly, variances estimated over all states."""
    given = tuple(ballots)
    totals = {name: ballot.final(name) for ballot in given for name in ballot.initial}
    error, spread = pooled_variances(from_totals(totals))
    found: dict[str, Intervals] = {}
    for ballot in given:
        ranking = rank(ballot, rules)
        found[ballot.state] = _two_way_of(
            ballot, ranking, error, spread, bits=_bits(seed, ballot.state), samples=samples
        )
    return found


def stratified(
    ballots: Iterable[Ballot], rules: Rules, *, seed: int, samples: int = SAMPLES
) -> dict[str, Intervals]:
    """Return rank intervals per state by means, each application's sheets drawn again by themselves."""
    found: dict[str, Intervals] = {}
    for ballot in ballots:
        ranking = rank(ballot, rules)
        if not ranking.places:
            found[ballot.state] = _unranked(ranking)
            continue
        scores = {place.application: present(ballot.final(place.application)) for place in ranking.places}
        if any(len(totals) == 1 for totals in scores.values()):
            found[ballot.state] = Undefined("An application has one score sheet only; nothing can be drawn.")
            continue
        names = tuple(sorted(scores))
        whole, _ = in_whole_units([tuple(scores[name].values()) for name in names])
        counts = resampled_places(whole, bits=_bits(seed, ballot.state), samples=samples)
        found[ballot.state] = _intervals(names, counts)
    return found


def in_whole_units(rows: list[tuple[Fraction, ...]]) -> tuple[list[Ints], int]:
    """Return scores as whole numbers of a common unit, scaled so that sums compare as means do."""
    unit = min(lcm(*(score.denominator for row in rows for score in row)), FINEST)
    sizes = lcm(*(len(row) for row in rows))
    scaled = [
        np.array([round(score * unit) * (sizes // len(row)) for score in row], dtype=np.int64) for row in rows
    ]
    return scaled, unit * sizes


def resampled_places(rows: list[Ints], *, bits: np.random.PCG64, samples: int) -> Ints:
    """Return how often each application took each place when its sheets are drawn with replacement.

    Rows by application, columns by place from 0; ties share the better place. A sample is one number
    per application, sum above, application below, so that one sort of plain integers ranks it.
    """
    count = len(rows)
    shift = max(1, (count - 1).bit_length())
    if max(len(row) for row in rows) <= TABLE_LIMIT:
        codes = _tabulated_codes(rows, shift, bits=bits, samples=samples)
    else:
        codes = _drawn_codes(rows, shift, bits=bits, samples=samples)
    counts = np.zeros(count << shift, dtype=np.int64)
    for placed in _gathered((_placed(drawn, shift) for drawn in codes), least=2 * len(counts)):
        counts += np.bincount(placed.ravel(), minlength=len(counts))
    return counts.reshape(count, 1 << shift)[:, :count].T


def draw_indices(bits: np.random.PCG64, size: int, ways: Ints) -> Ints | NDArray[np.uint8]:
    """Return for each sample and application which of its ways to draw is taken, uniformly."""
    wanted = size * len(ways)
    if not (BYTE % ways).any():
        drawn = bits.random_raw(-(-wanted // 8)).astype("<u8").view(np.uint8)[:wanted].reshape(size, -1)
        return drawn if (ways == BYTE).all() else drawn % ways.astype(np.uint16)
    halves = bits.random_raw(-(-wanted // 2)).astype("<u8").view("<u4")[:wanted].reshape(size, -1)
    return np.asarray((halves.astype(np.uint64) * ways.astype(np.uint64)) >> np.uint64(32), dtype=np.int64)


def ways_to_draw(row: Ints) -> Ints:
    """Return the sum of every one of the k^k ordered ways to draw k scores out of k with replacement."""
    return np.asarray(row[_ways(len(row))].sum(axis=0), dtype=np.int64)


@lru_cache(maxsize=TABLE_LIMIT)
def _ways(k: int) -> Ints:
    return np.indices((k,) * k).reshape(k, -1)


def _tabulated_codes(rows: list[Ints], shift: int, *, bits: np.random.PCG64, samples: int) -> Iterator[Ints]:
    sums = [ways_to_draw(row) for row in rows]
    top = max(int(one.max()) for one in sums)
    ways = np.array([len(one) for one in sums], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(ways)[:-1]]).astype(np.int32)
    table = np.concatenate([((top - one) << shift) | number for number, one in enumerate(sums)])
    if int(table.max()) < np.iinfo(np.int32).max:
        table = table.astype(np.int32)
    for size in _chunks(samples, len(rows)):
        yield table.take(start + draw_indices(bits, size, ways))


def _drawn_codes(rows: list[Ints], shift: int, *, bits: np.random.PCG64, samples: int) -> Iterator[Ints]:
    top = max(int(row.max()) * len(row) for row in rows)
    for size in _chunks(samples, sum(len(row) for row in rows)):
        drawn = [row[draw_indices(bits, size, np.full(len(row), len(row)))].sum(axis=1) for row in rows]
        yield np.stack([((top - one) << shift) | number for number, one in enumerate(drawn)], axis=1)


def _placed(codes: Ints, shift: int) -> Ints:
    """Return codes of place above application for codes of sum above application; works in place."""
    codes.sort(axis=1)
    application = codes.dtype.type((1 << shift) - 1)
    equal = (codes[:, 1:] ^ codes[:, :-1]) <= application
    codes &= application
    codes += np.arange(codes.shape[1], dtype=codes.dtype) << shift
    _share_places(codes, equal, application)
    return codes


def _share_places(codes: Ints, equal: Flags, application: np.integer) -> None:
    """Give each code that is `equal` to the one before it the same place."""
    row, column = np.divmod(np.flatnonzero(equal), max(1, equal.shape[1]))
    for _ in range(FEW_TIES):
        before, own = codes[row, column], codes[row, column + 1]
        shared = (before & ~application) | (own & application)
        if (shared == own).all():
            return
        codes[row, column + 1] = shared
    # Many are equal: the place of the first of each run, carried along the row.
    places = codes & ~application
    places[:, 1:][equal] = 0
    np.maximum.accumulate(places, axis=1, out=places)
    codes &= application
    codes |= places


def _gathered(parts: Iterable[Ints], *, least: int) -> Iterator[Ints]:
    """Yield the parts put together until they have at least so many numbers."""
    waiting: list[Ints] = []
    for part in parts:
        waiting.append(part)
        if sum(one.size for one in waiting) >= least:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def _chunks(samples: int, width: int) -> Iterator[int]:
    size = max(1, CHUNK // max(1, width))
    for done in range(0, samples, size):
        yield min(size, samples - done)


def _bits(seed: int, state: str) -> np.random.PCG64:
    """Return the random bits of one state: its own stream, whatever other states there are."""
    name = int.from_bytes(sha256(state.encode()).digest()[:8], "big")
    return np.random.PCG64(np.random.SeedSequence([seed, name]))


def _normals(bits: np.random.PCG64, shape: tuple[int, ...]) -> Floats:
    """Return standard normal numbers by inversion, from the stable stream."""
    count = int(np.prod(shape))
    uniform = ((bits.random_raw(count) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return np.asarray(ndtri(uniform), dtype=np.float64).reshape(shape)


def _two_way_of(
    ballot: Ballot,
    ranking: Ranking,
    error: float | Undefined,
    spread: float | Undefined,
    *,
    bits: np.random.PCG64,
    samples: int,
) -> Intervals:
    if not ranking.places:
        return _unranked(ranking)
    matrix = from_totals({one.application: ballot.final(one.application) for one in ranking.places})
    fit = calibrate(matrix)
    if isinstance(fit, Undefined):
        return fit
    if isinstance(error, Undefined) or isinstance(spread, Undefined):
        return NO_FREEDOM
    model = Model(np.array([one.adjusted for one in fit.adjusted]), matrix, sqrt(error), sqrt(spread))
    counts = _two_way_counts(model, ranking.rules, bits=bits, samples=samples)
    return _intervals(matrix.applications, counts)


def _unranked(ranking: Ranking) -> Undefined:
    return Undefined(ranking.refusals[0].message if ranking.refusals else "There is no finalist to rank.")


def _two_way_counts(model: Model, rules: Rules, *, bits: np.random.PCG64, samples: int) -> Ints:
    count, reviewers = model.matrix.values.shape
    width = count + reviewers if rules.method is Method.MEAN else count * reviewers
    counts = np.zeros(count * count, dtype=np.int64)
    for size in _chunks(samples, width):
        keys = -_means(model, bits, size) if rules.method is Method.MEAN else _keys(model, rules, bits, size)
        counts += np.bincount((_places(keys) + count * np.arange(count)).ravel(), minlength=count * count)
    return counts.reshape(count, count)


def _means(model: Model, bits: np.random.PCG64, size: int) -> Floats:
    """Draw means at once: the mean of k independent errors is one error of variance sigma^2 / k."""
    present = model.matrix.present
    each = present.sum(axis=1)
    severity = model.spread * _normals(bits, (size, present.shape[1]))
    error = model.error / np.sqrt(each) * _normals(bits, (size, present.shape[0]))
    return np.asarray(model.center + severity @ (present / each[:, None]).T + error, dtype=np.float64)


def _keys(model: Model, rules: Rules, bits: np.random.PCG64, size: int) -> Floats:
    """Draw every sheet and return what the published method ranks each sample by, lowest first."""
    count, reviewers = model.matrix.values.shape
    severity = model.spread * _normals(bits, (size, 1, reviewers))
    totals = model.center[:, None] + severity + model.error * _normals(bits, (size, count, reviewers))
    if rules.method is not Method.RANK_SUM:
        return -_middles(totals, model.matrix, rules.method)
    sums = _rank_sums(totals, rules.tie_rule)
    # A rank sum moves in halves and a mean stays under a million: one number orders both.
    return 2e6 * sums - totals.mean(axis=2) if rules.tie_breaks else sums


def _rank_sums(totals: Floats, tie_rule: TieRule) -> Floats:
    """Return rank sums; drawn totals tie only where nothing was drawn, so all tie rules are near."""
    above = np.zeros(totals.shape[:2])
    for row in range(totals.shape[1]):
        own = totals[:, row : row + 1, :]
        ranks = 1.0 + (totals > own).sum(axis=1)
        if tie_rule is TieRule.AVERAGE:
            ranks += ((totals == own).sum(axis=1) - 1) / 2
        above[:, row] = ranks.sum(axis=1)
    return above


def _middles(totals: Floats, matrix: Matrix, method: Method) -> Floats:
    found = np.empty(totals.shape[:2])
    for row, there in enumerate(matrix.present):
        own = np.sort(totals[:, row, there], axis=1)
        found[:, row] = np.median(own, axis=1) if method is Method.MEDIAN else own[:, 1:-1].mean(axis=1)
    return found


def _places(keys: Floats) -> Ints:
    """Return each place from 0; equal keys share the better place."""
    order = np.argsort(keys, axis=1, kind="stable")
    ordered = np.take_along_axis(keys, order, axis=1)
    place = np.zeros(keys.shape, dtype=np.int64)
    np.multiply(ordered[:, 1:] != ordered[:, :-1], np.arange(1, keys.shape[1]), out=place[:, 1:])
    np.maximum.accumulate(place, axis=1, out=place)
    found = np.empty_like(place)
    np.put_along_axis(found, order, place, axis=1)
    return found


def _intervals(names: tuple[str, ...], counts: Ints) -> tuple[RankInterval, ...]:
    share = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    tail = (1 - COVERAGE) / 2
    return tuple(
        RankInterval(
            name,
            1 + int(np.searchsorted(row, tail)),
            1 + int(np.searchsorted(row, 1 - tail)),
            float(row[0]),
        )
        for name, row in zip(names, share, strict=True)
    )
