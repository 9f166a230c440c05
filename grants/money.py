"""Amounts of money: whole cents as `int`, read from what people type and shown as they expect it."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from grants.numbers import Kind, NumberError, read

LIMIT: Final = 9_999_999_999_999  # 99,999,999,999.99 dollars, well inside NUMERIC(18,2) and 64 bits
HOW_TO_WRITE: Final = "Enter dollars and at most two digits for cents, for example 1,668,359.00."
EMPTY: Final = "Enter an amount in dollars. Enter 0.00 if there is none."
NEGATIVE: Final = "Enter an amount of zero or more. A negative amount does not belong here."

_AMOUNT: Final = Kind("an amount in dollars", "1,668,359.00", 2, HOW_TO_WRITE, sign="$")


class MoneyError(NumberError):
    """What was typed is not an amount; its text is the sentence for the person who typed it."""


def parse(text: str) -> int:
    """Return the cents of an amount of zero or more; raise MoneyError with a sentence otherwise.

    A dollar sign, and spaces or commas between groups of three, are welcome. Empty is not zero.
    """
    cents = parse_signed(text)
    if cents < 0:
        raise MoneyError(NEGATIVE)
    return cents


def parse_signed(text: str) -> int:
    """Return the cents of an amount that may be negative: a minus sign or accounting parentheses."""
    if not text.strip():
        raise MoneyError(EMPTY)
    try:
        found = read(text, _AMOUNT)
    except NumberError as fault:
        raise MoneyError(str(fault)) from None
    digits = found.whole.lstrip("0") + found.part.ljust(2, "0")
    if int(digits) > LIMIT:
        raise MoneyError(f"Enter an amount of at most {show(LIMIT)}.")
    return found.sign * int(digits)


def parse_optional(text: str | None) -> int | None:
    """Return None for nothing typed, which is not zero, else what `parse` returns."""
    if text is None or not text.strip():
        return None
    return parse(text)


def show(cents: int) -> str:
    """Return "1,668,359.00", with a minus sign in front where there is one."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def dollars(cents: int) -> str:
    """Return "$1,668,359.00" for a sentence."""
    text = show(cents)
    return f"-${text[1:]}" if cents < 0 else f"${text}"


def plain(cents: int) -> str:
    """Return "1668359.00" for XML and files."""
    return show(cents).replace(",", "")


def to_decimal(cents: int) -> Decimal:
    """Return the amount in dollars with exactly two decimals."""
    return Decimal(cents).scaleb(-2)


def from_decimal(amount: Decimal) -> int:
    """Return the cents of an amount in dollars; raise MoneyError where it has a part of a cent."""
    if not amount.is_finite():
        raise MoneyError(HOW_TO_WRITE)
    cents = Fraction(amount) * 100
    if cents.denominator != 1:
        raise MoneyError(HOW_TO_WRITE)
    return cents.numerator


def percent(share: Fraction) -> str:
    """Return "33.33 %", half-up at two decimals: for reading only, a displayed percent is never tested."""
    return f"{_hundredths_of_percent(share)} %"


def share_text(share: Fraction) -> str:
    """Return a share as the law writes it, then as percent: "2/5 (40 %)", "1/3 (33.33… %)".

    Digits after which "…" stands are cut, not rounded: they go on. The share is zero or more.
    """
    scaled = share * 10_000
    hundredths = scaled.numerator // scaled.denominator
    shown = f"{hundredths // 100}.{hundredths % 100:02d}"
    shown = shown.removesuffix(".00") if scaled.denominator == 1 else shown + "…"
    return f"{share.numerator}/{share.denominator} ({shown} %)"


def _hundredths_of_percent(share: Fraction) -> str:
    """Round half away from zero: the one place where a percent is rounded."""
    scaled = abs(share) * 10_000
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if share < 0 and rounded else ""
    return f"{sign}{rounded // 100}.{rounded % 100:02d}"
