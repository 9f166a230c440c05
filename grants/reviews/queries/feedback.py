"""Reads of feedback to applicants, and whether the letter that opens it has gone out."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from grants.applications.models import Application
from grants.documents.models import Feedback, Letter, StoredFile

DECISIONS = ("award", "decline")
"""The kinds of letters with which, and not before which, feedback goes out."""


def feedback_by_uid(session: Session, uid: str) -> Feedback | None:
    """Return one feedback that stands, by its name in URLs."""
    return session.exec(
        select(Feedback).where(col(Feedback.uid) == uid, col(Feedback.withdrawn_at).is_(None))
    ).first()


def standing(session: Session, application_id: int) -> Feedback | None:
    """Return the feedback of an application that was cleared and not withdrawn."""
    return session.exec(
        select(Feedback).where(
            col(Feedback.application_id) == application_id, col(Feedback.withdrawn_at).is_(None)
        )
    ).first()


def standing_of_competition(session: Session, competition_id: int) -> dict[int, Feedback]:
    """Return the feedback that stands in a competition, by application."""
    rows = select(Feedback).where(
        col(Feedback.competition_id) == competition_id, col(Feedback.withdrawn_at).is_(None)
    )
    return {row.application_id: row for row in session.exec(rows).all()}


def told_at(session: Session, applications: Iterable[int]) -> dict[int, datetime]:
    """Return when the decision on each application was told by letter first, by application."""
    rows = select(Letter.application_id, Letter.released_at).where(
        col(Letter.application_id).in_(list(applications)),
        col(Letter.kind).in_(DECISIONS),
        col(Letter.released_at).is_not(None),
    )
    found: dict[int, datetime] = {}
    for application_id, at in session.exec(rows.order_by(col(Letter.id))).all():
        if application_id is not None and at is not None:
            found.setdefault(application_id, at)
    return found


def open_feedback(session: Session, uid: str) -> Feedback | None:
    """Return the feedback of the application with this name in URLs, if it is open to its applicant."""
    row = session.exec(
        select(Feedback)
        .join(Application, col(Application.id) == col(Feedback.application_id))
        .where(col(Application.uid) == uid, col(Feedback.withdrawn_at).is_(None))
    ).first()
    return row if row is not None and told_at(session, [row.application_id]) else None


def enclosed_with(session: Session, letter: Letter) -> StoredFile | None:
    """Return the PDF of the feedback that goes out with a decision, if it is cleared and made."""
    if letter.application_id is None or letter.kind not in DECISIONS:
        return None
    row = standing(session, letter.application_id)
    return session.get(StoredFile, row.file_id) if row is not None and row.file_id else None


def decision_letters(session: Session, application_id: int) -> list[Letter]:
    """Return the released letters with the decision on an application, oldest first."""
    rows = select(Letter).where(
        col(Letter.application_id) == application_id,
        col(Letter.kind).in_(DECISIONS),
        col(Letter.released_at).is_not(None),
    )
    return list(session.exec(rows.order_by(col(Letter.id))).all())
