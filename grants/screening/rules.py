"""What the rules say of a submitted application, under the three questions of administrative review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from grants.applications.rules.completeness import (
    DocumentFact,
    SectionFact,
    document_findings,
    section_findings,
)
from grants.applications.rules.content import SubmissionContent
from grants.budgets.rules.totals import budget_findings
from grants.eligibility.rules.self_check import Facts, run
from grants.findings import Finding, Level
from grants.policies.rows import ApplicantKind
from grants.policies.rule_set import RuleSet

QUESTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "eligible": ("Eligible?", "May this organization apply for this state?"),
    "complete": ("Complete?", "Is every document and every section there?"),
    "responsive": ("Responsive?", "Is it within its limits, and does the budget answer to the law?"),
}

STAFF_WORDS: Final[Mapping[str, str]] = {
    "You answered": "The applicant answered",
    "you answered": "the applicant answered",
    "Not answered. Answer the question.": "The self-check has no answer; look in the proposal or ask.",
    "You have no other.": "The host has no other.",
    "You have one.": "The applicant has one.",
    "You plan one": "The applicant plans one",
}


@dataclass(frozen=True)
class DocumentAsked:
    """One kind of document that the notice asks for."""

    key: str
    title: str
    required: bool
    page_limit: int | None


@dataclass(frozen=True)
class ScreeningFacts:
    """What is judged: the submission, the notice, and what the self-check was told."""

    content: SubmissionContent
    asked: Sequence[DocumentAsked]
    targets: Sequence[str]
    rule_set: RuleSet
    answers: Mapping[str, Any]
    has_another: bool


def results_of(facts: ScreeningFacts, today: date) -> dict[str, list[Finding]]:
    """Return the results of every rule by question, met ones included."""
    return {
        "eligible": _eligible(facts, today),
        "complete": _complete(facts),
        "responsive": _responsive(facts),
    }


def faults_in(results: Mapping[str, Sequence[Finding]]) -> int:
    """Count what is not met."""
    return sum(found.level is Level.STOP for findings in results.values() for found in findings)


def evidence_of(results: Mapping[str, Sequence[Finding]]) -> list[dict[str, str]]:
    """Return the results as they are kept with the decision."""
    return [
        {
            "question": question,
            "code": found.code,
            "level": found.level.value,
            "message": found.message,
            "authority": found.authority or "",
        }
        for question, findings in results.items()
        for found in findings
    ]


def reasons_of(screening: Any) -> list[tuple[str, str]]:
    """Return each question that was answered no, with its reason."""
    return [
        (title, getattr(screening, f"{name}_reason"))
        for name, (title, _question) in QUESTIONS.items()
        if getattr(screening, name) is False
    ]


def _eligible(facts: ScreeningFacts, today: date) -> list[Finding]:
    host, said = facts.content.organization, facts.answers
    kind = ApplicantKind(host.kind) if host.kind in set(ApplicantKind) else None
    judged = Facts(
        chosen_state=facts.content.state,
        target_states=tuple(facts.targets),
        kind=kind,
        us_based=_answer(said, "us_based"),
        state=host.state,
        serves_whole_state=_answer(said, "serves_whole_state"),
        ein=host.ein,
        uei=host.uei,
        excluded_by_own_answer=_answer(said, "excluded"),
        assures_share=_answer(said, "assures_share"),
        has_board=_answer(said, "has_board"),
        plans_board=_answer(said, "plans_board"),
        has_ip_plan=_answer(said, "has_ip_plan"),
        has_another_application=facts.has_another,
    )
    results = run(judged, facts.rule_set.eligible_applicants, today)
    return [_for_staff(result.as_finding()) for result in results]


def _for_staff(found: Finding) -> Finding:
    """Turn what is said to an applicant into what is said of one."""
    message = found.message
    for to_applicant, to_staff in STAFF_WORDS.items():
        message = message.replace(to_applicant, to_staff)
    return replace(found, message=message)


def _complete(facts: ScreeningFacts) -> list[Finding]:
    found: list[Finding] = []
    for kind in facts.asked:
        pages = tuple(row.pages or 0 for row in facts.content.documents if row.key == kind.key)
        missing = [
            fault
            for fault in document_findings(DocumentFact(kind.key, kind.title, kind.required, None, pages))
            if fault.code == "document.missing"
        ]
        if missing:
            found.append(Finding("document.missing", f"{kind.title}: not submitted."))
        elif pages:
            found.append(
                _pass("document.there", f"{kind.title}: {len(pages)} submitted, {sum(pages)} pages.")
            )
    for section in facts.content.sections:
        if section.words == 0:
            found.append(Finding("section.empty", f"{section.title}: nothing was written."))
        else:
            found.append(_pass("section.there", f"{section.title}: {section.words:,} words."))
    return found


def _responsive(facts: ScreeningFacts) -> list[Finding]:
    found = [*_pages(facts), *_words(facts)]
    again = bool(facts.content.was_center)
    money = budget_findings(facts.content.years, facts.rule_set.cost_share, selected_again=again)
    found.extend(fault for fault in money if fault.level is not Level.WARN)
    if not any(fault.level is Level.STOP for fault in money):
        years = len(facts.content.years)
        sentence = f"Budget: the ceiling holds in all {years} years, and revenue equals expenses."
        found.append(_pass("budget.holds", sentence, facts.rule_set.cost_share.authority))
    return found


def _pages(facts: ScreeningFacts) -> list[Finding]:
    found = []
    for kind in facts.asked:
        pages = sum(row.pages or 0 for row in facts.content.documents if row.key == kind.key)
        if kind.page_limit is None or not pages:
            continue
        words = f"{kind.title}: {pages} of {kind.page_limit} pages."
        over = pages > kind.page_limit
        found.append(Finding("pages.over", words) if over else _pass("pages.within", words))
    return found


def _words(facts: ScreeningFacts) -> list[Finding]:
    return [
        fault
        for section in facts.content.sections
        for fault in section_findings(
            SectionFact(section.key, section.title, None, section.words, section.word_limit, is_ready=True)
        )
        if fault.code == "section.over"
    ]


def _answer(said: Mapping[str, Any], name: str) -> bool | None:
    return {"yes": True, "no": False}.get(str(said.get(name, "")))


def _pass(code: str, sentence: str, authority: str | None = None) -> Finding:
    return Finding(code, sentence, authority=authority, level=Level.PASS)
