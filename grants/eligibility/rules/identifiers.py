"""Format checks that tell a typo at once: UEI, EIN, assistance listing, congressional district, ZIP.

What cannot be the identifier stops; what is only unlikely warns, because registers hold exceptions.
"""

import re
import tomllib
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Final

from grants.competitions.rules.states import POSTAL_CODES
from grants.findings import Finding, Level

_UEI_LENGTH: Final = 12
_EIN_DIGITS: Final = 9
_NINE_DIGITS: Final = re.compile(r"[0-9]{9}")
_LISTING: Final = re.compile(r"[0-9]{2}\.[0-9]{3}")
_DISTRICT: Final = re.compile(r"([A-Z]{2})-?([0-9]{1,3}|ALL)")
_ZIP: Final = re.compile(r"([0-9]{5})(?:-?([0-9]{4}))?")
_PREFIXES: Final = Path(__file__).parent / "ein_prefixes.toml"
_UEI_AUTHORITY: Final = "2 CFR part 25; SAM.gov unique entity identifier"
_EIN_AUTHORITY: Final = "IRS employer identification number prefixes"
_FORM_AUTHORITY: Final = "SF-424 instructions"


def tidy_uei(text: str) -> str:
    """Return the identifier as it is stored: capitals, no spaces or hyphens."""
    return re.sub(r"[\s-]", "", text).upper()


def tidy_ein(text: str) -> str:
    """Return "12-3456789" where there are nine digits, else what was typed without spaces around it."""
    digits = re.sub(r"[\s-]", "", text)
    return f"{digits[:2]}-{digits[2:]}" if re.fullmatch(r"[0-9]{9}", digits) else text.strip()


def tidy_district(text: str) -> str:
    """Return "CO-001" or "CO-all" where it can be read, else what was typed without spaces around it."""
    match = _DISTRICT.fullmatch(re.sub(r"\s", "", text).upper())
    if match is None:
        return text.strip()
    number = "all" if match[2] == "ALL" else f"{int(match[2]):03d}"
    return f"{match[1]}-{number}"


def tidy_zip(text: str) -> str:
    """Return "80202" or "80202-1234" where it can be read, else what was typed without spaces around it."""
    match = _ZIP.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        return text.strip()
    return f"{match[1]}-{match[2]}" if match[2] else match[1]


def uei_findings(text: str, *, field: str = "uei") -> list[Finding]:
    """Judge a unique entity identifier; empty is for the caller to judge."""
    uei = tidy_uei(text)
    if len(uei) != _UEI_LENGTH:
        sentence = f"{text.strip()} has {len(uei)} characters; a UEI has 12. Check your entry in SAM.gov."
        return [_stop("uei.length", sentence, field, _UEI_AUTHORITY)]
    foreign = sorted({sign for sign in uei if not re.fullmatch(r"[A-HJ-NP-Z0-9]", sign)})
    if foreign:
        sentence = (
            f"A UEI has only digits and the letters A to Z without I and O, not {', '.join(foreign)}. "
            "Check whether a one or a zero is meant."
        )
        return [_stop("uei.characters", sentence, field, _UEI_AUTHORITY)]
    if uei[0] == "0":
        return [_doubt("uei.first", "A UEI does not begin with zero. Check it in SAM.gov.", field)]
    if _NINE_DIGITS.search(uei):
        return [
            _doubt("uei.digits", "A UEI has no nine digits in a row. Check that it is no DUNS or EIN.", field)
        ]
    if int(uei_check_digit(uei[:11])) != (int(uei[11]) if uei[11].isdigit() else -1):
        return [_doubt("uei.check_digit", "The last sign does not fit the others. Check for a typo.", field)]
    return []


def uei_check_digit(first_eleven: str) -> str:
    """Return the check digit of the first eleven characters of a UEI.

    Weighted sum of their ASCII codes, each product modulo 10; again of its digits, while it has several.
    """
    result = _step([ord(sign) for sign in first_eleven])
    while result > 9:  # noqa: PLR2004 - more than one digit
        result = _step([int(digit) for digit in str(result)])
    return str(result)


def _step(values: list[int]) -> int:
    return sum(value * place % 10 for place, value in enumerate(values, start=1))


def ein_findings(text: str, *, field: str = "ein") -> list[Finding]:
    """Judge an employer identification number; empty is for the caller to judge."""
    shown = text.strip()
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]*", digits):
        sentence = (
            f"{shown} has signs that are no digits; an EIN has nine digits. Check the letter from the IRS."
        )
        return [_stop("ein.characters", sentence, field, _EIN_AUTHORITY)]
    if len(digits) != _EIN_DIGITS:
        sentence = f"{shown} has {len(digits)} digits; an EIN has 9. Check the letter from the IRS."
        return [_stop("ein.length", sentence, field, _EIN_AUTHORITY)]
    if digits[:2] in never_assigned_prefixes():
        sentence = f"The IRS assigns no EIN that begins with {digits[:2]}. Check the letter from the IRS."
        return [Finding("ein.prefix", sentence, field=field, authority=_EIN_AUTHORITY, level=Level.WARN)]
    return []


@cache
def never_assigned_prefixes() -> frozenset[str]:
    """Return the two digits with which no EIN begins."""
    return frozenset(tomllib.loads(_PREFIXES.read_text(encoding="utf-8"))["never_assigned"])


def listing_findings(text: str, *, field: str = "assistance_listing") -> list[Finding]:
    """Judge an assistance listing number such as 11.611."""
    if _LISTING.fullmatch(text.strip()):
        return []
    sentence = (
        f"{text.strip()} is no assistance listing number. "
        "Write two digits, a point and three digits, for example 11.611."
    )
    return [_stop("listing.format", sentence, field, "SAM.gov assistance listings")]


def district_findings(text: str, *, field: str = "congressional_district") -> list[Finding]:
    """Judge a congressional district as the SF-424 writes it: CO-001, MD-all, US-all, 00-000."""
    district = tidy_district(text)
    if district in {"US-all", "00-000"}:
        return []
    match = _DISTRICT.fullmatch(district.upper())
    if match is None or match[1] not in POSTAL_CODES:
        state = "".join(takewhile(str.isalpha, district)).upper()
        known = f"There is no state {state}. " if match is not None else ""
        sentence = (
            f"{known}Write the state and three digits, for example CO-001, or CO-all for the whole state."
        )
        return [_stop("district.format", sentence, field, _FORM_AUTHORITY)]
    return []


def zip_findings(text: str, *, field: str = "zip") -> list[Finding]:
    """Judge a ZIP code of five or nine digits."""
    if _ZIP.fullmatch(tidy_zip(text)):
        return []
    sentence = f"{text.strip()} is no ZIP code. Write five digits, or nine as in 80202-1234."
    return [_stop("zip.format", sentence, field, _FORM_AUTHORITY)]


def _stop(code: str, sentence: str, field: str, authority: str) -> Finding:
    return Finding(code, sentence, field=field, authority=authority)


def _doubt(code: str, sentence: str, field: str) -> Finding:
    return Finding(code, sentence, field=field, authority=_UEI_AUTHORITY, level=Level.WARN)
