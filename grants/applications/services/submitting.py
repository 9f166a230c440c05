"""Submitting: check everything, freeze what is sent, keep every attempt with its instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import (
    Application,
    LateAttempt,
    Section,
    Submission,
    SubmissionFile,
)
from grants.applications.rules.content import content_hash
from grants.applications.rules.numbers import receipt_number
from grants.applications.services.freezing import frozen_content
from grants.applications.services.workspace import Workspace, workspace_of
from grants.applications.workflow import ApplicationStatus, SubmitFacts, is_on_time
from grants.errors import NotFound, refuse
from grants.findings import Finding
from grants.jobs.queue import enqueue
from grants.lifecycle.perform import perform, tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record
from grants.words import at_instant

LATE = "The request reached the server after the deadline."


@dataclass(frozen=True)
class Certification:
    """The title of who certifies, and that they ticked the certifications; the name is the account's.

    `seen` is the hash of the content that the person had before them.
    """

    title: str
    agreed: bool
    seen: str = ""


def submit(
    session: Session, application: Application, *, certified: Certification, actor: Actor, now: datetime
) -> Submission | LateAttempt:
    """Submit the draft as it stands, or replace an earlier submission.

    `now` is the instant at which the complete request was at the server. After the deadline nothing is
    accepted: the attempt is kept and returned. What was already submitted unchanged meets its receipt again.
    Raises `Refused` with every fault at once.
    """
    lock(session, application)
    require(actor, "application.submit", application)
    if actor.person_id is None:
        raise NotFound
    workspace = workspace_of(session, application)
    frozen = frozen_content(workspace)
    sha256 = content_hash(frozen)
    standing = workspace.submission
    if standing is not None and standing.sha256 == sha256:
        return standing
    deadline = workspace.frame.competition.deadline_at
    if deadline is None:
        raise NotFound
    if not is_on_time(deadline, now):
        return _keep_late(session, application, frozen, sha256, deadline_at=deadline, actor=actor, now=now)
    if certified.seen and certified.seen != sha256:
        raise refuse("changed", changed_since(workspace))
    facts = SubmitFacts(deadline, [*_certification_faults(certified), *workspace.findings])
    return _accept(session, workspace, frozen, sha256, facts=facts, certified=certified, actor=actor, now=now)


def seen_hash(workspace: Workspace) -> str:
    """Return the hash by which a page says what was looked at."""
    return content_hash(frozen_content(workspace))


def changed_since(workspace: Workspace) -> str:
    """Say that the draft is not what somebody had before them, and who changed a text or a year last."""
    frame = workspace.frame
    texts = [(row.updated_at, row.updated_by_id, frame.place(key).title) for key, row in _written(workspace)]
    years = [(row.updated_at, row.updated_by_id, f"Budget, year {row.year}") for row in workspace.table.years]
    known = [(at, by, what) for at, by, what in (*texts, *years) if at is not None]
    last = ""
    if known:
        at, by, what = max(known, key=lambda one: one[0])
        who = frame.name_of(by) or "a colleague"
        last = f" The last text or amount: {what}, by {who}, {at_instant(at, frame.competition.zone)}."
    return f"The draft was changed after you looked at it.{last} Check it again, then sign."


def _written(workspace: Workspace) -> list[tuple[str, Section]]:
    keys = {place.key for place in workspace.frame.places}
    return [(key, row) for key, row in workspace.sections.items() if key in keys]


def withdraw(session: Session, application: Application, *, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw an application; its submissions stay on record and it is not reviewed."""
    perform(session, application, "withdraw", actor=actor, now=now, reason=reason or None)


def ask_to_submit(session: Session, application: Application, *, actor: Actor, now: datetime) -> None:
    """Ask the authorized representative by mail to look and to submit."""
    session.flush()
    session.refresh(application)
    require(actor, "application.edit", application)
    event = record(
        session,
        "application.asked_to_submit",
        application,
        happened="asked the authorized representative to submit",
        actor=actor,
        now=now,
    )
    tell(session, event, "applications.asked")


