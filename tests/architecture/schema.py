"""A database's schema as plain values, so that two of them can be compared and each CHECK tried."""

# ruff: noqa: S608  # statements are put together from names that the database itself told

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import DBAPIError

FOREIGN_TABLES = ("alembic_version", "procrastinate_")
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


def description(engine: Engine) -> dict[str, object]:
    """Describe every table of ours: columns, keys, uniques, indexes, foreign keys, CHECKs with their text."""
    inspector = inspect(engine)
    told: dict[str, object] = {}
    for table in own_tables(engine):
        told |= {
            f"{table}.{column['name']}": (repr(column["type"]), column["nullable"], column["default"])
            for column in inspector.get_columns(table)
        }
        told[f"{table} primary key"] = str(inspector.get_pk_constraint(table))
        told |= {
            f"{table} unique {each['name']}": each["column_names"]
            for each in inspector.get_unique_constraints(table)
        }
        told |= {f"{table} index {each['name']}": _index(dict(each)) for each in inspector.get_indexes(table)}
        told |= {
            f"{table} foreign key {each['name']}": str(each) for each in inspector.get_foreign_keys(table)
        }
        told |= {
            f"{table} check {each['name']}": _normal(each["sqltext"])
            for each in inspector.get_check_constraints(table)
        }
    return told


def own_tables(engine: Engine) -> list[str]:
    """Every table that is ours, in order."""
    return sorted(name for name in inspect(engine).get_table_names() if not name.startswith(FOREIGN_TABLES))


def checks(engine: Engine) -> list[Check]:
    """Every CHECK of every table."""
    inspector = inspect(engine)
    found = []
    for table in own_tables(engine):
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


def _index(index: dict[str, object]) -> str:
    given = index.get("dialect_options")
    options = {name: str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    return f"{index['column_names']} unique={bool(index['unique'])} {options}"


def _normal(expression: str) -> str:
    return " ".join(expression.split())
