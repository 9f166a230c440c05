from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.faults import Undefined
from scoring.intervals import (
    RankInterval,
    draw_indices,
    in_whole_units,
    resampled_places,
    stratified,
    two_way,
)
from scoring.scoresheet import Absent
from scoring.threshold import Ballot, Method, Rules, TieBreak
from tests.scoring.rounds import ballot, rules

MEAN = Rules(Method.MEAN)


def round_of(rows: dict[str, list[int]], state: str = "CO") -> Ballot:
    return Ballot(
        state,
        {name: {f"R{j}": Fraction(one) for j, one in enumerate(given)} for name, given in rows.items()},
    )


def known(found: object) -> dict[str, tuple[int, int]]:
    assert isinstance(found, tuple)
    assert all(isinstance(one, RankInterval) for one in found)
    return {one.application: (one.low, one.high) for one in found}


def plainly(rows: list[list[int]], draws: list[list[int]]) -> list[list[int]]:
    """Count places sample by sample; a draw is one number whose digits in base k are the sheets."""
    counts = [[0] * len(rows) for _ in rows]
    for sample in draws:
        sums = []
        for scores, draw in zip(rows, sample, strict=True):
            left, total = draw, 0
            for _ in scores:
                left, sheet = divmod(left, len(scores))
                total += scores[sheet]
            sums.append(total)
        for row, total in enumerate(sums):
            counts[row][sum(other > total for other in sums)] += 1
    return counts


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=5), min_size=1, max_size=6),
    st.integers(0, 2**32),
)
def test_the_places_are_those_of_a_plain_loop_over_the_same_samples(rows: list[list[int]], seed: int) -> None:
    whole = [np.array(row, dtype=np.int64) for row in rows]
    ways = np.array([len(row) ** len(row) for row in rows])

    counts = resampled_places(whole, bits=np.random.PCG64(seed), samples=50)

    draws = draw_indices(np.random.PCG64(seed), 50, ways).tolist()
    assert counts.tolist() == plainly(rows, draws)


@pytest.mark.parametrize("sheets", [2, 3, 4, 5, 6, 8])
def test_sheets_are_drawn_uniformly(sheets: int) -> None:
    # The first application always has the sum 0; the second beats it unless all draws hit its one zero.
    zero = np.zeros(sheets, dtype=np.int64)
    ones = np.array([0, *[1] * (sheets - 1)], dtype=np.int64)

    counts = resampled_places([zero, ones], bits=np.random.PCG64(3), samples=40_000)

    never = counts[0][0] / 40_000
    assert never == pytest.approx(sheets**-sheets, abs=0.012)


def test_six_sheets_draw_more_than_a_table_holds() -> None:
    rows = [np.array([10 * i + j for j in range(6)], dtype=np.int64) for i in range(3)]

    counts = resampled_places(rows, bits=np.random.PCG64(1), samples=500)

    assert counts.sum(axis=1).tolist() == [500, 500, 500]
    assert counts[2][0] == 500


def test_a_seed_always_gives_the_same_stream() -> None:
    found = draw_indices(np.random.PCG64(np.random.SeedSequence([1, 2])), 2, np.array([27, 27, 27, 27]))

    assert found.tolist() == [[17, 12, 25, 11], [2, 11, 3, 7]]


def test_means_over_unequal_numbers_of_sheets_compare_as_means() -> None:
    rows, unit = in_whole_units(
        [(Fraction("70.5"), Fraction(70)), (Fraction(70), Fraction(71), Fraction(72))]
    )

    assert unit == 12
    assert [row.tolist() for row in rows] == [[423, 420], [280, 284, 288]]


def test_far_apart_applications_keep_their_places_in_every_sample() -> None:
    round_ = round_of({"A": [90, 91, 89], "B": [70, 71, 70], "C": [50, 51, 49]})

    for found in (
        two_way([round_], MEAN, seed=1, samples=500),
        stratified([round_], MEAN, seed=1, samples=500),
    ):
        assert known(found["CO"]) == {"A": (1, 1), "B": (2, 2), "C": (3, 3)}


def test_close_applications_change_places_in_some_samples() -> None:
    round_ = round_of({"A": [90, 70, 80], "B": [75, 85, 79], "C": [40, 41, 39]})

    found = two_way([round_], MEAN, seed=1, samples=2000)

    assert known(found["CO"]) == {"A": (1, 2), "B": (1, 2), "C": (3, 3)}


