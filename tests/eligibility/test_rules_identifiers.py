"""A typo in an identifier is told at once, and what is only unlikely warns."""

import csv
from pathlib import Path

import pytest

from grants.eligibility.rules import identifiers
from grants.findings import Finding, Level


def said(found: list[Finding]) -> list[tuple[Level, str]]:
    return [(finding.level, finding.message) for finding in found]


def with_check_digit(first_eleven: str) -> str:
    return first_eleven + identifiers.uei_check_digit(first_eleven)


@pytest.mark.parametrize("uei", [with_check_digit("ZQGGHJH74DW"), " c47b na8g m833 "])
def test_a_uei_that_fits_says_nothing(uei: str) -> None:
    assert identifiers.uei_findings(uei) == []


@pytest.mark.parametrize(
    ("uei", "level", "sentence"),
    [
        ("ZQGGHJH74", Level.STOP, "ZQGGHJH74 has 9 characters; a UEI has 12. Check your entry in SAM.gov."),
        (
            "ZQGGHJH74DWO",
            Level.STOP,
            (
                "A UEI has only digits and the letters A to Z without I and O, not O. "
                "Check whether a one or a zero is meant."
            ),
        ),
        (
            "ZQGGHJH74DWÉ",
            Level.STOP,
            (
                "A UEI has only digits and the letters A to Z without I and O, not É. "
                "Check whether a one or a zero is meant."
            ),
        ),
        ("0QGGHJH74DW1", Level.WARN, "A UEI does not begin with zero. Check it in SAM.gov."),
        (
            "AB1234567891",
            Level.WARN,
            "A UEI has no nine digits in a row. Check that it is no DUNS or EIN.",
        ),
        ("ZQGGHJH74DWA", Level.WARN, "The last sign does not fit the others. Check for a typo."),
    ],
)
def test_a_typo_in_a_uei_is_told(uei: str, level: Level, sentence: str) -> None:
    assert said(identifiers.uei_findings(uei)) == [(level, sentence)]


def test_one_wrong_sign_mostly_breaks_the_check_digit() -> None:
    good = with_check_digit("ZQGGHJH74DW")
    changed = [good[:place] + "X" + good[place + 1 :] for place in range(11)]

    assert sum(bool(identifiers.uei_findings(uei)) for uei in changed) >= 8


def test_the_check_digit_agrees_with_published_identifiers(published_data: Path) -> None:
    ueis = (published_data / "gsa_doc_ueis.txt").read_text(encoding="utf-8").split()

    fitting = [uei for uei in ueis if identifiers.uei_check_digit(uei[:11]) == uei[11]]

    assert (len(ueis), len(fitting)) == (99, 92)


@pytest.mark.parametrize(
    ("ein", "found"),
    [
        ("84-1234567", []),
        ("84 1234567", []),
        ("841234567", []),
        (
            "12-345678",
            [(Level.STOP, "12-345678 has 8 digits; an EIN has 9. Check the letter from the IRS.")],
        ),
        (
            "12-345678A",
            [
                (
                    Level.STOP,
                    (
                        "12-345678A has signs that are no digits; an EIN has nine digits. "
                        "Check the letter from the IRS."
                    ),
                )
            ],
        ),
        (
            "00-1234567",
            [(Level.WARN, "The IRS assigns no EIN that begins with 00. Check the letter from the IRS.")],
        ),
    ],
)
def test_a_typo_in_an_ein_is_told(ein: str, found: list[tuple[Level, str]]) -> None:
    assert said(identifiers.ein_findings(ein)) == found


def test_the_prefixes_agree_with_the_published_list(published_data: Path) -> None:
    with (published_data / "ein_prefixes.csv").open(encoding="utf-8", newline="") as lines:
        never = {row["prefix"] for row in csv.DictReader(lines) if row["valid"] == "N"}

    assert identifiers.never_assigned_prefixes() == never


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("11.611", []),
        (" 11.611 ", []),
        ("11.61", ["listing.format"]),
        ("11611", ["listing.format"]),
        ("11.611a", ["listing.format"]),
    ],
)
def test_an_assistance_listing_has_two_digits_and_three(text: str, codes: list[str]) -> None:
    assert [finding.code for finding in identifiers.listing_findings(text)] == codes


@pytest.mark.parametrize(
    ("text", "tidy", "codes"),
    [
        ("CO-001", "CO-001", []),
        ("co-1", "CO-001", []),
        ("CO 12", "CO-012", []),
        ("md-ALL", "MD-all", []),
        ("US-all", "US-all", []),
        ("PR-098", "PR-098", []),
        ("00-000", "00-000", []),
        ("XX-001", "XX-001", ["district.format"]),
        ("Colorado 1", "Colorado 1", ["district.format"]),
        ("CO-0001", "CO-0001", ["district.format"]),
    ],
)
def test_a_congressional_district_as_the_form_writes_it(text: str, tidy: str, codes: list[str]) -> None:
    assert identifiers.tidy_district(text) == tidy
    assert [finding.code for finding in identifiers.district_findings(text)] == codes


@pytest.mark.parametrize(
    ("text", "tidy", "codes"),
    [
        ("80202", "80202", []),
        ("80202-1234", "80202-1234", []),
        ("802021234", "80202-1234", []),
        (" 03301 ", "03301", []),
        ("8020", "8020", ["zip.format"]),
        ("80202-12", "80202-12", ["zip.format"]),
        ("K1A 0B1", "K1A 0B1", ["zip.format"]),
    ],
)
def test_a_zip_code_has_five_or_nine_digits(text: str, tidy: str, codes: list[str]) -> None:
    assert identifiers.tidy_zip(text) == tidy
    assert [finding.code for finding in identifiers.zip_findings(text)] == codes


@pytest.mark.parametrize(("text", "tidy"), [("841234567", "84-1234567"), (" 12-345678 ", "12-345678")])
def test_an_ein_is_stored_with_its_hyphen(text: str, tidy: str) -> None:
    assert identifiers.tidy_ein(text) == tidy
