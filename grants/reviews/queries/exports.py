"""Reads for files of scores: how many sheets are in, and the jobs that somebody asked for."""

from sqlmodel import Session, col, func, select

from grants.jobs.models import Job
from grants.reviews.models import Sheet
from grants.reviews.workflow import IN


def sheets_in(session: Session, competition_id: int) -> dict[int, int]:
    """Return how many score sheets of each application are submitted."""
    rows = (
        select(Sheet.application_id, func.count())
        .where(col(Sheet.competition_id) == competition_id, col(Sheet.status).in_(IN))
        .group_by(col(Sheet.application_id))
        .order_by(col(Sheet.application_id))
    )
    return dict(session.exec(rows).all())


def jobs_asked(session: Session, unique_start: str) -> list[Job]:
    """Return the jobs whose unique keys begin like this, newest first."""
    rows = (
        select(Job)
        .where(col(Job.unique_key).startswith(unique_start, autoescape=True))
        .order_by(col(Job.id).desc())
    )
    return list(session.exec(rows).all())
