"""Signing out with text that is not stored asks first and only then deletes it from the device."""

import pytest
from playwright.sync_api import Dialog, Page

from tests.plugins.browser import NewContext
from tests.saving.desk import Desk, Room
from tests.saving.site import Site

pytestmark = pytest.mark.xdist_group("saving")


def asked_at_sign_out(page: Page, *, yes: bool) -> list[str]:
    """Press Sign out; return what was asked. Pages without a question arrive at once."""
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.accept() if yes else dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("button", name="Sign out").click()
    if yes:
        page.get_by_text("You are signed out.").first.wait_for()
    while not (yes or questions):
        page.wait_for_timeout(20)
    page.remove_listener("dialog", answer)
    return questions


def test_signing_out_asks_and_deletes_only_after_yes(site: Site, new_context: NewContext) -> None:
    surface = site.surfaces["section"]
    site.clock.put(surface.at)
    desk = Room(site, surface, new_context).desk()
    desk.answered(lambda route: route.abort())
    text = desk.type("text")
    desk.says("no connection")

    declined = asked_at_sign_out(desk.page, yes=False)

    desk.in_front("text", text)
    question = "is not stored. Signing out deletes it from this device. Sign out and lose it?"
    assert declined == [f"What you typed (“{text}”) {question}"]

    accepted = asked_at_sign_out(desk.page, yes=True)

    assert accepted == declined
    assert desk.kept() == []


def test_signing_out_sends_what_another_page_could_not_send_and_asks_nothing(
    site: Site, new_context: NewContext
) -> None:
    surface = site.surfaces["cover"]
    site.clock.put(surface.at)
    desk = Room(site, surface, new_context).desk()
    desk.answered(lambda route: route.abort())
    text = desk.type("project_title")
    desk.says("no connection")
    desk.through()
    other = _closed_and_home(desk)

    questions = asked_at_sign_out(other, yes=True)

    assert questions == []
    assert site.stored(surface, "project_title") == text
    assert desk.kept() == []


def _closed_and_home(desk: Desk) -> Page:
    desk.page.close()
    desk.page = desk.context.new_page()
    desk.page.goto(f"{desk.site.server.url}/applicant/home")
    return desk.page
