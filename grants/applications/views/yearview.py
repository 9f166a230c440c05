"""The budget of an application as tables: its years judged by the notice, and the rows over all years."""

from collections.abc import Sequence
from dataclasses import dataclass

from grants.applications.services.workspace import Frame, Workspace
from grants.budgets.rules.flat import COLUMN_WORDS
from grants.budgets.rules.table import EXPENSES, REVENUE, Column, YearBudget
from grants.budgets.rules.year_view import YearView


def year_view(frame: Frame, year: int, content: YearBudget) -> YearView:
    """Judge one year of an application."""
    again = bool(frame.application.was_center)
    return YearView.of(year, content, frame.rule_set.cost_share, selected_again=again)


def all_years(workspace: Workspace) -> list[YearView]:
    """Judge every stored year of an application."""
    return [year_view(workspace.frame, year.year, year.content) for year in workspace.table.years]


def counted_match(years: Sequence[YearView]) -> int | None:
    """Return the match that counts over all years; None where a year cannot be judged."""
    judged = [year.assessment.counted_match for year in years if year.assessment is not None]
    return sum(judged) if len(judged) == len(years) else None


@dataclass(frozen=True)
class TableRow:
    """One printed row over all years; amounts in cents."""

    label: str
    amounts: tuple[int, ...]
    is_sum: bool = False

    @property
    def all_years(self) -> int:
        """Return the row over all years."""
        return sum(self.amounts)


def revenue_rows(years: Sequence[YearView]) -> list[TableRow]:
    """Return the revenue by row and column, only what is entered anywhere, and the sums."""
    found = [
        TableRow(f"{row.title}{_in(row.columns, column)}", amounts)
        for row in REVENUE
        if not row.is_subtotal
        for column in row.columns
        if any(amounts := tuple(year.sum_of(row.key, column) for year in years)) or row.key == "nist_federal"
    ]
    return [
        *found,
        TableRow("Federal, total", tuple(year.totals.revenue[Column.FEDERAL] for year in years), is_sum=True),
        TableRow("Non-federal, total", tuple(year.totals.non_federal for year in years), is_sum=True),
        TableRow("Revenue, total", tuple(year.totals.total_revenue for year in years), is_sum=True),
    ]


def expense_rows(years: Sequence[YearView]) -> list[TableRow]:
    """Return the expenses by row, all columns of the share together, with their sums."""
    return [
        TableRow(row.title, tuple(year.content.row_total(row.key) for year in years), is_sum=row.is_subtotal)
        for row in EXPENSES
    ]


def _in(columns: Sequence[Column], column: Column) -> str:
    return f", {COLUMN_WORDS[column]}" if len(columns) > 1 else ""
