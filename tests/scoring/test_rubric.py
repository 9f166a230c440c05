from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.faults import Refused
from scoring.rubric import Criterion, Rubric
from scoring.scale import Scale, adjectival, numbered
from tests.scoring.rounds import MEP_2014


def rubric(*criteria: Criterion, total: str = "100") -> Rubric:
    return Rubric(criteria, Decimal(total))


def one(key: str, points: str | None = None, *children: Criterion, equal: bool = False) -> Criterion:
    return Criterion(key, key.upper(), None if points is None else Decimal(points), children, equal)


def test_the_rubric_of_2014_has_no_fault_and_eight_scored_criteria() -> None:
    assert MEP_2014.faults() == ()
    assert {leaf.key: leaf.points for leaf in MEP_2014.leaves} == {
        "a1": 10, "a2": 10, "a3": 10, "a4": 10, "b1": 15, "b2": 15, "c1": 15, "c2": 15,
    }  # fmt: skip


def test_effective_weights_are_the_published_ones() -> None:
    assert MEP_2014.effective_weights() == MEP_2014.published_weights()


def test_a_parent_without_points_has_the_sum_below_it() -> None:
    found = rubric(one("a", None, one("a1", "60"), one("a2", "40")))

    assert found.faults() == ()
    assert found.published_weights() == {"a1": Fraction(3, 5), "a2": Fraction(2, 5)}


def test_equal_shares_go_down_two_levels() -> None:
    inner = one("a1", None, one("x"), one("y"), equal=True)
    found = rubric(one("a", "100", inner, one("a2"), equal=True))

    assert found.faults() == ()
    assert {leaf.key: leaf.points for leaf in found.leaves} == {"x": 25, "y": 25, "a2": 50}
    assert found.effective_weights() == found.published_weights()


@pytest.mark.parametrize(
    ("faulty", "codes"),
    [
        (rubric(), ["no-criteria"]),
        (rubric(one("a", "95")), ["total-does-not-add-up"]),
        (rubric(one("a", "105")), ["total-does-not-add-up"]),
        (rubric(one("a", "100"), one("b", "0")), ["zero-points"]),
        (rubric(one("a", "110"), one("b", "-10")), ["negative-points"]),
        (rubric(one("a", "50"), one("a", "50")), ["duplicate-key"]),
        (rubric(one("", "100")), ["missing-key"]),
        (rubric(one("a", "60"), one("b")), ["missing-points"]),
        (rubric(one("a", None, one("x"), one("y"), equal=True)), ["missing-points", "missing-points"]),
        (rubric(one("a", "99.9995"), one("b", "0.0005")), ["points-too-fine", "points-too-fine"]),
        (rubric(one("a", "100", one("x", "40"), one("y", "50"))), ["sub-criteria-do-not-add-up"]),
        (rubric(one("a", "100", one("x", "40"), one("y"), equal=True)), ["equal-differs"]),
        (rubric(one("a", "NaN")), ["missing-points", "not-a-number"]),
        (rubric(one("a", "Infinity")), ["missing-points", "not-a-number"]),
        (rubric(one("a", "100"), total="0"), ["total-not-positive"]),
        (rubric(one("a", "100"), total="NaN"), ["total-not-positive"]),
    ],
)
def test_each_fault_of_a_rubric_is_named(faulty: Rubric, codes: list[str]) -> None:
    assert Counter(fault.code for fault in faulty.faults()) == Counter(codes)


def test_an_inner_family_that_does_not_fill_its_equal_share_is_named() -> None:
    inner = one("a1", None, one("x", "30"), one("y", "10"))

    faults = rubric(one("a", "100", inner, one("a2"), equal=True)).faults()

    assert [fault.message for fault in faults] == [
        "The sub-criteria of “A1” add up to 40. The criterion has 50. Add 10."
    ]


def test_the_sentence_says_what_to_add() -> None:
    assert [fault.message for fault in rubric(one("a", "95")).faults()] == [
        "Points add up to 95. The notice promises 100. Add 5."
    ]


def test_a_rubric_without_points_has_no_scored_criteria() -> None:
    with pytest.raises(Refused, match="“A” has no points"):
        _ = rubric(one("a")).leaves


@pytest.mark.parametrize(
    ("scale", "shares"),
    [
        (numbered(1, 5, best=5), ["0", "1/4", "1/2", "3/4", "1"]),
        (numbered(1, 9, best=1), ["1", "7/8", "3/4", "5/8", "1/2", "3/8", "1/4", "1/8", "0"]),
    ],
)
def test_a_numbered_scale_maps_linearly(scale: Scale, shares: list[str]) -> None:
    assert [str(step.share) for step in scale.steps] == shares
    assert scale.faults() == ()


@pytest.mark.parametrize(("low", "high", "best"), [(1, 5, 3), (5, 1, 1), (1, 1, 1)])
def test_a_numbered_scale_needs_two_ends_and_a_best_end(low: int, high: int, best: int) -> None:
    with pytest.raises(ValueError, match="one of the two ends"):
        numbered(low, high, best=best)


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({"Good": Fraction(1)}, "A scale needs at least two ratings."),
        ({"Good": Fraction(2), "Poor": Fraction(0)}, "A rating earns between none and all of the points."),
        (
            {"Good": Fraction(1), "Fair": Fraction(1)},
            "Each rating must earn more, or each less, than the one before.",
        ),
    ],
)
def test_a_scale_that_cannot_be_published_says_why(shares: dict[str, Fraction], sentence: str) -> None:
    criterion = Criterion("a", "A", Decimal(100), scale=adjectival("words", shares))

    assert [fault.message for fault in rubric(criterion).faults()] == [f"Scale of “A”: {sentence}"]
