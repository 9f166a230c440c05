"""The live panel in two browsers: one watches, another revises; pause, a closed panel, pictures, axe."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.queries import panels
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from grants.web.streams import MOST
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

PANEL = "/staff/reviews/2014-NIST-MEP-01/panels/CO"
FIRST = {"CO-1": (84, 88, 79), "CO-2": (81, 89, 71), "CO-3": (74, 80, 77), "CO-4": (60, 66, 67)}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def called(database: Database, at_review: StoppedClock, server: Server) -> Round:
    """Colorado's panel is open, with three finalists; the officer and the chair have accounts."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 4}, reviewers=3)
        for actor, role in ((made.officer, Role.PROGRAM_OFFICER), (made.chair, Role.PANEL_CHAIR)):
            grant_role(session, session.get_one(Person, actor.person_id), role, actor=SYSTEM, now=NOW)
        for number, totals in FIRST.items():
            for seat, total in enumerate(totals, start=1):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, spread(total))
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
        chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
    return made


def cell(made: Round, number: str, seat: str, key: str = "") -> str:
    """The id of a cell of the matrix."""
    uid = made.applications[number].uid
    return f"#cell-{uid}-{key}-{seat}" if key else f"#cell-{uid}-{seat}"


def revise(page: Page, server: Server, points: str) -> None:
    """Reviewer 3 revises the last criterion of Mesa Works on the pages; the total moves by as much."""
    page.goto(f"{server.url}/reviewer/reviews/panels")
    page.get_by_role("link", name="Colorado, 2014-NIST-MEP-01").click()
    page.get_by_role("link", name="Revise, or let my scores stand on CO-2").click()
    page.get_by_role("link", name="Quality of the financial plan").first.click()
    page.get_by_label("Points, of 15").fill(points)
    page.get_by_label("Why the points changed").fill("The fee model became plain in the call.")
    page.get_by_role("button", name="Save and").click()
    page.get_by_role("link", name="Submit score sheet").click()  # not "Check and submit" of the page before
    page.get_by_role("button", name=re.compile(r"^Submit \d+")).click()
    expect(page.get_by_text("Score sheet submitted.")).to_be_visible()


@ONE_DATABASE
def test_a_revision_lands_in_the_cell_of_whoever_watches_without_a_reload(
    called: Round, server: Server, browser_of: BrowserOf, at_review: StoppedClock
) -> None:
    watching = browser_of(server, "chair@agency.example")
    watching.goto(f"{server.url}{PANEL}")
    expect(watching.locator("[data-stream-state]")).to_have_text("Live")
    expect(watching.locator(cell(called, "CO-2", "R3"))).to_have_text("71 ◆ far")
    watching.evaluate("window.stays = true")
    at_review.put(NOW + timedelta(minutes=42, seconds=10))

    revise(browser_of(server, "reviewer3@panel.example"), server, "14.8")

    changed = watching.locator(cell(called, "CO-2", "R3"))
    expect(changed).to_have_text("from 71 → to 75")
    expect(changed).to_have_class(re.compile("heat--changed"))
    expect(watching.locator(f"#mean-{called.applications['CO-2'].uid}")).to_have_text("81.67")
    expect(watching.locator(f"#spread-{called.applications['CO-2'].uid}")).to_have_text("14")
    expect(watching.locator("#last-change")).to_have_text("9:42:10 a.m. EST")
    expect(watching.locator("#lacking")).to_contain_text("CO-2: Amir Fox and Beth Boyd have neither")
    expect(watching.locator("[data-stream-spoken]")).to_have_text("Chen Chu, Mesa Works of CO, 71 to 75")
    assert watching.evaluate("window.stays") is True


@ONE_DATABASE
def test_who_pauses_sees_nothing_move_and_catches_up_afterwards(
    called: Round, server: Server, browser_of: BrowserOf, database: Database
) -> None:
    watching = browser_of(server, "officer@agency.example")
    watching.goto(f"{server.url}{PANEL}?view=criteria")
    expect(watching.locator("[data-stream-state]")).to_have_text("Live")
    watching.get_by_role("button", name="Pause live changes").click()
    expect(watching.locator("[data-stream-state]")).to_have_text("Paused")
    expect(watching.get_by_role("link", name="Refresh")).to_be_visible()

    revise(browser_of(server, "reviewer3@panel.example"), server, "14.8")

    place = watching.locator(cell(called, "CO-2", "R3", "financial_plan"))
    expect(place).to_have_text("10.8")
    watching.get_by_role("button", name="Resume live changes").click()
    expect(place).to_have_text("from 10.8 → to 14.8")
    expect(watching.locator("[data-stream-spoken]")).to_have_text(re.compile("plan .* 10.8 to 14.8"))


