"""A worker that dies while it makes letters: the next one goes on, each letter is made and told once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.awards.rules import letter_kinds
from grants.clock import StoppedClock, real_now
from grants.commands.worker import Worker
from grants.database import Database
from grants.documents import jobs
from grants.documents.models import Batch, Letter, StoredFile
from grants.documents.services.letters import Addressee, ask_to_make, draft_letter
from grants.jobs.models import Job
from grants.lifecycle.models import Event
from tests.factories.deeds import NOW, make_person

LETTERS = 4


class Killed(BaseException):
    """The end of a process: nothing catches it."""


@pytest.fixture
def worker(app: Flask) -> Worker:
    return Worker(app, clock=lambda: StoppedClock(NOW))


def ask_for_letters(database: Database) -> str:
    """Draft some letters and ask for them; returns the batch's name."""
    with database.writing() as session:
        officer = make_person(session, "Rosa Ortiz")
        actor = Actor(officer.id, officer.name, staff_roles=frozenset({Role.GRANTS_OFFICER}))
        batch = Batch(kind="award", title="Award letters", asked_at=NOW, made_by_id=officer.id)
        session.add(batch)
        session.flush()
        for number in range(LETTERS):
            values = {field.name: f"{field.name} {number}" for field in letter_kinds.AWARD.fields}
            about = Addressee(None, None, None, "award", number + 1, f"Host {number}")
            draft_letter(session, letter_kinds.AWARD, about, values, batch=batch, now=NOW)
        return ask_to_make(session, batch, actor=actor, now=NOW).uid


def kill_at(monkeypatch: pytest.MonkeyPatch, place: str, *, call: int, after: bool) -> None:
    """Have the worker die at the n-th call of a step, before or after it."""
    step: Callable[..., object] = getattr(jobs, place)
    calls = iter(range(1, 1000))

    def once(*given: object) -> object:
        last = next(calls) == call
        if last and not after:
            raise Killed
        done = step(*given)
        if last:
            raise Killed
        return done

    monkeypatch.setattr(jobs, place, once)


@pytest.mark.parametrize(
    ("place", "call", "after"), [("_keep", 2, False), ("_keep", 3, True), ("_finish", 1, True)]
)
def test_the_next_worker_finishes_and_nothing_is_made_twice(
    database: Database,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    call: int,
    after: bool,  # noqa: FBT001  # a column of the table above
) -> None:
    uid = ask_for_letters(database)
    kill_at(monkeypatch, place, call=call, after=after)
    with pytest.raises(Killed):
        worker.run_once()
    assert worker.run_once() == 0  # the dead one's lease still runs
    with database.writing() as session:
        session.exec(select(Job)).one().lease_until = real_now() - timedelta(seconds=1)

    worker.run_once()

    with database.reading() as session:
        batch = session.exec(select(Batch).where(Batch.uid == uid)).one()
        letters = session.exec(select(Letter)).all()
        kinds = Counter(event.kind for event in session.exec(select(Event)))
        job = session.exec(select(Job)).one()
        files = len(session.exec(select(StoredFile)).all())
    assert (batch.status, job.progress, job.attempts, job.failures) == ("made", "done", 2, [])
    assert [letter.status for letter in letters] == ["made"] * LETTERS
    assert (kinds["letter.make"], kinds["batch.finish"], files) == (LETTERS, 1, LETTERS)
