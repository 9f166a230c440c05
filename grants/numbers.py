"""Numbers as people type them: one grammar for every kind, and refusals that say what to write.

A reading is the number that was meant or a sentence; a sign that may mean two things is never dropped.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from scoring.exact import show_exact

LONGEST: Final = 40
"""Signs of the longest number that any field takes, leading zeros and separators with it."""
MOST_WHOLE: Final = 999_999_999
"""The largest count; every column that holds one takes so many."""
MOST_POINTS: Final = 100_000
FULL: Final = "full"
"""What may be typed for all points of a criterion."""
POINT_DECIMALS: Final = 3
MOST_IN_FILE: Final = 10**15

_SPACES: Final = " \u00a0\u2007\u2009\u202f"
_MINUS: Final = "-\u2212"
_GROUP: Final = rf"(?:,[{_SPACES}]?|[{_SPACES}])"
_GROUPED: Final = re.compile(
    rf"(?P<whole>[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+|[0-9]+)?(?:\.(?P<part>[0-9]*))?"
)
_UNGROUPED: Final = re.compile(r"(?P<whole>[0-9]+)?(?:\.(?P<part>[0-9]*))?")
_EXPONENT: Final = re.compile(r"[+-]?[0-9.,]*[0-9][0-9.,]*[eE][+-]?[0-9]+")
_SEVERAL: Final = re.compile(r"[0-9][0-9.,]*[^0-9.,]*\s[^0-9.,]*[0-9]")
_ONE_COMMA: Final = re.compile(r"[0-9]*,[0-9]+")
_EUROPEAN: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_THOUSAND: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_PLAIN: Final = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_MIXED: Final = re.compile(
    rf"(?:(?P<whole>[0-9]{{1,6}})[{_SPACES}]+)?(?P<above>[0-9]{{1,9}})/(?P<below>[1-9][0-9]{{0,8}})"
)
_SHARE: Final = re.compile(r"-?[0-9]{1,40}(?:/[0-9]{1,40}|\.[0-9]{1,40})?")


class NumberError(ValueError):
    """What was typed is not such a number; its text is the sentence for the person who typed it."""


@dataclass(frozen=True)
class Kind:
    """What a field takes, and the words for it."""

    name: str
    """As in "enter …"."""
    example: str
    decimals: int
    too_fine: str
    grouped: bool = True
    """Whether commas or spaces may stand between groups of three digits."""
    sign: str = ""
    """What may stand before the number, such as a dollar sign."""


@dataclass(frozen=True)
class Read:
    """A number in two strings of the digits 0 to 9, exactly as long as they were meant."""

    sign: int
    whole: str
    part: str


POINTS: Final = Kind("points", "7.5", POINT_DECIMALS, "Points have at most three decimals.", grouped=False)
WHOLE: Final = Kind("a whole number", "3", 0, "Enter a whole number, without decimals.")


def points(text: str) -> Decimal:
    """Return points of zero or more with at most three decimals; raise NumberError with a sentence.

    A comma is refused: some write it before decimals and some between thousands, and a total must not hang
    on which.
    """
    found = _positive(text, POINTS)
    value = Decimal(f"{found.whole or 0}.{found.part}" if found.part else found.whole)
    if value > MOST_POINTS:
        raise NumberError(f"Enter at most {MOST_POINTS:,} points.")
    return value


def points_up_to(text: str, most: Fraction | None) -> Decimal | Fraction:
    """Return points of at most three decimals, or all of `most`, as “full” or as it is printed.

    A fraction stands for nothing but full marks, so that it adds to the published total exactly.
    """
    plain = " ".join(text.split()).casefold()
    if most is not None and (plain == FULL or fraction(plain) == most):
        return plainly(most)
    try:
        return points(text)
    except NumberError as why:
        if fraction(plain) is not None:
            raise NumberError(f"“{_shown(plain)}” is a fraction. Write at most three decimals.") from why
        raise


def fraction(text: str) -> Fraction | None:
    """Return what a mixed number such as “33 1/3” says; None for every other text."""
    match = _MIXED.fullmatch(text.strip())
    if match is None:
        return None
    return int(match["whole"] or "0") + Fraction(int(match["above"]), int(match["below"]))


def shown(value: Fraction | Decimal) -> str:
    """Write points as they are, never rounded: “70”, “4.5”, “33 1/3”."""
    return show_exact(value)


def plainly(value: Fraction) -> Decimal | Fraction:
    """Return points as a decimal wherever three decimals say them."""
    text = shown(value)
    return value if "/" in text else Decimal(text)


def as_shown(text: str) -> Fraction:
    """Return the points that `shown` wrote."""
    mixed = fraction(text)
    return Fraction(text) if mixed is None else mixed


def whole(text: str) -> int:
    """Return a whole number of zero or more; raise NumberError with a sentence."""
    found = _positive(text, WHOLE)
    digits = found.whole.lstrip("0")
    if len(digits) > len(str(MOST_WHOLE)):  # before int(), which refuses very long digit strings
        raise NumberError(f"Enter a whole number of at most {MOST_WHOLE:,}.")
    return int(digits or "0")


def share(text: str) -> Fraction:
    """Return a share as a dated rule writes it, "2/5" or "0.15"; raise NumberError with a sentence."""
    plain = text.strip()
    above, _, below = plain.partition("/")
    if _SHARE.fullmatch(plain) is None or (below and not below.strip("0")):
        raise NumberError(f"“{_shown(plain)}” is no share. Write a fraction such as 2/5.")
    return Fraction(above) / Fraction(below or 1)


def in_file(raw: Decimal | int | str) -> str:
    """Return a number of a file or a stored row as plain text; raise NumberError, naming what it is instead.

    Whether it is too small, too fine or too large is for the rules of its field to say.
    """
    if isinstance(raw, Decimal):
        return _written_decimal(raw)
    if isinstance(raw, int) and abs(raw) > MOST_IN_FILE:
        raise NumberError("This is longer than a number can be.")
    plain = str(raw).strip()
    if len(plain) > LONGEST or _PLAIN.fullmatch(plain) is None:
        raise NumberError(_why_not(plain, plain, POINTS))
    return plain


def _written_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise NumberError("Here a finite number is expected.")
    exponent = int(value.as_tuple().exponent)
    if exponent > 0 or -exponent > LONGEST or value.adjusted() > LONGEST:
        raise NumberError(f"“{_shown(str(value))}” is too long or has an exponent. Write the number out.")
    return f"{value:f}"


def read(text: str, kind: Kind) -> Read:
    """Take a number apart by the grammar of its kind; raise NumberError, naming what stands in the way."""
    plain = text.strip()
    if len(plain) > LONGEST:
        raise NumberError(f"This is longer than {kind.name} can be. Write it for example as {kind.example}.")
    sign, magnitude = _split_sign(plain, kind)
    match = (_GROUPED if kind.grouped else _UNGROUPED).fullmatch(magnitude)
    if match is None or not (match["whole"] or match["part"]):
        raise NumberError(_why_not(plain, magnitude, kind))
    digits = "".join(one for one in match["whole"] or "" if one.isdigit())
    part = match["part"] or ""
    if len(part.rstrip("0") if not kind.grouped else part) > kind.decimals or (
        not kind.decimals and match["part"] is not None
    ):
        raise NumberError(kind.too_fine)
    return Read(sign, digits, part)


def _positive(text: str, kind: Kind) -> Read:
    found = read(text, kind)
    if found.sign < 0:
        raise NumberError(f"“{_shown(text.strip())}” is below zero. Enter {kind.name} of zero or more.")
    return found


def _split_sign(plain: str, kind: Kind) -> tuple[int, str]:
    """Take minus, accounting parentheses and the kind's own sign off, in any order."""
    sign = 1
    if plain.startswith("(") and plain.endswith(")"):
        plain, sign = plain[1:-1].strip(), -1
    elif plain[:1] and plain[0] in _MINUS:
        plain, sign = plain[1:].strip(), -1
    if kind.sign and plain.startswith(kind.sign):
        plain = plain.removeprefix(kind.sign).strip()
        if sign == 1 and plain[:1] and plain[0] in _MINUS:  # "$-5.00"
            plain, sign = plain[1:].strip(), -1
    return sign, plain


