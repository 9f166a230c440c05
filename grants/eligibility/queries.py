"""Reads of self-checks."""

from sqlmodel import Session, col, select

from grants.eligibility.models import SelfCheck


def self_check_by_id(session: Session, self_check_id: int | None) -> SelfCheck | None:
    """Return a self-check by its id."""
    return None if self_check_id is None else session.get(SelfCheck, self_check_id)


def self_check_by_uid(session: Session, uid: str) -> SelfCheck | None:
    """Return a self-check by its random name."""
    return session.exec(select(SelfCheck).where(col(SelfCheck.uid) == uid)).first()


def latest_self_check(
    session: Session, *, person_id: int, competition_id: int, state: str
) -> SelfCheck | None:
    """Return the last self-check that a person kept for a state of a competition."""
    rows = (
        select(SelfCheck)
        .where(
            col(SelfCheck.person_id) == person_id,
            col(SelfCheck.competition_id) == competition_id,
            col(SelfCheck.state) == state,
        )
        .order_by(col(SelfCheck.at).desc(), col(SelfCheck.id).desc())
    )
    return session.exec(rows).first()


def self_checks_of_person(session: Session, person_id: int) -> list[SelfCheck]:
    """Return the self-checks a person kept, newest first."""
    rows = (
        select(SelfCheck)
        .where(col(SelfCheck.person_id) == person_id)
        .order_by(col(SelfCheck.at).desc(), col(SelfCheck.id).desc())
    )
    return list(session.exec(rows).all())


def people_who_checked(session: Session, competition_id: int) -> list[int]:
    """Return the ids of people who kept a self-check for a competition, each once."""
    rows = (
        select(SelfCheck.person_id)
        .where(col(SelfCheck.competition_id) == competition_id, col(SelfCheck.person_id).is_not(None))
        .distinct()
        .order_by(col(SelfCheck.person_id))
    )
    return [person_id for person_id in session.exec(rows).all() if person_id is not None]


def self_checks_by_ids(session: Session, ids: list[int]) -> dict[int, SelfCheck]:
    """Return several self-checks by their ids."""
    rows = select(SelfCheck).where(col(SelfCheck.id).in_(ids)).order_by(col(SelfCheck.id))
    return {row.id: row for row in session.exec(rows).all()}
