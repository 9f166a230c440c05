from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.aggregate import criterion_means, mean, median, present, spread, trimmed_mean
from scoring.exact import exact, show, show_against, show_apart, show_points
from scoring.faults import Refused, Undefined
from scoring.rubric import Criterion, Rubric
from scoring.scale import adjectival, numbered
from scoring.scoresheet import Absent, Entry, Rating, Sheet, check, total
from tests.scoring.rounds import MEP_2014

WORDS = adjectival("words", {"Excellent": Fraction(1), "Good": Fraction(2, 3), "Poor": Fraction(0)})
MIXED = Rubric(
    (
        Criterion("p", "Plan", Decimal("33.3")),
        Criterion("w", "Team", Decimal("33.3"), scale=WORDS),
        Criterion("n", "Budget", Decimal("33.4"), scale=numbered(1, 5, best=5)),
    ),
    Decimal(100),
    allow_not_applicable=True,
)


def full(points: str = "7.5") -> dict[str, Entry]:
    return {leaf.key: Decimal(points) for leaf in MEP_2014.leaves}


def test_a_total_is_the_exact_sum() -> None:
    assert total(MEP_2014, Sheet("R1", "A", full("7.125"))) == 57


def test_a_sheet_says_what_is_missing_and_what_it_earned_so_far() -> None:
    points = full()
    points["a3"] = Absent.MISSING
    del points["c2"]

    found = check(MEP_2014, Sheet("R1", "A", points))

    assert (found.missing, found.complete) == (("a3", "c2"), False)
    assert [found.so_far, found.out_of] == [45, 75]
    assert found.total == Undefined("Points are missing for 2 of 8 criteria.")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (Decimal("10.001"), "points-over-maximum"),
        (Decimal("-0.001"), "points-below-zero"),
        (Decimal("1.0001"), "points-too-fine"),
        (Decimal("NaN"), "not-points"),
        (Decimal("Infinity"), "not-points"),
        (Rating("Good"), "not-points"),
        (Absent.NOT_APPLICABLE, "not-applicable-refused"),
        (Absent.RECUSED, "recused-entry"),
    ],
)
def test_an_entry_out_of_bounds_is_refused_and_named(entry: Entry, code: str) -> None:
    sheet = Sheet("R1", "A", {**full(), "a1": entry})

    found = check(MEP_2014, sheet)

    assert [(fault.code, fault.where) for fault in found.faults] == [(code, "a1")]
    with pytest.raises(Refused):
        total(MEP_2014, sheet)


def test_an_unknown_criterion_is_refused() -> None:
    found = check(MEP_2014, Sheet("R1", "A", {**full(), "zz": Decimal(1)}))

    assert [fault.code for fault in found.faults] == ["unknown-criterion"]


def test_the_maximum_itself_is_allowed() -> None:
    points: dict[str, Entry] = {leaf.key: Decimal(int(leaf.points)) for leaf in MEP_2014.leaves}

    assert total(MEP_2014, Sheet("R1", "A", points)) == 100


def test_a_recused_sheet_has_no_total() -> None:
    assert total(MEP_2014, Sheet("R1", "A", full(), recused=True)) is Absent.RECUSED


def test_ratings_earn_their_published_share() -> None:
    points: dict[str, Entry] = {"p": Decimal("33.3"), "w": Rating("Good"), "n": Rating("3")}

    assert total(MIXED, Sheet("R1", "A", points)) == Fraction("33.3") + Fraction("22.2") + Fraction("16.7")


@pytest.mark.parametrize("entry", [Rating("Superb"), Decimal(3)])
def test_a_rating_off_the_scale_is_refused(entry: Entry) -> None:
    found = check(MIXED, Sheet("R1", "A", {"p": Decimal(1), "w": entry, "n": Rating("1")}))

    assert [fault.message for fault in found.faults] == ["Choose one of: Excellent, Good, Poor."]


def test_not_applicable_leaves_both_sides_of_the_total() -> None:
    points: dict[str, Entry] = {"p": Absent.NOT_APPLICABLE, "w": Rating("Excellent"), "n": Rating("1")}

    assert total(MIXED, Sheet("R1", "A", points)) == 100 * Fraction("33.3") / Fraction("66.7")


