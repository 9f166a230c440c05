"""Reads of conflicts and of what reviewers certified."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from grants.lifecycle.models import Reading
from grants.reviews.models import Answer, Conflict, ConflictAnswer
from grants.reviews.workflow import BARRING


def conflict_by_uid(session: Session, uid: str) -> Conflict | None:
    """Return one conflict by its name in URLs."""
    return session.exec(select(Conflict).where(col(Conflict.uid) == uid)).first()


def conflict_between(session: Session, person_id: int, application_id: int) -> Conflict | None:
    """Return the conflict of a pair, decided or not."""
    return session.exec(
        select(Conflict).where(
            col(Conflict.person_id) == person_id, col(Conflict.application_id) == application_id
        )
    ).first()


def conflicts_of(session: Session, competition_id: int, *, without: Iterable[int] = ()) -> list[Conflict]:
    """Return a competition's conflicts, newest first, without applications closed to the reader."""
    rows = (
        select(Conflict)
        .where(
            col(Conflict.competition_id) == competition_id, col(Conflict.application_id).not_in(list(without))
        )
        .order_by(col(Conflict.noticed_at).desc(), col(Conflict.id).desc())
    )
    return list(session.exec(rows).all())


def conflicts_of_person(session: Session, person_id: int, competition_id: int) -> dict[int, Conflict]:
    """Return a person's conflicts in a competition, by application."""
    rows = select(Conflict).where(
        col(Conflict.person_id) == person_id, col(Conflict.competition_id) == competition_id
    )
    return {row.application_id: row for row in session.exec(rows).all()}


def known_pairs(session: Session, competition_id: int) -> set[tuple[int, int]]:
    """Return every (person, application) that has a conflict row, decided or not."""
    rows = select(Conflict.person_id, Conflict.application_id).where(
        col(Conflict.competition_id) == competition_id
    )
    return set(session.exec(rows).all())


def barring_pairs(session: Session, competition_id: int) -> dict[tuple[int, int], Conflict]:
    """Return the conflicts that close a door, by (person, application)."""
    rows = select(Conflict).where(
        col(Conflict.competition_id) == competition_id, col(Conflict.status).in_(BARRING)
    )
    return {(row.person_id, row.application_id): row for row in session.exec(rows).all()}


def of_pairs(
    session: Session, people: Iterable[int], applications: Iterable[int]
) -> dict[tuple[int, int], Conflict]:
    """Return the conflicts between people and applications, decided or not."""
    rows = select(Conflict).where(
        col(Conflict.person_id).in_(list(people)), col(Conflict.application_id).in_(list(applications))
    )
    return {(row.person_id, row.application_id): row for row in session.exec(rows).all()}


def answer_of(session: Session, person_id: int, application_id: int) -> ConflictAnswer | None:
    """Return what a person certified about an application."""
    return session.exec(
        select(ConflictAnswer).where(
            col(ConflictAnswer.person_id) == person_id, col(ConflictAnswer.application_id) == application_id
        )
    ).first()


def answers_of(session: Session, person_id: int) -> dict[int, Answer]:
    """Return what a person certified so far, by application."""
    rows = select(ConflictAnswer).where(col(ConflictAnswer.person_id) == person_id)
    return {row.application_id: row.answer for row in session.exec(rows).all()}


def readings_of(session: Session, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], list[Reading]]:
    """Return what people opened of applications, by (person, application), oldest first."""
    wanted = set(pairs)
    rows = (
        select(Reading)
        .where(
            col(Reading.person_id).in_({person_id for person_id, _ in wanted}),
            col(Reading.application_id).in_({application_id for _, application_id in wanted}),
        )
        .order_by(col(Reading.id))
    )
    found: dict[tuple[int, int], list[Reading]] = {}
    for row in session.exec(rows).all():
        pair = (row.person_id or 0, row.application_id or 0)
        if pair in wanted:
            found.setdefault(pair, []).append(row)
    return found
