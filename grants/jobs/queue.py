"""Asking for work: a job's row is written in the caller's transaction and exists if the deed does."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from grants.access.actor import Actor
from grants.jobs.models import Job, JobProgress
from grants.jobs.queries import job_by_key


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    label: str,
    unique: str | None = None,
) -> Job:
    """Ask for a job. A second asking with the same `unique` key returns the first job."""
    if unique is not None:
        known = job_by_key(session, unique)
        if known is not None:
            return known
    job = Job(
        kind=kind,
        label=label,
        payload=payload,
        unique_key=unique,
        person_id=actor.person_id,
        person_name=actor.name,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:  # somebody asked for the same at this very moment
        known = job_by_key(session, unique) if unique else None
        if known is None:
            raise
        return known
    return job


def retry(session: Session, job: Job) -> None:
    """Put a failed job back into the queue."""
    job.progress = JobProgress.WAITING
    job.attempts = 0
    job.failures = []
    job.lease_until = None
    job.ended_at = None
    session.add(job)
