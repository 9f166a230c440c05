"""The self-check in a real browser, with nobody signed in."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import applications as make
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHECK = "/eligibility/check?competition=2014-NIST-MEP-01"


@pytest.fixture
def site(server: Server) -> Server:
    with server.app.extensions["grants.database"].writing() as session:
        make.make_scene(session)
    return server


def test_somebody_without_an_account_checks_in_five_steps(
    site: Server, page: Page, assert_accessible: Accessible, picture: TakePicture
) -> None:
    page.goto(site.url + "/eligibility/check")
    assert_accessible(page)
    page.get_by_role("link", name="2014-NIST-MEP-01").click()
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_role("link", name="Choose the state.")).to_be_visible()
    _look(page, assert_accessible, picture, "who-errors")
    page.get_by_label("State you would serve").select_option("CO")
    page.get_by_text("Nonprofit organization", exact=True).click()
    page.get_by_role("group", name="Is it based in the United States?").get_by_text("Yes", exact=True).click()
    page.get_by_label("State in which it is").select_option("CO")
    page.get_by_role("group", name="Would it serve the whole state?").get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Next question").click()
    page.get_by_label("EIN (employer identification number)").fill("12-345678")
    page.get_by_role("button", name="Next question").click()
    expect(page.get_by_text("has 8 digits")).to_be_visible()
    _look(page, assert_accessible, picture, "uei-typo")
    page.get_by_role("group", name="suspended or debarred").get_by_text("No").click()
    page.get_by_role("button", name="Next question").click()
    for question in ("at least half", "oversight board", "intellectual property"):
        page.get_by_role("group", name=question).get_by_text("Yes").click()
    page.get_by_role("group", name="have an application").get_by_text("No").click()
    page.get_by_role("button", name="Show the result").click()

    page.get_by_role("heading", name="May we apply? The result for Colorado").wait_for()
    _look(page, assert_accessible, picture, "result")
    expect(page.get_by_role("row", name="Kind of organization Met")).to_be_visible()


def test_it_works_without_script(site: Server, browser_of: BrowserOf) -> None:
    page = browser_of(site, "d.hale@frontrange.example", java_script_enabled=False)

    page.goto(site.url + CHECK + "&state=CO")
    page.get_by_role("group", name="Is it based in the United States?").get_by_text("Yes", exact=True).click()
    page.get_by_role("group", name="Would it serve the whole state?").get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Next question").click()

    assert page.get_by_label("EIN (employer identification number)").input_value() == "84-1234567"
    page.get_by_role("button", name="Back").click()
    assert page.get_by_label("State you would serve").input_value() == "CO"


def _look(page: Page, assert_accessible: Accessible, picture: TakePicture, name: str) -> None:
    assert_accessible(page)
    picture(page, f"eligibility-{name}")
