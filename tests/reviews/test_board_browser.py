"""The assignment board in a real browser: by keyboard alone, by drag, without script; pictures and axe."""

import pytest
from playwright.sync_api import Page, expect

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.database import Database
from grants.reviews.models import Conflict, ConflictSource
from grants.reviews.queries import assignments, pool
from grants.reviews.workflow import AssignmentStatus
from tests.factories.reviews import NOW, Round, make_round, open_door
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server
from tests.reviews.looking import look, look_here

HERE = "/staff/reviews/2014-NIST-MEP-01"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOPICS: tuple[list[str], ...] = (
    ["regional offices", "community colleges"],
    ["financial plans", "audits"],
    ["small plants", "survey", "optics"],
    ["governance", "outreach"],
    ["beekeeping"],
    [],
)


@pytest.fixture
def assigning(database: Database, at_review: object, server: Server) -> Round:
    """Five applications and six reviewers; Colorado's first was sent, one of its reviewers has a conflict."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 3, "NH": 2}, reviewers=6)
        competition = session.get_one(Competition, made.competition.id)
        competition.ranking_method = RankingMethod.MEAN
        session.add(competition)
        made.competition = competition
        officer = session.get_one(Person, made.officer.person_id)
        grant_role(session, officer, Role.PROGRAM_OFFICER, actor=SYSTEM, now=NOW)
        for member, topics in zip(pool.members_of(session, made.competition.id), TOPICS, strict=True):
            member.expertise = topics
            session.add(member)
        for seat in (1, 2, 3):
            open_door(session, made.applications["CO-1"], made.reviewers[seat - 1])
        bar(session, made, "CO-1", 2)
        bar(session, made, "NH-1", 1)
    return made


def bar(session: object, made: Round, number: str, seat: int) -> None:
    """A conflict of one pair."""
    session.add(  # type: ignore[attr-defined]  # a session of the test's database
        Conflict(
            person_id=made.reviewers[seat - 1].id,
            application_id=made.applications[number].id,
            competition_id=made.competition.id,
            source=ConflictSource.DECLARED,
            kind="employer",
            reason="Works there since October.",
            noticed_at=NOW,
        )
    )


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Press the control with this name by the keyboard alone."""
    control = page.get_by_role("button", name=name, exact=True).first
    control.focus()
    page.keyboard.press(key)


