"""The life of a worker: who counts as dead, what is freed, and that the living keep what is theirs."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from grants.clock import real_now
from grants.config import Settings
from grants.database import Database
from grants.jobs import life
from grants.jobs.models import Duty, WorkerLife
from grants.jobs.queries import workers_seen
from tests.jobs.test_runner import ask, job_of, runner_of

Change = Callable[[WorkerLife], None]


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that is gone."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait(30)
    return done.pid


def beat(database: Database, name: str, duty: Duty = Duty.JOBS) -> None:
    with database.writing() as session:
        life.beat(session, name, duty, now=real_now())


def change(database: Database, name: str, act: Change) -> None:
    with database.writing() as session:
        row = session.exec(select(WorkerLife).where(WorkerLife.name == name)).one()
        act(row)
        session.add(row)


def bury(database: Database) -> list[str]:
    with database.writing() as session:
        return life.bury(session, now=real_now())


def silent(row: WorkerLife) -> None:
    row.seen_at -= life.SILENCE + timedelta(seconds=1)


def elsewhere(row: WorkerLife) -> None:
    row.place = "another machine"


def test_a_job_of_a_killed_process_is_taken_over_at_once(
    database: Database, settings: Settings, gone: int
) -> None:
    uid = ask(database)
    dead = runner_of(database, settings, {})
    beat(database, dead.name)
    dead._claim()
    change(database, dead.name, lambda row: setattr(row, "process", gone))
    beat(database, "another", Duty.MAIL)

    buried = [bury(database), bury(database)]
    ran = runner_of(database, settings, {"count": lambda _work: None}).run_waiting()

    assert (buried, ran) == ([[dead.name], []], 1)
    assert (job_of(database, uid).progress, job_of(database, uid).attempts) == ("done", 2)


@pytest.mark.parametrize(
    ("changes", "dies"),
    [([], False), ([elsewhere], False), ([elsewhere, silent], True), ([silent], True)],
    ids=["here", "on another host", "silent on another host", "silent here"],
)
def test_a_job_of_another_host_is_taken_over_only_after_silence(
    database: Database,
    settings: Settings,
    gone: int,
    changes: list[Change],
    dies: bool,  # noqa: FBT001
) -> None:
    """Two hosts: a process number means nothing on another machine, where only the heart is heard."""
    ask(database)
    theirs = runner_of(database, settings, {})
    beat(database, theirs.name)
    theirs._claim()
    for act in changes:
        change(database, theirs.name, act)
    if elsewhere in changes:
        change(database, theirs.name, lambda row: setattr(row, "process", gone))

    bury(database)

    ran = runner_of(database, settings, {"count": lambda _work: None}).run_waiting()
    assert ran == int(dies)


def test_a_heartbeat_keeps_the_lease_of_a_job_that_says_nothing(
    database: Database, settings: Settings
) -> None:
    uid = ask(database)
    runner = runner_of(database, settings, {})
    runner._claim()
    before = job_of(database, uid).lease_until

    beat(database, runner.name)

    after = job_of(database, uid).lease_until
    assert before is not None
    assert after is not None
    assert after > before


def test_who_was_taken_for_dead_lives_again_with_the_next_beat(database: Database) -> None:
    beat(database, "slow")
    change(database, "slow", silent)
    buried = bury(database)

    beat(database, "slow")

    assert (buried, bury(database)) == (["slow"], [])


def test_an_end_in_good_order_is_no_death_and_is_still_seen(database: Database) -> None:
    beat(database, "one", Duty.MAIL)
    with database.writing() as session:
        life.end(session, "one", now=real_now())
    change(database, "one", silent)

    with database.reading() as session:
        seen = workers_seen(session)
    assert (bury(database), list(seen)) == ([], [Duty.MAIL])


def test_no_two_lives_have_one_name_in_one_process() -> None:
    assert len({life.new_name() for _ in range(20)}) == 20
    assert life.place() == life.place()
    assert str(os.getpid()) in life.new_name()
