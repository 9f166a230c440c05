"""The event chain: every changed column, every changed byte and a cut end are found."""

# ruff: noqa: S608  # statements are put together from our own names of columns

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.engine import make_url

from grants.access.actor import SYSTEM
from grants.commands.main import main
from grants.config import Settings
from grants.database import Database
from grants.lifecycle.models import ChainHead, Event
from grants.lifecycle.record import record
from grants.lifecycle.verify import Verdict, verify_chain
from grants.organizations.models import Organization
from tests.factories.deeds import NOW, make_invited, write_deeds

EVENTS = Event.__table__  # type: ignore[attr-defined]  # SQLModel gives it to every table
COLUMNS = [column.name for column in EVENTS.columns]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def verdict_of(database: Database, *, head: str | None = None) -> Verdict:
    with database.reading() as session:
        return verify_chain(session, head=head)


def changed(value: Any) -> Any:
    """Return a value of the same kind that differs in one place."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, dict):
        return {**value, "after": {**value["after"], "street": "Larimer Sv"}}
    return value + 1000 if isinstance(value, int) else f"{chr(ord(value[0]) ^ 1)}{value[1:]}"


def test_an_untouched_chain_holds_and_its_events_are_numbered(database: Database) -> None:
    events = write_deeds(database, 3)

    verdict = verdict_of(database, head=events[-1].hash)

    assert verdict == Verdict(3, events[-1].hash, ())
    assert [(event.id, event.seq) for event in events] == [(1, 1), (2, 2), (3, 3)]


def test_an_empty_chain_holds(database: Database) -> None:
    assert verdict_of(database) == Verdict(0, "0" * 64, ())


def test_a_chain_that_grows_while_it_is_read_holds(database: Database) -> None:
    first = write_deeds(database, 3)
    with database.snapshot() as session:
        before = verify_chain(session)

        with database.writing() as other:
            host = other.get_one(Organization, 1)
            record(other, "organization.changed", host, happened="changed it", actor=SYSTEM, now=NOW)

        assert verify_chain(session) == before == Verdict(3, first[-1].hash, ())


@pytest.mark.parametrize("name", COLUMNS)
def test_a_change_of_any_column_is_found(database: Database, name: str) -> None:
    event = write_deeds(database, 3)[1]

    with database.writing() as session:
        new = {name: changed(getattr(event, name))}
        session.connection().execute(update(EVENTS).where(EVENTS.c.id == event.id).values(new))

    assert not verdict_of(database).holds


@only_sqlite
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(1, 3),
    name=st.sampled_from(COLUMNS),
    place=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
def test_any_flipped_bit_of_any_event_is_found(
    database: Database, number: int, name: str, place: int, bit: int
) -> None:
    if verdict_of(database).events == 0:
        write_deeds(database, 3)
    assert verdict_of(database).holds
    file = make_url(database.url).database or ""

    try:
        original = flip(file, number, name, place, bit)
    except sqlite3.IntegrityError:  # the number of another event: the database itself refuses
        reject()

    try:
        assert not verdict_of(database).holds
    finally:
        restore(file, number, name, original)


def flip(file: str, number: int, name: str, place: int, bit: int) -> Any:
    """Flip one bit of a stored value and return what stood there; the id takes only numbers."""
    with sqlite3.connect(file) as connection:
        (original,) = connection.execute(f"SELECT {name} FROM event WHERE seq = ?", [number]).fetchone()
        raw = bytearray(str(original).encode())
        raw[place % len(raw)] ^= 1 << bit
        given = original + (1 << bit) * 8 if name == "id" else bytes(raw)
        value = "?" if name == "id" else "CAST(? AS TEXT)"
        connection.execute(f"UPDATE event SET {name} = {value} WHERE seq = ?", [given, number])
    connection.close()
    return original


def restore(file: str, number: int, name: str, original: Any) -> None:
    with sqlite3.connect(file) as connection:
        key, value = ("id", number) if name != "id" else ("seq", number)
        connection.execute(f"UPDATE event SET {name} = ? WHERE {key} = ?", [original, value])
    connection.close()


@only_sqlite
@pytest.mark.parametrize(
    "change",
    [
        "at = replace(at, 'T', 't')",
        "at = replace(at, '-01T', '- 1T')",
        "at = substr(at, 1, 26) || 'z'",
        "facts = replace(facts, ': ', ':\t')",
        "facts = replace(facts, 'Main', '\\u004dain')",
        "facts = CAST(facts AS BLOB)",
        "happened = CAST(x'ff' AS TEXT)",
        "reason = NULL",
    ],
)
def test_a_change_that_reads_as_the_same_value_is_found(database: Database, change: str) -> None:
    write_deeds(database, 3)
    with database.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE event SET {change} WHERE seq = 2")

    faults = verdict_of(database).faults

    assert [fault for fault in faults if fault.startswith("Event 2 was changed")] == list(faults)
    assert faults != ()


def test_an_event_taken_out_of_the_middle_is_found(database: Database) -> None:
    events = write_deeds(database, 3)
    with database.writing() as session:
        session.connection().execute(delete(EVENTS).where(EVENTS.c.id == events[1].id))

    faults = verdict_of(database).faults

    assert faults == (
        "Event 2 is missing; the next one is 3.",
        "Event 3 does not follow the event before it.",
    )


def test_a_cut_end_is_found_by_the_row_of_the_head(database: Database) -> None:
    write_deeds(database, 3)
    cut(database, 3)

    faults = verdict_of(database).faults

    assert faults == ("The chain ends at event 2, but 3 events were written: its end was cut.",)


def test_a_cut_end_with_its_head_rewritten_is_found_by_a_head_kept_elsewhere(database: Database) -> None:
    events = write_deeds(database, 3)
    cut(database, 3)
    with database.writing() as session:
        head = session.get(ChainHead, 1)
        assert head is not None
        head.seq, head.hash = 2, events[1].hash

    assert verdict_of(database).holds
    assert verdict_of(database, head=events[1].hash).holds
    assert verdict_of(database, head=events[2].hash).faults == (
        f"The chain does not contain the head {events[2].hash}: its end was cut or rewritten.",
    )


def cut(database: Database, seq: int) -> None:
    with database.writing() as session:
        session.connection().execute(delete(EVENTS).where(EVENTS.c.seq >= seq))


def test_facts_are_hashed_as_both_databases_give_them_back(database: Database) -> None:
    with database.writing() as session:
        invited = make_invited(session)
        facts: dict[Any, Any] = {
            10: "ten",
            2: "two",
            "list": (1, 2),
            "share": 0.1,
            "big": 1e16,
            "name": "Zoë",
        }
        record(session, "test.done", invited.organization, happened="did", actor=SYSTEM, now=NOW, facts=facts)

    assert verdict_of(database).holds


def test_what_a_savepoint_took_back_never_happened(database: Database) -> None:
    with database.writing() as session:
        invited = make_invited(session)
        for name, goes_back in (("kept", False), ("undone", True), ("after", False)):
            savepoint = session.begin_nested()
            record(session, f"test.{name}", invited.organization, happened=name, actor=SYSTEM, now=NOW)
            savepoint.rollback() if goes_back else savepoint.commit()

    with database.reading() as session:
        kinds = session.connection().execute(text("SELECT kind FROM event ORDER BY seq")).scalars().all()
    assert kinds == ["test.kept", "test.after"]


def test_a_deed_of_a_transaction_that_fails_leaves_no_event(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            invited = make_invited(session)
            record(session, "test.done", invited.organization, happened="did", actor=SYSTEM, now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert verdict_of(database).events == 0


@pytest.fixture
def run(settings: Settings, tmp_path: Path) -> Any:
    """Run `grants audit verify` on the test's database."""
    environment = {f"GRANTS_{name.upper()}": str(value) for name, value in vars(settings).items()}
    return lambda *words: CliRunner().invoke(main, ["audit", "verify", *words], env=environment)


