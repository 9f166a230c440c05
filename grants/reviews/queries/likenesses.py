"""Reads of names alike, at which a person must look."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from grants.reviews.models import Conflict, Likeness
from grants.reviews.workflow import BARRING


def likeness_by_uid(session: Session, uid: str) -> Likeness | None:
    """Return one likeness by its name in URLs."""
    return session.exec(select(Likeness).where(col(Likeness.uid) == uid)).first()


def likenesses_of(session: Session, competition_id: int, *, without: Iterable[int] = ()) -> list[Likeness]:
    """Return a competition's likenesses, newest first, without applications closed to the reader."""
    rows = (
        select(Likeness)
        .where(
            col(Likeness.competition_id) == competition_id, col(Likeness.application_id).not_in(list(without))
        )
        .order_by(col(Likeness.noticed_at).desc(), col(Likeness.id).desc())
    )
    return list(session.exec(rows).all())


def unlooked(
    session: Session, competitions: Iterable[int], *, without: Iterable[int] = ()
) -> dict[tuple[int, int], Likeness]:
    """Return what nobody has looked at, by person and application; a conflict decides it too."""
    closed = (
        select(Conflict.id)
        .where(
            col(Conflict.person_id) == col(Likeness.person_id),
            col(Conflict.application_id) == col(Likeness.application_id),
            col(Conflict.status).in_(BARRING),
        )
        .exists()
    )
    rows = (
        select(Likeness)
        .where(
            col(Likeness.competition_id).in_(list(competitions)),
            col(Likeness.application_id).not_in(list(without)),
            col(Likeness.looked_at).is_(None),
            ~closed,
        )
        .order_by(col(Likeness.id))
    )
    return {(row.person_id, row.application_id): row for row in session.exec(rows).all()}


def of_pairs(
    session: Session, people: Iterable[int], applications: Iterable[int]
) -> dict[tuple[int, int], Likeness]:
    """Return the likenesses between people and applications, looked at or not."""
    rows = select(Likeness).where(
        col(Likeness.person_id).in_(list(people)), col(Likeness.application_id).in_(list(applications))
    )
    return {(row.person_id, row.application_id): row for row in session.exec(rows).all()}
