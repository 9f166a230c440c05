"""Cost share agrees with every worked case to the cent, and holds at the ceiling but not a cent above."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grants import money
from grants.budgets.rules.cost_share import Assessment, Period, assess, ceiling, meets_half_of_required
from grants.policies.loader import rule_named
from grants.policies.rows import (
    AdditiveInDenominator,
    CarryOverRate,
    CashCapReading,
    CostShareRow,
    CostShareSettings,
    SelectedAgain,
)

FIXTURES = Path(__file__).parents[1] / "fixtures"
CASES: list[dict[str, Any]] = json.loads((FIXTURES / "costshare_cases.json").read_text(encoding="utf-8"))
OMNIBUS = rule_named(CostShareRow, "omnibus-1988")
AICA = rule_named(CostShareRow, "aica-2017")
RULES = st.sampled_from([OMNIBUS, AICA])
YEARS = st.integers(1, 7)
CENTS = st.one_of(st.integers(0, 50), st.integers(0, 1_000_000_000))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    base = draw(CENTS)
    names = ["above", "supplemental", "cash", "loaned", "inkind", "pi_match", "pi_additive"]
    names += ["unrecovered_indirect_approved", "unrecovered_indirect_unapproved"]
    return Period(base_level=base, toward=draw(st.integers(0, base)), **{name: draw(CENTS) for name in names})


def with_settings(rule: CostShareRow, **settings: Any) -> CostShareRow:
    return replace(rule, settings=replace(rule.settings, **settings))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']} {case['what']}" for case in CASES])
def test_every_worked_case_agrees_to_the_cent(case: dict[str, Any]) -> None:
    given_ = dict(case["given"])
    rule = rule_named(CostShareRow, given_.pop("law"))
    year = given_.pop("year")
    expected = dict(case["expected"])
    share, passes = Fraction(expected.pop("ceiling")), expected.pop("passes")

    result = assess(Period(**{name: money.parse(text) for name, text in given_.items()}), rule, year)

    assert {name: money.plain(getattr(result, name)) for name in expected} == expected
    assert (result.ceiling, result.passes) == (share, passes)


@pytest.mark.parametrize(
    ("rule", "again", "reading", "shares"),
    [
        (OMNIBUS, False, SelectedAgain.LOWEST, ["1/2", "1/2", "1/2", "2/5", "1/3", "1/3", "1/3"]),
        (OMNIBUS, True, SelectedAgain.LOWEST, ["1/3"] * 7),
        (OMNIBUS, True, SelectedAgain.RESTART, ["1/2", "1/2", "1/2", "2/5", "1/3", "1/3", "1/3"]),
        (AICA, False, SelectedAgain.LOWEST, ["1/2"] * 7),
        (AICA, True, SelectedAgain.LOWEST, ["1/2"] * 7),
    ],
)
def test_the_ceiling_of_each_year(
    rule: CostShareRow, *, again: bool, reading: SelectedAgain, shares: list[str]
) -> None:
    rule = with_settings(rule, selected_again=reading)

    found = [ceiling(rule, year, selected_again=again) for year in range(1, 8)]

    assert found == [Fraction(share) for share in shares]


def test_years_count_from_one() -> None:
    with pytest.raises(ValueError, match="count from 1"):
        ceiling(AICA, 0)


@pytest.mark.parametrize("amounts", [{"cash": -1}, {"base_level": 5, "toward": 6}])
def test_a_period_that_no_budget_holds_is_refused(amounts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"negative|toward"):
        Period(**amounts)


@given(periods(), RULES, YEARS)
def test_passing_is_the_same_as_the_law_written_out(period: Period, rule: CostShareRow, year: int) -> None:
    result = assess(period, rule, year)
    n, d = result.ceiling.numerator, result.ceiling.denominator

    assert result.passes == (result.federal * d <= n * (result.federal + result.counted_match))
    assert result.passes == (result.counted_match >= result.required_match)
    assert result.passes == (result.excess == 0) == (result.shortfall == 0) == (result.add_cash == 0)
    assert result.passes == (result.federal <= result.max_fed_match) == (result.move_cash == 0)


@given(st.integers(0, 10**13), RULES, YEARS)
def test_the_ceiling_is_never_refused_and_one_cent_above_never_passes(
    match: int, rule: CostShareRow, year: int
) -> None:
    at_the_ceiling = assess(Period(cash=match), rule, year).max_fed_match

    assert assess(Period(cash=match, base_level=at_the_ceiling), rule, year).passes
    assert not assess(Period(cash=match, base_level=at_the_ceiling + 1), rule, year).passes


@given(st.integers(0, 10**13), RULES, YEARS)
def test_required_match_passes_and_one_cent_less_does_not(
    federal: int, rule: CostShareRow, year: int
) -> None:
    required = assess(Period(base_level=federal), rule, year).required_match
    assume(required > 0)

    assert assess(Period(base_level=federal, cash=required), rule, year).passes
    assert not assess(Period(base_level=federal, cash=required - 1), rule, year).passes


@given(periods(), RULES, YEARS)
def test_adding_the_cash_mends_and_one_cent_less_does_not(
    period: Period, rule: CostShareRow, year: int
) -> None:
    result = assess(period, rule, year)
    assume(not result.passes)

    def after_adding(cents: int) -> Assessment:
        return assess(replace(period, cash=period.cash + cents), rule, year)

    assert after_adding(result.add_cash).passes
    assert not after_adding(result.add_cash - 1).passes


@given(periods(), RULES, YEARS)
def test_moving_the_cash_mends_and_one_cent_less_does_not(
    period: Period, rule: CostShareRow, year: int
) -> None:
    period = replace(period, toward=0)
    result = assess(period, rule, year)
    assume(not result.passes)

    def after_moving(cents: int) -> Assessment:
        return assess(_moved(period, cents), rule, year)

    assert after_moving(result.move_cash).passes
    assert not after_moving(result.move_cash - 1).passes
    assert after_moving(result.excess).passes
    assert result.move_cash <= result.excess


def _moved(period: Period, cents: int) -> Period:
    """Replace federal money by cash, base first, then supplemental, then what was carried over."""
    left = {}
    rest = cents
    for name in ("base_level", "supplemental", "above"):
        taken = min(rest, getattr(period, name))
        left[name] = getattr(period, name) - taken
        rest -= taken
    assert rest == 0
    return replace(period, cash=period.cash + cents, **left)


@given(periods(), YEARS)
def test_without_a_cap_moving_the_excess_keeps_the_cost(period: Period, year: int) -> None:
    period = replace(period, toward=0)
    result = assess(period, AICA, year)

    moved = assess(_moved(period, result.excess), AICA, year)

    assert (result.move_cash, moved.counted_cost) == (result.excess, result.counted_cost)


@given(periods(), YEARS)
def test_both_readings_of_the_cash_cap_decide_alike(period: Period, year: int) -> None:
    counted = assess(period, OMNIBUS, year)
    required = assess(period, with_settings(OMNIBUS, cash_cap_reading=CashCapReading.REQUIRED), year)

    assert counted.passes == required.passes
    assert counted.passes == meets_half_of_required(
        hard=period.hard, other=period.other_inkind, required=counted.required_match
    )


@given(periods(), CENTS, YEARS)
def test_more_in_kind_never_hurts(period: Period, more: int, year: int) -> None:
    before = assess(period, OMNIBUS, year)
    after = assess(replace(period, inkind=period.inkind + more), OMNIBUS, year)

    assert after.passes >= before.passes
    assert after.max_fed_match >= before.max_fed_match


@given(periods(), RULES, YEARS)
def test_money_carried_toward_base_changes_only_the_new_obligation(
    period: Period, rule: CostShareRow, year: int
) -> None:
    without = assess(replace(period, toward=0), rule, year)

    result = assess(period, rule, year)

    assert result == replace(without, new_obligation=without.new_obligation - period.toward)


@given(periods(), RULES, YEARS)
def test_nothing_offered_is_lost_from_sight(period: Period, rule: CostShareRow, year: int) -> None:
    result = assess(period, rule, year)
    offered = period.hard + period.other_inkind + period.unrecovered_indirect_unapproved

    assert result.counted_match + result.not_counted == offered
    assert result.surplus - result.shortfall == result.counted_match - result.required_match


@given(periods(), YEARS, st.integers(1, 7))
def test_carried_money_at_its_own_years_share_mends_exactly_too(
    period: Period, year: int, obligated: int
) -> None:
    rule = with_settings(OMNIBUS, carry_over_rate=CarryOverRate.OBLIGATED)
    period = replace(period, toward=0)
    result = assess(period, rule, year, obligated_in_year=obligated)

    assert result.passes == (result.excess == 0) == (result.federal <= result.max_fed_match)
    if not result.passes:
        moved = _moved(period, result.move_cash)
        assert assess(moved, rule, year, obligated_in_year=obligated).passes
        one_less = _moved(period, result.move_cash - 1)
        assert not assess(one_less, rule, year, obligated_in_year=obligated).passes


def test_carried_money_at_the_share_of_the_year_it_was_obligated_in() -> None:
    period = Period(base_level=40_000_00, above=10_000_00, cash=70_000_00)

    spent = assess(period, OMNIBUS, 4)
    obligated = assess(period, with_settings(OMNIBUS, carry_over_rate=CarryOverRate.OBLIGATED), 4)

    assert (spent.required_match, spent.passes) == (75_000_00, False)
    assert (obligated.required_match, obligated.passes) == (70_000_00, True)


@given(periods(), RULES, YEARS)
def test_additive_income_in_the_cost_helps_only_where_the_setting_says_so(
    period: Period, rule: CostShareRow, year: int
) -> None:
    counting = with_settings(rule, additive_in_denominator=AdditiveInDenominator.YES)
    result = assess(period, counting, year)
    n, d = result.ceiling.numerator, result.ceiling.denominator

    assert result.counted_cost == period.federal + result.counted_match + period.pi_additive
    assert result.passes == (result.federal * d <= n * result.counted_cost)
    assert assess(period, rule, year) == assess(replace(period, pi_additive=0), rule, year)


def test_the_reason_names_rule_year_and_authority() -> None:
    result = assess(Period(base_level=166_835_900, cash=218_000_000), OMNIBUS, 4)

    assert result.why == (
        "Year 4: at most 2/5 (40 %) of the counted cost is federal. "
        "In-kind is counted up to cash and loaned full-time personnel."
    )
    assert result.authority.startswith("15 CFR 290.4 as of May 2, 1994")
    assert (result.shortfall, result.max_fed_match) == (32_253_850, 145_333_333)


def test_the_default_settings_of_a_rule_are_those_of_its_row() -> None:
    assert OMNIBUS.settings == CostShareSettings()
    assert OMNIBUS.effective_from == date(1994, 5, 2)
