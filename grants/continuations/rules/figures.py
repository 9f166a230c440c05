"""The arithmetic of a continuation in whole cents: carry-over, match delivered, differences, lowering."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from grants.budgets.rules.changes import differences as category_changes
from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.table import ROWS, Column, YearBudget, totals
from grants.budgets.rules.totals import assess_year
from grants.continuations.rules.parts import Outcome
from grants.findings import Finding
from grants.money import dollars, share_text, show
from grants.policies.rows import CostShareRow

LIMIT: Final = Fraction(1, 10)
"""From which difference a line is explained; a setting of the agency, no law sets it for single lines."""

FEDERAL: Final = ("nist_federal", Column.FEDERAL)
TOWARD: Final = ("carry_toward", Column.FEDERAL)
ABOVE: Final = ("carry_above", Column.FEDERAL)


class CarryOver(StrEnum):
    """What becomes of federal money of the prior year that stays unspent."""

    NONE = "none"
    TOWARD = "toward"
    ABOVE = "above"

    @property
    def words(self) -> str:
        """Say the answer."""
        return {
            CarryOver.NONE: "Nothing is carried over",
            CarryOver.TOWARD: "Toward the base: it replaces new money",
            CarryOver.ABOVE: "Above the base: it comes on top",
        }[self]


@dataclass(frozen=True)
class Effect:
    """What one answer to the carry-over question does to the year."""

    answer: CarryOver
    judged: Assessment

    @property
    def total(self) -> int:
        """Return federal money and the match it needs."""
        return self.judged.federal + self.judged.required_match


@dataclass(frozen=True)
class MatchDelivered:
    """Match against the federal money spent in the current year, in cents.

    `needed` is what the ceiling of that year asks, `needed_approved` what the approved ratio asks, which
    binds after award (Commerce Standard Term B.03).
    """

    ceiling: Fraction
    spent: int
    needed: int
    needed_approved: int
    claimed: int
    documented: int

    @property
    def short(self) -> int:
        """Return what is not documented of the match that the ceiling asks."""
        return max(0, self.needed - self.documented)

    @property
    def short_approved(self) -> int:
        """Return what is not documented of the match that the approved ratio asks."""
        return max(0, self.needed_approved - self.documented)

    @property
    def arithmetic(self) -> str:
        """Write the sum out: “1,590,000.00 x (1 - 1/2) / (1/2) = 1,590,000.00”."""
        share = f"{self.ceiling.numerator}/{self.ceiling.denominator}"
        return f"{show(self.spent)} × (1 − {share}) ÷ ({share}) = {show(self.needed)}"


@dataclass(frozen=True)
class Difference:
    """One line that the request changes; money in cents, outcomes as counts."""

    key: str
    title: str
    approved: int
    requested: int
    is_money: bool

    @property
    def change(self) -> int:
        """Return by how much the line rises; negative where it falls."""
        return self.requested - self.approved

    @property
    def share(self) -> Fraction | None:
        """Return the change as a part of what was approved; None where nothing was."""
        return Fraction(abs(self.change), self.approved) if self.approved else None

    @property
    def needs_reason(self) -> bool:
        """Ask whether the difference passes the set limit; a new line always does."""
        return bool(self.change) and (self.share is None or self.share > LIMIT)


def carried(budget: YearBudget) -> tuple[int, int]:
    """Return what a year carries over toward and above the base."""
    return budget.amount(*TOWARD), budget.amount(*ABOVE)


def answer_of(budget: YearBudget) -> CarryOver:
    """Return the answer that stands in the table; where both rows are used, the larger one."""
    toward, above = carried(budget)
    if not toward and not above:
        return CarryOver.NONE
    return CarryOver.TOWARD if toward >= above else CarryOver.ABOVE


def with_carry_over(budget: YearBudget, answer: CarryOver, amount: int) -> YearBudget:
    """Return the year with another answer: the base level stays, so that nothing counts twice.

    Toward the base the new money falls by the amount. Raises ValueError where it is more than the base.
    """
    base = budget.amount(*FEDERAL) + budget.amount(*TOWARD)
    toward = amount if answer is CarryOver.TOWARD else 0
    above = amount if answer is CarryOver.ABOVE else 0
    if toward > base:
        raise ValueError("more is carried over toward the base than the base holds")
    changed = {FEDERAL: base - toward, TOWARD: toward, ABOVE: above}
    cells = {**budget.cells, **changed}
    return YearBudget({cell: cents for cell, cents in cells.items() if cents}, budget.detail)


def effects(
    budget: YearBudget, amount: int, rule: CostShareRow, year: int, *, selected_again: bool
) -> tuple[Effect, ...]:
    """Return what each answer would do with an amount, in the order of the question."""
    found = []
    for answer in CarryOver:
        try:
            changed = with_carry_over(budget, answer, 0 if answer is CarryOver.NONE else amount)
        except ValueError:
            continue
        found.append(Effect(answer, assess_year(changed, rule, year, selected_again=selected_again)))
    return tuple(found)


def lowered(budget: YearBudget, federal: int) -> YearBudget:
    """Return the year with a smaller federal share; only the row of the program's own money falls.

    Raises ValueError where the other federal rows alone are more, or where the share would not fall.
    """
    asked = totals(budget).revenue[Column.FEDERAL]
    row = budget.amount(*FEDERAL) - (asked - federal)
    if row < 0 or federal > asked:
        raise ValueError("the program's own row cannot fall that far")
    cells = {**budget.cells, FEDERAL: row}
    return YearBudget({cell: cents for cell, cents in cells.items() if cents}, budget.detail)


def match_delivered(
    *,
    spent: int,
    claimed: int,
    documented: int,
    ceiling: Fraction,
    approved_federal: int,
    approved_match: int,
) -> MatchDelivered:
    """Compare documented match with what the federal money spent so far needs, rounded up to the cent."""
    by_ceiling = spent * (1 - ceiling) / ceiling
    by_ratio = Fraction(spent * approved_match, approved_federal) if approved_federal else Fraction(0)
    return MatchDelivered(ceiling, spent, _up(by_ceiling), _up(by_ratio), claimed, documented)


def budget_differences(approved: YearBudget, requested: YearBudget) -> list[Difference]:
    """Return the lines of the budget that differ from the approved plan of the same year."""
    before, after = totals(approved), totals(requested)
    sides = (
        ("federal", "Federal money", before.revenue[Column.FEDERAL], after.revenue[Column.FEDERAL]),
        ("match", "Match", before.non_federal, after.non_federal),
    )
    found = [Difference(key, title, old, new, is_money=True) for key, title, old, new in sides if old != new]
    return found + [
        Difference(one.key, ROWS[one.key].title, one.approved, one.revised, is_money=True)
        for one in category_changes(approved, requested)
    ]


def outcome_differences(outcomes: Sequence[Outcome]) -> list[Difference]:
    """Return the outcomes asked for that differ from this year's approved plan."""
    return [
        Difference(
            one.key,
            one.title if one.is_recorded else f"{one.title} (plan as the center states it)",
            one.planned,
            one.requested,
            is_money=False,
        )
        for one in outcomes
        if one.planned is not None and one.requested is not None and one.planned != one.requested
    ]


def reason_faults(differences: Sequence[Difference], reasons: dict[str, str]) -> list[Finding]:
    """Return the differences over the limit that nobody explained."""
    return [
        Finding(
            "difference",
            f"{one.title} differs from the approved plan by more than {share_text(LIMIT)}. Explain it.",
            field="reasons",
        )
        for one in differences
        if one.needs_reason and not reasons.get(one.key, "").strip()
    ]


def lower_notes(budget: YearBudget, federal: int) -> str:
    """Say what a lower amount leaves open: expenses of the federal column without a source."""
    spent = totals(budget).expense[Column.FEDERAL]
    gap = spent - federal
    if gap <= 0:
        return ""
    return (
        f"The request plans {dollars(spent)} of expenses from federal money, {dollars(gap)} more than this "
        "amount. Nothing is cut by itself: the center sends a revised budget."
    )


def _up(amount: Fraction) -> int:
    """Round what is required up to the cent."""
    return -(-amount.numerator // amount.denominator)
