"""The submitted budget as reviewers read it: each line over the years, and the federal part of each year."""

from dataclasses import dataclass

from grants.applications.rules.content import SubmissionContent
from grants.budgets.rules.table import EXPENSES, REVENUE, Column, YearBudget


@dataclass(frozen=True)
class BudgetRow:
    """One line of the submitted budget over the years; amounts in cents."""

    title: str
    side: str
    is_total: bool
    amounts: tuple[int, ...]

    @property
    def all_years(self) -> int:
        """Return the line over all years."""
        return sum(self.amounts)


def budget_rows(content: SubmissionContent | None) -> list[BudgetRow]:
    """Return the lines of the submitted budget that hold an amount: federal, cash and in-kind together."""
    years = content.years if content else ()
    found: list[BudgetRow] = []
    for side, rows in (("Revenue", REVENUE), ("Expense", EXPENSES)):
        for row in rows:
            amounts = tuple(year.row_total(row.key) for year in years)
            if any(amounts):
                found.append(BudgetRow(row.title, side, row.is_subtotal, amounts))
    return found


def federal_shares(content: SubmissionContent | None) -> list[tuple[int, int]]:
    """Return, by year, the federal money and the whole revenue, in cents."""
    years = content.years if content else ()
    return [
        (_sum(year, (Column.FEDERAL,)), _sum(year, (Column.FEDERAL, Column.CASH, Column.INKIND)))
        for year in years
    ]


def _sum(year: YearBudget, columns: tuple[Column, ...]) -> int:
    return sum(year.amount(row.key, column) for row in REVENUE if not row.is_subtotal for column in columns)
