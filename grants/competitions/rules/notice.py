"""A notice as plain values: one frozen dataclass per section; pages, PDF, files and checks all read these.

The metadata of a field says what a well-formed value is (`rules.wellformed`); whether a notice is
complete is another question (`rules.publication`).
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from grants.competitions.rules.choices import FinalistStatus, RankingMethod, TieBreak, TieRule
from grants.competitions.rules.notice_period import Determination
from grants.policies.rows import LocationRule, SelectedAgain


@dataclass(frozen=True)
class Longest:
    """At most so many characters."""

    characters: int


@dataclass(frozen=True)
class Between:
    """A number in this range, both ends included."""

    low: int
    high: int


@dataclass(frozen=True)
class Years(Between):
    """A calendar year in this range, written without separators."""


@dataclass(frozen=True)
class Cents:
    """Money in whole cents; written in dollars in a file."""

    largest: int = 10_000_000_000_00


@dataclass(frozen=True)
class Pattern:
    """Text of a form that a sentence describes."""

    regex: str
    sentence: str


Text = Annotated[str, Longest(300)]
Key = Annotated[
    str,
    Longest(60),
    Pattern(
        r"[a-z0-9]+(_[a-z0-9]+)*",
        "Write a key in small letters, digits and underscores, for example “center_strategy”.",
    ),
]
PointsOrNone = Annotated[Decimal | None, Between(0, 100_000)]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the competition is called and on which law it stands."""

    number: Annotated[
        str,
        Longest(60),
        Pattern(
            r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*",
            "An opportunity number has letters, digits and hyphens, for example 2014-NIST-MEP-01.",
        ),
    ]
    title: Text = ""
    program: Annotated[str, Longest(200)] = ""
    assistance_listing: Annotated[
        str, Pattern(r"(\d{2}\.\d{3})?", "An assistance listing has the form 11.611.")
    ] = ""
    fiscal_year: Annotated[int | None, Years(1988, 2200)] = None
    authority: Annotated[str, Longest(1000)] = ""
    selecting_official: Annotated[str, Longest(200)] = ""


@dataclass(frozen=True, kw_only=True)
class Goals:
    """What the program wants; the small Markdown subset."""

    text: Annotated[str, Longest(20_000)] = ""


@dataclass(frozen=True, kw_only=True)
class StateAmount:
    """One target state; `service_area` only where it is larger than the state."""

    code: Annotated[str, Pattern(r"[A-Z]{2}", "A state is written with two capital letters, for example CO.")]
    federal_per_year: Annotated[int | None, Cents()] = None
    awards: Annotated[int, Between(1, 20)] = 1
    service_area: Annotated[str, Longest(200)] = ""