def test_a_sheet_of_nothing_applicable_has_no_total() -> None:
    points: dict[str, Entry] = dict.fromkeys(("p", "w", "n"), Absent.NOT_APPLICABLE)

    assert check(MIXED, Sheet("R1", "A", points)).total == Undefined(
        "Every criterion is marked as not applicable."
    )


FIVE = [Fraction(value) for value in (10, 20, 40, 80, 60)]


def test_mean_median_and_trimmed_mean_are_exact() -> None:
    assert [mean(FIVE), median(FIVE), trimmed_mean(FIVE)] == [Fraction(42), Fraction(40), Fraction(40)]
    assert [mean(FIVE[:3]), median(FIVE[:2])] == [Fraction(70, 3), Fraction(15)]


def test_what_cannot_be_computed_is_a_reason() -> None:
    assert trimmed_mean(FIVE[:4]) == Undefined("A trimmed mean needs 5 totals; there are 4.")
    for figure in (mean([]), median([]), spread([])):
        assert figure == Undefined("No reviewer has submitted a score sheet.")


def test_spread_of_one_sheet_has_no_variance() -> None:
    found = spread(FIVE[:1])

    assert not isinstance(found, Undefined)
    assert found.range == 0
    assert found.deviation == Undefined("One score sheet has no variance.")


def test_spread_is_range_and_sample_variance() -> None:
    found = spread(FIVE)

    assert not isinstance(found, Undefined)
    assert [found.range, found.variance] == [Fraction(70), Fraction(820)]
    assert found.deviation == pytest.approx(28.635642)


def test_absent_totals_are_left_out() -> None:
    assert present({"R1": Fraction(0), "R2": Absent.MISSING, "R3": Absent.RECUSED}) == {"R1": 0}


def test_criterion_means_add_up_to_the_mean_of_totals() -> None:
    sheets = [Sheet("R1", "A", full("7.1")), Sheet("R2", "A", full("3.333")), Sheet("R3", "A", full("9"))]
    dropped = Sheet("R4", "A", full("1"), recused=True)

    found = criterion_means(MEP_2014, [*sheets, dropped])

    parts = [found[key] for key in ("a", "b", "c")]
    assert sum(part for part in parts if isinstance(part, Fraction)) == Fraction("19.433") * 8 / 3
    assert list(found)[:3] == ["a", "a1", "a2"]


def test_criterion_means_without_sheets_are_a_reason() -> None:
    assert {type(value) for value in criterion_means(MEP_2014, []).values()} == {Undefined}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("69.995", "69.995, below 70"),
        ("69.97", "69.97, below 70"),
        ("69.996", "69.996, below 70"),
        ("69.9999", "69.9999, below 70"),
        ("70.001", "70.001, above 70"),
        ("70", "70.00, exactly 70"),
        ("209/3", "69.67, below 70"),
        ("0", "0.00, below 70"),
    ],
)
def test_the_printed_number_never_contradicts_the_comparison(value: str, text: str) -> None:
    assert show_against(Fraction(value), Decimal(70)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.125", "0.12"), ("0.135", "0.14"), ("-0.005", "0.00"), ("-2/3", "-0.67"), ("7", "7.00")],
)
def test_rounding_is_half_to_even(value: str, text: str) -> None:
    assert show(Fraction(value)) == text


def test_whole_numbers_show_without_a_point() -> None:
    assert show(Fraction(5, 2), 0) == "2"
    assert [show_points(Fraction(text)) for text in ("70", "4.5", "100", "1/3", "0")] == [
        "70",
        "4.5",
        "100",
        "0.33",
        "0",
    ]


def test_unequal_numbers_never_print_alike() -> None:
    assert show_apart([Fraction("84.001"), Fraction("84.002"), Fraction("84.001")]) == [
        "84.001",
        "84.002",
        "84.001",
    ]


def test_a_float_is_no_score() -> None:
    with pytest.raises(TypeError, match="never a binary floating point"):
        exact(0.1)  # type: ignore[arg-type] # the mistake under test
