"""What an organization's data must look like before it is stored. Pure."""

import re
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

from grants.findings import Finding

INVITED_FOR = timedelta(days=14)

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}  # fmt: skip
"""Postal codes of the states, the District and the territories, with their names."""


_WEBSITE: Final = re.compile(r"(https?://)?[^\s/:@]+\.\S+", re.IGNORECASE)


@dataclass(frozen=True)
class OrganizationFields:
    """What an organization says of itself; numbers are written as they are stored."""

    name: str
    kind: str
    state: str
    ein: str = ""
    uei: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    congressional_district: str = ""
    website: str = ""
    founded_on: date | None = None


def tidied(given: OrganizationFields) -> OrganizationFields:
    """Write every value in its one form: an EIN as 12-3456789, a UEI and a state in capitals."""
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    digits = re.sub(r"[\s-]", "", given.ein)
    if re.fullmatch(r"\d{9}", digits):
        values["ein"] = f"{digits[:2]}-{digits[2:]}"
    values["uei"] = re.sub(r"\s", "", given.uei).upper()
    values["state"] = given.state.upper()
    values["congressional_district"] = given.congressional_district.strip().upper()
    return OrganizationFields(**values)


def faults_of(given: OrganizationFields) -> list[Finding]:
    """List what cannot be stored, all at once. A typo that could still be meant only warns, elsewhere."""
    faults = []
    if not given.name:
        faults.append(Finding("name", "Enter the legal name of the organization.", field="name"))
    if given.state not in STATES:
        faults.append(Finding("state", "Choose the state or territory of the main office.", field="state"))
    if given.ein and not re.fullmatch(r"\d{2}-\d{7}", given.ein):
        faults.append(Finding("ein", _ein_sentence(given.ein), field="ein"))
    if given.uei and not re.fullmatch(r"[A-Z0-9]{12}", given.uei):
        faults.append(Finding("uei", _uei_sentence(given.uei), field="uei"))
    if given.zip and not re.fullmatch(r"\d{5}(-\d{4})?", given.zip):
        faults.append(Finding("zip", "A ZIP code has 5 digits, or 9 as 80202-1234.", field="zip"))
    district = given.congressional_district
    if district and not _is_district(district):
        faults.append(
            Finding(
                "district",
                "Write the district as CO-01; as CO-00 in a state that is one district.",
                field="congressional_district",
            )
        )
    if given.website and not _WEBSITE.fullmatch(given.website):
        faults.append(Finding("website", "Write the website as https://example.org.", field="website"))
    return faults


def _is_district(district: str) -> bool:
    match = re.fullmatch(r"([A-Z]{2})-(\d{1,3}|ALL)", district)
    return match is not None and match[1] in STATES


def _ein_sentence(ein: str) -> str:
    digits = sum(sign.isdigit() for sign in ein)
    return f"{ein} has {digits} digits; an EIN has 9. Check the letter from the IRS."


def _uei_sentence(uei: str) -> str:
    return f"{uei} has {len(uei)} characters; a UEI has 12 letters and digits. Check it at SAM.gov."