@dataclass(frozen=True, kw_only=True)
class States:
    """The target states in the order of the notice."""

    state: tuple[StateAmount, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dates:
    """When the notice stands; instants are aware and shown in `zone`."""

    zone: Annotated[str, Longest(40)] = "America/New_York"
    planned_publication: date | None = None
    opens: datetime | None = None
    deadline: datetime | None = None
    questions_until: datetime | None = None
    determination: Determination = Determination.NONE
    shorter_period_reason: Annotated[str, Longest(4000)] = ""


@dataclass(frozen=True, kw_only=True)
class Award:
    """What is awarded and when."""

    years: Annotated[int | None, Between(1, 10)] = None
    expected_award: date | None = None
    expected_start: date | None = None


@dataclass(frozen=True, kw_only=True)
class Band:
    """One score band of a criterion, from so many points to so many."""

    low: Annotated[Decimal, Between(0, 100_000)]
    high: Annotated[Decimal, Between(0, 100_000)]
    text: Annotated[str, Longest(1000)]


@dataclass(frozen=True, kw_only=True)
class CriterionPlan:
    """One criterion; with `equal` its sub-criteria share its points equally and have none of their own."""

    key: Key
    title: Text
    points: PointsOrNone = None
    equal: bool = False
    guidance: Annotated[str, Longest(10_000)] = ""
    word_limit: Annotated[int | None, Between(1, 100_000)] = None
    band: tuple[Band, ...] = ()
    criterion: tuple["CriterionPlan", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """The tree of criteria and the total that the notice promises."""

    total: PointsOrNone = None
    criterion: tuple[CriterionPlan, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """How many review, who is a finalist, how finalists are put in order."""

    reviewers_minimum: Annotated[int | None, Between(1, 50)] = None
    threshold: PointsOrNone = None
    finalists: FinalistStatus = FinalistStatus.INITIAL
    method: RankingMethod | None = None
    tie_rule: TieRule = TieRule.AVERAGE
    tie_break: TieBreak = TieBreak.FINAL_MEAN
    feedback_points: bool = False


@dataclass(frozen=True, kw_only=True)
class Factors:
    """The published grounds on which selection may go out of rank order."""

    factor: tuple[Annotated[str, Longest(1000)], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentPlan:
    """One document of an application; `page_limit` is counted from the PDF."""

    key: Key
    title: Text
    required: bool = True
    page_limit: Annotated[int | None, Between(1, 10_000)] = None
    guidance: Annotated[str, Longest(4000)] = ""


@dataclass(frozen=True, kw_only=True)
class Documents:
    """What an application holds beside the written sections and the budget."""

    document: tuple[DocumentPlan, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Which rules of the catalogue go with the competition; the rest follows from the dates."""

    cost_share: Annotated[str | None, Longest(60)] = None
    selected_again: SelectedAgain | None = None
    location: LocationRule | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom applicants ask."""

    name: Annotated[str, Longest(200)] = ""
    email: Annotated[
        str,
        Longest(320),
        Pattern(r"([^@\s]+@[^@\s]+\.[^@\s]+)?", "A mail address has the form name@agency.gov."),
    ] = ""
    phone: Annotated[str, Longest(40)] = ""
    hours: Annotated[str, Longest(200)] = ""


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """A value that nobody has compared with the official notice yet."""

    value: Annotated[str, Longest(120)]
    note: Text


@dataclass(frozen=True, kw_only=True)
class Confirmations:
    """Values that stand as sample data until staff confirm them."""

    unconfirmed: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Everything the public is told, by sections."""

    identity: Identity
    goals: Goals = field(default_factory=Goals)
    states: States = field(default_factory=States)
    dates: Dates = field(default_factory=Dates)
    award: Award = field(default_factory=Award)
    criteria: Criteria = field(default_factory=Criteria)
    ranking: Ranking = field(default_factory=Ranking)
    factors: Factors = field(default_factory=Factors)
    documents: Documents = field(default_factory=Documents)
    rules: Rules = field(default_factory=Rules)
    contact: Contact = field(default_factory=Contact)
    confirm: Confirmations = field(default_factory=Confirmations)


SectionContent = (
    Identity
    | Goals
    | States
    | Dates
    | Award
    | Criteria
    | Ranking
    | Factors
    | Documents
    | Rules
    | Contact
    | Confirmations
)

SECTIONS: Final[dict[str, str]] = {
    "identity": "Identity and authority",
    "goals": "Goals",
    "states": "States and amounts",
    "dates": "Dates",
    "award": "Award",
    "criteria": "Criteria and points",
    "ranking": "Reviewers, finalists and ranking",
    "factors": "Selection factors",
    "documents": "Documents and page limits",
    "rules": "Cost share and rules",
    "contact": "Contact",
    "confirm": "Law and values to confirm",
}
"""Section names and headings, in the order of the set-up page."""

SECTION_TYPES: Final[dict[str, type[SectionContent]]] = {
    "identity": Identity,
    "goals": Goals,
    "states": States,
    "dates": Dates,
    "award": Award,
    "criteria": Criteria,
    "ranking": Ranking,
    "factors": Factors,
    "documents": Documents,
    "rules": Rules,
    "contact": Contact,
    "confirm": Confirmations,
}


def section_of(notice: Notice, name: str) -> SectionContent:
    """Return one section of a notice by its name."""
    content: SectionContent = getattr(notice, name)
    return content


def with_sections(notice: Notice, sections: dict[str, SectionContent]) -> Notice:
    """Return the notice with some sections put in the place of its own."""
    return replace(notice, **sections)  # type: ignore[arg-type]  # each is of its section's type


def walk(criteria: tuple[CriterionPlan, ...]) -> list[CriterionPlan]:
    """List every criterion of the tree, parents before children, in published order."""
    return [found for one in criteria for found in (one, *walk(one.criterion))]


if set(SECTIONS) != {item.name for item in fields(Notice)}:
    raise TypeError("SECTIONS and the fields of Notice differ")
