"""The pages of reviews in a real browser: pictures at both widths, axe, and without script."""

import pytest
from playwright.sync_api import expect

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.database import Database
from grants.reviews.models import Conflict, ConflictSource
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from tests.factories.reviews import NOW, Round, attach_pdf, fill, make_round, open_door, spread
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

HERE = "/staff/reviews/2014-NIST-MEP-01"
FIRST = {"CO-1": (88, 79, 84), "CO-2": (85, 90, 71), "CO-3": (74, 80, 77), "CO-4": (60, 66, 67)}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def scored(database: Database, at_review: object, server: Server, pdf_bytes: bytes) -> Round:
    """Colorado scored and its panel open; New Hampshire assigned; the officer and the chair have accounts."""
    files = server.app.extensions["grants.files"]
    with database.writing() as session:
        made = make_round(session, states={"CO": 4, "NH": 2}, reviewers=4)
        for actor, role in ((made.officer, Role.PROGRAM_OFFICER), (made.chair, Role.PANEL_CHAIR)):
            grant_role(session, session.get_one(Person, actor.person_id), role, actor=SYSTEM, now=NOW)
        sha256 = files.put(pdf_bytes)
        attach_pdf(session, made.applications["NH-1"], sha256, len(pdf_bytes))
        for number, totals in FIRST.items():
            for seat, total in enumerate(totals, start=1):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, spread(total))
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
        for seat in (1, 2):
            sheet = open_door(session, made.applications["NH-1"], made.reviewers[seat - 1])
            open_door(session, made.applications["NH-2"], made.reviewers[seat - 1], answered=False)
        session.add(
            Conflict(
                person_id=made.reviewers[3].id,
                application_id=made.applications["NH-2"].id,
                competition_id=made.competition.id,
                source=ConflictSource.FOUND,
                kind="same organization",
                reason="Works at Mesa Works of NH.",
                noticed_at=NOW,
            )
        )
        chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
    return made


@pytest.fixture
def pdf_bytes() -> bytes:
    """A small PDF with text."""
    from grants.adapters.pdf import render

    return render(
        "<html lang='en'><title>Proposal</title><body><h1>Technical proposal</h1><p>Outreach.</p></body>"
    )


@ONE_DATABASE
def test_pictures_of_the_reviewers_pages(
    scored: Round,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "reviewer1@panel.example")
    page.goto(f"{server.url}/reviewer/reviews")
    picture(page, "reviews-index")
    assert_accessible(page)
    page.get_by_role("link", name="Check conflicts for 1 application").click()
    picture(page, "reviews-conflict")
    assert_accessible(page)
    page.goto(f"{server.url}/reviewer/reviews")
    page.get_by_role("link", name="NH-1 Front").click()
    picture(page, "reviews-sheet")
    assert_accessible(page)
    page.get_by_role("link", name="Technical proposal").click()
    expect(page.locator("[data-viewer-sheet] canvas")).to_be_visible()
    picture(page, "reviews-sheet-pdf")
    assert_accessible(page)
    page.get_by_role("link", name="Check and submit").click()
    picture(page, "reviews-check")
    assert_accessible(page)
    for name, path in (
        ("panels", "/reviewer/reviews/panels"),
        ("declarations", "/reviewer/reviews/declarations"),
        ("compare", f"/reviewer/reviews/compare/{scored.competition.number}"),
        ("found-conflict", f"/reviewer/reviews/applications/{scored.applications['NH-1'].uid}/conflict"),
    ):
        page.goto(f"{server.url}{path}")
        picture(page, f"reviews-{name}")
        assert_accessible(page)
    page.goto(f"{server.url}/reviewer/reviews/panels")
    page.get_by_role("link", name="Colorado, 2014-NIST-MEP-01").click()
    picture(page, "reviews-own-panel")
    assert_accessible(page)


@ONE_DATABASE
def test_pictures_of_the_staff_pages(
    scored: Round,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "officer@agency.example")
    discussion = f"/staff/reviews/panels/applications/{scored.applications['CO-2'].uid}"
    for name, path in (
        ("staff-index", "/staff/reviews"),
        ("pool", f"{HERE}/pool"),
        ("invite", f"{HERE}/invite"),
        ("conflicts", f"{HERE}/conflicts"),
        ("assign", f"{HERE}/assign"),
        ("propose", f"{HERE}/propose"),
        ("progress", f"{HERE}/progress"),
        ("panels", f"{HERE}/panels"),
        ("panel", f"{HERE}/panels/CO?order=spread"),
        ("panel-criteria", f"{HERE}/panels/CO?view=criteria"),
        ("discussion", discussion),
        ("close", f"{HERE}/panels/CO/close"),
        ("ranking", f"{HERE}/ranking"),
        ("ranking-state", f"{HERE}/ranking/CO"),
    ):
        page.goto(f"{server.url}{path}")
        picture(page, f"reviews-{name}")
        assert_accessible(page)


@ONE_DATABASE
def test_a_sheet_is_filled_and_submitted_without_script(
    scored: Round, server: Server, browser_of: BrowserOf
) -> None:
    page = browser_of(server, "reviewer1@panel.example", java_script_enabled=False)
    page.goto(f"{server.url}/reviewer/reviews")
    page.get_by_role("link", name="NH-1 Front").click()
    for _number in range(8):
        page.get_by_label("Points, of").fill("8")
        page.get_by_label("Strengths").fill("Named partners.")
        page.get_by_label("Weaknesses").fill("Fees untested.")
        page.get_by_role("button", name="Save and").click()
    page.get_by_role("link", name="Submit score sheet").click()
    page.get_by_role("button", name="Submit 64 of 100 points").click()

    expect(page.get_by_text("Score sheet submitted.")).to_be_visible()
