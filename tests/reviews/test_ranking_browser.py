"""The ranking pages in a real browser: pictures at both widths, axe with every fold open, the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from grants.database import Database
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server
from tests.reviews.rounds import HERE, OFFICER, hold_panel, make_scored, work
from tests.reviews.test_ranking_pages import FOUR

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def page(database: Database, at_review: object, server: Server, browser_of: BrowserOf) -> Page:
    """The program officer's browser, beside Colorado's closed panel."""
    with database.writing() as session:
        hold_panel(session, make_scored(session, FOUR), "CO")
    return browser_of(server, OFFICER)


def open_folds(page: Page) -> None:
    """Open every fold of the page."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


@ONE_DATABASE
def test_pictures_of_the_ranking(
    page: Page, server: Server, picture: TakePicture, assert_accessible: Accessible
) -> None:
    page.goto(f"{server.url}{HERE}/ranking/CO")
    picture(page, "ranking-computing")
    assert_accessible(page)
    work(server.app)
    for name, path in (("list", "ranking"), ("state", "ranking/CO")):
        page.goto(f"{server.url}{HERE}/{path}")
        picture(page, f"ranking-{name}")
        open_folds(page)
        picture(page, f"ranking-{name}-open")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert_accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": 1280, "height": 900})


@ONE_DATABASE
def test_a_ranking_is_frozen_and_recomputed_without_script(
    page: Page, server: Server, browser_of: BrowserOf
) -> None:
    work(server.app)
    tab = browser_of(server, OFFICER, java_script_enabled=False)
    tab.goto(f"{server.url}{HERE}/ranking/CO")

    tab.get_by_role("button", name="send it to the selecting officials").click()
    expect(tab.get_by_text("The ranking of CO is frozen")).to_be_visible()
    tab.get_by_role("button", name="Recompute now").click()
    expect(tab.get_by_text("The record is being recomputed")).to_be_visible()
    work(server.app)
    tab.get_by_role("link", name="Check progress").click()

    expect(tab.get_by_text("Identical, 0 differences.")).to_be_visible()


@ONE_DATABASE
def test_folds_and_sorting_work_by_keyboard(page: Page, server: Server) -> None:
    work(server.app)
    page.goto(f"{server.url}{HERE}/ranking")
    page.get_by_role("link", name="Mean").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr").first).to_contain_text("CO-4")
    page.goto(f"{server.url}{HERE}/ranking/CO")
    page.locator("#fold-agreement > summary").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("As ranked: Too few to tell how far reviewers agree")).to_be_visible()
