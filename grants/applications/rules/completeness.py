"""What is missing in an application, in sentences: the same rules speak on every page and at submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from grants.findings import Finding, Level

NOTICE: Final = "The notice of this competition"


@dataclass(frozen=True)
class SectionFact:
    """One section: how much is written against its limit, and whether its writers call it ready."""

    key: str
    title: str
    points: Fraction | None
    words: int
    word_limit: int | None
    is_ready: bool


@dataclass(frozen=True)
class DocumentFact:
    """One kind of document: what is asked and the pages of what is there."""

    key: str
    title: str
    is_required: bool
    page_limit: int | None
    pages: tuple[int, ...]


@dataclass(frozen=True)
class AboutFact:
    """What the cover of the application says."""

    project_title: str
    center_director: str
    has_contact: bool
    key_people: int
    uei: str
    ein: str
    has_self_check: bool


def count_words(text: str) -> int:
    """Count words as the limits count them: runs of characters between white space."""
    return len(text.split())


def section_findings(fact: SectionFact) -> list[Finding]:
    """Say what stops and what is worth a look in one section."""
    field = f"section-{fact.key}"
    if fact.words == 0:
        return [Finding("section.empty", f"{fact.title}: nothing is written yet.", field=field)]
    if fact.word_limit is not None and fact.words > fact.word_limit:
        over = fact.words - fact.word_limit
        return [
            Finding(
                "section.over",
                f"{fact.title}: over by {over:,} {'word' if over == 1 else 'words'}. "
                f"The limit is {fact.word_limit:,} words.",
                field=field,
                authority=NOTICE,
            )
        ]
    return _section_advice(fact, field)


def _section_advice(fact: SectionFact, field: str) -> list[Finding]:
    """Say in one line what is worth a look: a section far below its limit, or not called ready."""
    is_short = fact.word_limit is not None and fact.words * 2 < fact.word_limit
    if not is_short and fact.is_ready:
        return []
    uses = f"uses {fact.words:,} of {fact.word_limit:,} words" if is_short else ""
    ready = "" if fact.is_ready else "is not marked as ready"
    sentence = f"{fact.title} {' and '.join(filter(None, (uses, ready)))}."
    return [Finding("section.look", sentence, field=field, level=Level.WARN)]


def document_findings(fact: DocumentFact) -> list[Finding]:
    """Say what is missing or too long among the documents of one kind."""
    field = f"document-{fact.key}"
    if not fact.pages:
        if not fact.is_required:
            return []
        return [
            Finding(
                "document.missing",
                f"{fact.title}: no file is added yet. Add it as PDF.",
                field=field,
                authority=NOTICE,
            )
        ]
    used = sum(fact.pages)
    if fact.page_limit is not None and used > fact.page_limit:
        return [page_limit_finding(used, fact.page_limit, field=field)]
    return []


def page_limit_finding(pages: int, limit: int, *, field: str) -> Finding:
    """Say by how many pages a file is too long, and what to do."""
    return Finding(
        "document.too_long",
        f"This file has {pages} pages; the limit is {limit}. Remove {pages - limit}, or move resumes, "
        "letters and budget tables, which do not count, to their own places.",
        field=field,
        authority=NOTICE,
    )


def about_findings(fact: AboutFact) -> list[Finding]:
    """Say what is missing on the cover and in the organization's data."""
    stops = (
        (not fact.project_title, "about.title", "Give the application a title.", "about"),
        (not fact.center_director, "about.director", "Name the proposed center director.", "about"),
        (not fact.has_contact, "about.contact", "Choose whom we may ask about this application.", "about"),
        (fact.key_people == 0, "about.people", "Name at least one key person.", "people"),
        (not fact.uei, "about.uei", "Your organization's UEI is missing. Enter it.", "organization"),
        (not fact.ein, "about.ein", "Your organization's EIN is missing. Enter it.", "organization"),
    )
    found = [Finding(code, sentence, field=field) for holds, code, sentence, field in stops if holds]
    if not fact.has_self_check:
        found.append(
            Finding(
                "about.self_check",
                "You have not run the eligibility self-check. It takes two minutes.",
                field="self-check",
                level=Level.WARN,
            )
        )
    return found


def federal_findings(asked: Sequence[int], offered: int | None, state_name: str) -> list[Finding]:
    """Say in which years the request is nothing, or more than the notice offers; amounts in cents."""
    found: list[Finding] = []
    for year, cents in enumerate(asked, start=1):
        if cents == 0:
            found.append(
                Finding(
                    "budget.empty",
                    f"Year {year}: no federal money is asked for. Enter the budget of this year.",
                    field=f"year-{year}",
                )
            )
        elif offered is not None and cents > offered:
            found.append(
                Finding(
                    "budget.over_offer",
                    f"Year {year}: you ask for more than the notice offers for {state_name} in a year.",
                    field=f"year-{year}",
                    authority=NOTICE,
                    level=Level.WARN,
                )
            )
    return found
