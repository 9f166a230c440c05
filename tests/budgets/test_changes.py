"""After award the approved ratio binds, and transfers over the dated share need prior approval."""

from datetime import date

import pytest

from grants.budgets.rules import changes
from grants.budgets.rules.cost_share import Period, assess
from grants.budgets.rules.table import Column, YearBudget
from grants.findings import Level
from grants.policies.loader import rule_named, rule_on
from grants.policies.rows import BudgetChangeRow, CostShareRow

AICA = rule_named(CostShareRow, "aica-2017")
RULE = rule_on(BudgetChangeRow, date(2019, 1, 1))


def spending(*, personnel: int, travel: int, federal: int = 300_000_00, cash: int = 300_000_00) -> YearBudget:
    return YearBudget(
        {
            ("nist_federal", Column.FEDERAL): federal,
            ("applicant", Column.CASH): cash,
            ("personnel", Column.FEDERAL): personnel,
            ("travel", Column.CASH): travel,
        }
    )


APPROVED = spending(personnel=400_000_00, travel=200_000_00)


def test_differences_name_each_category_that_changes() -> None:
    revised = spending(personnel=390_000_00, travel=215_000_00)

    found = changes.differences(APPROVED, revised)

    assert [(one.key, one.change) for one in found] == [("personnel", -10_000_00), ("travel", 15_000_00)]
    assert changes.transferred(APPROVED, revised) == 10_000_00


@pytest.mark.parametrize(
    ("moved", "earlier", "codes"),
    [
        (60_000_00, 0, []),
        (60_000_01, 0, ["budget_change.transfer"]),
        (30_000_00, 30_000_01, ["budget_change.transfer"]),
        (0, 0, []),
    ],
)
def test_a_tenth_of_the_total_budget_may_move_without_approval(
    moved: int, earlier: int, codes: list[str]
) -> None:
    revised = spending(personnel=400_000_00 - moved, travel=200_000_00 + moved)

    found = changes.transfer_findings(APPROVED, revised, rule=RULE, year=2, earlier=earlier)

    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(("federal", "found"), [(250_000_00, 0), (250_000_01, 1)])
def test_a_small_award_is_free_of_the_transfer_rule(federal: int, found: int) -> None:
    before = spending(personnel=400_000_00, travel=200_000_00, federal=federal)
    after = spending(personnel=100_000_00, travel=500_000_00, federal=federal)

    assert len(changes.transfer_findings(before, after, rule=RULE, year=1)) == found


@pytest.mark.parametrize(
    ("federal", "cash", "sentences"),
    [
        (42_00, 58_00, []),
        (41_00, 59_00, []),
        (0, 0, []),
        (
            45_00,
            55_00,
            [
                (
                    "Year 2: at the approved share, $42.00 of $100.00, this cost carries $42.00 of federal "
                    "money; the request has $45.00. A change of the share needs prior approval."
                )
            ],
        ),
    ],
)
def test_an_award_at_42_to_58_stays_there_although_one_half_is_allowed(
    federal: int, cash: int, sentences: list[str]
) -> None:
    assessment = assess(Period(base_level=federal, cash=cash), AICA, 2)

    found = changes.ratio_findings(assessment, approved_federal=42_00, approved_total=100_00)

    assert assessment.passes
    assert [finding.message for finding in found] == sentences


@pytest.mark.parametrize(
    ("toward", "above", "waived", "found"),
    [
        (0, 0, False, []),
        (10, 0, False, [("carry_over.approval", Level.LOOK)]),
        (5, 5, True, []),
        (5, 6, True, [("carry_over.too_much", Level.STOP)]),
    ],
)
def test_no_more_is_carried_over_than_is_unspent(
    toward: int, above: int, *, waived: bool, found: list[tuple[str, Level]]
) -> None:
    result = changes.carry_over_findings(toward=toward, above=above, unspent=10, year=2, waived=waived)

    assert [(finding.code, finding.level) for finding in result] == found
