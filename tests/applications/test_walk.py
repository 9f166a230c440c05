"""A host's way through its application in a real browser, with axe on every page."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from grants.adapters.files import Files
from grants.applications.models import Application
from grants.database import Database
from tests.factories import applications as make
from tests.factories.continuations import PASSWORD, let_sign
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Walk:
    """A running site with a started application."""

    server: Server
    scene: make.Scene
    application: Application

    def url(self, rest: str = "") -> str:
        return f"{self.server.url}/applicant/applications/{self.application.uid}{rest}"

    @property
    def database(self) -> Database:
        database: Database = self.server.app.extensions["grants.database"]
        return database

    @property
    def files(self) -> Files:
        files: Files = self.server.app.extensions["grants.files"]
        return files


@pytest.fixture
def walk(server: Server) -> Walk:
    with server.app.extensions["grants.database"].writing() as session:
        scene = make.make_scene(session)
        application = make.start(session, scene)
        let_sign(session, scene.representative)
    return Walk(server, scene, application)


def test_the_pages_of_a_draft_are_accessible(
    walk: Walk, browser_of: BrowserOf, assert_accessible: Accessible, picture: TakePicture
) -> None:
    page = browser_of(walk.server, "d.hale@frontrange.example")
    pages = {
        "tasks": "",
        "about": "/about",
        "people": "/people",
        "section": "/sections/strategy",
        "budget": "/budget",
        "budget-year": "/budget/4",
        "sources": "/sources",
        "source": "/sources/add",
        "documents": "/documents",
        "review": "/review",
        "certify": "/certify",
    }
    for name, rest in pages.items():
        page.goto(walk.url(rest))
        assert_accessible(page)
        picture(page, f"applications-{name}")


def test_what_is_typed_is_saved_by_itself(walk: Walk, browser_of: BrowserOf) -> None:
    page = browser_of(walk.server, "a.roy@frontrange.example")
    page.goto(walk.url("/sections/strategy"))

    page.get_by_label("Your text").fill("Four regional offices.")

    page.locator("[data-save-text]", has_text="Saved").wait_for()
    page.reload()
    assert page.get_by_label("Your text").input_value() == "Four regional offices."


def test_what_is_typed_before_the_saving_part_has_loaded_is_saved(walk: Walk, browser_of: BrowserOf) -> None:
    page = browser_of(walk.server, "a.roy@frontrange.example")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/js/autosave.js", hold)
    page.goto(walk.url("/sections/strategy"))

    page.get_by_label("Your text").fill("Typed on a slow connection.")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()

    page.locator("[data-save-text]", has_text="Saved").wait_for()
    page.unroute_all()
    page.reload()
    assert page.get_by_label("Your text").input_value() == "Typed on a slow connection."


def test_sums_follow_what_is_typed_in_the_budget(walk: Walk, browser_of: BrowserOf) -> None:
    page = browser_of(walk.server, "a.roy@frontrange.example")
    page.goto(walk.url("/budget/4"))

    cell = page.get_by_label("State and local funds, cash, year 4")
    cell.fill("980,000")
    cell.blur()

    page.locator("#counted", has_text="980,000.00").wait_for()
    expect(page.locator("#result")).to_have_text("Short 1,522,538.50")


def test_a_file_goes_up_in_pieces(walk: Walk, browser_of: BrowserOf, tmp_path: Path) -> None:
    page = browser_of(walk.server, "a.roy@frontrange.example")
    path = tmp_path / "proposal.pdf"
    path.write_bytes(make.large_pdf(3_000_000))
    page.goto(walk.url("/documents"))

    page.get_by_label("Add a file for Technical proposal").set_input_files(path)
    page.locator("#document-proposal").get_by_role("button", name="Add this file").click()

    page.get_by_role("link", name="proposal.pdf").wait_for()
    expect(page.locator("#document-proposal").get_by_text("1 of 3")).to_be_visible()


def test_from_a_ready_draft_to_the_receipt(
    walk: Walk, browser_of: BrowserOf, assert_accessible: Accessible, picture: TakePicture
) -> None:
    with walk.database.writing() as session:
        session.add(walk.application)
        make.complete(session, walk.scene, walk.application, walk.files)
    page = browser_of(walk.server, "d.hale@frontrange.example")

    page.goto(walk.url())
    page.get_by_role("link", name="Review and submit").last.click()
    page.get_by_role("link", name="Continue to certify").click()
    _look(page, assert_accessible, picture, "certify-to-sign")
    page.get_by_label("Your title").fill("President")
    page.get_by_text("I have read the certifications above").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Submit application").click()

    page.get_by_role("heading", name="Receipt R-").wait_for()
    _look(page, assert_accessible, picture, "receipt")
    page.goto(walk.url())
    _look(page, assert_accessible, picture, "tasks-submitted")
    page.goto(walk.url("/status"))
    _look(page, assert_accessible, picture, "status")


def _look(page: Page, assert_accessible: Accessible, picture: TakePicture, name: str) -> None:
    assert_accessible(page)
    picture(page, f"applications-{name}")


def test_a_host_works_without_script(
    walk: Walk, browser_of: BrowserOf, tmp_path: Path, assert_accessible: Accessible, picture: TakePicture
) -> None:
    path = tmp_path / "proposal.pdf"
    path.write_bytes(make.pdf(pages=5))
    page = browser_of(walk.server, "d.hale@frontrange.example", java_script_enabled=False)

    page.goto(walk.url("/sections/strategy"))
    page.get_by_label("Your text").fill("Four regional offices.\n\n- Denver\n- Pueblo")
    page.get_by_role("button", name="Save and go to Market understanding").click()
    expect(page.get_by_role("heading", name="Market understanding")).to_be_visible()
    page.goto(walk.url("/budget/4"))
    page.get_by_label("State and local funds, cash, year 4").fill("980,000.123")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Enter dollars and at most two digits")).to_be_visible()
    page.get_by_label("State and local funds, cash, year 4").fill("980,000")
    page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#result")).to_have_text("Short 1,522,538.50")
    page.get_by_role("button", name="Save and check all years").click()
    expect(page.get_by_role("row", name="State and local funds, cash")).to_be_visible()
    page.goto(walk.url("/documents"))
    page.get_by_label("Add a file for Technical proposal").set_input_files(path)
    page.locator("#document-proposal").get_by_role("button", name="Add this file").click()
    expect(page.get_by_text("This file has 5 pages; the limit is 3.").first).to_be_visible()
    picture(page, "applications-documents-refused")


def test_two_texts_stand_side_by_side(
    walk: Walk, browser_of: BrowserOf, assert_accessible: Accessible, picture: TakePicture
) -> None:
    roy = browser_of(walk.server, "a.roy@frontrange.example")
    hale = browser_of(walk.server, "d.hale@frontrange.example")
    roy.goto(walk.url("/sections/market"))
    hale.goto(walk.url("/sections/market"))

    roy.get_by_label("Your text").fill("Small firms ask for help with automation.")
    roy.locator("[data-save-text]", has_text="Saved").wait_for()
    hale.get_by_label("Your text").fill("Small firms ask for help with people.")
    hale.get_by_role("link", name="See both texts").click()

    hale.get_by_role("heading", name="Two texts").wait_for()
    _look(hale, assert_accessible, picture, "difference")
    hale.get_by_role("button", name="Keep this one").first.click()
    assert hale.get_by_label("Your text").input_value() == "Small firms ask for help with people."