@pytest.mark.parametrize("method", [Method.MEAN, Method.MEDIAN, Method.RANK_SUM])
def test_the_same_seed_gives_the_same_intervals(method: Method) -> None:
    declared = rules(method)

    alone = two_way([ballot("TX")], declared, seed=7, samples=400)
    again = two_way([ballot("TX")], declared, seed=7, samples=400)

    assert alone == again


def test_rank_sums_are_drawn_as_rank_sums() -> None:
    found = two_way([ballot("NH"), ballot("CO"), ballot("TX")], rules(), seed=7, samples=4000)

    assert known(found["NH"]) == {"NH-1": (1, 2), "NH-2": (1, 2)}
    assert known(found["TX"])["TX-4"] == (4, 4)


def test_a_declared_tie_break_counts_in_the_samples() -> None:
    plain = two_way([ballot("CO")], rules(), seed=7, samples=4000)["CO"]
    broken = two_way([ballot("CO")], rules(tie_breaks=(TieBreak.FINAL_MEAN,)), seed=7, samples=4000)["CO"]

    assert isinstance(plain, tuple)
    assert isinstance(broken, tuple)
    assert sum(one.first for one in plain) >= sum(one.first for one in broken) == pytest.approx(1)


def test_severity_shared_by_all_applications_moves_no_rank() -> None:
    # Reviewers differ by 30 points and agree otherwise: nothing is left to chance.
    round_ = round_of({"A": [90, 60, 75], "B": [89, 59, 74]})

    found = two_way([round_], MEAN, seed=1, samples=300)

    assert known(found["CO"]) == {"A": (1, 1), "B": (2, 2)}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({"A": [90], "B": [80]}, "One reviewer only: there is nobody to compare with."),
        ({"A": [90, 91]}, None),
        ({}, "There is no finalist to rank."),
    ],
)
def test_where_nothing_can_be_drawn_there_is_a_reason(rows: dict[str, list[int]], reason: str | None) -> None:
    found = two_way([round_of(rows)], MEAN, seed=1, samples=100)["CO"]

    if reason is None:
        assert found == Undefined(
            "There are too few scores to tell severity from disagreement, so no standard error exists."
        )
    else:
        assert found == Undefined(reason)


def test_a_disconnected_state_has_no_interval() -> None:
    apart = Ballot(
        "CO",
        {
            "A": {"R1": Fraction(90), "R2": Fraction(80)},
            "B": {"R3": Fraction(70), "R4": Fraction(75)},
        },
    )

    found = two_way([apart], MEAN, seed=1, samples=100)["CO"]

    assert isinstance(found, Undefined)
    assert found.reason.startswith("The reviewers fall into 2 groups")


def test_a_state_without_an_official_rank_has_no_interval() -> None:
    waiting = Ballot("CO", {"A": {"R1": Fraction(90), "R2": Absent.MISSING}})

    for kind in (two_way, stratified):
        assert kind([waiting], MEAN, seed=1, samples=10)["CO"] == Undefined(
            "A: the score sheet of R2 is missing."
        )


def test_one_sheet_cannot_be_drawn_again() -> None:
    found = stratified([round_of({"A": [90], "B": [80]})], MEAN, seed=1, samples=10)

    assert found["CO"] == Undefined("An application has one score sheet only; nothing can be drawn.")


def test_equal_scores_share_the_first_place_in_every_sample() -> None:
    round_ = round_of({"A": [80, 80], "B": [80, 80]})

    for found in (
        two_way([round_], MEAN, seed=1, samples=50),
        stratified([round_], MEAN, seed=1, samples=50),
    ):
        assert known(found["CO"]) == {"A": (1, 1), "B": (1, 1)}


def test_the_two_way_interval_is_right_as_often_as_it_says() -> None:
    # A true leader by 6 points under an error of 6 per sheet: how often its true place 1 is covered.
    draw = np.random.default_rng(9)
    covered = []
    for number in range(150):
        quality = np.array([76.0, 70.0, 64.0, 60.0])
        totals = quality[:, None] + draw.normal(0, 3, (1, 4)) + draw.normal(0, 6, (4, 4))
        rows = {f"A{i}": [int(value * 1000) for value in row] for i, row in enumerate(totals)}
        found = known(two_way([round_of(rows)], MEAN, seed=number, samples=300)["CO"])
        covered += [found[f"A{i}"][0] <= i + 1 <= found[f"A{i}"][1] for i in range(4)]

    assert np.mean(covered) > 0.93
