"""The ground under the tests itself: one database for each test, a clock, a site that answers."""

from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import text

from grants.clock import StoppedClock
from grants.config import Settings
from grants.database import Database
from grants.lifecycle.models import Installation
from grants.web import assets
from tests.plugins.databases import START
from tests.plugins.web import Server


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_a_database_without_rows_of_others(database: Database, turn: int) -> None:
    with database.writing() as session:
        house = session.get(Installation, 1)
        assert house is not None
        before = house.notes
        house.notes = {"turn": turn}

    assert before == {}


def test_app_and_test_use_the_same_database(app: Flask, settings: Settings, database: Database) -> None:
    assert app.extensions["grants.database"].url == settings.database_url == database.url


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_site_answers_on_the_loopback_address(server: Server) -> None:
    with urlopen(f"{server.url}{assets.address()}/vendor/uswds/LICENSE.md") as answer:  # noqa: S310  # our own address
        assert answer.status == 200


def test_the_clock_stands_still(clock: StoppedClock) -> None:
    assert clock.now() == clock.now()


def test_a_reading_session_refuses_to_write(database: Database) -> None:
    with database.reading() as session:
        assert session.connection().execute(text("SELECT 1")).scalar() == 1
        session.add(Installation(id=2, mode="test", made_at=START))
        with pytest.raises(RuntimeError, match="asked to write"):
            session.flush()
