"""Reads of assignments: the board, what is not sent, what a reviewer has to check."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from grants.reviews.models import Assignment
from grants.reviews.workflow import AssignmentStatus

ACTIVE = (AssignmentStatus.DRAFT, AssignmentStatus.SENT)


def assignment_by_uid(session: Session, uid: str) -> Assignment | None:
    """Return one assignment by its name in URLs."""
    return session.exec(select(Assignment).where(col(Assignment.uid) == uid)).first()


def active_assignments(
    session: Session, competition_id: int, *, state: str | None = None, without: Iterable[int] = ()
) -> list[Assignment]:
    """Return drafts and sent assignments in the order they were made."""
    rows = (
        select(Assignment)
        .where(
            col(Assignment.competition_id) == competition_id,
            col(Assignment.status).in_(ACTIVE),
            col(Assignment.application_id).not_in(list(without)),
        )
        .order_by(col(Assignment.id))
    )
    if state is not None:
        rows = rows.where(col(Assignment.state) == state)
    return list(session.exec(rows).all())


def drafts_of(session: Session, competition_id: int) -> list[Assignment]:
    """Return the assignments that nobody was told of, in the order they were made."""
    rows = select(Assignment).where(
        col(Assignment.competition_id) == competition_id, col(Assignment.status) == AssignmentStatus.DRAFT
    )
    return list(session.exec(rows.order_by(col(Assignment.id))).all())


def active_pair(session: Session, application_id: int, person_id: int) -> Assignment | None:
    """Return the assignment of a pair that is not withdrawn."""
    return session.exec(
        select(Assignment).where(
            col(Assignment.application_id) == application_id,
            col(Assignment.person_id) == person_id,
            col(Assignment.status).in_(ACTIVE),
        )
    ).first()


def told_withdrawals(session: Session, competition_id: int, at: datetime) -> list[Assignment]:
    """Return the withdrawn assignments of which reviewers were told at one instant."""
    rows = select(Assignment).where(
        col(Assignment.competition_id) == competition_id,
        col(Assignment.status) == AssignmentStatus.WITHDRAWN,
        col(Assignment.withdrawal_told_at) == at,
    )
    return list(session.exec(rows.order_by(col(Assignment.id))).all())


def untold_withdrawals(session: Session, competition_id: int) -> list[Assignment]:
    """Return withdrawn assignments whose reviewers were told of them, and not yet of the withdrawal."""
    rows = (
        select(Assignment)
        .where(
            col(Assignment.competition_id) == competition_id,
            col(Assignment.status) == AssignmentStatus.WITHDRAWN,
            col(Assignment.sent_at).is_not(None),
            col(Assignment.withdrawal_told_at).is_(None),
        )
        .order_by(col(Assignment.id))
    )
    return list(session.exec(rows).all())


def sent_to(session: Session, person_id: int, competition_id: int | None = None) -> list[Assignment]:
    """Return the assignments a reviewer was told of, by state and application."""
    rows = (
        select(Assignment)
        .where(col(Assignment.person_id) == person_id, col(Assignment.status) == AssignmentStatus.SENT)
        .order_by(col(Assignment.state), col(Assignment.application_id))
    )
    if competition_id is not None:
        rows = rows.where(col(Assignment.competition_id) == competition_id)
    return list(session.exec(rows).all())
