"""Several budget periods: their year of operation, their months' money, match carried from one to another."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from grants.budgets.rules.cost_share import Assessment, ceiling
from grants.policies.rows import CostShareRow, CostShareYear, Judged, Overmatch


@dataclass(frozen=True)
class Span:
    """A budget period by its first and last day, both inside it."""

    begins: date
    ends: date


@dataclass(frozen=True, kw_only=True)
class Cumulative:
    """Several periods judged together; amounts in cents."""

    required: int
    delivered: int
    shortfall: int
    uncovered: tuple[int, ...]
    passes: bool
    judged: Judged
    overmatch: Overmatch


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def spans(start: date, months: Sequence[int]) -> tuple[Span, ...]:
    """Return the budget periods that follow each other from a start, each so many months long."""
    found = []
    elapsed = 0
    for length in months:
        if length < 1:
            raise ValueError("a budget period is at least one month long")
        begins, elapsed = add_months(start, elapsed), elapsed + length
        found.append(Span(begins, add_months(start, elapsed) - timedelta(days=1)))
    return tuple(found)


def year_of(day: date, start: date) -> int:
    """Return the year of operation of a day: 1 until the day before the first anniversary of the start."""
    if day < start:
        raise ValueError("the day is before the first award")
    months = (day.year - start.year) * 12 + day.month - start.month
    if add_months(start, months) > day:
        months -= 1
    return months // 12 + 1


def cost_share_years(reading: CostShareYear, ordinal: int, *, span: Span, start: date) -> range:
    """Return the years of the schedule that govern a budget period, first to last.

    `ordinal` is the period's place in the award's own table, from 1; `start` the start of the first award
    after the last competition. The law is silent; the reading is a setting of the rule.
    """
    match reading:
        case CostShareYear.BUDGET_PERIOD:
            return range(ordinal, ordinal + 1)
        case CostShareYear.BEGINS:
            year = year_of(span.begins, start)
            return range(year, year + 1)
        case CostShareYear.STRICTEST:
            return range(year_of(span.begins, start), year_of(span.ends, start) + 1)


def period_ceiling(
    rule: CostShareRow, ordinal: int, *, span: Span, start: date, selected_again: bool = False
) -> Fraction:
    """Return the lowest ceiling of the years that govern a budget period by the rule's own reading."""
    years = cost_share_years(rule.settings.cost_share_year, ordinal, span=span, start=start)
    return min(ceiling(rule, year, selected_again=selected_again) for year in years)


def prorate(yearly: int, months: Sequence[int]) -> tuple[int, ...]:
    """Share a yearly amount over periods of so many months, in cents.

    Each period gets yearly x n/12 rounded down; what the whole term holds beyond these stands in the last.
    """
    if yearly < 0 or not months or min(months) < 1:
        raise ValueError("a yearly amount and at least one month in each period are needed")
    amounts = [yearly * n // 12 for n in months]
    amounts[-1] += yearly * sum(months) // 12 - sum(amounts)
    return tuple(amounts)


def judge_together(assessments: Sequence[Assessment], rule: CostShareRow) -> Cumulative:
    """Judge periods in their order, by the rule's settings on overmatch and on what is judged.

    `uncovered` is what each period lacks: under `carries`, after earlier periods' surplus; match never helps
    an earlier period unless all are judged together.
    """
    required = sum(one.required_match for one in assessments)
    delivered = sum(one.counted_match for one in assessments)
    judged, overmatch = rule.settings.judged, rule.settings.overmatch
    uncovered = _uncovered(assessments, carries=overmatch is Overmatch.CARRIES)
    together = judged is Judged.CUMULATIVE
    lacking = max(0, required - delivered) if together else sum(uncovered)
    return Cumulative(
        required=required,
        delivered=delivered,
        shortfall=lacking,
        uncovered=uncovered,
        passes=lacking == 0,
        judged=judged,
        overmatch=overmatch,
    )


def _uncovered(assessments: Sequence[Assessment], *, carries: bool) -> tuple[int, ...]:
    found = []
    purse = 0
    for one in assessments:
        used = min(purse, one.shortfall)
        found.append(one.shortfall - used)
        purse = purse - used + one.surplus if carries else 0
    return tuple(found)
