import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.calibrate import Calibration, calibrate, groups
from scoring.faults import Undefined
from scoring.matrix import Matrix, from_rows


def design(
    applications: int, reviewers: int, each: int, seed: int
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return who scores what: each application by `each` reviewers, chained so that it is connected."""
    draw = np.random.default_rng(seed)
    present = np.zeros((applications, reviewers), dtype=np.bool_)
    for row in range(applications):
        present[row, [row % reviewers, (row + 1) % reviewers]] = True
        present[row, draw.choice(reviewers, max(0, each - 2), replace=False)] = True
    return present


def table(present: np.ndarray[tuple[int, int], np.dtype[np.bool_]], values: object) -> Matrix:
    rows, columns = present.shape
    return Matrix(
        tuple(f"A{i:03}" for i in range(rows)),
        tuple(f"R{j:03}" for j in range(columns)),
        np.where(present, values, 0.0),  # type: ignore[call-overload] # an array of floats
        present,
    )


def fitted(matrix: Matrix) -> Calibration:
    found = calibrate(matrix)
    assert isinstance(found, Calibration)
    return found


@pytest.mark.parametrize(
    ("applications", "reviewers", "each"), [(6, 6, 2), (40, 12, 3), (9, 10, 2), (200, 40, 4)]
)
def test_noiseless_quality_and_severity_are_recovered_up_to_a_constant(
    applications: int, reviewers: int, each: int
) -> None:
    draw = np.random.default_rng(7)
    quality, severity = draw.uniform(40, 90, applications), draw.normal(0, 6, reviewers)
    present = design(applications, reviewers, each, 3)

    found = fitted(table(present, quality[:, None] + severity[None, :]))

    shifts = np.array([one.shift for one in found.severities])
    adjusted = np.array([one.adjusted for one in found.adjusted])
    assert shifts == pytest.approx(severity - severity.mean(), abs=1e-8)
    assert adjusted == pytest.approx(quality + severity.mean(), abs=1e-8)


def test_the_solution_is_the_ridge_least_squares_one() -> None:
    draw = np.random.default_rng(5)
    present = design(30, 8, 3, 5)
    values = draw.normal(70, 8, (30, 1)) + draw.normal(0, 4, (1, 8)) + draw.normal(0, 5, (30, 8))

    found = fitted(table(present, values))

    assert isinstance(found.shrinkage, float)
    row, column = np.nonzero(present)
    incidence = np.zeros((len(row), 38))
    incidence[np.arange(len(row)), row] = 1
    incidence[np.arange(len(row)), 30 + column] = 1
    penalty = np.diag([0.0] * 30 + [found.shrinkage] * 8)
    left = incidence.T @ incidence + penalty
    expected = np.linalg.solve(left, incidence.T @ values[row, column])
    assert [one.adjusted for one in found.adjusted] == pytest.approx(expected[:30])
    assert [one.shift for one in found.severities] == pytest.approx(expected[30:])


def test_variances_are_unbiased_over_many_rounds() -> None:
    draw = np.random.default_rng(11)
    present = design(40, 20, 3, 2)
    pairs = []
    for _ in range(200):
        noise = draw.normal(0, 5, present.shape)
        values = draw.normal(70, 8, (40, 1)) + draw.normal(0, 4, (1, 20)) + noise
        found = fitted(table(present, values))
        pairs.append((found.error_variance, found.reviewer_variance))

    error, spread = np.array(pairs, dtype=float).mean(axis=0)
    assert error == pytest.approx(25, rel=0.05)
    assert spread == pytest.approx(16, rel=0.12)


def test_standard_errors_cover_the_truth_at_their_rate() -> None:
    draw = np.random.default_rng(13)
    present = design(40, 20, 4, 2)
    inside = []
    for _ in range(150):
        severity = draw.normal(0, 4, 20)
        values = draw.normal(70, 8, (40, 1)) + severity + draw.normal(0, 5, present.shape)
        found = fitted(table(present, values))
        for one, true in zip(found.severities, severity - severity.mean(), strict=True):
            assert isinstance(one.error, float)
            inside.append(abs(one.shift - true) <= 1.96 * one.error)

    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_a_complete_design_leaves_the_order_of_the_means() -> None:
    found = fitted(from_rows([[70, 80, 75], [60, 75, 70], [90, 90, 95]]))

    assert [one.adjusted for one in found.adjusted] == pytest.approx([one.mean for one in found.adjusted])


def test_severity_is_zero_where_the_scores_show_none() -> None:
    found = fitted(from_rows([[70, 80], [80, 70], [75, 76], [76, 75]]))

    assert found.reviewer_variance == 0
    assert {one.shift for one in found.severities} == {0.0}
    assert [one.adjusted for one in found.adjusted] == [one.mean for one in found.adjusted]


def test_a_severe_reviewer_is_flagged() -> None:
    rows: list[list[float | None]] = [
        [80 + i, 81 + i, 79 + i, 80 + i, 82 + i, 60 + i + i % 2] for i in range(8)
    ]

    found = fitted(from_rows(rows))

    assert [one.flagged for one in found.severities] == [False] * 5 + [True]


def test_a_design_without_spare_scores_has_no_standard_error() -> None:
    found = fitted(from_rows([[70, 80, None], [None, 60, 65]]))

    assert isinstance(found.error_variance, Undefined)
    assert {type(one.error) for one in found.adjusted} == {Undefined}
    assert not any(one.flagged for one in found.severities)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([[70, 80, None, None], [None, None, 60, 65]], "The reviewers fall into 2 groups"),
        ([[70, None], [80, None]], "One reviewer only"),
        ([[None, None]], "No reviewer has submitted"),
    ],
)
def test_a_design_that_cannot_be_calibrated_says_why(rows: list[list[float | None]], reason: str) -> None:
    found = calibrate(from_rows(rows))

    assert isinstance(found, Undefined)
    assert found.reason.startswith(reason)


def test_groups_name_who_shares_no_application() -> None:
    assert groups(from_rows([[1, 2, None, None, None], [None, None, 3, 4, None]])) == [
        ("R1", "R2"),
        ("R3", "R4"),
    ]


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.sampled_from([0.0, 69.995, 70.0, 100.0])), min_size=4, max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_no_table_gives_a_nan(rows: list[list[float | None]]) -> None:
    found = calibrate(from_rows(rows))

    if isinstance(found, Calibration):
        figures = [
            *(value for one in found.severities for value in (one.shift, one.error)),
            *(value for one in found.adjusted for value in (one.mean, one.adjusted, one.error)),
        ]
        assert all(isinstance(one, Undefined) or math.isfinite(one) for one in figures)