@ONE_DATABASE
def test_the_page_says_that_another_closed_the_panel(
    called: Round, server: Server, browser_of: BrowserOf, database: Database
) -> None:
    watching = browser_of(server, "officer@agency.example")
    watching.goto(f"{server.url}{PANEL}")
    expect(watching.locator("[data-stream-state]")).to_have_text("Live")

    close(database, called)

    expect(watching.locator("[data-stream-stale]")).to_have_text(
        "The panel was closed. Refresh to see the newest state."
    )
    expect(watching.locator("[data-stream-state]")).to_have_text("Not live")
    watching.get_by_role("link", name="Refresh").click()
    expect(watching.get_by_role("link", name="Open the panel again")).to_be_visible()
    expect(watching.locator("[data-stream]")).to_have_count(0)


@ONE_DATABASE
def test_the_seventeenth_page_of_a_server_offers_a_refresh(
    called: Round, server: Server, browser_of: BrowserOf
) -> None:
    places = server.app.extensions["grants.streams"]
    taken = [places.enter("staff", number) for number in range(MOST)]
    page = browser_of(server, "officer@agency.example")

    page.goto(f"{server.url}{PANEL}")

    expect(page.locator("[data-stream-state]")).to_have_text("Not live")
    expect(page.locator("[data-stream-stale]")).to_have_text(
        "New changes do not arrive on this page. Refresh to see the newest state."
    )
    taken[0]()
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("[data-stream-state]")).to_have_text("Live")
    for leave in taken:
        leave()


@ONE_DATABASE
def test_without_script_a_link_refreshes(called: Round, server: Server, browser_of: BrowserOf) -> None:
    page = browser_of(server, "officer@agency.example", java_script_enabled=False)
    page.goto(f"{server.url}{PANEL}?view=criteria&order=spread")

    expect(page.locator("[data-stream-state]")).to_have_text("Not live")
    expect(page.get_by_role("button", name="Pause live changes")).to_be_hidden()
    page.get_by_role("link", name="Refresh").click()

    assert page.url.endswith("/panels/CO?view=criteria&order=spread")


@ONE_DATABASE
def test_pictures_of_the_panel(
    called: Round,
    server: Server,
    browser_of: BrowserOf,
    database: Database,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page, narrow = browser_of(server, "chair@agency.example"), browser_of(server, "officer@agency.example")
    narrow.set_viewport_size({"width": 360, "height": 900})
    for name, path in (("panel-live", PANEL), ("panel-live-criteria", f"{PANEL}?view=criteria")):
        for one in (page, narrow):
            one.goto(f"{server.url}{path}")
            expect(one.locator("[data-stream-state]")).to_have_text("Live")
        if name == "panel-live":
            revise(browser_of(server, "reviewer3@panel.example"), server, "14.8")
            for one in (page, narrow):
                expect(one.locator(cell(called, "CO-2", "R3"))).to_have_text("from 71 → to 75")
        picture(page, name)
        assert_accessible(page)
        assert_accessible(narrow)
        assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page = browser_of(server, "reviewer1@panel.example")
    page.goto(f"{server.url}/reviewer/reviews/panels")
    page.get_by_role("link", name="Colorado, 2014-NIST-MEP-01").click()
    expect(page.get_by_text("from 71 → to 75")).to_be_visible()
    picture(page, "panel-own")
    assert_accessible(page)


def close(database: Database, made: Round) -> None:
    """The chair closes, with a reason for what is left open."""
    with database.writing() as session:
        panel = panels.panel_of(session, made.competition.id, "CO")
        assert panel is not None
        chairing.close_panel(
            session, made.competition, panel, left_open="The call ended early.", actor=made.chair, now=NOW
        )
