"""SF-424A agrees with the published vectors, and a derived form says what the budget says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants import money
from grants.budgets.rules import sf424a
from grants.budgets.rules.sf424a import Activity, Form, FormTotals
from grants.budgets.rules.table import EXPENSES, REVENUE, Column, YearBudget, totals


def published(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def cents(amounts: Mapping[str, str]) -> dict[str, int]:
    return {name: money.parse_signed(text) for name, text in amounts.items()}


def read(given_: Mapping[str, Any]) -> Form:
    cash = given_.get("forecasted_cash_needs", {})
    return Form(
        activities=tuple(
            Activity(
                title=line["activity_title"],
                assistance_listing=line.get("assistance_listing_number", ""),
                summary=cents(line.get("budget_summary", {})),
                categories=cents(line.get("budget_categories", {})),
                resources=cents(line.get("non_federal_resources", {})),
                estimates=cents(line.get("federal_fund_estimates", {})),
            )
            for line in given_["activity_line_items"]
        ),
        federal_cash=cents(cash.get("federal_forecasted_cash_needs", {})),
        non_federal_cash=cents(cash.get("non_federal_forecasted_cash_needs", {})),
    )


def check_totals(found: FormTotals, expected: Mapping[str, Any]) -> None:
    cash = expected["forecasted_cash_needs"]
    assert found.summary == cents(expected["total_budget_summary"])
    assert found.categories == cents(expected["total_budget_categories"])
    assert found.resources == cents(expected["total_non_federal_resources"])
    assert found.estimates == cents(expected["total_federal_fund_estimates"])
    assert found.federal_cash == cents(cash["federal_forecasted_cash_needs"])
    assert found.non_federal_cash == cents(cash["non_federal_forecasted_cash_needs"])
    assert found.cash == cents(cash["total_forecasted_cash_needs"])


def test_the_agency_s_own_case_agrees_to_the_cent(published_data: Path) -> None:
    case = published(published_data, "sf424a_hhs_test_case.json")

    check_totals(sf424a.complete(read(case["input"])), case["expected_totals"])


@pytest.mark.parametrize("number", range(30))
def test_every_published_vector_agrees_to_the_cent(number: int, published_data: Path) -> None:
    case = published(published_data, "sf424a_vectors.json")[number]
    form = read(case["input"])

    check_totals(sf424a.complete(form), case["expected"])

    for activity, expected in zip(form.activities, case["expected"]["activity_line_items"], strict=True):
        assert activity.categories_with_totals == cents(expected["budget_categories"])
        assert activity.resources_total == money.parse_signed(
            expected["non_federal_resources"]["total_amount"]
        )


def test_no_published_vector_is_left_out(published_data: Path) -> None:
    assert len(published(published_data, "sf424a_vectors.json")) == 30


@pytest.mark.parametrize("activities", [0, 5])
def test_the_form_has_one_to_four_activities(activities: int) -> None:
    with pytest.raises(ValueError, match="one to four"):
        Form(activities=(Activity(title="Center"),) * activities)


def test_an_amount_without_a_box_is_refused() -> None:
    with pytest.raises(ValueError, match="no box for weather_amount"):
        Activity(title="Center", summary={"weather_amount": 1})


def test_a_budget_fills_the_form() -> None:
    first = YearBudget(
        {
            ("nist_federal", Column.FEDERAL): 400_000_01,
            ("carry_toward", Column.FEDERAL): 4_500_00,
            ("applicant", Column.CASH): 100_000_00,
            ("state_local", Column.CASH): 50_000_00,
            ("income_projected", Column.CASH): 176_000_00,
            ("income_projected", Column.ADDITIVE): 200_00,
            ("third_party", Column.INKIND): 78_500_01,
            ("personnel", Column.FEDERAL): 404_500_01,
            ("other_cost", Column.CASH): 326_000_00,
            ("indirect", Column.INKIND): 78_500_01,
        }
    )
    second = YearBudget({("nist_federal", Column.FEDERAL): 410_000_00})

    form = sf424a.derive([first, second], title="MEP center", assistance_listing="11.611")

    activity = form.activities[0]
    assert activity.summary == {
        "federal_estimated_unobligated_amount": 4_500_00,
        "non_federal_estimated_unobligated_amount": 0,
        "federal_new_or_revised_amount": 400_000_01,
        "non_federal_new_or_revised_amount": 404_500_01,
        "total_amount": 809_000_02,
    }
    assert activity.resources == {
        "applicant_amount": 100_000_00,
        "state_amount": 50_000_00,
        "other_amount": 254_500_01,
    }
    assert activity.categories_with_totals["total_direct_charge_amount"] == 730_500_01
    assert activity.categories_with_totals["total_amount"] == 809_000_02
    assert activity.categories_with_totals["program_income_amount"] == 176_200_00
    assert activity.estimates == {"first_year_amount": 410_000_00}
    assert list(form.federal_cash.values()) == [101_125_00, 101_125_00, 101_125_00, 101_125_01]
    assert sum(form.non_federal_cash.values()) == 326_000_00


ENTRIES = [
    (row.key, column) for row in (*REVENUE, *EXPENSES) if not row.is_subtotal for column in row.columns
]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(ENTRIES), st.integers(0, 10**9)).map(YearBudget),
        min_size=1,
        max_size=5,
    )
)
def test_the_form_never_says_another_total_than_the_budget(years: list[YearBudget]) -> None:
    form = sf424a.derive(years, title="MEP center", assistance_listing="11.611")
    found = sf424a.complete(form)
    first = totals(years[0])

    assert found.summary["total_amount"] == first.total_revenue
    assert sum(found.summary[name] for name in sf424a.SUMMARY[:4]) == first.total_revenue
    assert found.categories["total_amount"] == first.total_expense
    assert found.resources["total_amount"] == first.non_federal
    assert found.cash["total_amount"] == first.revenue[Column.FEDERAL] + first.revenue[Column.CASH]
    assert sum(found.estimates.values()) == sum(totals(year).revenue[Column.FEDERAL] for year in years[1:])


def test_a_budget_without_years_fills_nothing() -> None:
    with pytest.raises(ValueError, match="at least one year"):
        sf424a.derive([], title="MEP center", assistance_listing="11.611")
