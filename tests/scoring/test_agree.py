import math
import warnings
from typing import Any

import krippendorff as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.agree import (
    Estimate,
    Form,
    Level,
    in_words,
    intraclass,
    kendall,
    krippendorff,
    limits_of,
    reading,
)
from scoring.faults import Undefined
from scoring.matrix import Matrix, from_rows

# Shrout and Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = from_rows(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)

# Krippendorff's canonical reliability data: four observers, twelve units, "." missing.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
CANONICAL = from_rows(
    [
        [None if one == "." else float(one) for one in unit]
        for unit in zip(*(row.split() for row in OBSERVERS), strict=True)
    ]
)


@pytest.mark.parametrize(
    ("form", "printed", "exact"),
    [
        (Form.ONE_WAY, ".17", 0.165742),
        (Form.TWO_WAY_RANDOM, ".29", 0.289764),
        (Form.TWO_WAY_FIXED, ".71", 0.714841),
        (Form.ONE_WAY_MEAN, ".44", 0.442797),
        (Form.TWO_WAY_RANDOM_MEAN, ".62", 0.620051),
        (Form.TWO_WAY_FIXED_MEAN, ".91", 0.909316),
    ],
)
def test_the_table_of_shrout_and_fleiss_is_reproduced(form: Form, printed: str, exact: float) -> None:
    found = intraclass(SHROUT_FLEISS)[form]

    assert isinstance(found, Estimate)
    assert f"{found.value:.2f}".lstrip("0") == printed
    assert round(found.value, 6) == exact


@pytest.mark.parametrize(
    ("level", "printed"),
    [(Level.NOMINAL, ".743"), (Level.ORDINAL, ".815"), (Level.INTERVAL, ".849"), (Level.RATIO, ".797")],
)
def test_krippendorffs_canonical_data_are_reproduced(level: Level, printed: str) -> None:
    found = krippendorff(CANONICAL, level)

    assert isinstance(found, float)
    assert f"{found:.3f}".lstrip("0") == printed


def numbers(seed: int, rows: int, columns: int, *, missing: float = 0.0) -> Matrix:
    draw = np.random.default_rng(seed)
    values = draw.integers(1, 10, (rows, columns)).astype(float) + draw.integers(0, 4, (rows, 1))
    present = draw.random((rows, columns)) >= missing
    return Matrix(
        tuple(f"A{i}" for i in range(rows)),
        tuple(f"R{j}" for j in range(columns)),
        np.where(present, values, 0.0),
        present,
    )


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("level", list(Level))
def test_alpha_agrees_with_the_oracle_on_incomplete_tables(seed: int, level: Level) -> None:
    matrix = numbers(seed, rows=5 + seed, columns=2 + seed % 5, missing=0.3)
    given_to_oracle = np.where(matrix.present, matrix.values, np.nan).T

    expected = oracle.alpha(reliability_data=given_to_oracle, level_of_measurement=level.value)

    assert krippendorff(matrix, level) == pytest.approx(expected, abs=1e-12)


def _pingouin(matrix: Matrix) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pingouin.reliability import intraclass_corr, pd

        rows, columns = matrix.values.shape
        table = pd.DataFrame(
            {
                "target": np.repeat(np.arange(rows), columns),
                "rater": np.tile(np.arange(columns), rows),
                "score": matrix.values.ravel(),
            }
        )
        return intraclass_corr(data=table, targets="target", raters="rater", ratings="score")


@pytest.mark.parametrize("seed", range(6))
def test_all_six_correlations_and_intervals_agree_with_the_oracle(seed: int) -> None:
    matrix = numbers(seed, rows=4 + 2 * seed, columns=2 + seed)

    expected = _pingouin(matrix)

    for (_, row), found in zip(expected.iterrows(), intraclass(matrix).values(), strict=True):
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(row["ICC"], abs=1e-6)
        interval = next(row[name] for name in ("CI95", "CI95%") if name in row.index)
        # The oracle prints its intervals with two decimals.
        assert [found.low, found.high] == pytest.approx(list(interval), abs=0.0051)


