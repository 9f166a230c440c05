"""MEP's own table: its rows, what they add up to, and what its findings say."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.budgets.rules import table, totals
from grants.budgets.rules.cost_share import Period
from grants.budgets.rules.table import EXPENSES, REVENUE, Column, InKindDetail, NoSuchCell, YearBudget
from grants.findings import Finding, Level
from grants.policies.loader import rule_named
from grants.policies.rows import CostShareRow

OMNIBUS = rule_named(CostShareRow, "omnibus-1988")
AICA = rule_named(CostShareRow, "aica-2017")
ENTRIES = [
    (row.key, column) for row in (*REVENUE, *EXPENSES) if not row.is_subtotal for column in row.columns
]
# The sample of MEP's own workbook: cash 333,500 and in-kind 81,000, additive 200 outside.
WORKBOOK = {
    ("nist_federal", Column.FEDERAL): 400_000_00,
    ("carry_above", Column.FEDERAL): 10_000_00,
    ("carry_toward", Column.FEDERAL): 4_500_00,
    ("applicant", Column.CASH): 100_000_00,
    ("income_prior", Column.CASH): 47_500_00,
    ("income_projected", Column.CASH): 176_000_00,
    ("income_projected", Column.ADDITIVE): 200_00,
    ("subrecipient", Column.CASH): 10_000_00,
    ("subrecipient", Column.INKIND): 31_000_00,
    ("third_party", Column.INKIND): 50_000_00,
}


def year(*, federal: int = 0, cash: int = 0, inkind: int = 0, spent: int | None = None) -> YearBudget:
    """Make a year that balances, unless another expense is said to be paid from cash."""
    return YearBudget(
        {
            ("nist_federal", Column.FEDERAL): federal,
            ("applicant", Column.CASH): cash,
            ("third_party", Column.INKIND): inkind,
            ("personnel", Column.FEDERAL): federal,
            ("personnel", Column.CASH): cash if spent is None else spent,
            ("personnel", Column.INKIND): inkind,
        }
    )


def sentences(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in found]


def test_the_titles_stand_in_the_order_of_the_table() -> None:
    assert [row.title for row in REVENUE] == [
        "NIST MEP federal funds",
        "NIST MEP supplemental funds",
        "Unexpended federal funds of the prior year used above base",
        "Unexpended federal funds of the prior year used toward base",
        "Applicant contribution",
        "State and local funds",
        "Unexpended program income of the prior year",
        "Gross program income (projected)",
        "Total other",
        "Interest on program income",
        "Sub-recipient cost share",
        "Third-party contributions",
    ]
    assert [row.title for row in EXPENSES] == [
        "Personnel",
        "Fringe",
        "Travel",
        "Equipment",
        "Supplies",
        "Contractual",
        "Other",
        "Total direct",
        "Indirect",
        "Total",
    ]


def test_the_sample_of_the_workbook_adds_up_without_counting_total_other_twice() -> None:
    budget = YearBudget(WORKBOOK)

    revenue = table.totals(budget).revenue

    assert revenue[Column.FEDERAL] == 414_500_00
    assert revenue[Column.CASH] == 333_500_00
    assert revenue[Column.INKIND] == 81_000_00
    assert budget.row_total("other_total") == 91_000_00
    assert table.totals(budget).total_revenue == 829_000_00


def test_the_sample_of_the_workbook_is_the_period_of_the_worked_case() -> None:
    period = table.to_period(YearBudget(WORKBOOK))

    assert period == Period(
        base_level=404_500_00,
        toward=4_500_00,
        above=10_000_00,
        cash=110_000_00,
        pi_match=223_500_00,
        inkind=81_000_00,
        pi_additive=200_00,
    )
    assert totals.assess_year(YearBudget(WORKBOOK), AICA, 2).passes


@given(st.dictionaries(st.sampled_from(ENTRIES), st.integers(0, 10**9)))
def test_every_cell_of_the_share_is_in_the_period_exactly_once(cells: dict[table.Cell, int]) -> None:
    budget = YearBudget(cells)
    found = table.totals(budget)

    period = table.to_period(budget)

    assert period.federal == found.revenue[Column.FEDERAL]
    assert period.hard + period.other_inkind == found.non_federal
    assert period.pi_additive == found.revenue[Column.ADDITIVE]
    assert budget.row_total("expense_total") == found.total_expense


def test_the_detail_of_in_kind_moves_inside_its_column() -> None:
    detail = InKindDetail(loaned=30_00, unrecovered_approved=20_00, unrecovered_unapproved=10_00)
    budget = YearBudget({("third_party", Column.INKIND): 100_00}, detail)

    period = {name: cents for name, cents in asdict(table.to_period(budget)).items() if cents}

    assert period == {
        "loaned": 30_00,
        "inkind": 40_00,
        "unrecovered_indirect_approved": 20_00,
        "unrecovered_indirect_unapproved": 10_00,
    }


@pytest.mark.parametrize(
    "cell",
    [
        ("other_total", Column.CASH),
        ("direct_total", Column.FEDERAL),
        ("nist_federal", Column.CASH),
        ("interest", Column.INKIND),
        ("weather", Column.CASH),
    ],
)
def test_an_amount_outside_the_table_is_refused(cell: table.Cell) -> None:
    with pytest.raises(NoSuchCell, match="no entry there"):
        YearBudget({cell: 1})


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(NoSuchCell, match="negative"):
        YearBudget({("applicant", Column.CASH): -1})


@pytest.mark.parametrize(
    ("budget", "rule", "ordinal", "found"),
    [
        (year(federal=166_835_900, cash=166_835_900), OMNIBUS, 1, []),
        (
            year(federal=166_835_900, cash=188_000_000, inkind=30_000_000),
            OMNIBUS,
            4,
            [
                (
                    "cost_share.short",
                    (
                        "Year 4: match is $322,538.50 short of what 2/5 requires. "
                        "Add it, or ask for at most $1,453,333.33."
                    ),
                )
            ],
        ),
        (
            year(federal=1_000_000_00, cash=400_000_00, inkind=600_000_00),
            OMNIBUS,
            2,
            [
                (
                    "cost_share.short",
                    (
                        "Year 2: match is $200,000.00 short of what 1/2 requires. "
                        "Add it, or ask for at most $800,000.00. In-kind is counted only up to cash and "
                        "loaned full-time personnel: $100,000.00 more in cash is enough."
                    ),
                ),
                (
                    "cost_share.not_counted",
                    (
                        "Year 2: $200,000.00 of in-kind is offered but not counted, because in-kind is "
                        "counted only up to cash and loaned full-time personnel, $400,000.00."
                    ),
                ),
            ],
        ),
        (
            year(federal=100_00, cash=150_00, spent=140_00),
            AICA,
            1,
            [
                (
                    "balance.column",
                    (
                        "Year 1, non-federal cash: $10.00 of revenue pays for nothing. "
                        "Revenue is $150.00, expenses are $140.00; make them equal."
                    ),
                ),
                (
                    "cost_share.voluntary",
                    "Year 1: you offer $50.00 more match than required. What enters the award is binding.",
                ),
            ],
        ),
        (
            year(cash=10_00, spent=10_01),
            AICA,
            3,
            [
                (
                    "balance.column",
                    (
                        "Year 3, non-federal cash: $0.01 of expenses has no source. "
                        "Revenue is $10.00, expenses are $10.01; make them equal."
                    ),
                ),
                (
                    "cost_share.voluntary",
                    "Year 3: you offer $10.00 more match than required. What enters the award is binding.",
                ),
            ],
        ),
    ],
)
def test_what_a_year_says(
    budget: YearBudget, rule: CostShareRow, ordinal: int, found: list[tuple[str, str]]
) -> None:
    assert sentences(totals.year_findings(budget, rule, ordinal)) == found


def test_detail_larger_than_its_column_stops_and_says_so() -> None:
    budget = YearBudget({}, InKindDetail(loaned=5_00))

    found = totals.year_findings(budget, OMNIBUS, 1)

    assert [(finding.code, finding.level) for finding in found] == [("cost_share.detail", Level.STOP)]


def test_unrecovered_indirect_cost_waits_for_a_person() -> None:
    budget = YearBudget(
        {("applicant", Column.INKIND): 9_00, ("other_cost", Column.INKIND): 9_00},
        InKindDetail(unrecovered_unapproved=9_00),
    )

    found = totals.year_findings(budget, OMNIBUS, 1)

    assert [(finding.code, finding.level) for finding in found] == [("cost_share.not_approved", Level.LOOK)]


def test_five_years_are_judged_each_by_its_own_ceiling() -> None:
    years = [year(federal=100_00, cash=150_00)] * 5

    stopping = [
        finding.field for finding in totals.budget_findings(years, OMNIBUS) if finding.level is Level.STOP
    ]

    assert stopping == ["year-5"]
    assert [f.field for f in totals.budget_findings(years, OMNIBUS, selected_again=True)] == [
        f"year-{ordinal}" for ordinal in range(1, 6)
    ]


def test_the_three_ways_to_mend_are_named_in_dollars_and_cents() -> None:
    assessment = totals.assess_year(year(federal=166_835_900, cash=218_000_000), OMNIBUS, 4)

    assert totals.mends(assessment) == (
        "Add $322,538.50 of counted match, and the cost it pays for.",
        "Keep the cost and move $129,015.40 from federal money to non-federal cash.",
        "Ask for $1,453,333.33, the most that this match can carry.",
    )
    assert totals.mends(totals.assess_year(year(), OMNIBUS, 4)) == ()
