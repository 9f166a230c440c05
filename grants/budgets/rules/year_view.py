"""One year of a budget as a page shows it: every computed cell by name, and the result in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.table import ROWS, Column, Totals, YearBudget, totals
from grants.budgets.rules.totals import assess_year, mends, year_findings
from grants.findings import Finding, stops
from grants.money import dollars, show
from grants.policies.rows import CostShareRow

COLUMNS = (Column.FEDERAL, Column.CASH, Column.INKIND, Column.ADDITIVE, Column.DEDUCTIVE)


@dataclass(frozen=True)
class YearView:
    """One year with its sums and what the law says; `assessment` is absent where the detail is too much."""

    year: int
    content: YearBudget
    totals: Totals
    assessment: Assessment | None
    findings: Sequence[Finding]

    @classmethod
    def of(
        cls, year: int, content: YearBudget, rule: CostShareRow, *, selected_again: bool = False
    ) -> "YearView":
        """Judge one year by a rule: before award the published one, later that of the obligating date."""
        try:
            assessment = assess_year(content, rule, year, selected_again=selected_again)
        except ValueError:
            assessment = None
        findings = year_findings(content, rule, year, selected_again=selected_again)
        return cls(year, content, totals(content), assessment, findings)

    @property
    def faults(self) -> list[Finding]:
        """Return what stops."""
        return stops(self.findings)

    @property
    def mends(self) -> tuple[str, ...]:
        """Return the ways to mend a broken ceiling."""
        return mends(self.assessment) if self.assessment else ()

    @property
    def mending(self) -> str:
        """Say the ways to mend a broken ceiling as one text; empty where it holds."""
        ways = self.mends
        if not ways:
            return ""
        if len(ways) == 1:
            return ways[0]
        listed = " ".join(f"({number}) {way}" for number, way in enumerate(ways, start=1))
        return f"Any one of these mends it: {listed}"

    @property
    def ceiling(self) -> Fraction | None:
        """Return the largest federal share of this year."""
        return self.assessment.ceiling if self.assessment else None

    @property
    def result(self) -> str:
        """Say in a word how the year stands against its ceiling."""
        judged = self.assessment
        if judged is None:
            return "Cannot be judged"
        if not judged.federal and not judged.counted_match:
            return "Empty"
        if judged.shortfall or not judged.passes:
            return f"Short {show(judged.shortfall)}"
        return f"Holds, {show(judged.surplus)} spare" if judged.surplus else "At ceiling"

    @property
    def tone(self) -> str:
        """Return the tone of the result's tag."""
        if self.result == "Empty":
            return "plain"
        return "done" if self.assessment and self.assessment.passes else "stop"

    @property
    def has_outside(self) -> bool:
        """Say whether any program income stands outside the share."""
        return any(column in {Column.ADDITIVE, Column.DEDUCTIVE} for _key, column in self.content.cells)

    def sum_of(self, key: str, column: Column) -> int:
        """Return one computed or entered cell."""
        return self.content.amount(key, column)

    def cells(self) -> dict[str, str]:
        """Return every computed cell by the id it has on the page."""
        found = {
            f"sum-{row.key}-{column}": show(self.content.amount(row.key, column))
            for row in ROWS.values()
            if row.is_subtotal
            for column in row.columns
        }
        found |= {f"row-{row.key}": show(self.content.row_total(row.key)) for row in ROWS.values()}
        found |= {f"revenue-{column}": show(self.totals.revenue[column]) for column in COLUMNS}
        found |= {
            "revenue-total": show(self.totals.total_revenue),
            "expense-all": show(self.totals.total_expense),
            "result": self.result,
            "balance": self.balance,
        }
        if self.assessment is not None:
            found |= {
                "required": show(self.assessment.required_match),
                "counted": show(self.assessment.counted_match),
                "not-counted": show(self.assessment.not_counted),
                "mends": self.mending,
            }
        return found

    @property
    def balance(self) -> str:
        """Say whether revenue pays for the expenses."""
        gap = self.totals.total_revenue - self.totals.total_expense
        if gap == 0:
            columns = [column for column in COLUMNS if self._gap(column)]
            return "Equal in total, not in every column" if columns else "Revenue equals expenses"
        return f"Revenue is {dollars(gap)} more" if gap > 0 else f"Expenses are {dollars(-gap)} more"

    @property
    def balance_cell(self) -> str:
        """Say the same in as few words as a cell of a table wants."""
        gap = self.totals.total_revenue - self.totals.total_expense
        if gap == 0:
            return "Equal" if self.balance == "Revenue equals expenses" else "Columns differ"
        return f"{show(abs(gap))} {'over' if gap > 0 else 'short'}"

    def _gap(self, column: Column) -> int:
        return self.totals.revenue[column] - self.totals.expense[column]

    def states(self) -> dict[str, str]:
        """Return which computed cells are wrong."""
        balanced = all(self._gap(column) == 0 for column in COLUMNS)
        return {
            "result": "wrong" if self.tone == "stop" else "",
            "balance": "" if balanced else "wrong",
        }


def spoken(view: YearView) -> str:
    """Return the one sentence a screen reader is told after a rest."""
    judged = view.assessment
    if judged is None:
        return f"Year {view.year} cannot be judged yet."
    if judged.passes:
        return f"Year {view.year}: the ceiling holds. {view.balance}."
    whole, cents = divmod(judged.shortfall, 100)
    return f"Year {view.year}: short by {whole:,} dollars {cents:02d} cents. {view.balance}."