@pytest.mark.parametrize("seed", range(5))
def test_w_without_ties_is_the_friedman_statistic_scaled(seed: int) -> None:
    from scipy.stats import friedmanchisquare

    draw = np.random.default_rng(seed)
    values = draw.permuted(np.tile(np.arange(8.0), (4, 1)), axis=1).T
    matrix = Matrix(tuple("ABCDEFGH"), tuple("1234"), values, np.ones((8, 4), dtype=bool))

    assert kendall(matrix) == pytest.approx(friedmanchisquare(*values).statistic / (4 * 7))


def test_w_is_corrected_for_ties_as_kendall_and_gibbons_do() -> None:
    matrix = from_rows([[1, 2.5, 2], [4.5, 2.5, 1], [2, 2.5, 4.5], [4.5, 2.5, 4.5], [3, 2.5, 3]])

    # The middle judge tied all five, rank 3 each (t^3 - t = 120); the others tied one pair (6).
    sums = [1 + 3 + 2, 4.5 + 3 + 1, 2 + 3 + 4.5, 4.5 + 3 + 4.5, 3 + 3 + 3]
    squares = sum((value - 9) ** 2 for value in sums)
    assert kendall(matrix) == pytest.approx(12 * squares / (9 * 120 - 3 * (120 + 6 + 6)))


def test_perfect_agreement_is_one_everywhere() -> None:
    matrix = from_rows([[70, 70, 70], [80, 80, 80], [90, 90, 90]])

    assert {found.value for found in intraclass(matrix).values() if isinstance(found, Estimate)} == {1.0}
    assert {krippendorff(matrix, level) for level in Level} == {1.0}
    assert kendall(matrix) == 1.0


@pytest.mark.parametrize(
    "rows",
    [
        [[70.0, 70.0], [70.0, 70.0]],
        [[69.995, 69.995, 69.995], [69.995, 69.995, 69.995]],
    ],
)
def test_equal_scores_are_a_reason_and_never_a_number(rows: list[list[float | None]]) -> None:
    matrix = from_rows(rows)

    reasons = {getattr(found, "reason", "") for found in intraclass(matrix).values()}
    assert reasons == {"All scores are equal; agreement cannot be computed."}
    assert all(isinstance(krippendorff(matrix, level), Undefined) for level in Level)
    assert isinstance(kendall(matrix), Undefined)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[70.0]],
        [[70.0, 80.0]],
        [[70.0], [80.0]],
        [[None, None], [None, None]],
        [[70.0, None], [None, 80.0]],
    ],
)
def test_one_reviewer_or_one_application_is_a_reason(rows: list[list[float | None]]) -> None:
    matrix = from_rows(rows)

    assert all(isinstance(found, Undefined) for found in intraclass(matrix).values())
    assert isinstance(kendall(matrix), Undefined)


def test_unequal_numbers_of_reviewers_give_the_one_way_forms_only() -> None:
    matrix = from_rows([[9, 2, 5], [6, None, 3], [8, 4, 6], [7, 1, None]])

    found = intraclass(matrix)

    rows = [[9, 2, 5], [6, 3], [8, 4, 6], [7, 1]]
    grand = sum(map(sum, rows)) / 10
    between = sum(len(row) * (sum(row) / len(row) - grand) ** 2 for row in rows) / 3
    within = sum((value - sum(row) / len(row)) ** 2 for row in rows for value in row) / 6
    typical = (10 - (9 + 4 + 9 + 4) / 10) / 3
    single = found[Form.ONE_WAY]
    assert isinstance(single, Estimate)
    assert single.value == pytest.approx((between - within) / (between + (typical - 1) * within))
    assert single.approximate
    assert isinstance(found[Form.TWO_WAY_RANDOM], Undefined)


def test_a_constant_shift_between_reviewers_is_full_consistency() -> None:
    found = intraclass(from_rows([[70, 75, 72], [80, 85, 82], [90, 95, 92]]))

    fixed, random = found[Form.TWO_WAY_FIXED], found[Form.TWO_WAY_RANDOM]
    assert isinstance(fixed, Estimate)
    assert isinstance(random, Estimate)
    assert (fixed.value, fixed.low, fixed.high) == (1.0, 1.0, 1.0)
    assert isinstance(random.low, float)
    assert isinstance(random.high, float)
    assert 0 < random.low < random.value < random.high < 1


