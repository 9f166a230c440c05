"""The sign U+0000, which PostgreSQL keeps in no text: in an address it leads nowhere, else it is left out."""

from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import Sheet
from grants.reviews.queries import sheets
from tests.factories.reviews import NOW, make_round, open_door
from tests.plugins.people import SignedIn


@pytest.fixture
def sheet(database: Database, clock: StoppedClock) -> Sheet:
    """An empty score sheet, while its round is under review."""
    clock.put(NOW)
    with database.writing() as session:
        made = make_round(session, states={"CO": 1}, reviewers=1)
        return open_door(session, made.applications["CO-1"], made.reviewers[0])


@pytest.fixture
def reviewer(sheet: Sheet, signed_in: SignedIn) -> FlaskClient:
    """Its author."""
    return signed_in("reviewer1@panel.example")


@pytest.mark.parametrize(
    "path", ["/competitions/{}", "/reviewer/reviews/sheets/{}", "/reviewer/reviews/sheets/SHEET/score/{}"]
)
def test_an_address_with_it_leads_nowhere(reviewer: FlaskClient, sheet: Sheet, path: str) -> None:
    assert reviewer.get(path.format("budget%00").replace("SHEET", sheet.uid)).status_code == 404


def test_a_list_is_searched_without_it(client: FlaskClient) -> None:
    assert client.get("/competitions?words=a%00b&page=%00").status_code == 200


def test_a_save_with_it_keeps_everything_else(
    reviewer: FlaskClient, sheet: Sheet, database: Database
) -> None:
    typed = {"points": "7\0", "strengths": "Named\0 partners.", "weaknesses": "\0", "version": "0"}

    saved = reviewer.post(f"/reviewer/reviews/sheets/{sheet.uid}/score/budget", data=typed)

    with database.reading() as session:
        score = sheets.scores_of(session, sheet.id)["budget"]
    assert saved.status_code == 303
    assert (score.points, score.strengths, score.weaknesses) == (Decimal(7), "Named partners.", "")


def test_a_form_with_a_file_is_read_without_it(app: Flask) -> None:
    sent = {"email": "ana\0@tests.example", "file": (BytesIO(b"x"), "a.txt")}

    with app.test_request_context("/accounts/register?next=/a%00b", method="POST", data=sent) as context:
        read = context.request

        assert (read.form["email"], read.args["next"], read.files["file"].filename) == (
            "ana@tests.example",
            "/ab",
            "a.txt",
        )
