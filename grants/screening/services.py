"""Deciding an administrative review, and undoing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.applications.queries.lists import standing_applications_of
from grants.applications.queries.submissions import latest_submission
from grants.applications.rules.content import SubmissionContent, from_json
from grants.applications.workflow import is_on_time
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, documents_of, rule_set_of, states_of
from grants.eligibility.queries import self_check_by_id, self_checks_by_ids
from grants.errors import NotFound, Refused, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock
from grants.policies.rule_set import RuleSet
from grants.screening.models import Screening
from grants.screening.queries import QueueRow, standing_screening
from grants.screening.rules import (
    QUESTIONS,
    DocumentAsked,
    ScreeningFacts,
    evidence_of,
    faults_in,
    results_of,
)


@dataclass(frozen=True)
class Answer:
    """The answer to one question, with its reason; a no needs one."""

    holds: bool | None
    reason: str = ""


@dataclass(frozen=True)
class Asked:
    """What the notice of one competition asks for, read once for many applications."""

    competition: Competition
    documents: Sequence[DocumentAsked]
    targets: Sequence[str]
    rule_set: RuleSet


def results_for(session: Session, application: Application, now: datetime) -> dict[str, list[Finding]]:
    """Return what the rules say of what was submitted, by question."""
    submission = latest_submission(session, application)
    competition = competition_by_id(session, application.competition_id)
    if submission is None or competition is None:
        raise NotFound
    check = self_check_by_id(session, application.self_check_id)
    others = standing_applications_of(session, application)
    return _judge(
        _asked(session, competition),
        from_json(submission.content),
        check.facts if check else {},
        has_another=bool(others),
        now=now,
    )


def faults_of_rows(session: Session, rows: Sequence[QueueRow], now: datetime) -> dict[int, int]:
    """Count what is not met in each application of a page of the queue, by application id."""
    competitions = {row.competition.id: row.competition for row in rows}
    asked = {number: _asked(session, competition) for number, competition in competitions.items()}
    ids = [row.application.self_check_id for row in rows if row.application.self_check_id]
    checks = self_checks_by_ids(session, ids)
    counts = {}
    for row in rows:
        check = checks.get(row.application.self_check_id or 0)
        results = _judge(
            asked[row.competition.id],
            from_json(row.submission.content),
            check.facts if check else {},
            has_another=False,
            now=now,
        )
        counts[row.application.id] = faults_in(results)
    return counts


def _asked(session: Session, competition: Competition) -> Asked:
    rule_set = rule_set_of(competition)
    if rule_set is None:
        raise NotFound
    return Asked(
        competition,
        [
            DocumentAsked(kind.key, kind.title, kind.required, kind.page_limit)
            for kind in documents_of(session, competition.id)
        ],
        [row.state for row in states_of(session, competition.id)],
        rule_set,
    )


def _judge(
    asked: Asked, content: SubmissionContent, answers: Mapping[str, Any], *, has_another: bool, now: datetime
) -> dict[str, list[Finding]]:
    facts = ScreeningFacts(
        content=content,
        asked=asked.documents,
        targets=asked.targets,
        rule_set=asked.rule_set,
        answers=answers,
        has_another=has_another,
    )
    return results_of(facts, now.astimezone(ZoneInfo(asked.competition.zone)).date())


def decide(
    session: Session,
    application: Application,
    answers: Mapping[str, Answer],
    *,
    actor: Actor,
    now: datetime,
) -> Screening:
    """Record the three answers: all yes lets the application into review, a no ends it with its reasons.

    The same decision again is the one that stands. Raises `Refused` before the deadline, where an answer is
    missing, and where a no has no reason.
    """
    lock(session, application)
    require(actor, "application.screen", application)
    standing = standing_screening(session, application.id)
    if standing is not None and _same(standing, answers):
        return standing
    submission = latest_submission(session, application)
    competition = competition_by_id(session, application.competition_id)
    if submission is None or competition is None or competition.deadline_at is None:
        raise NotFound
    if is_on_time(competition.deadline_at, now):
        raise refuse(
            "too_early",
            "The competition is still open; the applicant may replace this submission.",
        )
    _require_answers(answers)
    screening = Screening(
        application_id=application.id,
        competition_id=application.competition_id,
        submission_id=submission.id,
        evidence=evidence_of(results_for(session, application, now)),
        decided_by_id=actor.person_id,
        decided_at=now,
    )
    _write_answers(screening, answers)
    passes = all(answer.holds for answer in answers.values())
    reason = _reasons(answers)
    move = "screen_in" if passes else "screen_out"
    perform(session, application, move, actor=actor, now=now, reason=reason)
    session.add(screening)
    session.flush()
    perform(session, screening, "pass" if passes else "fail", actor=actor, now=now, reason=reason)
    return screening


def undo(
    session: Session, application: Application, *, reason: str, actor: Actor, now: datetime
) -> Screening:
    """Undo the standing decision, with its reason; the application waits for review again."""
    lock(session, application)
    require(actor, "application.screen", application)
    screening = standing_screening(session, application.id)
    if screening is None:
        raise NotFound
    if not reason.strip():
        raise refuse("reason", "Say why the decision was a mistake.", field="reason")
    screening.undone_by_id, screening.undone_at, screening.undone_reason = (
        actor.person_id,
        now,
        reason.strip(),
    )
    move = "undo_failure" if screening.status == "failed" else "undo_pass"
    perform(session, application, "undo_screening", actor=actor, now=now, reason=reason)
    perform(session, screening, move, actor=actor, now=now, reason=reason)
    return screening


def _require_answers(answers: Mapping[str, Answer]) -> None:
    found = []
    for name, (title, _question) in QUESTIONS.items():
        answer = answers.get(name, Answer(None))
        if answer.holds is None:
            found.append(Finding("screening.open", f"Answer “{title}”.", field=name))
        elif not answer.holds and not answer.reason.strip():
            found.append(
                Finding("screening.reason", f"Say why “{title}” is answered no.", field=f"{name}_reason")
            )
    if found:
        raise Refused(found)


def _write_answers(screening: Screening, answers: Mapping[str, Answer]) -> None:
    for name in QUESTIONS:
        setattr(screening, name, answers[name].holds)
        setattr(screening, f"{name}_reason", answers[name].reason.strip())


def _same(standing: Screening, answers: Mapping[str, Answer]) -> bool:
    return all(
        getattr(standing, name) == answers[name].holds
        and getattr(standing, f"{name}_reason") == answers[name].reason.strip()
        for name in QUESTIONS
        if name in answers
    )


def _reasons(answers: Mapping[str, Answer]) -> str | None:
    told = [
        f"{QUESTIONS[name][0]} {answer.reason.strip()}"
        for name, answer in answers.items()
        if answer.reason.strip()
    ]
    return "\n".join(told) or None
