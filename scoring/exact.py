"""Exact numbers of the score of record, and the only place where one is rounded: for display."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

ROUNDING = "Exact values are compared. Rounding is for display only: half to even, two decimals."
DISPLAY_DIGITS = 2
POINT_DIGITS = 3
POINT_SCALE = 1000
"""Points are entered and published in thousandths at the finest."""


def exact(value: Fraction | Decimal | int | str) -> Fraction:
    """Return the value as a fraction; floats are refused because they are not what was published."""
    if isinstance(value, float):
        message = "A score is a decimal or a fraction, never a binary floating point number."
        raise TypeError(message)
    return Fraction(value)


def added(values: Iterable[Fraction]) -> Fraction:
    """Return the sum, by integers over a common denominator: the same number, several times faster."""
    numbers = list(values)
    common = lcm(*(number.denominator for number in numbers))
    return Fraction(sum(number.numerator * (common // number.denominator) for number in numbers), common)


def in_thousandths(value: Fraction | Decimal) -> bool:
    """Say whether the value can be written with at most three decimals."""
    return POINT_SCALE % Fraction(value).denominator == 0


def show(value: Fraction, digits: int = DISPLAY_DIGITS) -> str:
    """Return the value rounded half to even at that many decimals, for people to read."""
    scaled = round(value * 10**digits)
    sign = "-" if scaled < 0 else ""
    whole, part = divmod(abs(scaled), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}" if digits else f"{sign}{whole}"


def show_points(value: Fraction | Decimal) -> str:
    """Return points in full where three decimals suffice ("70", "4.5"), else rounded to two."""
    fraction = Fraction(value)
    if not in_thousandths(fraction):
        return show(fraction)
    text = show(fraction, POINT_DIGITS)
    return text.rstrip("0").rstrip(".")


def show_exact(value: Fraction | Decimal) -> str:
    """Return points as they are, never rounded: "70", "4.5", and "33 1/3" where three decimals do not do."""
    fraction = Fraction(value)
    if in_thousandths(fraction):
        return show_points(fraction)
    whole, rest = divmod(abs(fraction), 1)
    sign = "-" if fraction < 0 else ""
    return f"{sign}{whole} {rest}" if whole else f"{sign}{rest}"


def show_against(value: Fraction, bar: Fraction | Decimal) -> str:
    """Return the value beside a bar so that the digits never contradict the comparison.

    69.995 against 70 reads "69.995, below 70"; more digits are printed only where two would mislead.
    """
    limit = Fraction(bar)
    if value == limit:
        return f"{show(value)}, exactly {show_points(limit)}"
    word = "below" if value < limit else "above"
    return f"{_digits_apart(value, limit)}, {word} {show_points(limit)}"


def show_apart(values: Iterable[Fraction]) -> list[str]:
    """Return all values with the same number of decimals, as many as keep unequal values unequal."""
    numbers: Sequence[Fraction] = list(values)
    distinct = len(set(numbers))
    digits = DISPLAY_DIGITS
    while len({show(number, digits) for number in numbers}) < distinct:
        digits += 1
    return [show(number, digits) for number in numbers]


def _digits_apart(value: Fraction, limit: Fraction) -> str:
    digits = DISPLAY_DIGITS
    while (shown := Fraction(show(value, digits))) == limit or (shown < limit) != (value < limit):
        digits += 1
    return show(value, digits)
