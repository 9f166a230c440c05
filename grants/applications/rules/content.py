"""What a submission holds, as plain values: frozen to JSON, hashed, and read back by staff and reviewers."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from grants.budgets.rules.flat import freeze, thaw
from grants.budgets.rules.table import YearBudget
from grants.budgets.rules.years import AllYears, sum_of_years
from grants.money import parse, plain

FORMAT: Final = 1


@dataclass(frozen=True)
class HostFacts:
    """The organization as it was when it submitted."""

    name: str
    kind: str
    ein: str
    uei: str
    street: str
    city: str
    state: str
    zip: str
    congressional_district: str


@dataclass(frozen=True)
class SubmittedSection:
    """The text for one criterion; `points` is written as the notice prints them."""

    key: str
    title: str
    points: str
    word_limit: int | None
    words: int
    text: str


@dataclass(frozen=True)
class SubmittedDocument:
    """One file with its place, its hash and its pages."""

    key: str
    title: str
    name: str
    file_id: int
    file_uid: str
    sha256: str
    pages: int | None
    page_limit: int | None
    size: int


@dataclass(frozen=True)
class SubmittedSource:
    """One source of match in one year; the amount in cents."""

    year: int
    row_key: str
    source: str
    kind: str
    amount: int
    evidence: str
    has_letter: bool
    tests: tuple[str, ...]


@dataclass(frozen=True)
class SubmittedParty:
    """Somebody named in the application: a key person, a partner, the signer of a letter."""

    kind: str
    name: str
    affiliation: str
    role: str


@dataclass(frozen=True)
class SubmissionContent:
    """Everything that was submitted; `sections` and `documents` stand in the order of the notice."""

    number: str
    competition: str
    state: str
    service_area: str
    project_title: str
    center_director: str
    contact: Mapping[str, str]
    organization: HostFacts
    sections: tuple[SubmittedSection, ...]
    years: tuple[YearBudget, ...]
    sources: tuple[SubmittedSource, ...]
    parties: tuple[SubmittedParty, ...]
    documents: tuple[SubmittedDocument, ...]
    self_check: Sequence[Mapping[str, Any]]
    was_center: bool | None = None
    """Whether the host says it was the center of the state before; None where it was not asked."""

    def section(self, key: str) -> SubmittedSection | None:
        """Return the text for one criterion."""
        return next((section for section in self.sections if section.key == key), None)

    @property
    def all_years(self) -> AllYears:
        """Return what all years of the budget ask for and offer together."""
        return sum_of_years(self.years)

    @property
    def commitment_sources(self) -> tuple[str, ...]:
        """Return each source of match once, in order of appearance."""
        return tuple(dict.fromkeys(source.source for source in self.sources))

    @property
    def key_people(self) -> tuple[SubmittedParty, ...]:
        """Return the key people, the proposed director first."""
        people = tuple(party for party in self.parties if party.kind == "key_person")
        if not self.center_director or any(party.name == self.center_director for party in people):
            return people
        director = SubmittedParty(
            "key_person", self.center_director, self.organization.name, "Center director"
        )
        return (director, *people)

    @property
    def pages(self) -> int:
        """Return the pages of all documents together."""
        return sum(document.pages or 0 for document in self.documents)

    @property
    def size(self) -> int:
        """Return the bytes of all documents together."""
        return sum(document.size for document in self.documents)


def to_json(content: SubmissionContent) -> dict[str, Any]:
    """Freeze a submission; amounts become text in dollars."""
    return {
        "format": FORMAT,
        "number": content.number,
        "competition": content.competition,
        "state": content.state,
        "service_area": content.service_area,
        "project_title": content.project_title,
        "center_director": content.center_director,
        "contact": dict(content.contact),
        "organization": asdict(content.organization),
        "sections": [asdict(section) for section in content.sections],
        "budget": [freeze(year) for year in content.years],
        "sources": [
            {**asdict(source), "amount": plain(source.amount), "tests": list(source.tests)}
            for source in content.sources
        ],
        "parties": [asdict(party) for party in content.parties],
        "documents": [asdict(document) for document in content.documents],
        "self_check": [dict(result) for result in content.self_check],
        "was_center": content.was_center,
    }


def years_from_json(frozen: Sequence[Mapping[str, Any]]) -> tuple[YearBudget, ...]:
    """Return the years of a frozen budget, where no more than that is read."""
    return tuple(thaw(year) for year in frozen)


def from_json(frozen: Mapping[str, Any]) -> SubmissionContent:
    """Read a submission back."""
    return SubmissionContent(
        number=frozen["number"],
        competition=frozen["competition"],
        state=frozen["state"],
        service_area=frozen["service_area"],
        project_title=frozen["project_title"],
        center_director=frozen["center_director"],
        contact=frozen["contact"],
        organization=HostFacts(**frozen["organization"]),
        sections=tuple(SubmittedSection(**section) for section in frozen["sections"]),
        years=years_from_json(frozen["budget"]),
        sources=tuple(
            SubmittedSource(**{**source, "amount": parse(source["amount"]), "tests": tuple(source["tests"])})
            for source in frozen["sources"]
        ),
        parties=tuple(SubmittedParty(**party) for party in frozen["parties"]),
        documents=tuple(SubmittedDocument(**document) for document in frozen["documents"]),
        self_check=tuple(frozen["self_check"]),
        was_center=frozen.get("was_center"),
    )


def content_hash(frozen: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a frozen submission: JSON with sorted keys, no spaces, UTF-8."""
    text = json.dumps(frozen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
