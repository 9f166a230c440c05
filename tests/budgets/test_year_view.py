"""A year of a budget in words: how it stands, and each way to mend it told apart from the others."""

from datetime import date
from typing import Final

import pytest

from grants.budgets.rules.table import Column, YearBudget
from grants.budgets.rules.year_view import YearView
from grants.policies.loader import rule_on
from grants.policies.rows import CostShareRow

HALF: Final = rule_on(CostShareRow, date(2017, 2, 1))


def view(federal: int, cash: int) -> YearView:
    """One year with so much revenue."""
    cells = {("nist_federal", Column.FEDERAL): federal, ("applicant", Column.CASH): cash}
    return YearView.of(1, YearBudget({cell: amount for cell, amount in cells.items() if amount}), HALF)


@pytest.mark.parametrize(
    ("federal", "cash", "result"),
    [
        (0, 0, "Empty"),
        (100_00, 100_00, "At ceiling"),
        (100_00, 150_00, "Holds, 50.00 spare"),
        (100_00, 40_00, "Short 60.00"),
    ],
)
def test_a_year_says_in_a_word_how_it_stands(federal: int, cash: int, result: str) -> None:
    assert view(federal, cash).result == result


def test_the_ways_to_mend_are_told_as_choices() -> None:
    assert view(100_00, 40_00).mending == (
        "Any one of these mends it: (1) Add $60.00 of counted match, and the cost it pays for. "
        "(2) Keep the cost and move $30.00 from federal money to non-federal cash. "
        "(3) Ask for $40.00, the most that this match can carry."
    )
    assert view(100_00, 100_00).mending == ""


def test_nobody_is_told_to_ask_for_nothing() -> None:
    untouched = view(100_00, 0)

    assert "$0.00" not in untouched.mending
    assert untouched.faults[0].message == "Year 1: match is $100.00 short of what 1/2 requires. Add it."
