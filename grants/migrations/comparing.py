"""Comparing a database with the models: every table, column, index, key and CHECK, by name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Inspector, create_engine, inspect

from grants.database import Database
from grants.migrations import schema

FOREIGN_TABLES = ("alembic_version", "procrastinate_")
"""Tables that are not described by our models."""

MISSING = "is missing"
STRANGE = "is not one of ours"
Description = dict[str, object]


def differences(database: Database) -> list[str]:
    """Name everything in which this database is not what the models say, a sentence each.

    The number of the newest migration says only which files ran. A hand that altered a table, a restore that
    stopped half-way or a CHECK that was dropped for a night show nowhere else.
    """
    with database.engine.connect() as connection:
        found = description(connection)
    with _as_the_models_say(database) as (connection, name):
        wanted = description(connection, name)
    told = []
    for table in sorted(found.keys() | wanted.keys()):
        if table not in found or table not in wanted:
            told.append(f"table {table}: {MISSING if table in wanted else STRANGE}")
            continue
        told += _between(found[table], wanted[table])
    return told


def description(connection: Connection, name: str | None = None) -> dict[str, Description]:
    """Describe each table of ours: columns, keys, uniques, indexes, foreign keys, CHECKs with their text.

    `name` is the database's own schema in which to look, where it is not the usual one.
    """
    inspector = inspect(connection)
    return {table: _table(inspector, table, name) for table in own_tables(connection, name)}


def own_tables(connection: Connection, name: str | None = None) -> list[str]:
    """Every table that is ours, in order."""
    inspector = inspect(connection)
    found = inspector.get_table_names() if name is None else inspector.get_temp_table_names()
    return sorted(table for table in found if not table.startswith(FOREIGN_TABLES))


def _table(inspector: Inspector, table: str, name: str | None) -> Description:
    told: Description = {f"primary key of {table}": str(inspector.get_pk_constraint(table, name))}
    for column in inspector.get_columns(table, name):
        facts = (repr(column["type"]), column["nullable"], _plain(column["default"]))
        told[f"column {table}.{column['name']}"] = facts
    for unique in inspector.get_unique_constraints(table, name):
        told[f"unique {unique['name']} of {table}"] = unique["column_names"]
    for index in inspector.get_indexes(table, name):
        if "duplicates_constraint" not in index:
            told[f"index {index['name']} of {table}"] = _index(dict(index))
    for key in inspector.get_foreign_keys(table, name):
        told[f"foreign key {key['name']} of {table}"] = _key(dict(key))
    for check in inspector.get_check_constraints(table, name):
        told[f"check {check['name']} of {table}"] = _rule(check["sqltext"])
    return told


@contextmanager
def _as_the_models_say(database: Database) -> Iterator[tuple[Connection, str | None]]:
    """Lay the models' tables where nobody sees them, and give the connection and the schema they stand in.

    PostgreSQL keeps a CHECK in its own spelling, so the models are spelled by the same server: as temporary
    tables in a transaction that is rolled back.
    """
    schema.load()
    if database.is_sqlite:
        memory = create_engine("sqlite://")
        schema.metadata.create_all(memory)
        with memory.connect() as connection:
            yield connection, None
        memory.dispose()
        return
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL search_path TO pg_temp")
        schema.metadata.create_all(connection, checkfirst=False)
        name = connection.exec_driver_sql(
            "SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()"
        ).scalar_one()
        yield connection, str(name)
        connection.rollback()


def _between(found: Description, wanted: Description) -> Iterator[str]:
    for name in sorted(found.keys() | wanted.keys()):
        if name not in found:
            yield f"{name}: {MISSING}"
        elif name not in wanted:
            yield f"{name}: {STRANGE}"
        elif found[name] != wanted[name]:
            yield f"{name}: is {found[name]}, should be {wanted[name]}"


def _plain(default: object) -> str | None:
    """Spell a default without the schema in which its sequence stands."""
    return None if default is None else re.sub(r"nextval\('(?:[\w\"]+\.)?", "nextval('", str(default))


def _rule(text: str) -> str:
    """Spell a CHECK in one way: PostgreSQL casts words elsewhere once a dump was restored."""
    return " ".join(re.sub(r"::(?:character varying|text)\b(?:\[\])?", "", text).split())


def _index(index: dict[str, object]) -> str:
    given = index.get("dialect_options")
    options = {name: str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    return f"{index['column_names']} unique={bool(index['unique'])} {options}"


def _key(key: dict[str, object]) -> str:
    columns = f"{key['constrained_columns']} to {key['referred_table']} {key['referred_columns']}"
    return f"{columns} {key.get('options') or {}}"
