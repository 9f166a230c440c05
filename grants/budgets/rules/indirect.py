"""Indirect cost by the dated rule: a negotiated rate, or one without negotiation on modified total cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grants.findings import Finding, Level
from grants.money import dollars, percent
from grants.policies.rows import IndirectCostRow, MtdcRow


@dataclass(frozen=True, kw_only=True)
class DirectCosts:
    """Direct cost of one period in cents, by what modified total direct cost asks of it."""

    total: int
    equipment: int = 0
    capital: int = 0
    rental: int = 0
    participant_support: int = 0
    subawards: Sequence[int] = ()

    def __post_init__(self) -> None:
        """Refuse parts that are negative or more than the whole."""
        parts = (self.equipment, self.capital, self.rental, self.participant_support, *self.subawards)
        if min(parts) < 0 or sum(parts) > self.total:
            raise ValueError("parts of direct cost are not negative and not more than the total")


def subaward_excess(subawards: Sequence[int], rule: MtdcRow) -> int:
    """Return what of the subawards is over the part of each that stays in the base."""
    return sum(max(0, amount - rule.subaward_base_cents) for amount in subawards)


def modified_total_direct_cost(costs: DirectCosts, rule: MtdcRow) -> int:
    """Return the base of the rate: total direct cost without what the rule leaves out, in cents."""
    parts = {
        "equipment": costs.equipment,
        "capital": costs.capital,
        "rental": costs.rental,
        "participant_support": costs.participant_support,
        "subaward_excess": subaward_excess(costs.subawards, rule),
    }
    return costs.total - sum(parts[name] for name in rule.excluded)


def indirect_cost(base: int, rate: Fraction) -> int:
    """Return the most indirect cost that a rate allows on a base, rounded down to the cent."""
    if base < 0 or rate < 0:
        raise ValueError("neither the base nor the rate is negative")
    allowed = base * rate
    return allowed.numerator // allowed.denominator


def governing_rate(rule: IndirectCostRow, negotiated: Fraction | None) -> Fraction | None:
    """Return the rate that governs: a negotiated one wins; None where there is neither."""
    return negotiated if negotiated is not None else rule.de_minimis_rate


def findings(
    *, claimed: int, base: int, rule: IndirectCostRow, negotiated: Fraction | None = None, year: int = 1
) -> list[Finding]:
    """Judge the indirect cost claimed for one year against the most that the governing rate allows."""
    if claimed == 0:
        return []
    rate = governing_rate(rule, negotiated)
    if rate is None:
        return [
            Finding(
                "indirect.no_rate",
                f"Year {year}: indirect cost needs a negotiated rate. Enter the rate of your agreement, "
                "or enter 0.00.",
                field=f"indirect-{year}",
                authority=rule.authority,
            )
        ]
    allowed = indirect_cost(base, rate)
    if claimed <= allowed:
        return []
    level = Level.STOP if negotiated is None else Level.LOOK
    return [
        Finding(
            "indirect.over_rate",
            f"Year {year}: indirect cost is {dollars(claimed - allowed)} over {percent(rate)} of "
            f"{dollars(base)}. Enter at most {dollars(allowed)}.",
            field=f"indirect-{year}",
            authority=rule.authority,
            level=level,
        )
    ]


def unrecovered(*, could_have_been_charged: int, charged: int) -> int:
    """Return the unrecovered indirect cost: match only with prior approval, 2 CFR 200.306(c)."""
    return max(0, could_have_been_charged - charged)


def unrecovered_findings(
    *, claimed: int, could_have_been_charged: int, charged: int, negotiated: Fraction | None, year: int
) -> list[Finding]:
    """Judge unrecovered indirect cost offered as match: never more than was left uncharged.

    Without a negotiated rate it is unclear what could have been charged, so a person must look.
    """
    if claimed == 0:
        return []
    most = unrecovered(could_have_been_charged=could_have_been_charged, charged=charged)
    place = f"indirect-{year}"
    if claimed > most:
        sentence = (
            f"Year {year}: unrecovered indirect cost is {dollars(claimed)}, but {dollars(most)} was left "
            f"uncharged. Enter at most {dollars(most)}."
        )
        return [Finding("indirect.unrecovered", sentence, field=place, authority="2 CFR 200.306(c)")]
    if negotiated is None:
        sentence = (
            f"Year {year}: without a negotiated rate it is unclear what indirect cost could have been "
            "charged. A person must look before it counts as match."
        )
        return [
            Finding(
                "indirect.unrecovered_unclear",
                sentence,
                field=place,
                authority="2 CFR 200.306(c)",
                level=Level.LOOK,
            )
        ]
    return []
