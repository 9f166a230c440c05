"""Jobs: claimed under a lease, tried three times, taken over when a worker died, asked for once."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlmodel import select

from grants.access.actor import Actor
from grants.adapters.files import Files
from grants.clock import StoppedClock, real_now
from grants.config import Settings
from grants.database import Database
from grants.jobs.life import LEASE
from grants.jobs.models import Job
from grants.jobs.queue import enqueue, retry
from grants.jobs.runner import ATTEMPTS, Runner, Work
from tests.factories.deeds import NOW

ASKER = Actor(7, "Dana Hale")
Table = Mapping[str, Callable[[Work], None]]


def runner_of(database: Database, settings: Settings, table: Table) -> Runner:
    return Runner(
        database=database,
        settings=settings,
        files=Files(settings.files_url),
        clock=lambda: StoppedClock(NOW),
        jobs=table,
        render=lambda template, **_context: template,
    )


def ask(database: Database, kind: str = "count", *, unique: str | None = None) -> str:
    with database.writing() as session:
        return enqueue(session, kind, {"n": 3}, actor=ASKER, now=NOW, label="Count", unique=unique).uid


def job_of(database: Database, uid: str) -> Job:
    with database.reading() as session:
        return session.exec(select(Job).where(Job.uid == uid)).one()


def expire_lease(database: Database) -> None:
    with database.writing() as session:
        for job in session.exec(select(Job)):
            job.lease_until = real_now() - timedelta(seconds=1)
            session.add(job)


def test_a_job_runs_once_and_its_row_says_how_it_ended(database: Database, settings: Settings) -> None:
    uid = ask(database)
    seen: list[tuple[str, int, str]] = []

    def count(work: Work) -> None:
        work.progress(1, 3)
        seen.append((work.uid, work.payload["n"], work.person_name))
        work.finish({"counted": 3})

    runner = runner_of(database, settings, {"count": count})
    ran = [runner.run_waiting(), runner.run_waiting()]

    job = job_of(database, uid)
    assert (ran, seen) == ([1, 0], [(uid, 3, "Dana Hale")])
    assert (job.progress, job.done, job.total, job.result) == ("done", 3, 3, {"counted": 3})
    assert job.lease_until is None
    assert job.ended_at is not None


def test_an_item_that_fails_is_named_and_the_others_go_on(database: Database, settings: Settings) -> None:
    uid = ask(database)

    runner_of(database, settings, {"count": lambda work: work.fail("letter 2", "no address")}).run_waiting()

    job = job_of(database, uid)
    assert (job.progress, job.failures) == ("done", [{"item": "letter 2", "reason": "no address"}])


def test_a_job_that_raises_is_tried_three_times_and_then_says_why(
    database: Database, settings: Settings
) -> None:
    uid = ask(database)
    tries: list[int] = []

    def count(work: Work) -> None:
        tries.append(work.attempt)
        raise LookupError("the batch is gone")

    runner_of(database, settings, {"count": count}).run_waiting()

    job = job_of(database, uid)
    assert tries == [1, 2, 3]
    assert (job.progress, job.attempts) == ("failed", ATTEMPTS)
    assert job.failures == [{"item": "", "reason": "LookupError: the batch is gone"}]


def test_a_kind_that_nobody_knows_fails_in_words(database: Database, settings: Settings) -> None:
    uid = ask(database, "unknown")

    runner_of(database, settings, {}).run_waiting()

    assert job_of(database, uid).failures == [{"item": "", "reason": "KeyError: 'unknown'"}]


def test_a_failed_job_can_be_asked_for_again(database: Database, settings: Settings) -> None:
    uid = ask(database, "unknown")
    runner_of(database, settings, {}).run_waiting()
    with database.writing() as session:
        retry(session, session.merge(job_of(database, uid)))

    runner_of(database, settings, {"unknown": lambda _work: None}).run_waiting()

    job = job_of(database, uid)
    assert (job.progress, job.attempts, job.failures) == ("done", 1, [])


def test_a_job_under_a_lease_is_left_alone(database: Database, settings: Settings) -> None:
    ask(database)
    runner = runner_of(database, settings, {"count": lambda _work: None})
    runner._claim()

    assert runner.run_waiting() == 0


def test_the_lease_of_a_dead_worker_runs_out_and_the_job_is_claimed_again(
    database: Database, settings: Settings
) -> None:
    uid = ask(database)
    runner = runner_of(database, settings, {"count": lambda _work: None})
    runner._claim()
    expire_lease(database)

    assert runner.run_waiting() == 1
    assert (job_of(database, uid).progress, job_of(database, uid).attempts) == ("done", 2)


def test_progress_keeps_the_lease(database: Database, settings: Settings) -> None:
    uid = ask(database)

    def count(work: Work) -> None:
        expire_lease(database)
        work.progress(1, 3)
        lease = job_of(database, uid).lease_until
        assert lease is not None
        assert lease > real_now() + LEASE - timedelta(minutes=1)

    runner_of(database, settings, {"count": count}).run_waiting()

    assert job_of(database, uid).failures == []


def test_a_worker_that_comes_back_late_neither_goes_on_nor_ends_the_job(
    database: Database, settings: Settings
) -> None:
    uid = ask(database)
    went_on: list[str] = []

    def slow(work: Work) -> None:
        expire_lease(database)
        other._claim()
        work.progress(1, 3)
        went_on.append("sent a letter")

    other = runner_of(database, settings, {})
    runner_of(database, settings, {"count": slow}).run_one()

    job = job_of(database, uid)
    assert went_on == []
    assert (job.progress, job.attempts, job.failures) == ("running", 2, [])


def test_a_job_whose_worker_died_three_times_fails_and_the_next_one_runs(
    database: Database, settings: Settings
) -> None:
    deadly, good = ask(database), ask(database, "good")
    runner = runner_of(database, settings, {"good": lambda _work: None})
    for _ in range(ATTEMPTS):
        runner._claim()
        expire_lease(database)
    with database.writing() as session:  # the good one was not touched meanwhile
        assert session.exec(select(Job).where(Job.uid == good)).one().attempts == 0

    assert runner.run_waiting() == 1

    assert [job_of(database, uid).progress for uid in (deadly, good)] == ["failed", "done"]
    assert job_of(database, deadly).failures == [{"item": "", "reason": "The worker stopped three times."}]


def test_the_same_job_asked_for_twice_is_one(database: Database) -> None:
    uids = {ask(database, unique="release 1"), ask(database, unique="release 1"), ask(database)}

    assert len(uids) == 2


def test_the_same_job_asked_for_at_the_same_moment_is_one(database: Database) -> None:
    ready = threading.Barrier(4)
    uids: list[str] = []

    def go() -> None:
        ready.wait(10)
        uids.append(ask(database, unique="release 1"))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(uids) == 4
    assert len(set(uids)) == 1


def test_many_workers_run_each_job_once(database: Database, settings: Settings) -> None:
    wanted = [ask(database) for _ in range(20)]
    ran: list[str] = []
    threads = [
        threading.Thread(
            target=runner_of(database, settings, {"count": lambda work: ran.append(work.uid)}).run_waiting
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ran) == sorted(wanted)


def test_a_job_exists_only_if_the_deed_does(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            enqueue(session, "count", {}, actor=ASKER, now=NOW, label="Count")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    with database.reading() as session:
        assert session.exec(select(Job)).all() == []
