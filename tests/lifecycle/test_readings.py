"""Who read what is kept, sealed into the chain, and a changed reading is found."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from grants.access.actor import Actor
from grants.database import Database
from grants.lifecycle.models import Reading
from grants.lifecycle.readings import note_reading, seal
from grants.lifecycle.verify import verify_chain
from tests.factories.deeds import NOW, make_invited

READINGS = Reading.__table__  # type: ignore[attr-defined]  # SQLModel gives it to every table


def read_twice_and_seal(database: Database) -> None:
    read(database, 2)
    with database.writing() as session:
        assert seal(session, now=NOW) == 2


def read(database: Database, times: int) -> None:
    with database.writing() as session:
        invited = make_invited(session)
    for _ in range(times):
        reader = Actor(invited.representative.person_id, "Dana Hale")
        note_reading(database, "invitation", invited.invitation, actor=reader, now=NOW)


def faults(database: Database) -> tuple[str, ...]:
    with database.reading() as session:
        return verify_chain(session).faults


def test_sealed_readings_hold(database: Database) -> None:
    read_twice_and_seal(database)

    assert faults(database) == ()


def test_sealing_without_new_readings_writes_nothing(database: Database) -> None:
    read_twice_and_seal(database)

    with database.writing() as session:
        assert seal(session, now=NOW) == 0


@pytest.mark.parametrize("name", [column.name for column in READINGS.columns])
def test_a_change_of_any_column_of_a_sealed_reading_is_found(database: Database, name: str) -> None:
    read_twice_and_seal(database)
    with database.writing() as session:
        session.connection().execute(update(READINGS).where(READINGS.c.id == 1).values({name: other(name)}))

    assert faults(database) != ()


def other(name: str) -> Any:
    if name in {"at", "real_at"}:
        return NOW + timedelta(days=1)
    return 999 if READINGS.c[name].type.python_type is int else "another"


def test_a_sealed_reading_that_was_taken_away_is_found(database: Database) -> None:
    read_twice_and_seal(database)
    with database.writing() as session:
        session.connection().execute(delete(READINGS).where(READINGS.c.id == 2))

    assert faults(database) == ("The readings sealed by event 1 were changed.",)


def test_a_reading_committed_late_under_a_smaller_number_goes_into_the_next_seal(database: Database) -> None:
    read(database, 2)
    with database.writing() as session:
        row = session.connection().execute(delete(READINGS).where(READINGS.c.id == 1).returning(READINGS))
        late: dict[str, Any] = dict(row.mappings().one())
    with database.writing() as session:
        seal(session, now=NOW)
    with database.writing() as session:
        session.add(Reading(**late))
    with database.writing() as session:
        assert seal(session, now=NOW) == 1

    assert faults(database) == ()


def test_a_reading_that_claims_a_seal_which_is_not_there_is_found(database: Database) -> None:
    read(database, 1)
    with database.writing() as session:
        session.connection().execute(update(READINGS).values(seal_uid="made-up"))

    assert faults(database) == ("A seal of readings, made-up, is not in the chain.",)
