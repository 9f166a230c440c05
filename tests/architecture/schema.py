"""Every CHECK of a database as a plain value, so that each can be tried."""

# ruff: noqa: S608  # statements are put together from names that the database itself told

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import DBAPIError

from grants.migrations.comparing import own_tables

NUMBERS = ["NULL", "-1", "0", "1", "2", "3", "100", "101", "100000000"]
WORDS = ["NULL", "''", "'x'", "'CO'", "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'"]
INSTANTS = ["NULL", "'2014-01-01T00:00:00.000000Z'", "'2015-01-01T00:00:00.000000Z'"]
DATES = ["NULL", "'2014-01-01'", "'2015-01-01'"]
MOST_TRIES = 60_000


@dataclass(frozen=True)
class Check:
    """One CHECK constraint as the database tells it."""

    table: str
    name: str
    expression: str
    columns: Mapping[str, ReflectedColumn]


def checks(engine: Engine) -> list[Check]:
    """Every CHECK of every table."""
    inspector = inspect(engine)
    found = []
    with engine.connect() as connection:
        tables = own_tables(connection)
    for table in tables:
        columns = {column["name"]: column for column in inspector.get_columns(table)}
        for each in inspector.get_check_constraints(table):
            words = set(re.findall(r"\w+", _without_strings(each["sqltext"])))
            named = {name: column for name, column in columns.items() if name in words}
            found.append(Check(table, str(each["name"]), each["sqltext"], named))
    return found


def refuses_a_row(connection: Connection, check: Check) -> bool:
    """Make a table with nothing but this CHECK and see whether it takes some rows and refuses one by name."""
    _make_table(connection, check)
    names = ", ".join(f'"{name}"' for name in check.columns)
    taken = refused = False
    for values in _rows(check):
        if taken and refused:
            break
        insert = f"INSERT INTO tried ({names}) VALUES ({values})"
        holds = _holds(connection, check, values)
        if holds and not taken:
            taken = not _insert_fails(connection, insert, check.name)
        if holds is False and not refused:
            refused = _insert_fails(connection, insert, check.name)
    connection.exec_driver_sql("DROP TABLE tried")
    return taken and refused


def _make_table(connection: Connection, check: Check) -> None:
    types = {
        name: column["type"].compile(dialect=connection.dialect) for name, column in check.columns.items()
    }
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    constraint = f'CONSTRAINT "{check.name}" CHECK ({check.expression})'
    connection.exec_driver_sql(
        _escaped(connection, f"CREATE TEMPORARY TABLE tried ({columns}, {constraint})")
    )


def _rows(check: Check) -> Iterator[str]:
    for tries, row in enumerate(product(*(_candidates(column, check) for column in check.columns.values()))):
        if tries > MOST_TRIES:
            return
        yield ", ".join(row)


def _candidates(column: ReflectedColumn, check: Check) -> Sequence[str]:
    kind = str(column["type"]).upper()
    if "TIMESTAMP" in kind or "DATETIME" in kind:
        return INSTANTS
    if kind == "DATE":
        return DATES
    if "BOOL" in kind:
        return ["NULL", "TRUE", "FALSE"]
    if "CHAR" in kind or "TEXT" in kind:
        literals = re.findall(r"'[^']*'", check.expression)
        return [*dict.fromkeys([*WORDS, *literals, *INSTANTS[1:]])]
    literals = [number for number in re.findall(r"(?<![\w.])\d+", check.expression) if len(number) < 10]
    return [*dict.fromkeys([*NUMBERS, *literals])]


def _holds(connection: Connection, check: Check, values: str) -> bool | None:
    names = ", ".join(f'"{name}"' for name in check.columns)
    types = [column["type"].compile(dialect=connection.dialect) for column in check.columns.values()]
    row = ", ".join(
        f"CAST({value} AS {type_})" for value, type_ in zip(values.split(", "), types, strict=True)
    )
    if connection.dialect.name == "sqlite":
        row = values
    query = f"WITH given({names}) AS (SELECT {row}) SELECT ({check.expression}) FROM given"
    found = connection.exec_driver_sql(_escaped(connection, query)).scalar()
    return None if found is None else bool(found)


def _insert_fails(connection: Connection, statement: str, name: str) -> bool:
    point = connection.begin_nested()
    try:
        connection.exec_driver_sql(_escaped(connection, statement))
    except DBAPIError as error:
        point.rollback()
        return name in str(error.orig)
    point.rollback()
    return False


def _escaped(connection: Connection, statement: str) -> str:
    """Spare the percent signs of a statement from psycopg, which reads them as parameters."""
    return statement if connection.dialect.name == "sqlite" else statement.replace("%", "%%")


def _without_strings(expression: str) -> str:
    return re.sub(r"'[^']*'", "", expression)
