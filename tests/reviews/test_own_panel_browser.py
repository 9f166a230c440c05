"""A reviewer's own panel page in a browser: live, paused, closed by a conflict; keyboard, axe, pictures."""

import re

import pytest
from playwright.sync_api import Page, expect

from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.queries import panels
from grants.web.streams import MOST_OF
from tests.factories.reviews import Round
from tests.plugins.browser import WIDTHS, Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server
from tests.reviews.streaming import PANEL, bar, make_panel, submit, type_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIRST = "reviewer1@panel.example"


@pytest.fixture
def called(database: Database, at_review: StoppedClock, server: Server) -> Round:
    """Colorado's panel is open, with two finalists and three reviewers."""
    with database.writing() as session:
        return make_panel(session)


@pytest.fixture
def own(called: Round, database: Database) -> str:
    """The page of the panel for its reviewers."""
    with database.reading() as session:
        panel = panels.panel_of(session, called.competition.id, "CO")
    assert panel is not None
    return f"/reviewer/reviews/panels/{panel.uid}"


@pytest.fixture
def watching(browser_of: BrowserOf, server: Server, own: str) -> Page:
    """The tab of the first reviewer, which is live."""
    page = browser_of(server, FIRST)
    page.goto(f"{server.url}{own}")
    expect(page.locator("[data-stream-state]")).to_have_text("Live")
    return page


def total(made: Round, number: str, place: int) -> str:
    """The id of a total on the page."""
    return f"#total-{made.applications[number].uid}-{place}"


def revise(database: Database, made: Round) -> None:
    """The third reviewer revises the budget of Mesa Works."""
    type_in(database, made, "CO-2", 3, "14")
    submit(database, made, "CO-2", 3)


def test_anothers_revision_lands_in_the_cells_without_a_reload(
    called: Round, watching: Page, database: Database
) -> None:
    watching.evaluate("window.stays = true")

    revise(database, called)

    changed = watching.locator(total(called, "CO-2", 2))
    expect(changed).to_have_text("from 71 → to 74.4")
    expect(changed).to_have_class(re.compile("heat--changed"))
    expect(watching.locator("#last-change")).to_have_text("9:06:00 a.m. EST")
    expect(watching.locator("[data-stream-spoken]")).to_have_text(
        "Chen Chu, Mesa Works of CO, Budget, 10.6 to 14; Chen Chu, Mesa Works of CO, total, 71 to 74.4"
    )
    assert watching.evaluate("window.stays") is True


def test_who_pauses_by_keyboard_sees_nothing_move_and_catches_up(
    called: Round, watching: Page, database: Database
) -> None:
    watching.get_by_role("button", name="Pause live changes").focus()
    watching.keyboard.press("Enter")
    expect(watching.locator("[data-stream-state]")).to_have_text("Paused")

    revise(database, called)

    place = watching.locator(total(called, "CO-2", 2))
    expect(place).to_have_text("71")
    watching.keyboard.press("Enter")
    expect(place).to_have_text("from 71 → to 74.4")


def test_ones_own_revision_elsewhere_keeps_the_focus_on_the_way_to_the_sheet(
    called: Round, watching: Page, database: Database
) -> None:
    way = watching.locator(f"#way-{called.applications['CO-1'].uid}")
    way.focus()

    submit(database, called, "CO-1", 1)

    expect(way).to_have_text("See my sheet on CO-1")
    expect(way).to_be_focused()
    expect(watching.locator(f"#own-{called.applications['CO-1'].uid}")).to_have_text("Revised")
    expect(watching.get_by_role("link", name="Revise, or let my scores stand on CO-2")).not_to_have_class(
        re.compile("outline")
    )


def test_a_conflict_takes_the_application_off_the_screen(
    called: Round, watching: Page, database: Database
) -> None:
    watching.locator(f"#way-{called.applications['CO-1'].uid}").focus()

    bar(database, called, called.reviewers[0].id, "CO-1")
    revise(database, called)

    stale = watching.locator("[data-stream-stale]")
    expect(stale).to_contain_text("The applications or the reviewers that you see here changed.")
    expect(stale).to_be_focused()
    expect(watching.get_by_text("Front Range")).to_have_count(0)
    expect(watching.get_by_role("heading", name="CO-2 Mesa Works")).to_be_visible()


def test_a_conflict_on_all_of_the_state_closes_the_page_itself(
    called: Round, watching: Page, database: Database
) -> None:
    for number in called.applications:
        bar(database, called, called.reviewers[0].id, number)
    revise(database, called)

    expect(watching.get_by_text("There is nothing here, or it is not open to you.")).to_be_visible()
    expect(watching.get_by_text("Mesa Works")).to_have_count(0)


def test_who_gets_no_place_is_told_and_may_refresh(
    called: Round, server: Server, browser_of: BrowserOf, own: str
) -> None:
    places = server.app.extensions["grants.streams"]
    taken = [places.enter("reviewer", -number) for number in range(MOST_OF["reviewer"])]
    page, officer = browser_of(server, FIRST), browser_of(server, "officer@agency.example")

    page.goto(f"{server.url}{own}")
    officer.goto(f"{server.url}{PANEL}")

    expect(page.locator("[data-stream-stale]")).to_have_text(
        "New changes do not arrive on this page. Refresh to see the newest state."
    )
    expect(page.get_by_role("heading", name="CO-2 Mesa Works")).to_be_visible()
    expect(officer.locator("[data-stream-state]")).to_have_text("Live")
    taken[0]()
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("[data-stream-state]")).to_have_text("Live")
    for leave in taken:
        leave()


def test_without_script_a_link_refreshes(
    called: Round, server: Server, browser_of: BrowserOf, database: Database, own: str
) -> None:
    page = browser_of(server, FIRST, java_script_enabled=False)
    page.goto(f"{server.url}{own}")
    expect(page.locator("[data-stream-state]")).to_have_text("Not live")
    expect(page.get_by_role("button", name="Pause live changes")).to_be_hidden()

    revise(database, called)
    page.get_by_role("link", name="Refresh").click()

    expect(page.locator(total(called, "CO-2", 2))).to_have_text("from 71 → to 74.4")


def test_pictures_and_axe_at_both_widths(
    called: Round, watching: Page, database: Database, picture: TakePicture, assert_accessible: Accessible
) -> None:
    revise(database, called)
    expect(watching.locator(total(called, "CO-2", 2))).to_have_text("from 71 → to 74.4")
    watching.get_by_text("Comments by criterion").nth(1).click()

    for width in WIDTHS.values():
        watching.set_viewport_size({"width": width, "height": 900})
        assert_accessible(watching)
        assert watching.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(watching, "panel-own-live")
