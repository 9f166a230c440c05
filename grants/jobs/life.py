"""The life of a worker process: a heartbeat in real time, and who counts as dead.

A worker is dead when its process is gone (told at once, where we stand on the same machine and in the same
container) or when its heart was not heard for `SILENCE`. What it had in hand is freed by any that lives. One
that was taken for dead and comes back does no harm: before a job's next step and a mail's last dot it
asks whether they are still its own.
"""

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from grants.jobs.models import Duty, WorkerLife
from grants.jobs.queries import jobs_in_hand, living_workers, worker_by_name

BEAT = timedelta(seconds=5)
SILENCE = timedelta(seconds=20)
LEASE = timedelta(minutes=5)
"""How long a job is a worker's without a heartbeat and without progress."""


def new_name() -> str:
    """Make the name of a worker's life; no second one ever has it, whatever process numbers do."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def place() -> str:
    """Say where process numbers mean the same: this boot of this machine, this container."""
    parts = [socket.gethostname()[:60]]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:36])
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return ":".join(parts)[:120]


def beat(session: Session, name: str, duty: Duty, *, now: datetime) -> None:
    """Write that this worker lives, and keep the leases of what it has in hand."""
    life = worker_by_name(session, name)
    if life is None:
        life = WorkerLife(
            name=name,
            duty=duty,
            host=socket.gethostname()[:100],
            place=place(),
            process=os.getpid(),
            started_at=now,
            seen_at=now,
        )
    life.seen_at, life.ended_at = now, None
    session.add(life)
    for job in jobs_in_hand(session, [name]):
        job.lease_until = now + LEASE
        session.add(job)


def end(session: Session, name: str, *, now: datetime) -> None:
    """Write that this worker stopped in good order."""
    life = worker_by_name(session, name)
    if life is not None:
        life.seen_at = life.ended_at = now
        session.add(life)


def bury(session: Session, *, now: datetime) -> list[str]:
    """End the lives of dead workers and free their jobs; return their names, so that mail is freed too."""
    dead = [life for life in living_workers(session) if is_dead(life, now=now)]
    for life in dead:
        life.ended_at = now
        session.add(life)
    names = [life.name for life in dead]
    for job in jobs_in_hand(session, names):
        job.lease_until = now - timedelta(seconds=1)
        session.add(job)
    return names


def is_dead(life: WorkerLife, *, now: datetime) -> bool:
    """Say whether a worker's process is gone, or was silent for too long."""
    if life.place == place() and not _runs(life.process):
        return True
    return now - life.seen_at > SILENCE


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, and is another's
        return True
    return True
