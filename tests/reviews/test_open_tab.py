"""A tab that stands open when its door closes: what it shows goes, and asking is no reading."""

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlmodel import col, select

from grants.database import Database
from grants.lifecycle.models import Reading
from grants.reviews.models import Conflict, ConflictSource
from tests.factories.reviews import NOW, Round, attach_pdf, make_round, open_door
from tests.plugins.people import BrowserOf, client_of
from tests.plugins.web import Server

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def close(database: Database, made: Round) -> None:
    """Have the system find a conflict of the first reviewer while they read."""
    with database.writing() as session:
        session.add(
            Conflict(
                person_id=made.reviewers[0].id,
                application_id=made.applications["CO-1"].id,
                competition_id=made.competition.id,
                source=ConflictSource.FOUND,
                kind="same organization",
                reason="Works at Front Works of CO.",
                noticed_at=NOW,
            )
        )


@pytest.fixture
def pdf_bytes() -> bytes:
    """A small PDF with text."""
    from grants.adapters.pdf import render

    return render("<html lang='en'><title>Proposal</title><body><h1>Technical proposal</h1></body>")


@ONE_DATABASE
def test_asking_whether_a_page_is_open_answers_its_door_and_notes_no_reading(
    database: Database, at_review: object, app: Flask
) -> None:
    with database.writing() as session:
        made = make_round(session, states={"CO": 1}, reviewers=1)
        open_door(session, made.applications["CO-1"], made.reviewers[0])
        here = f"/reviewer/reviews/applications/{made.applications['CO-1'].uid}/text"
    client = client_of(app, "reviewer1@panel.example")

    def ask() -> tuple[int, int]:
        answer = client.get(here, headers={"X-Still-Open": "?"})
        with database.reading() as session:
            noted = session.exec(select(Reading).where(col(Reading.what) == "application")).all()
        return answer.status_code, len(noted)

    assert ask() == (204, 0)
    close(database, made)
    assert ask() == (404, 0)


@ONE_DATABASE
def test_a_pdf_leaves_the_screen_when_a_conflict_closes_the_application(
    database: Database, at_review: object, server: Server, pdf_bytes: bytes, browser_of: BrowserOf
) -> None:
    with database.writing() as session:
        made = make_round(session, states={"CO": 1}, reviewers=1)
        sha256 = server.app.extensions["grants.files"].put(pdf_bytes)
        attach_pdf(session, made.applications["CO-1"], sha256, len(pdf_bytes))
        open_door(session, made.applications["CO-1"], made.reviewers[0])
    page = browser_of(server, "reviewer1@panel.example")
    page.clock.install()
    page.goto(f"{server.url}/reviewer/reviews")
    page.get_by_role("link", name="CO-1 Front").click()
    page.get_by_role("link", name="Technical proposal").click()
    expect(page.locator("[data-viewer-sheet] canvas")).to_be_visible()

    page.clock.run_for(21_000)
    expect(page.locator("[data-viewer-sheet] canvas")).to_be_visible()
    close(database, made)
    page.clock.run_for(21_000)

    expect(page.locator("#read-pane")).to_have_text(
        "This application is not open to you any more. Your program officer can say why."
    )
