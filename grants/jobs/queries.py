"""Reads of jobs, and the claim that gives one to a worker."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from grants.jobs.models import Job, JobProgress


def job_by_uid(session: Session, uid: str) -> Job | None:
    """Return a job by its random name."""
    return session.exec(select(Job).where(col(Job.uid) == uid)).first()


def locked_job(session: Session, uid: str) -> Job | None:
    """Return a job by its random name, locked."""
    return session.exec(select(Job).where(col(Job.uid) == uid).with_for_update()).first()


def job_by_key(session: Session, unique_key: str) -> Job | None:
    """Return the job that holds a unique key."""
    return session.exec(select(Job).where(col(Job.unique_key) == unique_key)).first()


def next_claimable(session: Session, now: datetime) -> Job | None:
    """Lock and return the oldest job that waits, or whose worker let its lease run out."""
    oldest = select(Job).where(_is_free(now)).order_by(col(Job.id)).limit(1).with_for_update(skip_locked=True)
    return session.exec(oldest).first()


def has_claimable(session: Session, now: datetime) -> bool:
    """Say whether any job could be claimed, without locking anything."""
    return session.exec(select(Job.id).where(_is_free(now)).limit(1)).first() is not None


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(
        col(Job.progress) == JobProgress.WAITING,
        (col(Job.progress) == JobProgress.RUNNING) & (col(Job.lease_until) < now),
    )
