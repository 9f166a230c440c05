"""Nobody reads another's scores before their own are in: a test for each way one could try.

The reader owes a score sheet on CO-1, where two others are in or not; whatever the reader opens is the
same to the byte and asks the database as often in both cases.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.clock import StoppedClock
from grants.database import Database
from grants.lifecycle.models import Event
from grants.reviews.models import Panel, Sheet
from grants.reviews.queries import sheets
from grants.reviews.services import scoring
from grants.reviews.workflow import PanelStatus
from tests.architecture import crawl
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn

HERE = "/staff/reviews/2014-NIST-MEP-01"
EMAIL = "reviewer3@panel.example"
TOTALS = ("81.625", "67.125")
"""Totals of the others, such as stand nowhere else; points of their criteria are made from them."""
WORDS = "Nobody else would put it like this."
TOKEN = re.compile(r"[\w-]{40,}\.[\w-]{6}\.[\w-]{27}")
"""The token of a form, which is another at every second."""


@dataclass
class Seen:
    """What came back: the status, the bytes without the form's token, the number of statements."""

    status: int
    body: str
    statements: int


@pytest.fixture
def owing(database: Database, at_review: StoppedClock) -> Round:
    """Three reviewers on CO-1; what two of them will submit is typed, the third one's is not submitted."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 1})
        for person, total in zip(made.reviewers, (*TOTALS, "77"), strict=True):
            fill(session, open_door(session, made.applications["CO-1"], person), spread(total))
        for row in sheets.sheets_of(session, made.competition.id)[:2]:
            for score in sheets.scores_of(session, row.id).values():
                score.strengths = WORDS
                session.add(score)
    return made


@pytest.fixture
def reviewer(owing: Round, signed_in: SignedIn) -> FlaskClient:
    """The browser of who owes the sheet and reviews only."""
    return signed_in(EMAIL)


@pytest.fixture
def officer(owing: Round, database: Database, signed_in: SignedIn) -> FlaskClient:
    """The browser of who owes the sheet and is program officer and chair as well."""
    with database.writing() as session:
        person = session.get_one(Person, owing.reviewers[2].id)
        for role in (Role.PROGRAM_OFFICER, Role.PANEL_CHAIR):
            grant_role(session, person, role, actor=SYSTEM, now=NOW)
    return signed_in(EMAIL)


def others_submit(database: Database, made: Round) -> None:
    """The two others submit."""
    with database.writing() as session:
        for seat, row in enumerate(sheets.sheets_of(session, made.competition.id)[:2], start=1):
            scoring.submit(session, made.competition, row, actor=made.reviewer(session, seat), now=NOW)


def looked(client: FlaskClient, path: str) -> Seen:
    """Open a path and keep what came back."""
    heard = crawl.Heard()
    heard.listen(client.application.extensions["grants.database"])
    answer = client.get(path)
    body = TOKEN.sub("", answer.get_data().decode("utf-8", "replace"))
    return Seen(answer.status_code, body, heard.count)


def before_and_after(client: FlaskClient, path: str, act: Callable[[], None]) -> tuple[Seen, Seen]:
    """Open a path while the others have not submitted and once they have; the first visit warms up."""
    looked(client, path)
    before = looked(client, path)
    act()
    return before, looked(client, path)


def stored_sheet(database: Database, made: Round, seat: int) -> Sheet:
    """The sheet of a reviewer on CO-1."""
    with database.reading() as session:
        rows = sheets.sheets_of(session, made.competition.id)
    return next(row for row in rows if row.person_id == made.reviewers[seat - 1].id)


def forbidden(body: str) -> list[str]:
    """Whatever of the others' sheets stands in a text."""
    return [word for word in (*TOTALS, WORDS) if word in body]


def test_by_the_reviewers_pages(reviewer: FlaskClient, owing: Round, database: Database, app: Flask) -> None:
    before = pages_of(app, reviewer)
    others_submit(database, owing)
    after = pages_of(app, reviewer)

    assert len(before) > 8
    assert after == before
    assert [path for path, body in after.items() if forbidden(body)] == []


def pages_of(app: Flask, client: FlaskClient) -> Mapping[str, str]:
    """Every page of reviewers that the reader comes by, with its status."""
    waiting = ["/reviewer/reviews", "/reviewer/reviews/panels"]
    found: dict[str, str] = {}
    while waiting:
        path = waiting.pop()
        visit = crawl.open_page(client, path, crawl.endpoint_of(app, path), "", crawl.Heard())
        found[path] = f"{visit.status} {TOKEN.sub('', visit.body)}"
        new = {link for link in crawl.links(visit) if link.startswith("/reviewer/")}
        waiting += sorted(new - found.keys() - set(waiting))
    return found


def test_by_the_panel_pages_of_staff_and_their_timing(
    officer: FlaskClient, owing: Round, database: Database
) -> None:
    with database.writing() as session:
        session.add(Panel(competition_id=owing.competition.id, state="CO"))

    before, after = before_and_after(officer, f"{HERE}/panels/CO", lambda: others_submit(database, owing))

    assert (before.status, forbidden(after.body)) == (403, [])
    assert after == before


@pytest.mark.parametrize("view", ["totals", "criteria"])
def test_by_the_live_stream_and_its_timing(
    officer: FlaskClient, owing: Round, database: Database, view: str
) -> None:
    path = f"{HERE}/panels/CO/live?view={view}"

    before, after = before_and_after(officer, path, lambda: others_submit(database, owing))

    assert before.status == 403
    assert after == before


