"""Migrations equal the models on both databases, and no CHECK is there in vain."""

import pytest

from grants.database import Database, metadata
from grants.migrations import schema as models
from grants.migrations.comparing import Description, description, differences, own_tables
from grants.migrations.running import is_current, upgrade
from tests.architecture import house, schema

MIGRATIONS = sorted((house.ROOT / "grants" / "migrations" / "versions").glob("*.py"))


def test_migrations_from_nothing_to_head_equal_the_models(
    empty_database: Database, database: Database
) -> None:
    upgrade(empty_database)

    assert is_current(empty_database)
    assert differences(empty_database) == []
    assert _described(empty_database) == _described(database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_table_belongs_to_a_slice_that_was_loaded(database: Database) -> None:
    models.load()

    with database.engine.connect() as connection:
        assert own_tables(connection) == sorted(metadata.tables)


def test_every_check_takes_some_row_and_refuses_another_by_its_name(database: Database) -> None:
    with database.engine.connect() as connection:
        vain = [
            f"{check.table}: {check.name}"
            for check in schema.checks(database.engine)
            if not schema.refuses_a_row(connection, check)
        ]

    assert vain == []


def test_every_constraint_has_a_name(database: Database) -> None:
    nameless = [name for table in _described(database).values() for name in table if " None of " in name]

    assert nameless == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_obeys_foreign_keys_and_writes_ahead(database: Database) -> None:
    with database.engine.connect() as connection:
        answers = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("foreign_keys", "journal_mode")
        ]

    assert answers == [1, "wal"]


def _described(database: Database) -> dict[str, Description]:
    with database.engine.connect() as connection:
        return description(connection)
