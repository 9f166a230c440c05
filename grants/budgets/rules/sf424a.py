"""SF-424A, Budget Information for Non-Construction Programs: its totals, and the form derived from a budget.

Amounts are cents, and may be negative on this form; what is not entered is absent. Column (g) of section A is
entered, not computed; row 5(g) sums column (g).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from grants.budgets.rules.table import DIRECT_ROWS, Column, YearBudget, totals

SUMMARY: Final = (
    "federal_estimated_unobligated_amount",
    "non_federal_estimated_unobligated_amount",
    "federal_new_or_revised_amount",
    "non_federal_new_or_revised_amount",
    "total_amount",
)
DIRECT: Final = (
    "personnel_amount",
    "fringe_benefits_amount",
    "travel_amount",
    "equipment_amount",
    "supplies_amount",
    "contractual_amount",
    "construction_amount",
    "other_amount",
)
INDIRECT: Final = "total_indirect_charge_amount"
INCOME: Final = "program_income_amount"
CATEGORIES: Final = (*DIRECT, INDIRECT, INCOME)
RESOURCES: Final = ("applicant_amount", "state_amount", "other_amount")
QUARTERS: Final = (
    "first_quarter_amount",
    "second_quarter_amount",
    "third_quarter_amount",
    "fourth_quarter_amount",
)
FUTURE_YEARS: Final = (
    "first_year_amount",
    "second_year_amount",
    "third_year_amount",
    "fourth_year_amount",
)
MOST_LINES: Final = 4
_OBJECT_CLASSES: Final = dict(
    zip(DIRECT_ROWS, (name for name in DIRECT if name != "construction_amount"), strict=True)
)

Amounts = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One grant program, function or activity: its rows in sections A, B, C and E."""

    title: str
    assistance_listing: str = ""
    summary: Amounts = field(default_factory=dict)
    categories: Amounts = field(default_factory=dict)
    resources: Amounts = field(default_factory=dict)
    estimates: Amounts = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an amount that the form has no box for."""
        _require(self.summary, SUMMARY)
        _require(self.categories, CATEGORIES)
        _require(self.resources, RESOURCES)
        _require(self.estimates, FUTURE_YEARS)

    @property
    def categories_with_totals(self) -> Amounts:
        """Return section B of the activity with lines 6i and 6k; program income stands outside the total."""
        return _categories(self.categories)

    @property
    def resources_total(self) -> int:
        """Return column (e) of section C."""
        return _sum(self.resources, RESOURCES)


@dataclass(frozen=True, kw_only=True)
class Form:
    """What is entered on the form: one to four activities, and the cash of the first year by quarter."""

    activities: tuple[Activity, ...]
    federal_cash: Amounts = field(default_factory=dict)
    non_federal_cash: Amounts = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse more activities than the form has rows, and an amount it has no box for."""
        if not 1 <= len(self.activities) <= MOST_LINES:
            raise ValueError("the form has one to four activities")
        _require(self.federal_cash, QUARTERS)
        _require(self.non_federal_cash, QUARTERS)


@dataclass(frozen=True)
class FormTotals:
    """Every computed box of the form that is not inside one activity."""

    summary: Amounts
    categories: Amounts
    resources: Amounts
    federal_cash: Amounts
    non_federal_cash: Amounts
    cash: Amounts
    estimates: Amounts


def complete(form: Form) -> FormTotals:
    """Compute the total rows of sections A to E."""
    categories = _sums((one.categories for one in form.activities), CATEGORIES)
    resources = _sums((one.resources for one in form.activities), RESOURCES)
    cash = _sums((form.federal_cash, form.non_federal_cash), QUARTERS)
    return FormTotals(
        summary=_sums((one.summary for one in form.activities), SUMMARY),
        categories=_categories(categories),
        resources=_with_total(resources, RESOURCES),
        federal_cash=_with_total(form.federal_cash, QUARTERS),
        non_federal_cash=_with_total(form.non_federal_cash, QUARTERS),
        cash=_with_total(cash, QUARTERS),
        estimates=_sums((one.estimates for one in form.activities), FUTURE_YEARS),
    )


def derive(years: Sequence[YearBudget], *, title: str, assistance_listing: str) -> Form:
    """Fill the form from a budget: its first year in sections A to D, the later ones in section E.

    Carried-over money is "estimated unobligated". Program income, interest, sub-recipients and third parties
    are "other sources"; State and local funds stand under State. Section D asks for cash only, a
    quarter each, the odd cents in the last.
    """
    if not years:
        raise ValueError("a budget has at least one year")
    first, later = years[0], years[1 : 1 + len(FUTURE_YEARS)]
    sums = totals(first).revenue
    activity = Activity(
        title=title,
        assistance_listing=assistance_listing,
        summary=_derived_summary(first),
        categories=_derived_categories(first),
        resources=_derived_resources(first),
        estimates={
            name: totals(year).revenue[Column.FEDERAL]
            for name, year in zip(FUTURE_YEARS, later, strict=False)
        },
    )
    return Form(
        activities=(activity,),
        federal_cash=_quarters(sums[Column.FEDERAL]),
        non_federal_cash=_quarters(sums[Column.CASH]),
    )


def _derived_summary(year: YearBudget) -> Amounts:
    found = totals(year)
    carried = year.row_total("carry_above") + year.row_total("carry_toward")
    fresh = found.revenue[Column.FEDERAL] - carried
    return {
        "federal_estimated_unobligated_amount": carried,
        "non_federal_estimated_unobligated_amount": 0,
        "federal_new_or_revised_amount": fresh,
        "non_federal_new_or_revised_amount": found.non_federal,
        "total_amount": found.total_revenue,
    }


def _derived_categories(year: YearBudget) -> Amounts:
    amounts = {name: year.row_total(key) for key, name in _OBJECT_CLASSES.items()}
    income = sum(year.amount("income_projected", column) for column in Column)
    return {**amounts, "construction_amount": 0, INDIRECT: year.row_total("indirect"), INCOME: income}


def _derived_resources(year: YearBudget) -> Amounts:
    applicant, state = year.row_total("applicant"), year.row_total("state_local")
    return {
        "applicant_amount": applicant,
        "state_amount": state,
        "other_amount": totals(year).non_federal - applicant - state,
    }


def _quarters(amount: int) -> Amounts:
    quarter = amount // len(QUARTERS)
    amounts = dict.fromkeys(QUARTERS, quarter)
    amounts[QUARTERS[-1]] += amount - quarter * len(QUARTERS)
    return amounts


def _categories(amounts: Amounts) -> Amounts:
    direct = _sum(amounts, DIRECT)
    return MappingProxyType(
        {
            **amounts,
            "total_direct_charge_amount": direct,
            "total_amount": direct + amounts.get(INDIRECT, 0),
        }
    )


def _with_total(amounts: Amounts, names: Iterable[str]) -> Amounts:
    return MappingProxyType({**amounts, "total_amount": _sum(amounts, names)})


def _sums(parts: Iterable[Amounts], names: Sequence[str]) -> Amounts:
    listed = list(parts)
    return MappingProxyType({name: sum(part.get(name, 0) for part in listed) for name in names})


def _sum(amounts: Amounts, names: Iterable[str]) -> int:
    return sum(amounts.get(name, 0) for name in names)


def _require(amounts: Amounts, names: Sequence[str]) -> None:
    unknown = sorted(set(amounts) - set(names))
    if unknown:
        raise ValueError(f"the form has no box for {unknown[0]}")
