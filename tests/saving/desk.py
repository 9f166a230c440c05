"""A person at a page that saves itself: types, waits, leaves, comes back; what stands where afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from grants.accounts.views.browser import TOKEN
from tests.plugins.browser import NewContext
from tests.plugins.people import give_cookie, token_of
from tests.saving.site import Site, Surface

PAUSE = 1_300
"""Milliseconds after the last key within which a save begins."""
RETRY = 15_000
"""Milliseconds after which the script sends again; the page's clock is put forward by them."""
LONG = 250
"""Characters from which a text is put into its field at once: Chromium would type for minutes."""
PASTE = "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})); }"
KEPT = """
Object.values(localStorage).map(JSON.parse)
  .flatMap((one) => [one.fields, one.flight]).flatMap((part) => Object.values(part ?? {}))
  .map((one) => one.text)
"""
FULL = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""
FORBIDDEN = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
"""


@dataclass
class Desk:
    """One page of one surface in one browser; the person may have several."""

    site: Site
    surface: Surface
    context: BrowserContext
    email: str
    token: str
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        """Open the page."""
        self.open()

    def open(self) -> None:
        """Open the page in a tab of its own and wait until it watches what is typed."""
        self.page = self.context.new_page()
        self.page.goto(self.site.server.url + self.surface.page)
        self.watched()

    def watched(self) -> None:
        """Wait until the script watches the form."""
        self.page.locator("form[data-watched]").wait_for()

    def field(self, name: str) -> Locator:
        """The field of this name."""
        return self.page.locator(f'form[data-autosave] [name="{name}"]')

    def type(self, name: str, text: str | None = None) -> str:
        """Type over what stands in a field; returns the text."""
        words = self.site.text(name) if text is None else text
        if not words or len(words) > LONG:
            self.field(name).evaluate(PASTE, words)
        else:
            self.field(name).fill(words)
        return words

    def says(self, words: str) -> None:
        """Wait until the state of saving holds these words; the pause after typing passes at once."""
        self.page.clock.fast_forward(PAUSE)
        expect(self.page.locator("form[data-autosave] [data-save-text]")).to_contain_text(words)

    def later(self) -> None:
        """Let the time pass after which the script tries again."""
        self.page.clock.fast_forward(RETRY + 100)

    def answered(self, answer: Callable[[Route], None]) -> None:
        """Have every save from here on meet this instead of the server."""
        self.page.route(f"**{self.surface.url}", lambda route: _posts(route, answer))

    def through(self) -> None:
        """Have saves reach the server again."""
        self.page.unroute_all()

    def kept(self) -> list[str]:
        """Return every text that this device keeps."""
        found: list[str] = self.page.evaluate(KEPT)
        return found

    def sign_in(self) -> None:
        """Sign in again, as in another tab of this browser."""
        self.token = token_of(self.site.server.app, self.email)
        give_cookie(self.context, self.site.server, {TOKEN: self.token})

    def stored(self, name: str, text: str) -> None:
        """Hold that a text came to be stored, stands in its field, and is forgotten by this device."""
        self.arrived(name, text)
        expect(self.field(name)).to_have_value(text)
        self.says("Saved")
        assert text not in self.kept()

    def arrived(self, name: str, text: str) -> None:
        """Wait until the server holds a text; the pause after typing passes at once."""
        self.page.clock.fast_forward(PAUSE)
        for _turn in range(200):
            if self.site.stored(self.surface, name) == text:
                return
            self.page.wait_for_timeout(50)
        assert self.site.stored(self.surface, name) == text

    def in_front(self, name: str, text: str) -> None:
        """Hold that a text that was not stored stands in its field, kept on the device, and is said."""
        self.says("Not saved")
        assert self.field(name).input_value() == text, name
        assert self.site.stored(self.surface, name) != text
        assert text in self.kept()

    def link(self) -> Locator:
        """A link of the page that leads to another page of the site."""
        return self.page.locator(".usa-breadcrumb a[href^='/']:visible").last


def _posts(route: Route, answer: Callable[[Route], None]) -> None:
    if route.request.method == "POST":
        answer(route)
    else:
        route.fallback()


@dataclass
class Room:
    """A surface and the browsers in which it is opened."""

    site: Site
    surface: Surface
    new_context: NewContext

    def desk(self, who: int = 0, *, script: str = "", **options: Any) -> Desk:
        """Open the page in a browser of its own; `script` runs before the page's own ones."""
        email = self.surface.people[min(who, len(self.surface.people) - 1)]
        context = self.new_context(**options)
        context.clock.install()
        if script:
            context.add_init_script(script)
        token = token_of(self.site.server.app, email)
        give_cookie(context, self.site.server, {TOKEN: token})
        return Desk(self.site, self.surface, context, email, token)
