"""A program officer sets a competition up and publishes it, with clicks and keys, in Chromium."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from grants.access.actor import Actor
from grants.clock import StoppedClock
from grants.competitions.rules.samples import sample_text
from grants.competitions.services.opening import load_new
from tests.competitions.conftest import PUBLICATION, sample
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.web import Server

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COPY = "/staff/competitions/2015-NIST-MEP-02"


@pytest.fixture
def office(server: Server, officer: Actor, clock: StoppedClock) -> Server:
    """The site with the ten states of 2014 in preparation and the officer at every door."""
    clock.put(PUBLICATION)
    server.app.extensions["grants.actor"] = lambda _session: officer
    with server.app.extensions["grants.database"].writing() as session:
        load_new(session, sample("ten_states_2014"), actor=officer, now=PUBLICATION)
    return server


@ON_SQLITE
def test_a_competition_is_copied_mended_and_published(
    office: Server, page: Page, assert_accessible: Accessible, picture: TakePicture, clock: StoppedClock
) -> None:
    page.goto(f"{office.url}/staff/competitions")
    assert_accessible(page)
    page.get_by_role("link", name="Start a competition").click()
    assert_accessible(page)
    page.get_by_label("Opportunity number").fill("2015-NIST-MEP-02")
    page.get_by_label("Copy everything from").select_option("2014-NIST-MEP-01")
    page.get_by_label("Fiscal year").fill("2015")
    page.get_by_role("button", name="Start").click()
    assert_accessible(page)
    picture(page, "competition-setup")

    page.get_by_role("link", name="Criteria and points").first.click()
    page.get_by_label("Points of Executive summary and project narrative").fill("35")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("95 of 100, 5 left")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Up Qualifications of the applicant").press("Enter")
    expect(page.locator(".criteria-tree tbody th a").first).to_contain_text("Qualifications")
    page.get_by_label("Points of Executive summary and project narrative").fill("40")
    page.get_by_role("button", name="Save", exact=True).click()
    picture(page, "competition-criteria")

    page.goto(f"{office.url}{COPY}/setup/dates")
    expect(page.locator('input[name="deadline_day"]')).to_have_value("10/15/2015")
    page.get_by_label("Time", exact=True).nth(1).fill("5:00 p.m.")
    page.get_by_role("button", name="Save", exact=True).click()
    assert_accessible(page)

    clock.put(datetime(2015, 7, 1, 13, tzinfo=UTC))
    page.goto(f"{office.url}{COPY}/publish")
    assert_accessible(page)
    picture(page, "competition-publish")
    page.get_by_role("link", name="Confirm them").first.click()
    assert_accessible(page)
    page.locator('input[name="texts"]').first.press("Space")
    page.get_by_role("button", name="Confirm what is ticked").press("Enter")
    page.locator("#error-summary:focus").wait_for()
    page.get_by_label("Source you read").fill("80 FR 12345, July 1, 2015")
    page.get_by_label("Holds until").fill("12/31/2015")
    page.get_by_label("Holds until").press("Enter")
    expect(page.get_by_text("1 text is confirmed.")).to_be_visible()
    assert_accessible(page)
    picture(page, "competition-confirm")
    page.goto(f"{office.url}{COPY}/publish")
    page.get_by_role("button", name="Publish 2015-NIST-MEP-02").click()
    assert_accessible(page)
    page.get_by_role("link", name="The notice", exact=True).first.click()
    expect(page.get_by_text("October 15, 2015, 5:00:00 p.m. EDT").first).to_be_visible()
    assert_accessible(page)
    picture(page, "notice")
    page.goto(f"{office.url}/competitions/map")
    assert_accessible(page)
    picture(page, "map")


@ON_SQLITE
def test_a_fault_keeps_what_was_typed_and_takes_the_focus(office: Server, page: Page) -> None:
    page.goto(f"{office.url}/staff/competitions/2014-NIST-MEP-01/setup/states")
    page.get_by_label("Federal amount per year, row 1", exact=True).fill("1.234")
    page.get_by_role("button", name="Save", exact=True).click()

    page.locator("#error-summary:focus").wait_for()
    assert page.get_by_label("Federal amount per year, row 1", exact=True).input_value() == "1.234"
    assert page.title().startswith("Error:")


@ON_SQLITE
def test_a_file_is_loaded_by_page(office: Server, page: Page, assert_accessible: Accessible) -> None:
    page.goto(f"{office.url}/staff/competitions/load")
    page.get_by_label("Or the text of the file").fill(
        sample_text("operating_model").replace("years = 5", "years = 50")
    )
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_text("Enter a number from 1 to 10; 50 is outside.").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Or the text of the file").fill(sample_text("operating_model"))
    page.get_by_role("button", name="Load").click()

    expect(page.get_by_text("“Human resources” has no points. Enter them.").first).to_be_visible()
