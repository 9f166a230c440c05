"""A round in the test's database, and people signed in on its pages."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from grants.clock import StoppedClock
from grants.database import Database
from tests.factories.reviews import NOW


@pytest.fixture
def at_review(clock: StoppedClock) -> StoppedClock:
    """The clock, put into the weeks of review."""
    clock.put(NOW)
    return clock


@pytest.fixture
def stored(database: Database, at_review: StoppedClock) -> Iterator[Session]:
    """A write transaction of the database that the pages read; commit it by leaving the test's block."""
    with database.writing() as session:
        yield session
