"""The two kinds of sessions: readers write nothing, writers commit once and lose nothing."""

import threading
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from grants.database import Database, after_commit, before_commit
from grants.lifecycle.models import Installation, Reading
from tests.factories.deeds import NOW, make_invited

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
READING: dict[str, Any] = {
    "person_name": "Ana Roy",
    "person_role": "person",
    "what": "test",
    "subject_type": "test",
    "subject_id": 1,
    "subject_uid": "uid",
    "at": NOW,
    "real_at": NOW,
}


def count(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(Reading)).all())


@pytest.mark.parametrize(
    "statement",
    [
        insert(Reading).values(**READING),
        text("DELETE FROM installation"),
        text("UPDATE installation SET mode = 'production'"),
        text("CREATE TABLE strange (id integer)"),
    ],
    ids=["insert", "delete", "update", "create"],
)
def test_a_reading_session_refuses_every_statement_that_writes(database: Database, statement: Any) -> None:
    with database.reading() as session, pytest.raises(DBAPIError):
        session.connection().execute(statement)

    with database.writing() as session:
        assert session.get(Installation, 1) is not None


def test_a_connection_that_read_can_write_again(database: Database) -> None:
    single = Database(database.url, pool_size=1)
    for _ in range(3):
        assert count(single) >= 0
        with single.writing() as session:
            session.add(Reading(**READING))
    single.dispose()

    assert count(database) == 3


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            session.add(Reading(**READING))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert count(database) == 0


def test_last_acts_run_once_before_the_commit_and_later_acts_after_it(database: Database) -> None:
    acts: list[str] = []

    def last(_session: object) -> None:
        acts.append(f"before {count(database)}")

    with database.writing() as session:
        before_commit(session, last)
        before_commit(session, last)
        after_commit(session, lambda: acts.append(f"after {count(database)}"))
        session.add(Reading(**READING))

    assert acts == ["before 0", "after 1"]


def test_eight_writers_lose_nothing(database: Database) -> None:
    failures: list[BaseException] = []

    def add_up() -> None:
        try:
            for _ in range(25):
                with database.writing() as session:
                    house = session.exec(select(Installation).with_for_update()).one()
                    house.clock_offset_seconds += 1
        except Exception as error:  # noqa: BLE001  # told to the test
            failures.append(error)

    threads = [threading.Thread(target=add_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    with database.reading() as session:
        house = session.get(Installation, 1)
    assert failures == []
    assert house is not None
    assert house.clock_offset_seconds == 200


def test_a_reader_is_not_held_up_by_a_writer_and_sees_what_was_committed(database: Database) -> None:
    with database.writing() as session:
        session.add(Reading(**READING))
        session.flush()
        assert count(database) == 0

    assert count(database) == 1


def test_foreign_keys_are_obeyed(database: Database) -> None:
    with database.writing() as session:
        invited = make_invited(session)

    with pytest.raises(IntegrityError), database.writing() as session:
        session.merge(invited.invitation).organization_id = 999


@only_sqlite
def test_sqlite_writers_take_their_turn_at_the_beginning(database: Database) -> None:
    impatient = Database(f"{database.url}?timeout=0")
    with database.writing() as first:
        first.connection()
        with impatient.reading() as session:
            assert session.get(Installation, 1) is not None
        with (
            pytest.raises(DBAPIError, match="locked"),
            impatient.writing() as second,
        ):
            second.connection().exec_driver_sql("PRAGMA busy_timeout")
    impatient.dispose()


@only_sqlite
def test_sqlite_is_told_what_every_connection_needs(database: Database) -> None:
    with database.reading() as session:
        told = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "journal_mode", "busy_timeout", "synchronous", "query_only")
        }

    assert told == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "busy_timeout": 30_000,
        "synchronous": 2,
        "query_only": 1,
    }


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_postgresql_has_planned_outlives_a_read(database: Database) -> None:
    for _ in range(10):
        with database.reading() as session:
            session.execute(text("SELECT count(*) FROM person WHERE id > :least"), {"least": 0})
    with database.reading() as session:
        kept = session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()

    assert kept == 1
