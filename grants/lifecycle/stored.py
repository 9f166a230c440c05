"""Rows as they lie in the database, so that even a change that reads as the same value is seen."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Column, Dialect, Label, RowMapping, Select, Table, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

Row = TypeVar("Row", bound=SQLModel)
BATCH = 1000


class NotAsWritten(ValueError):
    """A value is not what we would store for it."""


def stored_rows(session: Session, kind: type[Row]) -> Iterator[tuple[int, Row | None]]:
    """Yield every row by its id, in bounded memory; None for one that is not as we write rows.

    On SQLite, where a value is text or a number, each must be what we would store for it:
    “2014-09- 1” and “2014-09-01” read as the same day. The rows belong to no session.
    """
    table: Table = kind.__table__  # type: ignore[attr-defined]  # SQLModel gives it to every table
    after = 0
    while batch := session.connection().scalars(_ids(table, after)).all():
        raw = _raw_rows(session, table, batch[0], batch[-1])
        for number in batch:
            yield number, _decoded(session, kind, table, raw.get(number))
        after = batch[-1]


def _ids(table: Table, after: int) -> Select[int]:
    return select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(BATCH)


def _raw_rows(session: Session, table: Table, first: int, last: int) -> Mapping[int, RowMapping]:
    """Read the rows of a batch untouched; one that the database itself cannot read is left out."""
    columns: list[Label[Any]] = [
        literal_column(f'"{column.name}"').label(column.name) for column in table.columns
    ]
    rows = select(*columns).select_from(table).where(table.c.id.between(first, last))
    try:
        return {row["id"]: row for row in session.connection().execute(rows).mappings()}
    except DBAPIError:
        if first == last:
            return {}
        middle = (first + last) // 2
        return {**_raw_rows(session, table, first, middle), **_raw_rows(session, table, middle + 1, last)}


def _decoded(session: Session, kind: type[Row], table: Table, raw: RowMapping | None) -> Row | None:
    if raw is None:
        return None
    dialect = session.connection().dialect
    try:
        return kind(**{column.name: _value(column, raw[column.name], dialect) for column in table.columns})
    except (ValueError, TypeError):
        return None


def _value(column: Column[Any], raw: object, dialect: Dialect) -> object:
    kind = column.type.dialect_impl(dialect)
    decode, encode = kind.result_processor(dialect, None), kind.bind_processor(dialect)
    value = decode(raw) if decode else raw
    if dialect.name == "sqlite":
        again = encode(value) if encode else value
        if isinstance(raw, bytes) or type(again) is not type(raw) or again != raw:
            raise NotAsWritten(column.name)
    return value
