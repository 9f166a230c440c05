"""Equal sub-criteria whose share is no round thousandth: whole in every total, in ranks and in the record."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scoring.exact import show_exact
from scoring.inputs import Inputs, StateRound
from scoring.record import freeze, freeze_with_statistics, verify
from scoring.record_json import canonical, parse
from scoring.rubric import Criterion, Rubric
from scoring.scoresheet import Entry, Sheet, check, entry_fault, total
from tests.scoring.rounds import rules
from tests.scoring.test_schema import SCHEMA, faults

PARTS = range(1, 13)


def shared(points: int, count: int, below: int = 0) -> Rubric:
    """So many points among so many equal criteria, each of them among `below` more where that is not 0."""
    inner = tuple(Criterion(f"b{at}", f"Below {at}") for at in range(below))
    children = tuple(
        Criterion(
            f"a{at}",
            f"Part {at}",
            children=tuple(replace(one, key=f"a{at}{one.key}") for one in inner),
            equal=bool(below),
        )
        for at in range(count)
    )
    return Rubric((Criterion("top", "Top", Decimal(points), children, equal=True),), Decimal(points))


def full(rubric: Rubric) -> dict[str, Entry]:
    return {leaf.key: leaf.points for leaf in rubric.leaves}


@pytest.mark.parametrize("below", [0, 3, 7])
@pytest.mark.parametrize("points", [100, 40, 30])
def test_full_marks_add_to_the_published_total(points: int, below: int) -> None:
    for count in PARTS:
        rubric = shared(points, count, below)
        sheet = Sheet("R1", "A", full(rubric))
        one_less: dict[str, Entry] = {**sheet.points, rubric.leaves[0].key: Decimal("0.125")}

        assert rubric.faults() == (), count
        assert check(rubric, sheet).total == total(rubric, sheet) == points
        assert rubric.effective_weights() == rubric.published_weights()
        lower = replace(sheet, points=one_less)
        assert (
            check(rubric, lower).total
            == total(rubric, lower)
            == (points - rubric.leaves[0].points + Fraction(1, 8))
        )


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (Fraction(100, 3), None),
        (Decimal("33.333"), None),
        (Decimal("33.334"), "points-over-maximum"),
        (Decimal("33.3333"), "points-too-fine"),
        (Fraction(50, 3), "points-too-fine"),
        (Fraction(101, 3), "points-over-maximum"),
    ],
)
def test_an_entry_has_three_decimals_or_is_full(entry: Decimal | Fraction, fault: str | None) -> None:
    found = entry_fault(shared(100, 3).leaves[0], entry)

    assert (found.code if found else None) == fault


def inputs() -> Inputs:
    """Three parts of 100; A has full marks, B what three decimals can say of them at most."""
    rubric = shared(100, 3)
    most: dict[str, dict[str, Entry]] = {
        "A": full(rubric),
        "B": dict.fromkeys(rubric.scored_keys, Decimal("33.333")),
    }
    sheets = tuple(
        Sheet(reviewer, name, points) for name, points in most.items() for reviewer in ("R1", "R2", "R3")
    )
    panel = ("R1", "R2", "R3")
    return Inputs(
        competition="X",
        rubric=rubric,
        rules=rules(),
        states=(StateRound("CO", {"A": panel, "B": panel}),),
        initial=sheets,
        revised=(),
        conflicts=(),
        seed=1,
        titles={},
    )


def test_the_record_holds_full_marks_as_a_fraction_and_recomputes_their_place() -> None:
    content = freeze_with_statistics(inputs(), 50)
    record: Any = parse(content)

    assert verify(content).differences == ()
    assert list(faults(record, SCHEMA)) == []
    assert record["inputs"]["sheets"]["initial"]["A"]["R1"]["points"] == dict.fromkeys(
        ("a0", "a1", "a2"), "100/3"
    )
    assert record["results"]["sheets"]["initial"]["A"]["R1"]["total"] == "100"
    places = record["results"]["states"]["CO"]["places"]
    assert {name: one["place"] for name, one in places.items()} == {"A": "1", "B": "2"}


@pytest.mark.parametrize("forged", ["101/3", "50/3", "200/6", "33.3334"])
def test_a_fraction_that_is_not_the_whole_share_is_named(forged: str) -> None:
    record: Any = parse(freeze(inputs()))
    record["inputs"]["sheets"]["initial"]["A"]["R1"]["points"]["a0"] = forged

    assert verify(canonical(record)).differences[0].path.startswith("inputs.sheets.initial.A.R1")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(100, 3), "33 1/3"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-7, 3), "-2 1/3"),
        (Fraction(9, 2), "4.5"),
    ],
)
def test_points_are_written_whole(value: Fraction, shown: str) -> None:
    assert show_exact(value) == shown
