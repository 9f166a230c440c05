"""Reads of what was done on the assignment board."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from grants.reviews.models import Assignment, BoardChange


def last_change(
    session: Session, competition_id: int, person_id: int, *, locked: bool = False
) -> BoardChange | None:
    """Return a person's last change that was not taken back."""
    rows = (
        select(BoardChange)
        .where(
            col(BoardChange.competition_id) == competition_id,
            col(BoardChange.person_id) == person_id,
            col(BoardChange.undone_at).is_(None),
        )
        .order_by(col(BoardChange.id).desc())
        .limit(1)
    )
    return session.exec(rows.with_for_update() if locked else rows).first()


def last_open_change(
    session: Session, competition_id: int, person_id: int, *, without: Collection[int]
) -> BoardChange | None:
    """Return a person's last change, unless it touches an application closed to them or was sent since."""
    change = last_change(session, competition_id, person_id)
    if change is None:
        return None
    touched = select(Assignment.application_id).where(
        col(Assignment.uid).in_([step["assignment"] for step in change.steps[:500]])
    )
    closed = any(number in without for number in session.exec(touched).all())
    return None if closed else change
