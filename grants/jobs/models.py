"""A job's row: what is to be done, how far it is, under whose lease, and how it ended; and who works."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from grants.database import Document, Instant, Record, enum_column


class JobProgress(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Record, table=True):
    """One piece of long work, written in the transaction that asks for it. Changed by `jobs.runner`."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="done_within_total"),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
    )

    kind: str = Field(max_length=80, index=True)
    label: str = Field(max_length=300)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    unique_key: str | None = Field(default=None, max_length=200, unique=True)
    progress: JobProgress = Field(
        default=JobProgress.WAITING, sa_column=enum_column(JobProgress, "job_progress", index=True)
    )
    total: int | None = Field(default=None)
    done: int = Field(default=0)
    failures: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    attempts: int = Field(default=0)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    worker: str | None = Field(default=None, max_length=100)
    person_id: int | None = Field(default=None, index=True)
    person_name: str = Field(default="", max_length=200)
    asked_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Duty(StrEnum):
    """What a worker process is for; each is a process of its own, so that neither waits for the other."""

    JOBS = "jobs"
    MAIL = "mail"


class WorkerLife(Record, table=True):
    """One life of a worker process, in real time. Changed only by `jobs.life`.

    `place` tells apart machines and containers, so that only there a process number says who lives.
    """

    __tablename__ = "worker"

    name: str = Field(max_length=100, unique=True)
    duty: Duty = Field(sa_column=enum_column(Duty, "worker_duty", index=True))
    host: str = Field(max_length=100)
    place: str = Field(max_length=120)
    process: int
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
