"""How much a page of reviews asks of the database: bounded, and the same at one row as at three."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from grants.database import Database
from grants.reviews.models import Sheet
from tests.factories.reviews import Round, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn

MOST = 10


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements sent to the database."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def reading(
    database: Database, app: object, at_review: object, signed_in: SignedIn
) -> tuple[FlaskClient, Sheet]:
    """A reviewer signed in, with three applications, one sheet half filled."""
    with database.writing() as session:
        made: Round = make_round(session, states={"CO": 3}, reviewers=1)
        rows = [open_door(session, one, made.reviewers[0]) for one in made.applications.values()]
        fill(session, rows[0], dict(list(spread(80).items())[:4]))
    return signed_in("reviewer1@panel.example"), rows[0]


def of_app(client: FlaskClient) -> Database:
    """The database of the client's app."""
    database: Database = client.application.extensions["grants.database"]
    return database


def test_a_review_page_asks_at_most_ten_times(reading: tuple[FlaskClient, Sheet]) -> None:
    client, sheet = reading
    path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
    client.get(path)

    with counted(of_app(client)) as said:
        assert client.get(path).status_code == 200

    assert len(said) <= MOST, said


def test_a_save_asks_at_most_ten_times(reading: tuple[FlaskClient, Sheet]) -> None:
    client, sheet = reading
    path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
    fetch = {"X-Requested-With": "fetch"}
    client.post(path, data={"points": "12", "version": "0"}, headers=fetch)

    with counted(of_app(client)) as said:
        answer = client.post(path, data={"points": "11", "version": "1"}, headers=fetch)

    assert answer.status_code == 200
    assert len(said) <= MOST, said
