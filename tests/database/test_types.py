"""What is stored comes back the same on both databases, and what is not a value never goes in."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from grants.database import Database, Document, Instant, Money, Points

TABLE = Table(
    "tried",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("money", Money),
    Column("points", Points),
    Column("instant", Instant),
    Column("document", Document),
)
many = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def stored(database: Database, **values: Any) -> Any:
    """Store one value in a table of its own that is taken back, and return what is read."""
    with database.engine.connect() as connection:
        TABLE.create(connection)
        number = connection.execute(insert(TABLE).values(**values).returning(TABLE.c.id)).scalar_one()
        row = connection.execute(select(TABLE).where(TABLE.c.id == number)).mappings().one()
        connection.rollback()
    return row[next(iter(values))]


@many
@given(cents=st.integers(-(10**17) + 1, 10**17 - 1))
def test_money_comes_back_to_the_cent(database: Database, cents: int) -> None:
    assert stored(database, money=cents) == cents


@many
@given(points=st.decimals(-999_999, 999_999, places=3))
def test_points_come_back_exactly(database: Database, points: Decimal) -> None:
    assert stored(database, points=points) == points


@many
@given(instant=st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # Hypothesis adds the zone
def test_instants_come_back_to_the_microsecond(database: Database, instant: datetime) -> None:
    assert stored(database, instant=instant) == instant


def test_an_instant_of_another_zone_is_the_same_instant(database: Database) -> None:
    there = datetime(2014, 10, 15, 23, 59, tzinfo=timezone(timedelta(hours=-4)))

    back = stored(database, instant=there)

    assert (back, back.tzinfo) == (there, UTC)


def test_points_are_read_without_trailing_zeros(database: Database) -> None:
    assert [str(stored(database, points=Decimal(text))) for text in ("7.500", "10.000", "0")] == [
        "7.5",
        "10",
        "0",
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("money", 1.5),
        ("money", Decimal("1.50")),
        ("money", True),
        ("money", "150"),
        ("points", Decimal("1.2345")),
        ("instant", datetime(2014, 10, 15, 23, 59)),  # noqa: DTZ001  # that is the point
    ],
)
def test_what_is_not_a_value_does_not_go_in(database: Database, column: str, value: object) -> None:
    with pytest.raises(StatementError):
        stored(database, **{column: value})


@pytest.mark.parametrize("column", ["money", "points", "instant", "document"])
def test_nothing_comes_back_as_nothing(database: Database, column: str) -> None:
    assert stored(database, **{column: None}) is None


def test_a_document_comes_back_whole(database: Database) -> None:
    document = {"name": "Zoë “Front Range”", "rows": [1, 2, {"deep": None}], "yes": True}

    assert stored(database, document=document) == document


def test_instants_sort_as_time_does(database: Database) -> None:
    first = datetime(2014, 10, 15, 3, 59, 59, 999_999, tzinfo=UTC)
    with database.engine.connect() as connection:
        TABLE.create(connection)
        for microseconds in (1, 0, 10, 9, 100):
            connection.execute(insert(TABLE).values(instant=first + timedelta(microseconds=microseconds)))
        rows = list(connection.execute(select(TABLE.c.instant).order_by(TABLE.c.instant)).scalars())
        connection.rollback()

    assert rows == sorted(rows)