def _why_not(plain: str, magnitude: str, kind: Kind) -> str:
    """Name what keeps a text from being a number of this kind, and what to write instead."""
    shown = f"“{_shown(plain)}”"
    if any(sign.isnumeric() and not sign.isascii() for sign in plain):
        return f"{shown} is not in the digits 0 to 9. {_write(_in_ascii(plain), kind)}"
    if _EXPONENT.fullmatch(plain):
        return f"{shown} has an exponent. {_write(_written_out(plain), kind)}"
    if "%" in plain:
        return f"{shown} is a percentage. Enter {kind.name}, for example {kind.example}."
    if plain.startswith("+"):
        return f"{shown} has a sign. {_write(plain[1:].strip(), kind)}"
    if "$" in plain and not kind.sign:
        return f"{shown} is an amount of money. Enter {kind.name}, for example {kind.example}."
    if _SEVERAL.search(magnitude):
        return f"{shown} is more than one number. {_write('', kind)}"
    if "," in magnitude and any(sign.isdigit() for sign in magnitude):
        return f"{shown} {_of_comma(magnitude, kind)}"
    return f"{shown} is not {_a_number(kind)}. {_write('', kind)}"


def _of_comma(magnitude: str, kind: Kind) -> str:
    """Say what to write for a comma that may mean a decimal point, thousands or nothing."""
    if not kind.grouped and _THOUSAND.fullmatch(magnitude):
        plain = magnitude.replace(",", "")
        either = f"{magnitude.replace(',', '.')} or {plain}" if magnitude.count(",") == 1 else plain
        return f"has a comma, and a comma can mean two things here. Write {either}."
    if _ONE_COMMA.fullmatch(magnitude):
        candidate = magnitude.replace(",", ".")
    elif _EUROPEAN.fullmatch(magnitude):
        candidate = magnitude.replace(".", "").replace(",", ".")
    else:
        candidate = magnitude.replace(",", "")
    fault = "has a comma that separates no thousands" if kind.grouped else "has a comma"
    return f"{fault}. {_write(candidate, kind)}"


def _write(candidate: str, kind: Kind) -> str:
    """Say what to write: the candidate where it is a number of this kind, else the example."""
    try:
        read(candidate, kind)
    except (NumberError, RecursionError):
        return f"Write it for example as {kind.example}."
    return f"Write {candidate}."


def _in_ascii(plain: str) -> str:
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)


def _written_out(plain: str) -> str:
    """Return "10" for "1e1"; nothing where that would be long."""
    number, _, power = plain.lower().partition("e")
    if "," in number or number.count(".") > 1 or len(power.lstrip("+-")) > 1:
        return ""
    return f"{Decimal(number).scaleb(int(power)):f}"


def _a_number(kind: Kind) -> str:
    return "a number" if kind is POINTS else kind.name


def _shown(plain: str) -> str:
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
