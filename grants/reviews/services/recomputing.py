"""Recomputing a decision record as a job: asked for, and what the last one answered."""

from datetime import datetime

from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.jobs import queue
from grants.jobs.models import Job, JobProgress
from grants.reviews.models import Ranking

KIND = "reviews.recompute"
ENDED = (JobProgress.DONE, JobProgress.FAILED)


def ask(session: Session, ranking: Ranking, *, actor: Actor, now: datetime) -> Job:
    """Ask for a recomputation; while one is under way it is that one."""
    known = _jobs(session, ranking)
    ended = [job for job in known if job.progress in ENDED]
    return queue.enqueue(
        session,
        KIND,
        {"ranking": ranking.uid},
        actor=actor,
        now=now,
        label=f"Recompute the decision record of {ranking.state}, {ranking.sha256[:8]}",
        unique=f"{KIND}:{ranking.uid}:{len(ended)}",
    )


def latest(session: Session, ranking: Ranking) -> Job | None:
    """Return the last recomputation that was asked for."""
    known = _jobs(session, ranking)
    return known[-1] if known else None


def _jobs(session: Session, ranking: Ranking) -> list[Job]:
    rows = (
        select(Job)
        .where(col(Job.unique_key).startswith(f"{KIND}:{ranking.uid}:", autoescape=True))
        .order_by(col(Job.id))
    )
    return list(session.exec(rows).all())