def test_by_the_stream_as_a_reviewer(reviewer: FlaskClient, owing: Round, database: Database) -> None:
    before, after = before_and_after(
        reviewer, f"{HERE}/panels/CO/live", lambda: others_submit(database, owing)
    )

    assert before.status == 404
    assert after == before


@pytest.mark.parametrize(("status", "opened"), [(PanelStatus.WAITING, None), (PanelStatus.OPEN, NOW)])
def test_by_ones_own_live_stream_and_its_timing(
    reviewer: FlaskClient,
    owing: Round,
    database: Database,
    status: PanelStatus,
    opened: datetime | None,
) -> None:
    with database.writing() as session:
        panel = Panel(competition_id=owing.competition.id, state="CO", status=status, opened_at=opened)
        session.add(panel)
        session.flush()
        path = f"/reviewer/reviews/panels/{panel.uid}"

    before, after = before_and_after(reviewer, f"{path}/live", lambda: others_submit(database, owing))
    page = looked(reviewer, path)

    assert (before.status, page.status) == (404, 404)
    assert after == before
    assert forbidden(page.body) == []


def test_by_the_list_of_panels_and_its_timing(officer: FlaskClient, owing: Round, database: Database) -> None:
    before, after = before_and_after(officer, f"{HERE}/panels", lambda: others_submit(database, owing))

    assert before.status == 200
    assert after == before


@pytest.mark.parametrize("deed", ["open", "close", "reopen", "call"])
def test_by_what_a_deed_of_the_panel_refuses(
    officer: FlaskClient, owing: Round, database: Database, deed: str
) -> None:
    before = officer.post(f"{HERE}/panels/CO/{deed}").status_code
    others_submit(database, owing)
    after = officer.post(f"{HERE}/panels/CO/{deed}")

    assert (before, after.status_code) == (403, 403)
    assert "Provisional" not in after.get_data(as_text=True)


@pytest.mark.parametrize("path", ["ranking", "ranking/CO"])
def test_by_the_ranking(officer: FlaskClient, owing: Round, database: Database, path: str) -> None:
    before, after = before_and_after(officer, f"{HERE}/{path}", lambda: others_submit(database, owing))

    assert forbidden(after.body) == []
    assert after == before


def test_by_the_comments_side_by_side(officer: FlaskClient, owing: Round, database: Database) -> None:
    path = f"/staff/reviews/panels/applications/{owing.applications['CO-1'].uid}"

    before, after = before_and_after(officer, path, lambda: others_submit(database, owing))

    assert before.status == 403
    assert after == before


def test_by_a_score_sheet_itself(officer: FlaskClient, owing: Round, database: Database) -> None:
    other = stored_sheet(database, owing, 1)
    others_submit(database, owing)

    assert officer.get(f"/staff/reviews/sheets/{other.uid}").status_code == 403
    assert officer.get(f"/reviewer/reviews/sheets/{other.uid}/check").status_code == 404


def test_by_the_export(officer: FlaskClient, owing: Round, database: Database) -> None:
    before, after = before_and_after(officer, f"{HERE}/scores.xlsx", lambda: others_submit(database, owing))

    assert before.status == 403
    assert after == before


def test_by_what_a_save_answers_to_the_script(
    reviewer: FlaskClient, owing: Round, database: Database
) -> None:
    own = stored_sheet(database, owing, 3)
    others_submit(database, owing)

    answer = reviewer.post(
        f"/reviewer/reviews/sheets/{own.uid}/score/budget",
        data={"points": "12", "strengths": "Mine.", "version": "1"},
        headers={"X-Requested-With": "fetch"},
    )

    assert answer.status_code == 200
    protocol = {"kind", "person", "stored", "clashes", "others", "findings", "difference", "message"}
    assert set(answer.get_json()) - protocol <= {"version", "saved", "total", "given", "out_of"}
    assert answer.get_json()["others"] == {}
    assert forbidden(answer.get_data(as_text=True)) == []


def test_by_the_event_log(officer: FlaskClient, owing: Round, database: Database) -> None:
    others_submit(database, owing)

    bodies = [
        officer.get(path).get_data(as_text=True)
        for path in ("/staff/home/events", "/staff/home/events?kind=sheet.submit", f"{HERE}/progress")
    ]

    assert "submitted the score sheet" in bodies[0]
    assert [forbidden(body) for body in bodies] == [[], [], []]


def test_by_what_the_event_log_stores(owing: Round, database: Database) -> None:
    others_submit(database, owing)

    with database.reading() as session:
        told = submissions(session)

    assert [set(event.facts) for event in told] == [{"version", "sha256", "phase"}] * 2


def submissions(session: Session) -> list[Event]:
    """The events of submitted sheets."""
    return list(session.exec(select(Event).where(col(Event.kind) == "sheet.submit")).all())


def test_by_the_event_log_as_a_reviewer(reviewer: FlaskClient, owing: Round) -> None:
    assert reviewer.get("/staff/home/events").status_code == 404


def test_by_search(officer: FlaskClient, owing: Round, database: Database) -> None:
    others_submit(database, owing)

    for words in ("CO-1", "Amir", TOTALS[0]):
        body = officer.get("/staff/home/search", query_string={"words": words}).get_data(as_text=True)
        assert forbidden(body.replace(words, "")) == []
