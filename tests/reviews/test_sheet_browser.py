"""The score sheet in a real browser: networks that go, laptops that close, tabs, keyboard alone, a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session, col, select

from grants.accounts.models import Person
from grants.accounts.rules.passwords import hash_password
from grants.database import Database
from grants.reviews.models import Conflict, ConflictSource, Score, Sheet
from grants.reviews.services import scoring
from grants.reviews.workflow import ConflictStatus
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.browser import Accessible, NewContext
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SALT = "salt-of-the-tests-0123456789"
PASSWORD = "four words in a row"  # of an invented person
PATIENCE = 30_000
"""Milliseconds to wait for a state of saving: a machine under load is no fault of the page."""


@pytest.fixture
def opened(database: Database, at_review: object, server: Server) -> Round:
    """Two applications open to the first reviewer, nothing written so far."""
    with database.writing() as session:
        made = make_round(session, states={"NH": 2}, reviewers=1)
        for number in ("NH-1", "NH-2"):
            open_door(session, made.applications[number], made.reviewers[0])
        person = session.get_one(Person, made.reviewers[0].id)
        person.password_hash = hash_password(PASSWORD, SALT)
        session.add(person)
    return made


@pytest.fixture
def address(opened: Round, server: Server, database: Database) -> Callable[..., str]:
    """The address of a sub-criterion of one's sheet on an application."""

    def of(number: str = "NH-1", key: str = "center_strategy") -> str:
        with database.reading() as session:
            rows = select(Sheet).where(col(Sheet.application_id) == opened.applications[number].id)
            uid = session.exec(rows).one().uid
        return f"{server.url}/reviewer/reviews/sheets/{uid}/score/{key}"

    return of


def strengths(database: Database, opened: Round, number: str) -> str:
    """What is stored as strengths of the first sub-criterion."""
    with database.reading() as session:
        row = session.exec(
            select(Score.strengths)
            .join(Sheet, col(Sheet.id) == col(Score.sheet_id))
            .where(
                col(Sheet.application_id) == opened.applications[number].id,
                col(Score.criterion_key) == "center_strategy",
            )
        ).first()
    return row or ""


def state_of(page: Page) -> Locator:
    """The words beside the form that say whether it is saved."""
    return page.locator("#score [data-save-text]")


def says(page: Page, words: str) -> None:
    """Wait until the state of saving holds these words."""
    expect(state_of(page)).to_contain_text(words, timeout=PATIENCE)


