"""A clean database for each test: on SQLite a copy of a template, on PostgreSQL one that is emptied."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlmodel import Session

from grants.clock import StoppedClock
from grants.config import Mode
from grants.database import Database, metadata
from grants.migrations import schema as models
from grants.migrations.running import mark
from tests.plugins.cluster import database_url_of
from tests.plugins.effort import THOROUGH

START = datetime(2014, 9, 1, 13, 0, tzinfo=UTC)
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


ALL_ROWS = {"races", "database", "architecture"}
"""Folders of tests in which every row of a table of parameters may meet PostgreSQL otherwise than SQLite."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a usual run take the first row of a table of parameters to PostgreSQL; SQLite sees every row."""
    if THOROUGH or config.getoption("keyword") or any("[" in word for word in config.args):
        return
    first: dict[str, tuple[int, ...]] = {}
    rows = [item for item in items if isinstance(item, pytest.Function) and _is_row_for_postgresql(item)]
    for item in rows:
        first[_test_of(item)] = min(first.get(_test_of(item), _row_of(item)), _row_of(item))
    left_out = {item for item in rows if _row_of(item) != first[_test_of(item)]}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _is_row_for_postgresql(item: pytest.Function) -> bool:
    return (
        hasattr(item, "callspec")
        and item.callspec.params.get("database_url") == "postgresql"
        and not ALL_ROWS & set(item.path.parts)
    )


def _row_of(item: pytest.Function) -> tuple[int, ...]:
    return tuple(number for _name, number in sorted(item.callspec.indices.items()))


def _test_of(item: pytest.Function) -> str:
    return item.nodeid.partition("[")[0]


def build_schema(url: str) -> None:
    """Make every table of the models in an empty database, marked as one for tests.

    tests/architecture/test_schema.py holds that the migrations make the same.
    """
    models.load()
    database = Database(url)
    metadata.create_all(database.engine)
    with database.writing() as session:
        mark(session, Mode.TEST, now=START)
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the whole schema and no rows."""
    path = tmp_path_factory.mktemp("template") / "grants.sqlite"
    build_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_names(cluster: Path, worker_id: str) -> Callable[[], str]:
    """Give names for new databases, one after the other, unique in the run."""
    counter = iter(range(1_000_000))

    def name() -> str:
        return f"{worker_id}_{next(counter)}"

    return name


@pytest.fixture(scope="session")
def postgresql_database(cluster: Path, postgresql_names: Callable[[], str]) -> str:
    """The address of this worker's database with the whole schema; each test leaves it empty."""
    name = postgresql_names()
    administer(cluster, f'CREATE DATABASE "{name}"')
    build_schema(database_url_of(cluster, name))
    return database_url_of(cluster, name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a clean database at the head of the schema; the test runs once on each kind.

    Choose one kind with `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
    """
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'grants.sqlite')}"
    else:
        url: str = request.getfixturevalue("postgresql_database")
        yield url
        empty(url)


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A second database of the same kind without any table, for tests of migrations."""
    if database_url.startswith("sqlite"):
        urls: Iterator[str] = iter([f"sqlite:///{tmp_path / 'empty.sqlite'}"])
    else:
        name = request.getfixturevalue("postgresql_names")()
        urls = copied_database(request.getfixturevalue("cluster"), "template0", name)
    for url in urls:
        database = Database(url)
        yield database
        database.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The open database of this test."""
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One write transaction, committed when the test ends; for tests of services without pages."""
    with database.writing() as session:
        yield session


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that stands at September 1, 2014, 9:00 a.m. EDT until the test puts it elsewhere."""
    return StoppedClock(START)


EMPTY = """
DO $$
DECLARE each record; has_rows boolean;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', each.tablename) INTO has_rows;
    IF has_rows THEN EXECUTE format('DELETE FROM %I', each.tablename); END IF;
  END LOOP;
  FOR each IN SELECT sequencename FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', each.sequencename);
  END LOOP;
END $$
"""


def empty(url: str) -> None:
    """Delete every row of a database on PostgreSQL and mark it anew; a copy for each test takes seconds."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(EMPTY)
    database = Database(url)
    with database.writing() as session:
        mark(session, Mode.TEST, now=START)
    database.dispose()


def copied_database(folder: Path, template: str, name: str) -> Iterator[str]:
    """Make a database from a template, give its address, and drop it."""
    administer(folder, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield database_url_of(folder, name)
    administer(folder, f'DROP DATABASE "{name}" WITH (FORCE)')


def administer(folder: Path, statement: str) -> None:
    """Run one statement outside a transaction in the cluster's own database."""
    with psycopg.connect(f"host={folder} user=grants dbname=postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