def is_on_record(session: Session, application: Application) -> bool:
    """Say under the lock whether the draft was submitted as it stands; then nothing is signed again."""
    lock(session, application)
    workspace = workspace_of(session, application)
    return workspace.submission is not None and not has_changed(workspace)


def has_changed(workspace: Workspace) -> bool:
    """Say whether the draft differs from the submission that counts."""
    if workspace.submission is None:
        return False
    return content_hash(frozen_content(workspace)) != workspace.submission.sha256


def _accept(
    session: Session,
    workspace: Workspace,
    frozen: dict[str, Any],
    sha256: str,
    *,
    facts: SubmitFacts,
    certified: Certification,
    actor: Actor,
    now: datetime,
) -> Submission:
    application, earlier, number = workspace.application, workspace.submission, receipt_number()
    move = "submit" if application.status == ApplicationStatus.DRAFT else "resubmit"
    noted = {"receipt": number, "sha256": sha256, "replaces": earlier.number if earlier else None}
    application.submitted_at = now
    perform(session, application, move, actor=actor, now=now, facts=facts, noted=noted)
    if earlier is not None:
        earlier.replaced_at = max(now, earlier.submitted_at)  # a clock may be set back
        session.add(earlier)
        session.flush()
    submission = Submission(
        application_id=application.id,
        number=number,
        submitted_at=now,
        submitted_by_id=actor.person_id or 0,
        certified_name=actor.name,
        certified_title=certified.title.strip(),
        content=frozen,
        sha256=sha256,
    )
    session.add(submission)
    session.flush()
    session.add_all(_files(workspace, submission))
    _ask_for_receipt(session, submission, actor=actor, now=now)
    return submission


def _ask_for_receipt(session: Session, submission: Submission, *, actor: Actor, now: datetime) -> None:
    enqueue(
        session,
        "applications.receipt",
        {"submission": submission.uid},
        actor=actor,
        now=now,
        label=f"Receipt {submission.number}",
        unique=f"receipt:{submission.uid}",
    )


def _files(workspace: Workspace, submission: Submission) -> list[SubmissionFile]:
    titles = {kind.key: kind.title for kind in workspace.frame.required}
    order = {kind.key: position for position, kind in enumerate(workspace.frame.required)}
    rows = sorted(
        workspace.documents, key=lambda row: (order.get(row.document.required_key, 999), row.document.id)
    )
    return [
        SubmissionFile(
            submission_id=submission.id,
            application_id=submission.application_id,
            document_key=row.document.required_key,
            title=titles.get(row.document.required_key, row.document.required_key)[:200],
            name=row.file.name,
            file_id=row.file.id,
            sha256=row.file.sha256,
            pages=row.file.pages,
            size=row.file.size,
        )
        for row in rows
    ]


def _keep_late(
    session: Session,
    application: Application,
    frozen: dict[str, Any],
    sha256: str,
    *,
    deadline_at: datetime,
    actor: Actor,
    now: datetime,
) -> LateAttempt:
    attempt = LateAttempt(
        application_id=application.id,
        competition_id=application.competition_id,
        person_id=actor.person_id or 0,
        at=now,
        deadline_at=deadline_at,
        reason=LATE,
        content=frozen,
        sha256=sha256,
    )
    session.add(attempt)
    session.flush()
    event = record(
        session,
        "application.came_late",
        application,
        happened="tried to submit after the deadline",
        actor=actor,
        now=now,
        reason=LATE,
        facts={"late_attempt": attempt.uid, "sha256": sha256},
    )
    tell(session, event, "applications.late")
    return attempt


def _certification_faults(certified: Certification) -> list[Finding]:
    found = []
    if not certified.title.strip():
        found.append(Finding("certify.title", "Enter your title.", field="title"))
    if not certified.agreed:
        found.append(
            Finding("certify.agreed", "Read the certifications and tick the box under them.", field="agreed")
        )
    return found
