"""Closeout: what the federal side pays of the actual cost, by the approved ratio (Commerce Term B.03)."""

from dataclasses import dataclass
from fractions import Fraction

AUTHORITY = "Commerce Standard Term B.03; 2 CFR 200.344"


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """The result of a settlement in cents; `refund` is owed by the center, `still_payable` to it."""

    ratio: Fraction
    payable: int
    refund: int
    still_payable: int
    limited_by: str
    authority: str = AUTHORITY


def settle(
    *,
    authorized: int,
    approved_federal: int,
    approved_total: int,
    actual_total: int,
    drawn: int,
    statutory: int | None = None,
) -> Settlement:
    """Settle an award by its approved ratio, the exact fraction of the approved amounts.

    Actual allowable cost under the approved total: each side bears its approved share. Over it: the federal
    share stops at the amount authorized. `statutory` is the sum over the periods of the most federal money
    the law allows, which is never exceeded. Rounded down to the cent.
    """
    if min(authorized, approved_federal, actual_total, drawn) < 0 or approved_total < approved_federal:
        raise ValueError(
            "amounts of a settlement are not negative, and the approved share is part of a whole"
        )
    ratio = Fraction(approved_federal, approved_total) if approved_total else Fraction(0)
    limits = {"the amount authorized": authorized, "the approved ratio": _down(actual_total * ratio)}
    if statutory is not None:
        limits["the ceiling of each period"] = statutory
    limited_by, payable = min(limits.items(), key=lambda item: item[1])
    return Settlement(
        ratio=ratio,
        payable=payable,
        refund=max(0, drawn - payable),
        still_payable=max(0, payable - drawn),
        limited_by=limited_by,
    )


def pace(*, federal_spent: int, match_paid: int, approved_federal: int, approved_match: int) -> int:
    """Return by how many cents match lags behind "the same general rate" as federal money; 0 if it does not.

    A warning between reports, never a money consequence before closeout (B.03(b)). Rounded down: a part of a
    cent is no lag.
    """
    if approved_federal == 0:
        return 0
    due = Fraction(federal_spent * approved_match, approved_federal)
    return max(0, _down(due) - match_paid)


def _down(amount: Fraction) -> int:
    return amount.numerator // amount.denominator
