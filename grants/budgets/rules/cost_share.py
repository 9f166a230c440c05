"""Cost share as arithmetic: the law of one budget period in whole cents and exact fractions.

Sources: 15 U.S.C. 278k(e)(2); 15 CFR 290.4 of May 2, 1994; 2 CFR 200.306; Commerce Standard Term B.03. No
floating point and no displayed percent decides anything. Rounding: what is required is rounded up to the
cent, what is allowed is rounded down, so that no ceiling is ever broken by a part of a cent.
"""

from dataclasses import dataclass
from fractions import Fraction

from grants.money import share_text
from grants.policies.rows import (
    AdditiveInDenominator,
    CarryOverRate,
    CashCapReading,
    CostShareRow,
    SelectedAgain,
)


@dataclass(frozen=True, kw_only=True)
class Period:
    """The money of one budget period, in cents.

    `base_level` holds the program's money of the period including what is carried over `toward` it; money
    carried over `above` it is on top. `cash` is cash of the applicant, State and local governments and third
    parties, with interest; `loaned` is full-time personnel loaned to the center; `inkind` is part-time
    people, equipment, space and services. Additive program income and unrecovered indirect cost without prior
    approval count nowhere. Money of another provision of law is not here at all.
    """

    base_level: int = 0
    above: int = 0
    toward: int = 0
    supplemental: int = 0
    cash: int = 0
    loaned: int = 0
    inkind: int = 0
    pi_match: int = 0
    pi_additive: int = 0
    unrecovered_indirect_approved: int = 0
    unrecovered_indirect_unapproved: int = 0

    def __post_init__(self) -> None:
        """Refuse what no budget holds: a negative amount, or more carried toward base than base."""
        if min(vars(self).values()) < 0:
            raise ValueError("an amount of a budget period is negative")
        if self.toward > self.base_level:
            raise ValueError("more is carried over toward the base than the base holds")

    @property
    def federal(self) -> int:
        """Return all federal money of the period, old and new."""
        return self.base_level + self.above + self.supplemental

    @property
    def new_obligation(self) -> int:
        """Return the federal money that a new action obligates: what is carried over is not new."""
        return self.base_level - self.toward + self.supplemental

    @property
    def hard(self) -> int:
        """Return match in cash, program income used as match, and loaned full-time personnel."""
        return self.cash + self.pi_match + self.loaned

    @property
    def other_inkind(self) -> int:
        """Return the in-kind match that the rule of 1994 counts only up to the hard match."""
        return self.inkind + self.unrecovered_indirect_approved


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What the law says of one period; amounts in cents.

    `counted_cost` is what the federal share is taken of. `max_fed_cost` is the most federal money at this
    counted cost, `max_fed_match` the most that this match can carry. Two ways mend a failing period:
    add `shortfall` of counted match *and cost* (`add_cash` is enough where in-kind waits to be counted), or
    keep the cost and move `excess` from the federal to the non-federal side (`move_cash` if moved as cash).
    """

    year: int
    ceiling: Fraction
    federal: int
    new_obligation: int
    hard_match: int
    counted_inkind: int
    counted_match: int
    not_counted: int
    counted_cost: int
    required_match: int
    max_fed_cost: int
    max_fed_match: int
    excess: int
    shortfall: int
    surplus: int
    add_cash: int
    move_cash: int
    passes: bool
    rule_id: str
    rule: str
    why: str
    authority: str
    caution: str

    @property
    def share(self) -> Fraction:
        """Return the federal share of the counted cost; 0 where there is no cost. For reading only."""
        return Fraction(self.federal, self.counted_cost) if self.counted_cost else Fraction(0)


@dataclass(frozen=True)
class _Layer:
    """Federal money that one share governs."""

    federal: int
    share: Fraction

    @property
    def required(self) -> Fraction:
        return self.federal * (1 - self.share) / self.share


def ceiling(rule: CostShareRow, year: int, *, selected_again: bool = False) -> Fraction:
    """Return the largest federal share in a year of operation; years count from 1.

    A center selected again has the last share of the schedule in every year, or starts the schedule again,
    as the rule's setting says.
    """
    if year < 1:
        raise ValueError("years of operation count from 1")
    schedule = rule.federal_share_by_year
    if selected_again and rule.settings.selected_again is SelectedAgain.LOWEST:
        return schedule[-1]
    return schedule[min(year, len(schedule)) - 1]


def depends_on_before(rule: CostShareRow, years: int) -> bool:
    """Ask whether any year's ceiling is another one for a center that is selected again."""
    return any(
        ceiling(rule, year) != ceiling(rule, year, selected_again=True) for year in range(1, years + 1)
    )


def assess(
    period: Period,
    rule: CostShareRow,
    year: int,
    *,
    selected_again: bool = False,
    obligated_in_year: int | None = None,
) -> Assessment:
    """Judge one budget period by one rule, with every figure that a page prints.

    `obligated_in_year` is the year in which money carried over above base was first obligated (the year
    before by default); it matters only where the rule's setting takes that year's share.
    """
    share = ceiling(rule, year, selected_again=selected_again)
    carried = share
    if rule.settings.carry_over_rate is CarryOverRate.OBLIGATED:
        before = max(1, year - 1) if obligated_in_year is None else obligated_in_year
        carried = ceiling(rule, before, selected_again=selected_again)
    return assess_at(period, rule, year=year, share=share, carried_share=carried)


