"""The five years of a center: plan, approved, asked for, spent, and the year that goes over its ceiling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from grants.budgets.rules.cost_share import Assessment
from grants.findings import Finding
from grants.money import dollars


@dataclass(frozen=True)
class YearOutlook:
    """One budget period; amounts in cents, None where there is none yet. `judged` is what stands today."""

    ordinal: int
    begins: date
    ends: date
    state: str
    planned_federal: int
    planned_match: int
    approved_federal: int | None
    approved_match: int | None
    requested_federal: int | None
    requested_match: int | None
    spent: int | None
    documented: int | None
    judged: Assessment
    balance: tuple[Finding, ...] = ()

    @property
    def federal(self) -> int:
        """Return the federal share that stands: approved, else asked for, else planned."""
        return self.judged.federal


def sentence(years: Sequence[YearOutlook]) -> str:
    """Say in one sentence how the five years stand, naming the first year that would be short."""
    short = [year for year in years if not year.judged.passes]
    if not short:
        return "On plan: the match of every year carries its federal share."
    first = short[0]
    share = first.judged.ceiling
    words = (
        f"In year {first.ordinal} the match planned today will be {dollars(first.judged.shortfall)} short of "
        f"what {share.numerator}/{share.denominator} requires"
    )
    others = ", ".join(str(year.ordinal) for year in short[1:])
    return f"{words}; years {others} will be short as well." if others else f"{words}."