@given(
    st.lists(
        st.lists(
            st.one_of(st.none(), st.sampled_from([0.0, 50.0, 69.995, 70.0, 100.0])), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_table_gives_a_nan_or_a_warning(rows: list[list[float | None]]) -> None:
    matrix = from_rows(rows)

    figures: list[object] = [kendall(matrix), *(krippendorff(matrix, level) for level in Level)]
    for found in intraclass(matrix).values():
        figures += [found.value, found.low, found.high] if isinstance(found, Estimate) else [found]

    assert all(isinstance(one, Undefined) or math.isfinite(float(str(one))) for one in figures)


@given(st.permutations(range(6)), st.permutations(range(4)))
def test_the_order_of_applications_and_reviewers_changes_nothing(rows: list[int], columns: list[int]) -> None:
    values = SHROUT_FLEISS.values[np.ix_(rows, columns)]
    turned = Matrix(SHROUT_FLEISS.applications, SHROUT_FLEISS.reviewers, values, SHROUT_FLEISS.present)

    for found, expected in zip(intraclass(turned).values(), intraclass(SHROUT_FLEISS).values(), strict=True):
        assert isinstance(found, Estimate)
        assert isinstance(expected, Estimate)
        assert [found.value, found.low, found.high] == pytest.approx(
            [expected.value, expected.low, expected.high]
        )


@pytest.mark.parametrize(
    ("value", "word"),
    [(-0.2, "poor"), (0.5, "moderate"), (0.75, "good"), (0.9, "excellent"), (1.0, "excellent")],
)
def test_a_correlation_is_read_in_words(value: float, word: str) -> None:
    assert in_words(value) == word


def test_reviewers_who_never_distinguish_say_so() -> None:
    found = intraclass(from_rows([[70, 80, 90], [70, 80, 90]]))

    reason = "Each reviewer gave every application the same score."
    assert {getattr(found[form], "reason", "") for form in (Form.TWO_WAY_FIXED, Form.TWO_WAY_RANDOM)} == {
        reason
    }
    assert getattr(found[Form.ONE_WAY_MEAN], "reason", "").startswith("Applications have the same mean")


@pytest.mark.parametrize(
    "rows",
    [
        [[0.0, 9.0], [9.0, 0.0]],
        [[0.0, 50.0, 100.0], [50.0, 50.0, 50.0]],
        [[69.995, 69.995, 69.995], [0.0, 69.995, 100.0]],
        [[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [2.0, 3.0, 1.0]],
    ],
)
def test_pure_disagreement_has_reasons_where_numbers_end(rows: list[list[float | None]]) -> None:
    for found in intraclass(from_rows(rows)).values():
        figures = [found.value, found.low, found.high] if isinstance(found, Estimate) else [found]
        assert all(isinstance(one, Undefined) or math.isfinite(one) for one in figures)


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(0.79, 0.19, 0.99), "poor to excellent by the usual reading of these limits"),
        (Estimate(0.8, 0.76, 0.85), "good by the usual reading of these limits"),
        (Estimate(-0.1857, -0.18579, -0.18575), "without limits, so that no reading is given"),
        (Estimate(0.5, 0.2, Undefined("The interval has no limit on this side.")), "without limits"),
    ],
)
def test_the_interval_carries_the_reading(estimate: Estimate, words: str) -> None:
    assert reading(estimate).startswith(words)


@pytest.mark.parametrize("seed", range(60))
def test_no_interval_is_shown_without_its_estimate(seed: int) -> None:
    # Two applications, three reviewers: in 6 of 100 tables Satterthwaite's limits lie beside the estimate.
    digits = [(seed * 7919 + place * 104_729) % 31 for place in range(6)]
    rows: list[list[float | None]] = [[60.0 + one for one in digits[:3]], [60.0 + one for one in digits[3:]]]

    for found in intraclass(from_rows(rows)).values():
        if isinstance(found, Estimate):
            low, high = limits_of(found)
            assert isinstance(low, Undefined) or low <= found.value + 1e-9
            assert isinstance(high, Undefined) or found.value <= high + 1e-9
