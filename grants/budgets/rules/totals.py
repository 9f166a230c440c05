"""What is wrong with a five-year budget, in sentences: the share, the cash, sources and uses."""

from collections.abc import Iterable, Sequence
from typing import Final

from grants.budgets.rules.cost_share import Assessment, assess
from grants.budgets.rules.table import Column, Totals, YearBudget, to_period, totals
from grants.findings import Finding, Level
from grants.money import dollars
from grants.policies.rows import CostShareRow

BALANCE_AUTHORITY: Final = "MEP budget summary table, OMB 0693-0032"
BINDING_AUTHORITY: Final = "2 CFR 200.306(a)"
APPROVAL_AUTHORITY: Final = "2 CFR 200.306(c)"
_COLUMN_WORDS: Final = {
    Column.FEDERAL: "federal",
    Column.CASH: "non-federal cash",
    Column.INKIND: "non-federal in-kind",
    Column.ADDITIVE: "additive program income",
    Column.DEDUCTIVE: "deducted program income",
}


def assess_year(
    budget: YearBudget, rule: CostShareRow, year: int, *, selected_again: bool = False
) -> Assessment:
    """Judge one year of the table by the law of its ordinal."""
    return assess(to_period(budget), rule, year, selected_again=selected_again)


def year_findings(
    budget: YearBudget, rule: CostShareRow, year: int, *, selected_again: bool = False
) -> list[Finding]:
    """Return everything there is to say of one year: what stops, then what warns."""
    inside = budget.detail.total
    offered = totals(budget).revenue[Column.INKIND]
    if inside > offered:
        return [*balance_findings(totals(budget), year), _detail_too_large(year, inside, offered)]
    assessment = assess_year(budget, rule, year, selected_again=selected_again)
    return [
        *share_findings(assessment),
        *balance_findings(totals(budget), year),
        *advice(assessment, unapproved=budget.detail.unrecovered_unapproved),
    ]


def budget_findings(
    years: Sequence[YearBudget], rule: CostShareRow, *, selected_again: bool = False
) -> list[Finding]:
    """Return the findings of all years in order; the first is year 1."""
    return [
        finding
        for year, budget in enumerate(years, start=1)
        for finding in year_findings(budget, rule, year, selected_again=selected_again)
    ]


def share_findings(assessment: Assessment) -> list[Finding]:
    """Say by how much a year misses its ceiling, and the amounts that would mend it."""
    if assessment.passes:
        return []
    year, share, carried = assessment.year, assessment.ceiling, assessment.max_fed_match
    sentence = (
        f"Year {year}: match is {dollars(assessment.shortfall)} short of what "
        f"{share.numerator}/{share.denominator} requires. "
        + (f"Add it, or ask for at most {dollars(carried)}." if carried else "Add it.")
    )
    if assessment.add_cash < assessment.shortfall:
        sentence += (
            f" In-kind is counted only up to cash and loaned full-time personnel: "
            f"{dollars(assessment.add_cash)} more in cash is enough."
        )
    return [_of_year("cost_share.short", year, sentence, assessment.authority)]


def mends(assessment: Assessment) -> tuple[str, ...]:
    """Return the ways to mend a failing year, one sentence each; empty where it passes."""
    if assessment.passes:
        return ()
    ways = (
        f"Add {dollars(assessment.shortfall)} of counted match, and the cost it pays for.",
        f"Keep the cost and move {dollars(assessment.move_cash)} from federal money to non-federal cash.",
    )
    if not assessment.max_fed_match:
        return ways
    return (*ways, f"Ask for {dollars(assessment.max_fed_match)}, the most that this match can carry.")


def balance_findings(found: Totals, year: int) -> list[Finding]:
    """Say where revenue and expense differ, column by column: a fault of its own, whatever the share is."""
    return [
        _of_year(
            "balance.column", year, _unequal(year, column, found.revenue[column], found.expense[column]),
            BALANCE_AUTHORITY, column=column,
        )
        for column in Column
        if found.revenue[column] != found.expense[column]
    ]  # fmt: skip


def advice(assessment: Assessment, *, unapproved: int = 0) -> list[Finding]:
    """Return what an applicant should know although it stops nothing."""
    return list(_advice(assessment, unapproved))


def _advice(assessment: Assessment, unapproved: int) -> Iterable[Finding]:
    year = assessment.year
    capped = assessment.not_counted - unapproved
    if capped:
        yield _of_year(
            "cost_share.not_counted", year,
            f"Year {year}: {dollars(capped)} of in-kind is offered but not counted, because in-kind is "
            f"counted only up to cash and loaned full-time personnel, {dollars(assessment.hard_match)}.",
            assessment.authority, level=Level.WARN,
        )  # fmt: skip
    if unapproved:
        yield _of_year(
            "cost_share.not_approved", year,
            f"Year {year}: {dollars(unapproved)} of unrecovered indirect cost is not counted "
            "until the agency has approved it as match.",
            APPROVAL_AUTHORITY, level=Level.LOOK,
        )  # fmt: skip
    if assessment.passes and assessment.surplus:
        yield _of_year(
            "cost_share.voluntary", year,
            f"Year {year}: you offer {dollars(assessment.surplus)} more match than required. "
            "What enters the award is binding.",
            BINDING_AUTHORITY, level=Level.WARN,
        )  # fmt: skip


def _unequal(year: int, column: Column, revenue: int, expense: int) -> str:
    words = _COLUMN_WORDS[column]
    if revenue > expense:
        return (
            f"Year {year}, {words}: {dollars(revenue - expense)} of revenue pays for nothing. "
            f"Revenue is {dollars(revenue)}, expenses are {dollars(expense)}; make them equal."
        )
    return (
        f"Year {year}, {words}: {dollars(expense - revenue)} of expenses has no source. "
        f"Revenue is {dollars(revenue)}, expenses are {dollars(expense)}; make them equal."
    )


def _detail_too_large(year: int, inside: int, offered: int) -> Finding:
    return _of_year(
        "cost_share.detail", year,
        f"Year {year}: loaned personnel and unrecovered indirect cost are {dollars(inside)}, but the in-kind "
        f"column holds {dollars(offered)}. Enter them in that column as well.",
        BALANCE_AUTHORITY,
    )  # fmt: skip


def _of_year(
    code: str,
    year: int,
    message: str,
    authority: str,
    *,
    column: Column | None = None,
    level: Level = Level.STOP,
) -> Finding:
    place = f"year-{year}" if column is None else f"year-{year}-{column}"
    return Finding(code, message, field=place, authority=authority, level=level)
