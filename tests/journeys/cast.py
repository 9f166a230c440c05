"""The people of a journey, each with a browser of their own, and what happens between their clicks."""

import email
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page
from werkzeug.exceptions import HTTPException

from grants.clock import StoppedClock
from grants.commands.demonstration.reviewing import instant
from grants.commands.demonstration.stage import Stage
from grants.commands.worker import Worker
from tests.plugins.browser import Accessible, NewContext
from tests.plugins.web import Server

PASSWORD = "demonstration"
A_LIFE_TAKES = 900
"""Seconds at most for one life; alone it takes about a ninth of them, on a machine under load far more."""
TYPED = "textarea, input:not([type=radio]):not([type=checkbox]):not([type=hidden])"
NEEDS_A_SCRIPT = ", ".join(
    f"{each}:visible"
    for each in ("button[type=button]", "a[href='#']", "input:not([name])", "select:not([name])")
)
"""What does nothing where no script answers: controls that no form sends and links that lead nowhere."""
LINK = re.compile(r"https?://\S+")
Seen = Callable[[Page, str], None]


@dataclass
class Cast:
    """A site and everybody who uses it. `scripts` says whether the browsers run JavaScript."""

    server: Server
    new_context: NewContext
    accessible: Accessible | None = None
    scripts: bool = True
    mail_folder: Path = field(init=False)
    visitors: dict[str, "Visitor"] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the folder into which mail goes."""
        url = self.server.app.extensions["grants.settings"].mail_url
        self.mail_folder = Path(url.removeprefix("folder://"))
        self.worker = Worker(self.server.app)

    def stranger(self, name: str) -> "Visitor":
        """Give somebody a browser of their own."""
        if name not in self.visitors:
            context = self.new_context(java_script_enabled=self.scripts)
            self.visitors[name] = Visitor(self, context.new_page(), name)
        return self.visitors[name]

    def person(self, address: str) -> "Visitor":
        """Return somebody of the demonstration's list, signed in by one click."""
        if address in self.visitors:
            return self.visitors[address]
        visitor = self.stranger(address)
        visitor.go("/accounts/sign-in")
        visitor.press(address)
        return visitor

    def stage(self, at: str) -> Stage:
        """Return the stage for those who are not followed, from an instant such as "2015-09-21 09:00"."""
        clock = StoppedClock(instant(at))
        extensions = self.server.app.extensions
        worker = Worker(self.server.app, clock=lambda: clock)
        return Stage(
            extensions["grants.database"], extensions["grants.files"], worker, clock, random.Random(at)
        )

    def work(self) -> None:
        """Let the worker do everything that waits."""
        while self.worker.run_once():
            pass

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Return the mails to an address, by subject."""
        self.work()
        found = [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in self.mail_folder.glob("*.eml")
        ]
        return sorted((mail for mail in found if mail["To"] == address), key=lambda mail: mail["Subject"])

    def mailed_path(self, address: str, part: str) -> str:
        """Return the path of the link in somebody's mail that holds `part`."""
        for mail in self.mails_to(address):
            body = mail.get_body(("plain",))
            for link in LINK.findall(body.get_content() if body else ""):
                if part in link:
                    parts = urlsplit(link.rstrip(".,)"))
                    return f"{parts.path}?{parts.query}" if parts.query else parts.path
        raise AssertionError(f"no mail to {address} has a link with {part}")


@dataclass
class Visitor:
    """One person at one browser: reads, types, clicks.

    Every page is looked at once: by axe, and without scripts for what only a script would answer.
    """

    cast: Cast
    page: Page
    name: str

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(self.cast.server.url + path)
        self.look()

    def follow(self, words: str, *, nth: int = 0, exact: bool = False, within: Locator | None = None) -> None:
        """Click a link and arrive."""
        link = (within or self.page).get_by_role("link", name=words, exact=exact).nth(nth)
        with self.page.expect_navigation():
            link.click()
        self.look()

    def press(self, words: str, *, nth: int = 0, exact: bool = False, within: Locator | None = None) -> None:
        """Press a button that leads to a page and arrive."""
        button = (within or self.page).get_by_role("button", name=words, exact=exact).nth(nth)
        with self.page.expect_navigation():
            button.click()
        self.look()

    def press_in_place(self, words: str, *, nth: int = 0) -> None:
        """Press a button that a script answers on this page; without scripts it leads to a page."""
        if not self.cast.scripts:
            return self.press(words, nth=nth)
        button = self.page.get_by_role("button", name=words).nth(nth)
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            button.click()
        return self.page.locator("form[data-sent]").wait_for(state="detached")

    def type(self, label: str, text: str, *, exact: bool = False, nth: int = 0) -> None:
        """Type into the field with this label, over what stands there."""
        boxes = self.page.locator(TYPED)
        self.page.get_by_label(label, exact=exact).and_(boxes).nth(nth).fill(text)

    def day(self, label: str, text: str, *, nth: int = 0) -> None:
        """Type a day such as 10/15/2015 into a field; the picker's script may have taken its place."""
        box = self.page.get_by_role("textbox", name=label).nth(nth)
        box.fill(text)
        box.press("Tab")

    def choose(self, label: str, option: str, *, exact: bool = False) -> None:
        """Choose an option of a list by its words."""
        box = self.page.get_by_label(label, exact=exact).first
        words = box.locator("option", has_text=option).first.inner_text().strip()
        box.select_option(label=words)

    def pick(self, group: str, answer: str) -> None:
        """Pick one answer of a question with radio buttons."""
        question = self.page.get_by_role("group", name=group).first
        question.get_by_text(answer, exact=False).first.click()

    def tick(self, words: str) -> None:
        """Tick the box with these words."""
        box = self.page.get_by_role("checkbox", name=words).first
        if not box.is_checked():
            self.page.locator(f'label[for="{box.get_attribute("id")}"]').click()

    def reads(self, words: str) -> bool:
        """Say whether these words stand on the page."""
        return words in " ".join(self.page.locator("body").inner_text().split())

    def set_clock(self, date: str, time: str) -> None:
        """Move the time of the demonstration by the bar on the page, to an hour Eastern Time."""
        self.page.locator(".demo-bar__set summary").click()
        self.page.locator("#clock-date").fill(date)
        self.page.locator("#clock-time").fill(time)
        self.page.locator("#clock-zone").select_option("America/New_York")
        with self.page.expect_navigation():
            self.page.locator(".demo-bar__form button").click()

    def look(self) -> None:
        """Hold what every page must be: no fault of the server, and nothing that axe finds."""
        title = self.page.title()
        assert not title.startswith("Something failed"), f"{self.page.url}: {title}"
        key = (self._endpoint(), "Error:" if title.startswith("Error:") else "")
        if key in self.cast.seen:
            return
        self.cast.seen.add(key)
        if self.cast.accessible:
            self.cast.accessible(self.page)
        if not self.cast.scripts:
            self._offers_only_what_works()

    def _offers_only_what_works(self) -> None:
        dead = [place.evaluate("each => each.outerHTML") for place in self.page.locator(NEEDS_A_SCRIPT).all()]
        assert dead == [], self.page.url

    def _endpoint(self) -> str:
        adapter = self.cast.server.app.url_map.bind("127.0.0.1")
        try:
            return str(adapter.match(urlsplit(self.page.url).path)[0])
        except HTTPException:
            return self.page.url
