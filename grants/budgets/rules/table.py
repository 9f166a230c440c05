"""The rows of MEP's own five-year budget summary table (OMB 0693-0032), and what they add up to.

One row per line of the table, with the columns it may be entered in. Subtotals are computed, never entered:
to add "Total other" to the rows it sums would count them twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from grants.budgets.rules.cost_share import Period


class Column(StrEnum):
    """The columns of one year; additive and deductive program income stand outside the totals."""

    FEDERAL = "federal"
    CASH = "cash"
    INKIND = "inkind"
    ADDITIVE = "additive"
    DEDUCTIVE = "deductive"


class Side(StrEnum):
    """On which side of the share a revenue row stands; expenses stand on none."""

    FEDERAL = "federal"
    FEDERAL_TOWARD_BASE = "federal_toward_base"
    FEDERAL_ABOVE_BASE = "federal_above_base"
    FEDERAL_SUPPLEMENTAL = "federal_supplemental"
    MATCH = "match"
    PROGRAM_INCOME = "program_income"
    COMPUTED = "computed"
    EXPENSE = "expense"


@dataclass(frozen=True)
class Row:
    """One line of the table; `sums` names the rows of a subtotal, whose cells are computed."""

    key: str
    title: str
    side: Side
    columns: tuple[Column, ...]
    sums: tuple[str, ...] = ()

    @property
    def is_subtotal(self) -> bool:
        """Say whether the row is computed and never entered."""
        return bool(self.sums)


_FEDERAL: Final = (Column.FEDERAL,)
_MATCH: Final = (Column.CASH, Column.INKIND)
_INCOME: Final = (Column.CASH, Column.ADDITIVE, Column.DEDUCTIVE)
_ALL: Final = tuple(Column)
SHARED_COLUMNS: Final = (Column.FEDERAL, Column.CASH, Column.INKIND)

OTHER_ROWS: Final = ("interest", "subrecipient", "third_party")
DIRECT_ROWS: Final = ("personnel", "fringe", "travel", "equipment", "supplies", "contractual", "other_cost")

REVENUE: Final[tuple[Row, ...]] = (
    Row("nist_federal", "NIST MEP federal funds", Side.FEDERAL, _FEDERAL),
    Row("nist_supplemental", "NIST MEP supplemental funds", Side.FEDERAL_SUPPLEMENTAL, _FEDERAL),
    Row(
        "carry_above",
        "Unexpended federal funds of the prior year used above base",
        Side.FEDERAL_ABOVE_BASE,
        _FEDERAL,
    ),
    Row(
        "carry_toward",
        "Unexpended federal funds of the prior year used toward base",
        Side.FEDERAL_TOWARD_BASE,
        _FEDERAL,
    ),
    Row("applicant", "Applicant contribution", Side.MATCH, _MATCH),
    Row("state_local", "State and local funds", Side.MATCH, _MATCH),
    Row("income_prior", "Unexpended program income of the prior year", Side.PROGRAM_INCOME, _INCOME),
    Row("income_projected", "Gross program income (projected)", Side.PROGRAM_INCOME, _INCOME),
    Row("other_total", "Total other", Side.COMPUTED, _MATCH, OTHER_ROWS),
    Row("interest", "Interest on program income", Side.MATCH, (Column.CASH,)),
    Row("subrecipient", "Sub-recipient cost share", Side.MATCH, _MATCH),
    Row("third_party", "Third-party contributions", Side.MATCH, _MATCH),
)
EXPENSES: Final[tuple[Row, ...]] = (
    Row("personnel", "Personnel", Side.EXPENSE, _ALL),
    Row("fringe", "Fringe", Side.EXPENSE, _ALL),
    Row("travel", "Travel", Side.EXPENSE, _ALL),
    Row("equipment", "Equipment", Side.EXPENSE, _ALL),
    Row("supplies", "Supplies", Side.EXPENSE, _ALL),
    Row("contractual", "Contractual", Side.EXPENSE, _ALL),
    Row("other_cost", "Other", Side.EXPENSE, _ALL),
    Row("direct_total", "Total direct", Side.COMPUTED, _ALL, DIRECT_ROWS),
    Row("indirect", "Indirect", Side.EXPENSE, _ALL),
    Row("expense_total", "Total", Side.COMPUTED, _ALL, (*DIRECT_ROWS, "indirect")),
)
ROWS: Final[Mapping[str, Row]] = MappingProxyType({row.key: row for row in (*REVENUE, *EXPENSES)})

Cell = tuple[str, Column]


@dataclass(frozen=True, kw_only=True)
class InKindDetail:
    """What stands inside the in-kind column but is judged otherwise; amounts in cents.

    `loaned` is full-time personnel loaned to the center (as hard as cash); unrecovered indirect cost counts
    only with prior approval, 2 CFR 200.306(c).
    """

    loaned: int = 0
    unrecovered_approved: int = 0
    unrecovered_unapproved: int = 0

    @property
    def total(self) -> int:
        """Return all that is set apart from ordinary in-kind."""
        return self.loaned + self.unrecovered_approved + self.unrecovered_unapproved


class NoSuchCell(ValueError):
    """An amount stands where the table has no entry: an unknown row, a wrong column, or a subtotal."""


@dataclass(frozen=True)
class YearBudget:
    """One year of the table: amounts in cents by (row key, column); what is not entered is absent."""

    cells: Mapping[Cell, int] = field(default_factory=dict)
    detail: InKindDetail = InKindDetail()

    def __post_init__(self) -> None:
        """Refuse an amount outside the table, or one that is negative."""
        for (key, column), cents in self.cells.items():
            row = ROWS.get(key)
            if row is None or row.is_subtotal or column not in row.columns:
                raise NoSuchCell(f"{key}, {column}: the table has no entry there")
            if cents < 0:
                raise NoSuchCell(f"{key}, {column}: an amount of the budget is negative")

    def amount(self, key: str, column: Column) -> int:
        """Return one cell, computed where the row is a subtotal; 0 where nothing is entered."""
        sums = ROWS[key].sums or (key,)
        return sum(self.cells.get((part, column), 0) for part in sums)

    def row_total(self, key: str) -> int:
        """Return what a row adds to the shared total: federal, cash and in-kind."""
        return sum(self.amount(key, column) for column in SHARED_COLUMNS)


@dataclass(frozen=True)
class Totals:
    """Revenue and expense of one year by column, in cents."""

    revenue: Mapping[Column, int]
    expense: Mapping[Column, int]

    @property
    def total_revenue(self) -> int:
        """Return what the share is taken of on the revenue side: federal, cash and in-kind."""
        return sum(self.revenue[column] for column in SHARED_COLUMNS)

    @property
    def total_expense(self) -> int:
        """Return the expense paid by federal money and match."""
        return sum(self.expense[column] for column in SHARED_COLUMNS)

    @property
    def non_federal(self) -> int:
        """Return cash and in-kind of the revenue side."""
        return self.revenue[Column.CASH] + self.revenue[Column.INKIND]


def totals(budget: YearBudget) -> Totals:
    """Add up each column of both sides, entered rows only."""
    return Totals(_by_column(budget, REVENUE), _by_column(budget, EXPENSES))


def _by_column(budget: YearBudget, rows: Iterable[Row]) -> Mapping[Column, int]:
    entered = [row.key for row in rows if not row.is_subtotal]
    sums = {column: sum(budget.amount(key, column) for key in entered) for column in Column}
    return MappingProxyType(sums)


def to_period(budget: YearBudget) -> Period:
    """Put the cells of one year where the law wants them; raise ValueError where the detail is too much.

    Program income in the cash column is match under the cost-sharing method, in the additive column it stands
    outside; deductive income lowers cost and match alike and is nowhere. Interest is cash.
    """
    sums = {
        (side, column): sum(budget.amount(row.key, column) for row in REVENUE if row.side is side)
        for side in Side
        for column in Column
    }
    toward = sums[Side.FEDERAL_TOWARD_BASE, Column.FEDERAL]
    return Period(
        base_level=sums[Side.FEDERAL, Column.FEDERAL] + toward,
        above=sums[Side.FEDERAL_ABOVE_BASE, Column.FEDERAL],
        toward=toward,
        supplemental=sums[Side.FEDERAL_SUPPLEMENTAL, Column.FEDERAL],
        cash=sums[Side.MATCH, Column.CASH],
        loaned=budget.detail.loaned,
        inkind=sums[Side.MATCH, Column.INKIND] - budget.detail.total,
        pi_match=sums[Side.PROGRAM_INCOME, Column.CASH],
        pi_additive=sums[Side.PROGRAM_INCOME, Column.ADDITIVE],
        unrecovered_indirect_approved=budget.detail.unrecovered_approved,
        unrecovered_indirect_unapproved=budget.detail.unrecovered_unapproved,
    )