def test_the_command_says_that_the_chain_holds_and_tells_its_head(run: Any, database: Database) -> None:
    events = write_deeds(database, 2)

    result = run("--head", events[0].hash)

    assert (result.exit_code, result.output) == (0, f"Unbroken through event 2. Head {events[1].hash}\n")


def test_the_command_names_the_changed_event_and_ends_with_status_1(run: Any, database: Database) -> None:
    write_deeds(database, 2)
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE event SET reason = 'The office moved.' WHERE seq = 1")

    result = run()

    assert (result.exit_code, result.output) == (
        1,
        "Event 1 was changed: its content does not match its hash.\n",
    )


@only_sqlite
def test_a_byte_changed_in_the_file_itself_is_found(run: Any, database: Database) -> None:
    write_deeds(database, 3)
    database.dispose()
    file = Path(make_url(database.url).database or "")
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file.write_bytes(
        file.read_bytes().replace(b"changed the address a 1. time", b"changed the address a 7. time")
    )

    assert run().exit_code == 1


@only_sqlite
def test_a_file_that_cannot_be_read_is_a_fault_and_no_stack_trace(run: Any, database: Database) -> None:
    write_deeds(database, 3)
    database.dispose()
    file = Path(make_url(database.url).database or "")
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    content = bytearray(file.read_bytes())
    content[(root - 1) * size : (root - 1) * size + 40] = b"\xff" * 40
    file.write_bytes(content)

    result = run()

    assert result.exit_code == 1
    assert result.output.startswith("The database cannot be read after event 0")
