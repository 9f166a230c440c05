"""A budget after award: the approved ratio binds, and some changes need prior approval (2 CFR 200.308)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.table import DIRECT_ROWS, YearBudget, totals
from grants.findings import Finding, Level
from grants.money import dollars, share_text
from grants.policies.rows import BudgetChangeRow

RATIO_AUTHORITY: Final = "2 CFR 200.308(f)(7); Commerce Standard Term B.03"
CARRY_AUTHORITY: Final = "2 CFR 200.308(g)(3)"
_CATEGORIES: Final = (*DIRECT_ROWS, "indirect")


@dataclass(frozen=True)
class Difference:
    """One expense category of the approved and of the revised budget, in cents."""

    key: str
    approved: int
    revised: int

    @property
    def change(self) -> int:
        """Return by how much the category rises; negative where it falls."""
        return self.revised - self.approved


def differences(approved: YearBudget, revised: YearBudget) -> list[Difference]:
    """Return the expense categories whose amount changes, in the order of the table."""
    found = [Difference(key, approved.row_total(key), revised.row_total(key)) for key in _CATEGORIES]
    return [one for one in found if one.change]


def transferred(approved: YearBudget, revised: YearBudget) -> int:
    """Return the money moved from one category to another: what falls, up to what rises."""
    changes = [one.change for one in differences(approved, revised)]
    return min(sum(cents for cents in changes if cents > 0), -sum(cents for cents in changes if cents < 0))


def transfer_findings(
    approved: YearBudget, revised: YearBudget, *, rule: BudgetChangeRow, year: int, earlier: int = 0
) -> list[Finding]:
    """Ask for a person where transfers pass the share of the total budget, cost share included.

    `earlier` is what was transferred before in cents: the share is of the cumulative amount. Awards with a
    federal share at or under the threshold are free of the rule.
    """
    found = totals(approved)
    total = found.total_revenue
    moved = earlier + transferred(approved, revised)
    over_threshold = total - found.non_federal > rule.federal_share_over_cents
    if not over_threshold or Fraction(moved) <= rule.transfer_share * total:
        return []
    sentence = (
        f"Year {year}: {dollars(moved)} moves between categories, more than "
        f"{share_text(rule.transfer_share)} of the approved {dollars(total)}. It needs prior approval."
    )
    return [_look("budget_change.transfer", sentence, year, rule.authority)]


def ratio_findings(assessment: Assessment, *, approved_federal: int, approved_total: int) -> list[Finding]:
    """Ask for a person where a year asks for a larger federal share than was approved.

    The approved ratio is the exact fraction of the approved amounts; it binds even under a higher ceiling.
    """
    if approved_total <= 0 or assessment.counted_cost == 0:
        return []
    approved = Fraction(approved_federal, approved_total)
    if assessment.share <= approved:
        return []
    most = assessment.counted_cost * approved_federal // approved_total
    sentence = (
        f"Year {assessment.year}: at the approved share, {dollars(approved_federal)} of "
        f"{dollars(approved_total)}, this cost carries {dollars(most)} of federal money; the "
        f"request has {dollars(assessment.federal)}. A change of the share needs prior approval."
    )
    return [_look("budget_change.ratio", sentence, assessment.year, RATIO_AUTHORITY)]


def carry_over_findings(
    *, toward: int, above: int, unspent: int, year: int, waived: bool = False
) -> list[Finding]:
    """Refuse more carry-over than is unspent; ask for a person where it is not waived."""
    carried = toward + above
    if carried > unspent:
        sentence = (
            f"Year {year}: {dollars(carried)} is carried over, but {dollars(unspent)} of the prior year is "
            f"unspent. Carry over at most {dollars(unspent)}."
        )
        return [Finding("carry_over.too_much", sentence, field=f"year-{year}", authority=CARRY_AUTHORITY)]
    if carried and not waived:
        sentence = f"Year {year}: carrying over {dollars(carried)} needs prior approval unless waived."
        return [_look("carry_over.approval", sentence, year, CARRY_AUTHORITY)]
    return []


def _look(code: str, sentence: str, year: int, authority: str) -> Finding:
    return Finding(code, sentence, field=f"year-{year}", authority=authority, level=Level.LOOK)
