"""Reads of jobs, and the claim that gives one to a worker."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, or_, select

from grants.jobs.models import Duty, Job, JobProgress, WorkerLife


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


def jobs_in_hand(session: Session, workers: Sequence[str]) -> list[Job]:
    """Lock and return the jobs that these workers run."""
    if not workers:
        return []
    rows = select(Job).where(col(Job.progress) == JobProgress.RUNNING, col(Job.worker).in_(workers))
    return list(session.exec(rows.order_by(col(Job.id)).with_for_update()).all())


def worker_by_name(session: Session, name: str) -> WorkerLife | None:
    """Return one life of a worker, locked."""
    return session.exec(select(WorkerLife).where(col(WorkerLife.name) == name).with_for_update()).first()


def living_workers(session: Session) -> list[WorkerLife]:
    """Lock and return the workers of which no end is known; one that another buries now is left out."""
    rows = select(WorkerLife).where(col(WorkerLife.ended_at).is_(None)).order_by(col(WorkerLife.id))
    return list(session.exec(rows.with_for_update(skip_locked=True)).all())


def workers_seen(session: Session) -> dict[Duty, datetime]:
    """Return when a worker of each duty was last seen, in real time; one that never was is missing."""
    rows = select(WorkerLife.duty, func.max(WorkerLife.seen_at)).group_by(col(WorkerLife.duty))
    return {Duty(duty): at for duty, at in session.exec(rows).all()}


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(
        col(Job.progress) == JobProgress.WAITING,
        (col(Job.progress) == JobProgress.RUNNING) & (col(Job.lease_until) < now),
    )
