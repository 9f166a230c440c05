"""Reads of what was submitted, what stands of it, and what came too late."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.accounts.models import Person
from grants.applications.models import (
    Application,
    LateAttempt,
    Submission,
    SubmissionFile,
)
from grants.applications.rules.content import SubmissionContent, from_json, years_from_json
from grants.budgets.rules.years import AllYears, sum_of_years
from grants.organizations.models import Organization


@dataclass(frozen=True)
class LateRow:
    """One attempt after the deadline, with whose it was."""

    attempt: LateAttempt
    application: Application
    organization: Organization
    person: Person


def latest_submission(session: Session, application: Application) -> Submission | None:
    """Return the submission that counts: the one that no later one replaced."""
    rows = select(Submission).where(
        col(Submission.application_id) == application.id, col(Submission.replaced_at).is_(None)
    )
    return session.exec(rows).first()


def submissions_of(session: Session, application_id: int) -> list[Submission]:
    """Return every submission, newest first."""
    rows = (
        select(Submission)
        .where(col(Submission.application_id) == application_id)
        .order_by(col(Submission.submitted_at).desc(), col(Submission.id).desc())
    )
    return list(session.exec(rows).all())


def submission_by_number(session: Session, application_id: int, number: str) -> Submission | None:
    """Return one submission of an application by its receipt number."""
    rows = select(Submission).where(
        col(Submission.application_id) == application_id, col(Submission.number) == number
    )
    return session.exec(rows).first()


def submission_by_uid(session: Session, uid: str) -> Submission | None:
    """Return a submission by its random name."""
    return session.exec(select(Submission).where(col(Submission.uid) == uid)).first()


def submitted_content(session: Session, application: Application) -> SubmissionContent | None:
    """Return what counts of an application, as it was submitted; None where nothing was."""
    submission = latest_submission(session, application)
    return None if submission is None else from_json(submission.content)


def submitted_contents(session: Session, application_ids: Sequence[int]) -> dict[int, SubmissionContent]:
    """Return what counts of several applications, by application id, in one query."""
    rows = (
        select(Submission)
        .where(col(Submission.application_id).in_(application_ids), col(Submission.replaced_at).is_(None))
        .order_by(col(Submission.application_id))
    )
    return {row.application_id: from_json(row.content) for row in session.exec(rows).all()}


def budgets_of(session: Session, application_ids: Sequence[int]) -> dict[int, AllYears]:
    """Return what all years of applications ask for, by their id; one without a budget is left out."""
    rows = (
        select(Submission.application_id, col(Submission.content)["budget"])
        .where(col(Submission.application_id).in_(application_ids), col(Submission.replaced_at).is_(None))
        .order_by(col(Submission.application_id))
    )
    return {
        key: sum_of_years(years_from_json(frozen))
        for key, frozen in session.exec(rows).all()
        if frozen is not None
    }


def files_of_submission(session: Session, submission_id: int) -> list[SubmissionFile]:
    """Return the files of a submission in the order of the notice."""
    rows = (
        select(SubmissionFile)
        .where(col(SubmissionFile.submission_id) == submission_id)
        .order_by(col(SubmissionFile.id))
    )
    return list(session.exec(rows).all())


def submission_file(session: Session, application: Application, uid: str) -> SubmissionFile | None:
    """Return one file of the submission that counts, by the file's random name or its own."""
    rows = (
        select(SubmissionFile)
        .join(Submission, col(Submission.id) == col(SubmissionFile.submission_id))
        .where(
            col(SubmissionFile.application_id) == application.id,
            col(Submission.replaced_at).is_(None),
            col(SubmissionFile.uid) == uid,
        )
    )
    return session.exec(rows).first()


def late_attempts(session: Session, actor: Actor, competition_id: int | None = None) -> list[LateRow]:
    """Return what came after the deadline, newest first."""
    rows = (
        select(LateAttempt, Application, Organization, Person)
        .join(Application, col(Application.id) == col(LateAttempt.application_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .join(Person, col(Person.id) == col(LateAttempt.person_id))
        .order_by(col(LateAttempt.at).desc(), col(LateAttempt.id).desc())
    )
    if actor.barred:
        rows = rows.where(col(LateAttempt.application_id).not_in(actor.barred))
    if competition_id is not None:
        rows = rows.where(col(LateAttempt.competition_id) == competition_id)
    return [LateRow(*row) for row in session.exec(rows).all()]


def late_attempts_of(session: Session, application_id: int) -> list[LateAttempt]:
    """Return one application's attempts after the deadline, newest first."""
    rows = (
        select(LateAttempt)
        .where(col(LateAttempt.application_id) == application_id)
        .order_by(col(LateAttempt.at).desc(), col(LateAttempt.id).desc())
    )
    return list(session.exec(rows).all())
