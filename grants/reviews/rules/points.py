"""Points of an entry as they are stored: three decimals, and the exact share where it has more."""

from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from grants.numbers import POINT_DECIMALS

THOUSANDTH = Decimal(1).scaleb(-POINT_DECIMALS)


def earned(points: Decimal | None, exact: str | None) -> Fraction | None:
    """Return what an entry counts; None where there is none."""
    if exact is not None:
        return Fraction(exact)
    return None if points is None else Fraction(points)


def columns(value: Decimal | Fraction | None) -> tuple[Decimal | None, str | None]:
    """Return what is stored of points: the thousandths below them, and all of them where that is less."""
    if not isinstance(value, Fraction):
        return value, None
    below = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(THOUSANDTH, rounding=ROUND_FLOOR)
    return below, str(value)
