"""Every situation in which words were lost, on every page that saves itself, on one site.

Each time a text ends stored on the server or stands in front of its author, and nothing older overwrote it.
Usually every situation meets two pages and every page two situations or more; `make test-all` tries all.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.plugins.browser import NewContext
from tests.plugins.effort import THOROUGH
from tests.saving.desk import FORBIDDEN, FULL, PAUSE, Desk, Room
from tests.saving.site import Site

pytestmark = pytest.mark.xdist_group("saving")
PAGES = (
    "section", "cover", "budget year", "score sheet", "panel record", "continuation part",
    "continuation year", "continuation scope",
)  # fmt: skip
Situation = Callable[[Room], None]


def session_ended(room: Room) -> None:
    desk = room.desk()
    room.site.end_session(desk.token)
    text = desk.type(room.surface.first)
    desk.says("you are signed out")
    desk.in_front(room.surface.first, text)
    desk.sign_in()
    desk.later()
    desk.stored(room.surface.first, text)


def session_ended_and_save_pressed(room: Room) -> None:
    desk = room.desk()
    room.site.end_session(desk.token)
    text = desk.type(room.surface.first)
    _save_button(desk).click()
    desk.says("you are signed out")
    desk.in_front(room.surface.first, text)
    desk.sign_in()
    _save_button(desk).click()
    desk.arrived(room.surface.first, text)


def token_stale(room: Room) -> None:
    desk = room.desk()
    desk.sign_in()
    text = desk.type(room.surface.first)
    desk.stored(room.surface.first, text)


def line_dead(room: Room) -> None:
    _not_sent(room.desk(), lambda route: route.abort())


def captive_page(room: Room) -> None:
    page = "<html><title>Hotel</title>Please accept our terms."
    _not_sent(room.desk(), lambda route: route.fulfill(status=200, content_type="text/html", body=page))


def server_failed(room: Room) -> None:
    said = '{"findings": [], "reference": "ab12-cd"}'
    _not_sent(
        room.desk(), lambda route: route.fulfill(status=500, content_type="application/json", body=said)
    )


def proxy_failed(room: Room) -> None:
    _not_sent(room.desk(), lambda route: route.fulfill(status=502, content_type="text/html", body="<html>"))


def refused_as_a_whole(room: Room) -> None:
    said = '{"findings": [{"code": "closed", "field": null, "message": "This is not taken now."}]}'
    _refused(room.desk(), 422, said, "This is not taken now.")


def too_large_for_the_proxy(room: Room) -> None:
    _refused(room.desk(), 413, "<html>Request Entity Too Large", "it is larger than what can be taken")


def offline(room: Room) -> None:
    desk = room.desk()
    desk.context.set_offline(True)
    text = desk.type(room.surface.first)
    desk.in_front(room.surface.first, text)
    desk.context.set_offline(False)
    desk.stored(room.surface.first, text)


def server_restarted(room: Room) -> None:
    desk = room.desk()
    again = room.site.restart()
    try:
        text = desk.type(room.surface.first)
        desk.says("no connection")
        expect(desk.field(room.surface.first)).to_have_value(text)
    finally:
        again()
    desk.later()
    desk.stored(room.surface.first, text)


def answer_lost(room: Room) -> None:
    desk = room.desk()
    desk.answered(_stored_but_not_said)
    text = desk.type(room.surface.first)
    desk.says("no connection")
    later = desk.type(room.surface.first)
    desk.through()
    desk.later()
    desk.stored(room.surface.first, later)
    assert text != later


def store_full(room: Room) -> None:
    _without_a_store(room.desk(script=FULL))


def store_forbidden(room: Room) -> None:
    _without_a_store(room.desk(script=FORBIDDEN))


def second_tab(room: Room) -> None:
    desk = room.desk()
    other = Desk(room.site, room.surface, desk.context, desk.email, desk.token)
    _both_write(room, desk, other)


def second_person(room: Room) -> None:
    _both_write(room, room.desk(0), room.desk(1))


def pressed_at_once_by_mouse(room: Room) -> None:
    desk = room.desk()
    text = desk.type(room.surface.first)
    with desk.page.expect_navigation():
        desk.link().click()
    assert room.site.stored(room.surface, room.surface.first) == text
    desk.page.go_back()
    expect(desk.field(room.surface.first)).to_have_value(text)


def pressed_at_once_by_touch(room: Room) -> None:
    desk = room.desk(has_touch=True, viewport={"width": 360, "height": 740})
    text = desk.type(room.surface.first)
    with desk.page.expect_navigation():
        desk.page.locator("main a[href^='/']:visible, .usa-breadcrumb a:visible").last.tap()
    assert room.site.stored(room.surface, room.surface.first) == text


def saved_at_once(room: Room) -> None:
    desk = room.desk()
    text = desk.type(room.surface.first)
    with desk.page.expect_navigation():
        _save_button(desk).click()
    assert room.site.stored(room.surface, room.surface.first) == text


def tab_closed_and_reopened(room: Room) -> None:
    desk = room.desk()
    desk.answered(lambda route: route.abort())
    text = desk.type(room.surface.first)
    desk.page.close()
    desk.open()
    desk.stored(room.surface.first, text)


def back_and_forward(room: Room) -> None:
    desk = room.desk()
    desk.page.goto(f"{room.site.server.url}/accounts/session")
    desk.page.goto(room.site.server.url + room.surface.page)
    desk.watched()
    desk.answered(lambda route: route.abort())
    text = desk.type(room.surface.first)
    desk.page.go_back()
    desk.through()
    desk.page.go_forward()
    desk.watched()
    desk.stored(room.surface.first, text)


def one_bad_field_among_good_ones(room: Room) -> None:
    surface, desk = room.surface, room.desk()
    name, bad = surface.bad
    desk.type(name, bad)
    expect(desk.field(name)).to_have_attribute("aria-invalid", "true")
    desk.in_front(name, bad)
    if not surface.has_one_field:
        desk.page.reload()
        desk.watched()
        for good in (surface.first, surface.second):
            desk.arrived(good, desk.type(good))
    desk.in_front(name, bad)
    desk.type(name, "")
    desk.says("Saved")


SITUATIONS: tuple[Situation, ...] = (
    session_ended, session_ended_and_save_pressed, token_stale, line_dead, captive_page, server_failed,
    proxy_failed, refused_as_a_whole, too_large_for_the_proxy, offline, server_restarted, answer_lost,
    store_full, store_forbidden, second_tab, second_person, pressed_at_once_by_mouse,
    pressed_at_once_by_touch, saved_at_once, tab_closed_and_reopened, back_and_forward,
    one_bad_field_among_good_ones,
)  # fmt: skip


def chosen() -> Iterator[tuple[Situation, str]]:
    """Every situation on two pages that lie apart; all pages in a thorough run."""
    for at, situation in enumerate(SITUATIONS):
        for page in PAGES if THOROUGH else (PAGES[at % 8], PAGES[(at + 3) % 8]):
            yield situation, page


@pytest.mark.parametrize(
    ("situation", "page_name"), [pytest.param(*pair, id=f"{pair[0].__name__}-{pair[1]}") for pair in chosen()]
)
def test_what_is_typed_is_stored_or_in_front_of_its_author(
    situation: Situation, page_name: str, site: Site, new_context: NewContext
) -> None:
    surface = site.surfaces[page_name]
    site.clock.put(surface.at)

    situation(Room(site, surface, new_context))


def test_every_page_that_saves_itself_is_in_the_matrix(site: Site) -> None:
    assert set(site.surfaces) == set(PAGES)


def _not_sent(desk: Desk, answer: Callable[[Route], None]) -> None:
    """Meet what is no answer of ours, first by itself and then at the button; then the server is back."""
    name = desk.surface.first
    desk.answered(answer)
    text = desk.type(name)
    desk.in_front(name, text)
    _save_button(desk).click()
    desk.says("Not saved")
    desk.in_front(name, text)
    desk.through()
    desk.later()
    desk.stored(name, text)


def _refused(desk: Desk, status: int, said: str, words: str) -> None:
    """Meet a refusal of everything: it is said, kept, and sent when the page is opened again."""
    name = desk.surface.first
    kind = "application/json" if said.startswith("{") else "text/html"
    desk.answered(lambda route: route.fulfill(status=status, content_type=kind, body=said))
    text = desk.type(name)
    desk.says(words)
    desk.in_front(name, text)
    desk.through()
    desk.page.reload()
    desk.watched()
    desk.stored(name, text)


def _without_a_store(desk: Desk) -> None:
    """Write where the device keeps nothing: said, and everything goes on."""
    name = desk.surface.first
    desk.answered(lambda route: route.abort())
    text = desk.type(name)
    desk.says("This device cannot keep it: leave this page open.")
    expect(desk.field(name)).to_have_value(text)
    desk.through()
    desk.later()
    desk.arrived(name, text)
    desk.says("Saved")


def _stored_but_not_said(route: Route) -> None:
    route.fetch()
    route.abort()


def _both_write(room: Room, desk: Desk, other: Desk) -> None:
    """Two pages opened before either saved: fields apart are both kept, one field shows both texts."""
    first, second = room.surface.first, room.surface.second
    mine = desk.type(first)
    desk.arrived(first, mine)
    theirs = other.type(second)
    if not room.surface.has_one_field:
        other.arrived(second, theirs)
        expect(other.field(first)).to_have_value(mine)
        desk.page.bring_to_front()
        desk.page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(desk.field(second)).to_have_value(theirs)
        assert room.site.stored(room.surface, first) == mine
        return
    other.page.clock.fast_forward(PAUSE)
    expect(other.page.locator("form[data-autosave] .save-state--clash")).to_be_visible()
    expect(other.page.locator("[data-save-difference]:visible, .both-texts")).to_have_count(1)
    expect(other.field(second)).to_have_value(theirs)
    assert room.site.stored(room.surface, first) == mine


def _save_button(desk: Desk) -> Locator:
    return desk.page.locator("form[data-autosave] .buttons button[type=submit]").last
