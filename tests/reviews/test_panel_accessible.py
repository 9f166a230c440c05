"""The pages around a panel and what the applicant reads afterwards: axe and pictures at both widths."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from grants.access.actor import SYSTEM
from grants.clock import StoppedClock
from grants.database import Database
from grants.documents.models import Feedback
from grants.documents.services.storing import prepare_made
from grants.reviews.queries import panels
from grants.reviews.services import feedback as clearing
from grants.reviews.services import packets as packing
from grants.reviews.services import scoring
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server
from tests.reviews.looking import look, look_here
from tests.reviews.streaming import PANEL, close, make_panel, submit, type_in
from tests.reviews.test_feedback import own_of, send_letter

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def called(database: Database, at_review: StoppedClock, server: Server) -> Round:
    """Colorado's panel is open; one reviewer revised, the others did not."""
    with database.writing() as session:
        made = make_panel(session)
    type_in(database, made, "CO-2", 3, "14")
    submit(database, made, "CO-2", 3)
    return made


def test_the_panel_its_comments_and_its_call(
    called: Round,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "chair@agency.example")
    comments = f"/staff/reviews/panels/applications/{called.applications['CO-2'].uid}"
    for name, path in {
        "totals": PANEL,
        "criteria": f"{PANEL}?view=criteria&order=spread",
        "comments": comments,
        "call": f"{PANEL}/call",
        "panels": PANEL.removesuffix("/CO"),
    }.items():
        look(page, f"{server.url}{path}", f"panel-{name}", picture, assert_accessible)


def test_the_chairs_record_written_and_signed(
    called: Round,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "chair@agency.example")
    page.goto(f"{server.url}/staff/reviews/panels/applications/{called.applications['CO-2'].uid}")
    page.get_by_role("link", name="Chair's record").click()
    page.get_by_role("textbox", name="Record of the discussion").fill(
        "- Fees were **discussed**.\n- Outreach is plain."
    )
    page.get_by_role("button", name="Save and sign").click()

    expect(page.get_by_role("button", name="Take the signature back")).to_be_visible()
    look_here(page, "panel-record-signed", picture, assert_accessible)


def test_closing_refused_closed_and_opened_again(
    called: Round,
    database: Database,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "officer@agency.example")
    look(page, f"{server.url}{PANEL}/close", "panel-close", picture, assert_accessible)
    page.get_by_role("button", name="Close the panel of CO").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.get_by_text("CO-1: Amir Fox, Beth Boyd and Chen Chu have neither")).to_have_count(1)
    look_here(page, "panel-close-refused", picture, assert_accessible)
    close(database, called)
    for name, path in {"closed": PANEL, "reopen": f"{PANEL}/reopen"}.items():
        look(page, f"{server.url}{path}", f"panel-{name}", picture, assert_accessible)


def test_the_packet_of_the_panel_before_and_after_it_is_made(
    called: Round,
    database: Database,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "officer@agency.example")
    look(page, f"{server.url}{PANEL}/packet", "panel-packet-none", picture, assert_accessible)
    page.get_by_role("button", name="Make the packet as of now").click()
    look_here(page, "panel-packet-asked", picture, assert_accessible)
    files = server.app.extensions["grants.files"]
    ready = prepare_made(files, "panel.pdf", b"%PDF-1.7", media_type="application/pdf")
    with database.writing() as session:
        panel = panels.panel_of(session, called.competition.id, "CO")
        assert panel is not None
        packet = packing.ask_for_panel_packet(
            session, called.competition, panel, actor=called.officer, now=NOW
        )
        packing.keep_packet(session, packet, ready, actor=SYSTEM, now=NOW)

    look(page, f"{server.url}{PANEL}/packet", "panel-packet", picture, assert_accessible)


@pytest.fixture
def told(database: Database, at_review: StoppedClock, server: Server) -> Round:
    """What three reviewers said on an application is cleared, and the letter is out."""
    ready = prepare_made(
        server.app.extensions["grants.files"], "said.pdf", b"%PDF-1.7", media_type="application/pdf"
    )
    with database.writing() as session:
        made = make_round(session, states={"CO": 1})
        for seat, person in enumerate(made.reviewers, start=1):
            sheet = open_door(session, made.applications["CO-1"], person)
            fill(session, sheet, spread(80 + seat))
            scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
        found = clearing.drafts(session, made.competition)
        clearing.clear(session, made.competition, found, actor=made.officer, now=NOW)
        for row in session.exec(select(Feedback)).all():
            clearing.keep_file(session, row, ready, actor=SYSTEM, now=NOW)
        send_letter(server.app, session, made.applications["CO-1"])
    return made


def test_what_the_applicant_reads_of_the_reviewers(
    told: Round,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "lead@co-1.example")

    look(page, f"{server.url}{own_of(told)}", "feedback-own", picture, assert_accessible)