@ONE_DATABASE
def test_pictures_of_the_board_the_matrix_and_the_proposals(
    assigning: Round,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    page = browser_of(server, "officer@agency.example")
    uid = assigning.applications["CO-2"].uid
    for name, path in (
        ("board", f"{HERE}/assign"),
        ("matrix", f"{HERE}/assign/matrix"),
        ("choose", f"/staff/reviews/applications/{uid}/reviewers"),
        ("proposal", f"{HERE}/propose?panel=yes"),
        ("progress", f"{HERE}/progress"),
        ("pool", f"{HERE}/pool"),
    ):
        look(page, f"{server.url}{path}", f"assign-{name}", picture, assert_accessible)
    page.goto(f"{server.url}{HERE}/assign")
    page.get_by_role("link", name="Propose a replacement").click()
    look_here(page, "assign-replace", picture, assert_accessible)


@ONE_DATABASE
def test_an_impossible_assignment_is_pictured_with_its_ways_out(
    assigning: Round,
    database: Database,
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
) -> None:
    with database.writing() as session:
        for member in pool.members_of(session, assigning.competition.id):
            member.cap = 2
            session.add(member)
    page = browser_of(server, "officer@agency.example")
    page.goto(f"{server.url}{HERE}/propose")

    expect(page.get_by_role("heading", name="No assignment exists")).to_be_visible()
    look_here(page, "assign-impossible", picture, assert_accessible)
    page.get_by_role("link", name="'s limit by").first.click()
    expect(page.get_by_label("Applications at most")).to_be_visible()


@ONE_DATABASE
def test_the_board_is_worked_by_keyboard_alone_from_the_first_reviewer_to_the_sending(
    assigning: Round, server: Server, browser_of: BrowserOf, database: Database
) -> None:
    page = browser_of(server, "officer@agency.example")
    page.goto(f"{server.url}{HERE}/assign")
    expect(page.locator("[data-board-drag]")).to_be_visible()
    said = page.locator("[data-board-said]")

    page.get_by_label("Reviewer for CO-2, best fit first").focus()
    page.keyboard.press("ArrowDown")
    press(page, "Add to CO-2")
    expect(said).to_contain_text("CO-2 now has 1.")
    expect(page.locator(":focus")).to_have_attribute("id", f"add-{assigning.applications['CO-2'].uid}")
    name = page.locator(f"#line-{assigning.applications['CO-2'].uid} .chip__name").inner_text()
    press(page, f"Lock {name} on CO-2")
    expect(said).to_contain_text("stays on CO-2 through the next proposal")
    press(page, "Undo my last change")
    expect(page.get_by_role("button", name=f"Lock {name} on CO-2", exact=True)).to_be_visible()
    press(page, f"Remove {name} from CO-2")
    expect(said).to_contain_text("CO-2 now has 0.")
    press(page, "Undo my last change")
    expect(page.get_by_role("button", name=f"Remove {name} from CO-2")).to_be_visible()
    press(page, f"Lock {name} on CO-2")
    expect(page.get_by_role("button", name=f"Unlock {name} on CO-2")).to_be_visible()

    page.get_by_role("link", name="Propose the best").focus()
    page.keyboard.press("Enter")
    press(page, "Accept all as drafts")
    expect(page.get_by_text("Nobody is told before you send them.")).to_be_visible()
    page.get_by_role("link", name="to reviewers").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".usa-date-picker--initialized")).to_be_visible()
    page.get_by_role("textbox", name="Score sheets are due on").focus()
    page.keyboard.type("12/15/2014")
    page.get_by_role("button", name="Send ").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("changes to")).to_be_visible()
    with database.reading() as session:
        rows = assignments.active_assignments(session, assigning.competition.id)
    assert {row.status for row in rows} == {AssignmentStatus.SENT}
    assert len(rows) == 15


@ONE_DATABASE
def test_a_reviewer_is_dragged_onto_an_application_and_one_who_cannot_is_named(
    assigning: Round, server: Server, browser_of: BrowserOf
) -> None:
    page = browser_of(server, "officer@agency.example")
    page.goto(f"{server.url}{HERE}/assign")
    line = page.locator(f"#line-{assigning.applications['NH-1'].uid}")
    seats = page.locator("tr[data-person]")
    said = page.locator("[data-board-said]")

    expect(page.locator("[data-board-drag]")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 2600})
    seats.filter(has_text="Chen Chu").drag_to(line)
    expect(said).to_contain_text("NH-1 now has 1. Chen Chu has 2 of 8.")
    expect(line.locator(".chip__name")).to_have_text("Chen Chu")
    page.locator("tr[data-person]").filter(has_text="Amir Fox").drag_to(line)

    expect(said).to_have_text("Not added: Amir Fox (conflict: employer).")


@ONE_DATABASE
def test_the_board_and_the_matrix_work_without_script(
    assigning: Round, server: Server, browser_of: BrowserOf
) -> None:
    page = browser_of(server, "officer@agency.example", java_script_enabled=False)
    page.goto(f"{server.url}{HERE}/assign")
    page.get_by_label("Reviewer for NH-2, best fit first").select_option(index=1)
    page.get_by_role("button", name="Add to NH-2").click()
    expect(page.get_by_text("NH-2 now has 1.").first).to_be_visible()
    page.get_by_role("link", name="Matrix").click()
    page.get_by_role("button", name="add Dora Diaz to NH-2").click()

    expect(page.get_by_text("NH-2 now has 2. Dora Diaz has 1 of 8.")).to_be_visible()
    page.get_by_role("button", name="Assigned: take Dora Diaz off NH-2").click()
    expect(page.get_by_text("NH-2 now has 1. Dora Diaz has 0 of 8.")).to_be_visible()
