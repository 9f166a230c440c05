"""What 2 CFR 200.211 requires a federal award to state, as a table over the record. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grants.awards.rules.gates import AwardItem
from grants.money import dollars

B = "2 CFR 200.211(b)"
FROM_RECORD = "from the record"
FROM_OFFICER = "entered by the grants officer"


@dataclass(frozen=True)
class AwardFacts:
    """The record's values that an award states; amounts in cents, dates written out."""

    recipient: str
    uei: str
    fain: str
    award_date: str
    period_of_performance: str
    budget_period: str
    obligated_now: int
    obligated_total: int
    approved_match: int
    approved_total: int
    budget_holds: bool
    listing: str
    contact: str


@dataclass(frozen=True)
class ItemRow:
    """One row of the table: where the value comes from, and what to do where it is missing."""

    key: str
    title: str
    authority: str
    mend: str
    value: Callable[[AwardFacts], str] | None = None


ENTERED = (
    ItemRow("description", "Description of the award", B, "Enter it below."),
    ItemRow("listing_title", "Title of the assistance listing", B, "Enter it below."),
    ItemRow("research", "Whether the award is research and development", B, "Choose yes or no below."),
    ItemRow("indirect_rate", "Indirect cost rate", B, "Enter the rate and its basis below."),
    ItemRow(
        "goals",
        "Performance goals and how they are assessed",
        "2 CFR 200.211(a)",
        "Enter them below.",
    ),
    ItemRow(
        "terms",
        "General terms and conditions",
        "2 CFR 200.211(c)",
        "Enter the edition of the terms below.",
    ),
    ItemRow(
        "later_periods",
        "On what later budget periods depend",
        "2 CFR 200.211(c)(1)(iv)",
        "Enter the sentence below.",
    ),
)

RECORDED = (
    ItemRow(
        "recipient",
        "Recipient name as registered",
        B,
        "The organization has no name.",
        lambda facts: facts.recipient,
    ),
    ItemRow(
        "uei",
        "Unique entity identifier",
        B,
        "Ask the organization to enter its UEI on its page.",
        lambda facts: facts.uei,
    ),
    ItemRow("fain", "Federal award identification number", B, "Enter it below.", lambda f: f.fain),
    ItemRow("award_date", "Award date", B, "It is the day of signing.", lambda f: f.award_date),
    ItemRow(
        "period",
        "Period of performance",
        B,
        "Enter the start date below.",
        lambda f: f.period_of_performance,
    ),
    ItemRow("budget_period", "Budget period", B, "Enter the start date below.", lambda f: f.budget_period),
    ItemRow(
        "obligated_now",
        "Amount obligated by this action",
        B,
        "The budget of year 1 asks for nothing.",
        lambda f: dollars(f.obligated_now) if f.obligated_now else "",
    ),
    ItemRow(
        "obligated_total",
        "Total obligated",
        B,
        "The budget of year 1 asks for nothing.",
        lambda f: dollars(f.obligated_total) if f.obligated_total else "",
    ),
    ItemRow(
        "cost_share",
        "Total approved cost sharing",
        B,
        "The budget of year 1 has no match.",
        lambda f: dollars(f.approved_match) if f.approved_match else "",
    ),
    ItemRow(
        "total",
        "Total award with cost sharing",
        B,
        "The budget is empty.",
        lambda f: dollars(f.approved_total) if f.approved_total else "",
    ),
    ItemRow(
        "budget",
        "Approved budget",
        B,
        "The budget breaks a rule; see the findings.",
        lambda f: "Five-year budget attached" if f.budget_holds else "",
    ),
    ItemRow(
        "contact",
        "Agency and contact of the awarding official",
        B,
        "Enter the contact in the competition.",
        lambda f: f.contact,
    ),
    ItemRow(
        "listing",
        "Assistance listing number",
        B,
        "Enter the number in the competition.",
        lambda f: f.listing,
    ),
)


def award_items(facts: AwardFacts, entered: Mapping[str, str]) -> list[AwardItem]:
    """Return every item with its value and source, those from the record first."""
    recorded = [_item(row, row.value(facts) if row.value else "", FROM_RECORD) for row in RECORDED]
    return [*recorded, *(_item(row, entered.get(row.key, ""), FROM_OFFICER) for row in ENTERED)]


def _item(row: ItemRow, value: str, source: str) -> AwardItem:
    return AwardItem(row.key, row.title, row.authority, value, source, row.mend)
