"""Running jobs: claim under a lease, run, record; a job whose worker died is claimed again."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from grants.adapters.files import Files
from grants.clock import Clock, real_now
from grants.config import Settings
from grants.database import Database
from grants.jobs.life import LEASE, new_name
from grants.jobs.models import Job, JobProgress
from grants.jobs.queries import has_claimable, locked_job, next_claimable

ATTEMPTS = 3
log = structlog.get_logger()


class LeaseLost(Exception):
    """The lease of this attempt ran out and another worker has the job."""


@dataclass
class Work:
    """What a job's function gets: the job's payload, the house, and how to tell of progress."""

    uid: str
    payload: dict[str, Any]
    person_id: int | None
    person_name: str
    database: Database
    settings: Settings
    files: Files
    clock: Clock
    render: Callable[..., str]
    attempt: int
    failures: list[dict[str, str]] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the business instant."""
        return self.clock.now()

    def progress(self, done: int, total: int) -> None:
        """Record how far the work is, and keep the lease; `LeaseLost` if another worker took the job over."""
        with self.database.writing() as session:
            job = _held(session, self.uid, self.attempt)
            job.done, job.total = done, total
            job.failures = list(self.failures)
            job.lease_until = real_now() + LEASE
            session.add(job)

    def fail(self, item: str, reason: str) -> None:
        """Record that one item failed; the job goes on with the others."""
        self.failures.append({"item": item, "reason": reason})

    def finish(self, result: dict[str, Any]) -> None:
        """Record what came of the work."""
        with self.database.writing() as session:
            job = _held(session, self.uid, self.attempt)
            job.result = result
            session.add(job)


class Runner:
    """One worker's hands: the house it works in and the table of what it can do."""

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        files: Files,
        clock: Callable[[], Clock],
        jobs: Mapping[str, Callable[[Work], None]],
        render: Callable[..., str],
        name: str | None = None,
    ) -> None:
        self.database = database
        self.settings = settings
        self.files = files
        self.clock = clock
        self.jobs = jobs
        self.render = render
        self.name = name or new_name()

    def run_one(self) -> bool:
        """Claim and run one job; return whether there was one."""
        claimed = self._claim()
        if claimed is None:
            return False
        work = Work(
            uid=claimed.uid,
            payload=claimed.payload,
            person_id=claimed.person_id,
            person_name=claimed.person_name,
            database=self.database,
            settings=self.settings,
            files=self.files,
            clock=self.clock(),
            render=self.render,
            attempt=claimed.attempts,
        )
        try:
            self.jobs[claimed.kind](work)
        except LeaseLost:
            log.warning("another worker took the job over", kind=claimed.kind, uid=claimed.uid)
        except Exception as error:  # whatever a job raises is recorded, and the worker lives
            log.exception("job failed", kind=claimed.kind, uid=claimed.uid)
            self._end(claimed, work, failure=f"{type(error).__name__}: {error}")
        else:
            self._end(claimed, work, failure=None)
        return True

    def run_waiting(self, *, most: int = 1000) -> int:
        """Run jobs until none waits; return how many ran."""
        ran = 0
        while ran < most and self.run_one():
            ran += 1
        return ran

    def _claim(self) -> Job | None:
        """Take the next job under a lease; one whose worker stopped three times is ended on the way."""
        with self.database.reading() as session:
            if not has_claimable(session, real_now()):
                return None
        with self.database.writing() as session:
            while job := next_claimable(session, real_now()):
                if job.attempts < ATTEMPTS:
                    self._take(job)
                    session.add(job)
                    return job
                _give_up(job)
                session.add(job)
                session.flush()
        return None

    def _take(self, job: Job) -> None:
        job.progress = JobProgress.RUNNING
        job.attempts += 1
        job.worker = self.name
        job.lease_until = real_now() + LEASE

    def _end(self, claimed: Job, work: Work, *, failure: str | None) -> None:
        with self.database.writing() as session, suppress(LeaseLost):
            job = _held(session, claimed.uid, claimed.attempts)
            job.failures = [*work.failures, *([{"item": "", "reason": failure[:900]}] if failure else [])]
            again = failure is not None and job.attempts < ATTEMPTS
            ended = JobProgress.FAILED if failure else JobProgress.DONE
            job.progress = JobProgress.WAITING if again else ended
            job.lease_until = None
            job.ended_at = None if again else real_now()
            if failure is None and job.total is not None:
                job.done = job.total
            session.add(job)


def _give_up(job: Job) -> None:
    job.progress = JobProgress.FAILED
    job.lease_until = None
    job.ended_at = real_now()
    job.failures = [*job.failures, {"item": "", "reason": "The worker stopped three times."}]


def _held(session: Session, uid: str, attempt: int) -> Job:
    """Return the job, locked, if it is still this attempt that has it."""
    job = locked_job(session, uid)
    if job is None or job.progress is not JobProgress.RUNNING or job.attempts != attempt:
        raise LeaseLost(uid)
    return job
