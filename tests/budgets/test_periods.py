"""Years, months, carried match, settlement and indirect cost agree with the worked cases."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants import money
from grants.budgets.rules import indirect, periods, settlement
from grants.budgets.rules.cost_share import Period, assess
from grants.findings import Level
from grants.policies.loader import rule_named, rule_on
from grants.policies.rows import (
    CostShareRow,
    CostShareYear,
    IndirectCostRow,
    Judged,
    MtdcRow,
    Overmatch,
)

_TEXT = (Path(__file__).parents[1] / "fixtures" / "costshare_extra.json").read_text(encoding="utf-8")
EXTRA: dict[str, dict[str, Any]] = {case["id"]: case for case in json.loads(_TEXT)}
OMNIBUS = rule_named(CostShareRow, "omnibus-1988")


def test_no_extra_case_is_without_a_test() -> None:
    assert sorted(EXTRA) == ["I1", "T1", "T4", "Y1"]


def test_settlement_by_the_approved_ratio_agrees_to_the_cent() -> None:
    case = EXTRA["T1"]
    cents = {name: money.parse(text) for name, text in case.items() if name not in {"id", "kind"}}

    result = settlement.settle(
        authorized=cents["approved_federal"],
        approved_federal=cents["approved_federal"],
        approved_total=cents["approved_total"],
        actual_total=cents["actual_total"],
        drawn=cents["drawn"],
    )

    assert (result.payable, result.refund) == (cents["payable"], cents["refund"])
    assert (result.ratio, result.limited_by) == (Fraction(1, 2), "the approved ratio")


@pytest.mark.parametrize(
    ("actual", "drawn", "statutory", "payable", "refund", "still", "limited_by"),
    [
        (300_000, 0, None, 42_000, 0, 42_000, "the amount authorized"),
        (100_000, 42_000, None, 42_000, 0, 0, "the amount authorized"),
        (99_999, 42_000, None, 41_999, 1, 0, "the approved ratio"),
        (100_000, 0, 41_000, 41_000, 0, 41_000, "the ceiling of each period"),
        (0, 5, None, 0, 5, 0, "the approved ratio"),
    ],
)
def test_an_award_at_42_to_58_stays_there(
    actual: int,
    drawn: int,
    statutory: int | None,
    payable: int,
    refund: int,
    still: int,
    limited_by: str,
) -> None:
    result = settlement.settle(
        authorized=42_000,
        approved_federal=42_000,
        approved_total=100_000,
        actual_total=actual,
        drawn=drawn,
        statutory=statutory,
    )

    assert (result.payable, result.refund, result.still_payable) == (payable, refund, still)
    assert result.limited_by == limited_by


def test_an_award_of_nothing_settles_to_nothing() -> None:
    result = settlement.settle(authorized=0, approved_federal=0, approved_total=0, actual_total=500, drawn=0)

    assert result.payable == 0


def test_a_share_larger_than_its_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="part of a whole"):
        settlement.settle(authorized=1, approved_federal=2, approved_total=1, actual_total=1, drawn=0)


@pytest.mark.parametrize(
    ("spent", "paid", "lag"), [(0, 0, 0), (50, 50, 0), (50, 40, 10), (50, 80, 0), (33, 32, 1)]
)
def test_match_keeps_pace_with_federal_money(spent: int, paid: int, lag: int) -> None:
    assert (
        settlement.pace(federal_spent=spent, match_paid=paid, approved_federal=100, approved_match=100) == lag
    )


@pytest.mark.parametrize("reading", list(CostShareYear))
def test_every_reading_of_the_year_agrees_with_the_worked_case(reading: CostShareYear) -> None:
    case = EXTRA["Y1"]
    start = date.fromisoformat(case["start"])
    rule = replace(OMNIBUS, settings=replace(OMNIBUS.settings, cost_share_year=reading))

    shares = [
        periods.period_ceiling(rule, ordinal, span=span, start=start)
        for ordinal, span in enumerate(periods.spans(start, case["months"]), start=1)
    ]

    assert [f"{share.numerator}/{share.denominator}" for share in shares] == case[reading]


@pytest.mark.parametrize(
    ("day", "start", "year"),
    [
        (date(2010, 10, 1), date(2010, 10, 1), 1),
        (date(2011, 9, 30), date(2010, 10, 1), 1),
        (date(2011, 10, 1), date(2010, 10, 1), 2),
        (date(2013, 2, 27), date(2012, 2, 29), 1),
        (date(2013, 2, 28), date(2012, 2, 29), 2),
        (date(2016, 2, 28), date(2012, 2, 29), 4),
        (date(2016, 2, 29), date(2012, 2, 29), 5),
    ],
)
def test_years_run_by_anniversaries(day: date, start: date, year: int) -> None:
    assert periods.year_of(day, start) == year


def test_a_day_before_the_award_has_no_year() -> None:
    with pytest.raises(ValueError, match="before the first award"):
        periods.year_of(date(2010, 9, 30), date(2010, 10, 1))


def test_periods_follow_each_other_without_a_gap() -> None:
    found = periods.spans(date(2014, 1, 31), [1, 12, 2])

    assert [(span.begins, span.ends) for span in found] == [
        (date(2014, 1, 31), date(2014, 2, 27)),
        (date(2014, 2, 28), date(2015, 2, 27)),
        (date(2015, 2, 28), date(2015, 4, 29)),
    ]


@pytest.mark.parametrize(
    ("yearly", "months", "amounts"),
    [
        (1_000_000, [12, 12], (1_000_000, 1_000_000)),
        (100, [15, 12, 12, 12, 9], (125, 100, 100, 100, 75)),
        (1_001, [7, 5], (583, 418)),
        (1, [1] * 12, (0,) * 11 + (1,)),
    ],
)
def test_a_yearly_amount_is_shared_by_months_with_the_rest_in_the_last(
    yearly: int, months: list[int], amounts: tuple[int, ...]
) -> None:
    assert periods.prorate(yearly, months) == amounts


@given(st.integers(0, 10**12), st.lists(st.integers(1, 24), min_size=1, max_size=8))
def test_sharing_by_months_loses_no_cent(yearly: int, months: list[int]) -> None:
    amounts = periods.prorate(yearly, months)

    assert sum(amounts) == yearly * sum(months) // 12
    assert min(amounts) >= 0


def test_two_periods_agree_with_the_worked_case() -> None:
    case = EXTRA["T4"]
    found = [
        assess(
            Period(base_level=money.parse(one["federal"]), cash=money.parse(one["cash"])),
            OMNIBUS,
            one["year"],
        )
        for one in case["periods"]
    ]
    first, second = case["periods"]
    carrying = replace(OMNIBUS, settings=replace(OMNIBUS.settings, overmatch=Overmatch.CARRIES))

    together = periods.judge_together(found, carrying)

    assert [one.passes for one in found] == [first["passes"], second["passes"]]
    assert found[0].surplus == money.parse(first["surplus"])
    assert found[1].required_match == money.parse(second["required"])
    assert found[1].shortfall == money.parse(second["shortfall"])
    expected = case["cumulative_with_carry"]
    assert (money.plain(together.required), money.plain(together.delivered)) == (
        expected["required"],
        expected["delivered"],
    )
    assert together.passes is expected["passes"]


@pytest.mark.parametrize(
    ("cash", "overmatch", "judged", "passes", "uncovered"),
    [
        ([120, 80], Overmatch.LOST, Judged.PER_PERIOD, False, (0, 20)),
        ([120, 80], Overmatch.CARRIES, Judged.PER_PERIOD, True, (0, 0)),
        ([80, 120], Overmatch.CARRIES, Judged.PER_PERIOD, False, (20, 0)),
        ([80, 120], Overmatch.LOST, Judged.CUMULATIVE, True, (20, 0)),
        ([130, 90, 90, 90], Overmatch.CARRIES, Judged.PER_PERIOD, True, (0, 0, 0, 0)),
        ([130, 90, 85, 90], Overmatch.CARRIES, Judged.PER_PERIOD, False, (0, 0, 0, 5)),
    ],
)
def test_surplus_helps_later_periods_only_where_a_setting_says_so(
    cash: list[int],
    *,
    overmatch: Overmatch,
    judged: Judged,
    passes: bool,
    uncovered: tuple[int, ...],
) -> None:
    rule = replace(OMNIBUS, settings=replace(OMNIBUS.settings, overmatch=overmatch, judged=judged))
    found = [assess(Period(base_level=100, cash=amount), rule, 1) for amount in cash]

    together = periods.judge_together(found, rule)

    assert (together.passes, together.uncovered) == (passes, uncovered)


def test_the_rate_without_negotiation_agrees_with_the_worked_case() -> None:
    case = EXTRA["I1"]
    rule = rule_on(IndirectCostRow, date.fromisoformat(case["award_date"]))

    assert rule.de_minimis_rate == Fraction(case["rate"])
    assert indirect.indirect_cost(money.parse(case["base"]), Fraction(case["rate"])) == money.parse(
        case["indirect"]
    )


@pytest.mark.parametrize(
    ("award", "base"),
    [(date(2024, 9, 30), 100_000_00 - 25_000_00 - 5_000_00), (date(2024, 10, 1), 100_000_00 - 5_000_00)],
)
def test_modified_total_direct_cost_by_the_date_of_the_award(award: date, base: int) -> None:
    costs = indirect.DirectCosts(total=100_000_00, rental=5_000_00, subawards=(50_000_00, 10_000_00))

    assert indirect.modified_total_direct_cost(costs, rule_on(MtdcRow, award)) == base


def test_parts_larger_than_direct_cost_are_refused() -> None:
    with pytest.raises(ValueError, match="not more than the total"):
        indirect.DirectCosts(total=10, equipment=6, rental=5)


@pytest.mark.parametrize(
    ("day", "claimed", "negotiated", "found"),
    [
        (date(2014, 12, 1), 0, None, []),
        (date(2014, 12, 1), 1, None, [("indirect.no_rate", Level.STOP)]),
        (date(2015, 1, 1), 100_00, None, []),
        (date(2015, 1, 1), 100_01, None, [("indirect.over_rate", Level.STOP)]),
        (date(2024, 10, 1), 150_00, None, []),
        (date(2014, 12, 1), 250_00, Fraction(1, 4), []),
        (date(2014, 12, 1), 250_01, Fraction(1, 4), [("indirect.over_rate", Level.LOOK)]),
    ],
)
def test_indirect_cost_is_judged_by_the_governing_rate(
    day: date, claimed: int, negotiated: Fraction | None, found: list[tuple[str, Level]]
) -> None:
    result = indirect.findings(
        claimed=claimed, base=1_000_00, rule=rule_on(IndirectCostRow, day), negotiated=negotiated
    )

    assert [(finding.code, finding.level) for finding in result] == found


def test_unrecovered_indirect_cost_is_what_could_have_been_charged_and_was_not() -> None:
    assert indirect.unrecovered(could_have_been_charged=100, charged=40) == 60
    assert indirect.unrecovered(could_have_been_charged=40, charged=100) == 0


@pytest.mark.parametrize(
    ("claimed", "negotiated", "found"),
    [
        (0, None, []),
        (60, Fraction(1, 4), []),
        (61, Fraction(1, 4), [("indirect.unrecovered", Level.STOP)]),
        (60, None, [("indirect.unrecovered_unclear", Level.LOOK)]),
    ],
)
def test_unrecovered_indirect_cost_as_match(
    claimed: int, negotiated: Fraction | None, found: list[tuple[str, Level]]
) -> None:
    result = indirect.unrecovered_findings(
        claimed=claimed, could_have_been_charged=100, charged=40, negotiated=negotiated, year=1
    )

    assert [(finding.code, finding.level) for finding in result] == found