def assess_at(
    period: Period, rule: CostShareRow, *, year: int, share: Fraction, carried_share: Fraction | None = None
) -> Assessment:
    """Judge one period at a given share, for years that a setting other than the ordinal decides."""
    fresh = _Layer(period.base_level + period.supplemental, share)
    old = _Layer(period.above, share if carried_share is None else carried_share)
    hard, other = period.hard, period.other_inkind
    counted_inkind = min(other, hard) if rule.caps_inkind else other
    match = hard + counted_inkind
    additive = _additive_in_cost(period, rule)
    carrying = match + additive
    required = max(0, _up(fresh.required + old.required) - additive)
    max_fed_cost = _most_at_cost(period.federal + carrying, fresh, old)
    shortfall = max(0, required - match)
    return Assessment(
        year=year,
        ceiling=share,
        federal=period.federal,
        new_obligation=period.new_obligation,
        hard_match=hard,
        counted_inkind=counted_inkind,
        counted_match=match,
        not_counted=other - counted_inkind + period.unrecovered_indirect_unapproved,
        counted_cost=period.federal + carrying,
        required_match=required,
        max_fed_cost=max_fed_cost,
        max_fed_match=_most_at_match(carrying, fresh, old),
        excess=max(0, period.federal - max_fed_cost),
        shortfall=shortfall,
        surplus=max(0, match - required),
        add_cash=_cash_to_add(rule, hard=hard, other=other, required=required),
        move_cash=_cash_to_move(period, rule, fresh=fresh, old=old),
        passes=_holds(rule, hard=hard, other=other, match=match, required=required),
        rule_id=rule.id,
        rule=rule.title,
        why=_why(rule, year, share),
        authority=rule.authority,
        caution=rule.caution,
    )


def meets_half_of_required(*, hard: int, other: int, required: int) -> bool:
    """Say whether all match meets what is required and hard match meets half of it, odd cent up.

    The other reading of 15 CFR 290.4(c): it passes and fails the same budgets as counting in-kind up to cash.
    """
    return hard + other >= required and hard >= -(-required // 2)


def _holds(rule: CostShareRow, *, hard: int, other: int, match: int, required: int) -> bool:
    """Apply "F d <= n (F + M)", which for whole cents is the same as "M >= required"."""
    if rule.caps_inkind and rule.settings.cash_cap_reading is CashCapReading.REQUIRED:
        return meets_half_of_required(hard=hard, other=other, required=required)
    return match >= required


def _additive_in_cost(period: Period, rule: CostShareRow) -> int:
    counts = rule.settings.additive_in_denominator is AdditiveInDenominator.YES
    return period.pi_additive if counts else 0


def _most_at_cost(cost: int, fresh: _Layer, old: _Layer) -> int:
    """Return the most federal money at this cost; money carried over keeps its own share and comes first."""
    if old.federal == 0 or old.share == fresh.share:
        return _down(cost * fresh.share)
    cost_of_old = old.federal / old.share
    if cost <= cost_of_old:
        return _down(cost * old.share)
    return _down(old.federal + (cost - cost_of_old) * fresh.share)


def _most_at_match(match: int, fresh: _Layer, old: _Layer) -> int:
    """Return the most federal money that this match carries."""
    if old.federal == 0 or old.share == fresh.share:
        return _down(match * fresh.share / (1 - fresh.share))
    if match <= old.required:
        return _down(match * old.share / (1 - old.share))
    return _down(old.federal + (match - old.required) * fresh.share / (1 - fresh.share))


def _cash_to_add(rule: CostShareRow, *, hard: int, other: int, required: int) -> int:
    """Return the least cash that mends: under the cap, a cent of cash may unlock a cent of in-kind."""
    to_meet_all = required - hard - other
    to_meet_half = -(-required // 2) - hard if rule.caps_inkind else 0
    return max(0, to_meet_all, to_meet_half)


def _cash_to_move(period: Period, rule: CostShareRow, *, fresh: _Layer, old: _Layer) -> int:
    """Return the least cash that mends when it replaces federal money of the period, newest money first.

    Solve `M(x) >= required(F - x)` for each branch of the cap: slope 1 where all in-kind is counted,
    slope 2 where each cent of cash unlocks a cent of in-kind.
    """
    additive = _additive_in_cost(period, rule)
    hard, all_match = period.hard, period.hard + period.other_inkind
    branches = [(all_match + additive, 1)]
    if rule.caps_inkind:
        branches.append((2 * hard + additive, 2))
    return max(_least_move(offered, slope, fresh, old) for offered, slope in branches)


def _least_move(offered: int, slope: int, fresh: _Layer, old: _Layer) -> int:
    lacking = fresh.required + old.required - offered
    if lacking <= 0:
        return 0
    gain = slope + (1 - fresh.share) / fresh.share
    if lacking <= gain * fresh.federal:
        return _up(lacking / gain)
    rest = lacking - gain * fresh.federal
    return _up(fresh.federal + rest / (slope + (1 - old.share) / old.share))


def _why(rule: CostShareRow, year: int, share: Fraction) -> str:
    capped = " In-kind is counted up to cash and loaned full-time personnel." if rule.caps_inkind else ""
    return f"Year {year}: at most {share_text(share)} of the counted cost is federal.{capped}"


def _up(amount: Fraction) -> int:
    """Round what is required up to the cent."""
    return -(-amount.numerator // amount.denominator)


def _down(amount: Fraction) -> int:
    """Round what is allowed down to the cent."""
    return amount.numerator // amount.denominator