def wait_for(page: Page, done: Callable[[], bool]) -> None:
    """Wait until something is so on the server."""
    for _turn in range(PATIENCE // 100):
        if done():
            return
        page.wait_for_timeout(100)
    pytest.fail("it did not come to be so")


@ONE_DATABASE
def test_a_network_lost_in_a_sentence_and_a_closed_laptop_lose_nothing(
    opened: Round, server: Server, browser_of: BrowserOf, database: Database, address: Callable[..., str]
) -> None:
    page = browser_of(server, "reviewer1@panel.example")
    page.goto(address())
    page.get_by_label("Points, of 10").fill("7")
    page.get_by_label("Strengths").fill("Outreach is")
    wait_for(page, lambda: strengths(database, opened, "NH-1") == "Outreach is")
    page.context.set_offline(True)
    page.get_by_label("Strengths").press_sequentially(" concrete,")
    says(page, "kept on this device")
    page.get_by_label("Strengths").press_sequentially(" and partners are named.")
    page.context.set_offline(False)
    wait_for(page, lambda: strengths(database, opened, "NH-1").endswith("partners are named."))
    says(page, "Saved")
    expect(page.locator("[data-sheet-total]").first).to_have_text("7")
    page.close()

    other = browser_of(server, "reviewer1@panel.example")
    other.goto(address())

    expect(other.get_by_label("Strengths")).to_have_value("Outreach is concrete, and partners are named.")
    expect(other.get_by_label("Points, of 10")).to_have_value("7")


@ONE_DATABASE
def test_a_laptop_closed_while_offline_brings_its_text_back_and_clashes_in_words(
    opened: Round, server: Server, browser_of: BrowserOf, database: Database, address: Callable[..., str]
) -> None:
    first = browser_of(server, "reviewer1@panel.example")
    first.goto(address())
    first.locator("form[data-watched]").wait_for()
    first.context.set_offline(True)
    first.get_by_label("Strengths").fill("Written on the train.")
    says(first, "kept on this device")
    laptop = first.context
    first.close()
    second = browser_of(server, "reviewer1@panel.example")
    second.goto(address())
    second.get_by_label("Strengths").fill("Written at home.")
    says(second, "Saved")

    laptop.set_offline(False)
    again = laptop.new_page()
    again.goto(address())
    says(again, "another tab or on another machine at 9:00:00 a.m. EST")
    again.locator("[data-save-difference]").click()

    expect(again.get_by_role("heading", name="Two versions")).to_be_visible()
    for words in ("home.", "train."):
        expect(again.get_by_text(words).first).to_be_visible()
    typed = again.get_by_role("textbox", name="Strengths")
    expect(typed).to_have_value("Written on the train.")
    typed.fill("Written at home. Written on the train.")
    again.get_by_role("button", name="Keep this").click()
    assert strengths(database, opened, "NH-1") == "Written at home. Written on the train."


@ONE_DATABASE
def test_a_second_review_in_another_tab_never_mixes(
    opened: Round, server: Server, browser_of: BrowserOf, database: Database, address: Callable[..., str]
) -> None:
    one = browser_of(server, "reviewer1@panel.example")
    other = one.context.new_page()
    one.goto(address("NH-1"))
    other.goto(address("NH-2"))
    for page in (one, other):
        page.locator("form[data-watched]").wait_for()
    one.context.set_offline(True)
    for page, words in ((one, "About the first"), (other, "About the second")):
        page.get_by_label("Strengths").fill(words)
        says(page, "kept on this device")
    one.get_by_label("Strengths").press_sequentially(" application.")
    other.get_by_label("Strengths").press_sequentially(" application.")
    one.context.set_offline(False)

    wait_for(one, lambda: strengths(database, opened, "NH-1") == "About the first application.")
    wait_for(one, lambda: strengths(database, opened, "NH-2") == "About the second application.")
    for page, words in ((one, "first"), (other, "second")):
        page.reload()
        expect(page.get_by_label("Strengths")).to_have_value(f"About the {words} application.")


@ONE_DATABASE
def test_a_session_that_ends_while_one_types_keeps_the_text_until_one_is_back(
    opened: Round, server: Server, browser_of: BrowserOf, database: Database, address: Callable[..., str]
) -> None:
    page = browser_of(server, "reviewer1@panel.example")
    page.goto(address())
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_label("Strengths").fill("Typed after the session had ended.")
    says(page, "Not saved: you are signed out.")

    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what Playwright gave itself
    page.goto(address())

    wait_for(page, lambda: strengths(database, opened, "NH-1") == "Typed after the session had ended.")


@ONE_DATABASE
@pytest.mark.parametrize(("what", "words"), [("conflict", "not open to you"), ("submitted", "You submitted")])
def test_a_door_or_a_sheet_that_closes_while_one_types_says_so_in_one_sentence(
    what: str,
    words: str,
    opened: Round,
    server: Server,
    browser_of: BrowserOf,
    database: Database,
    address: Callable[..., str],
) -> None:
    page = browser_of(server, "reviewer1@panel.example")
    page.goto(address())
    with database.writing() as session:
        _close(session, opened, what)
    page.get_by_label("Strengths").fill("Typed too late.")

    says(page, words)

    if what == "submitted":
        page.reload()
        expect(page.locator("[data-unsent-text]")).to_contain_text("Typed too late.")


@ONE_DATABASE
def test_the_whole_sheet_is_worked_by_keyboard_alone_from_sign_in_to_submitted(
    opened: Round, server: Server, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/accounts/sign-in")
    reach(page, page.get_by_label("Mail address"))
    page.keyboard.type("reviewer1@panel.example")
    reach(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="My reviews").first)
    press(page, page.get_by_role("link", name="NH-1 Front Range"))
    for number in range(1, 9):
        expect(page.locator(".sheet-place strong")).to_have_text(f"{number} of 8")
        press(page, page.get_by_role("link", name="To the points"))
        for label, words in (("Points, of", "8"), ("Strengths", "Named partners."), ("Weaknesses", "Fees.")):
            reach(page, page.get_by_label(label))
            page.keyboard.type(words)
        press(page, page.get_by_role("button", name="Save and"))
    press(page, page.get_by_role("link", name="Submit score sheet"))
    press(page, page.get_by_role("button", name="Submit 64 of 100 points"))

    expect(page.get_by_text("Score sheet submitted.")).to_be_visible()


@ONE_DATABASE
def test_on_a_phone_form_and_application_are_two_tabs_that_keep_their_places(
    opened: Round,
    server: Server,
    browser_of: BrowserOf,
    address: Callable[..., str],
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "reviewer1@panel.example", viewport={"width": 360, "height": 740})
    page.goto(address() + "?read=all")
    page.get_by_label("Weaknesses").fill("Fees are untested.")
    page.get_by_label("Weaknesses").scroll_into_view_if_needed()
    place = page.evaluate("window.scrollY")
    tap(page, page.get_by_role("tab", name="Application"))
    expect(page.get_by_label("Weaknesses")).to_be_hidden()
    page.get_by_role("heading", name="Business model").first.scroll_into_view_if_needed()
    reading = page.evaluate("window.scrollY")
    assert_accessible(page)

    tap(page, page.get_by_role("tab", name="Points and reasons"))

    assert abs(page.evaluate("window.scrollY") - place) < 40
    expect(page.get_by_label("Weaknesses")).to_have_value("Fees are untested.")
    assert_accessible(page)
    tap(page, page.get_by_role("tab", name="Application"))
    assert abs(page.evaluate("window.scrollY") - reading) < 40
    bar = page.locator(".sheet-bar").bounding_box()
    assert bar is not None
    assert bar["height"] <= 740 / 5
    assert bar["y"] + bar["height"] <= 741
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def reach(page: Page, target: Locator, *, most: int = 120) -> None:
    """Press Tab until the target has the focus."""
    expect(target).to_be_attached(timeout=PATIENCE)
    for _press in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {target}")


def tap(page: Page, target: Locator) -> None:
    """Click where the target is now; Playwright's own click scrolls before, which would move the place."""
    box = target.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def press(page: Page, target: Locator) -> None:
    """Reach a link or button by Tab and press Enter."""
    reach(page, target)
    page.keyboard.press("Enter")


def _close(session: Session, opened: Round, what: str) -> None:
    """End the reviewer's right to write: by a conflict, or by submitting from elsewhere."""
    application = opened.applications["NH-1"]
    if what == "conflict":
        session.add(
            Conflict(
                person_id=opened.reviewers[0].id,
                application_id=application.id,
                competition_id=opened.competition.id,
                source=ConflictSource.DECLARED,
                kind="employer",
                reason="They hired my wife.",
                noticed_at=NOW,
                status=ConflictStatus.DECLARED,
            )
        )
        return
    sheet = session.exec(select(Sheet).where(col(Sheet.application_id) == application.id)).one()
    fill(session, sheet, spread(84))
    scoring.submit(session, opened.competition, sheet, actor=opened.reviewer(session, 1), now=NOW)
