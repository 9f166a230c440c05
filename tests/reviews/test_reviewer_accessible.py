"""What a reviewer holds, from the invitation to the packet: axe at both widths, pictures of each page."""

import pytest

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.database import Database
from grants.reviews.models import Sheet
from grants.reviews.queries import pool
from grants.reviews.services import scoring
from grants.web.tokens import signed
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server
from tests.reviews.looking import look

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def held(database: Database, at_review: object, server: Server) -> tuple[Round, Sheet]:
    """A reviewer with one sheet that is filled; text of an old tab is set aside on it; an officer."""
    with database.writing() as session:
        made = make_round(session, states={"NH": 1}, reviewers=1)
        sheet = open_door(session, made.applications["NH-1"], made.reviewers[0])
        fill(session, sheet, spread(84))
        typed = {"points": "7", "strengths": "Typed elsewhere."}
        scoring.set_aside(session, sheet, "budget", fields=typed, version=1, now=NOW)
        officer = session.get_one(Person, made.officer.person_id)
        grant_role(session, officer, Role.PROGRAM_OFFICER, actor=SYSTEM, now=NOW)
    return made, sheet


@ONE_DATABASE
def test_every_page_that_a_reviewer_holds_is_accessible_at_both_widths(
    held: tuple[Round, Sheet],
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
    database: Database,
) -> None:
    made, sheet = held
    with database.reading() as session:
        member = pool.membership_in(session, made.competition.id, made.reviewers[0].id)
    assert member is not None
    token = signed(server.app.extensions["grants.settings"], "reviews.invitation", member.uid)
    here, own = "/reviewer/reviews", f"/reviewer/reviews/sheets/{sheet.uid}"
    application = made.applications["NH-1"].uid
    pages = {
        "invitation": f"{here}/invitation/{token}",
        "agreement": f"{here}/invitations/{member.uid}/agreement",
        "interests": f"{here}/invitations/{member.uid}/interests",
        "conflicts": f"{here}/invitations/{member.uid}/conflicts",
        "index": here,
        "sheet": f"{own}/score/budget",
        "sheet-found": f"{own}/score/budget?read=find&words=offices",
        "versions": f"{own}/score/budget/versions",
        "check": f"{own}/check",
        "confirm": f"{own}/submit",
        "compare": f"{here}/compare/{made.competition.number}",
        "reading": f"{here}/applications/{application}/text?words=offices",
        "packet": f"{here}/applications/{application}/packet",
        "declarations": f"{here}/declarations",
    }
    page = browser_of(server, "reviewer1@panel.example")
    for name, path in pages.items():
        look(page, f"{server.url}{path}", f"reviews-held-{name}", picture, assert_accessible)


@ONE_DATABASE
def test_feedback_and_packets_are_accessible_to_staff_at_both_widths(
    held: tuple[Round, Sheet],
    server: Server,
    browser_of: BrowserOf,
    picture: TakePicture,
    assert_accessible: Accessible,
    database: Database,
) -> None:
    made, sheet = held
    with database.writing() as session:
        row = session.get_one(Sheet, sheet.id)
        scoring.submit(session, made.competition, row, actor=made.reviewer(session, 1), now=NOW)
    here = "/staff/reviews"
    page = browser_of(server, "officer@agency.example")
    for name, path in {
        "feedback": f"{here}/{made.competition.number}/feedback",
        "feedback-preview": f"{here}/feedback/applications/{made.applications['NH-1'].uid}",
        "packets": f"{here}/{made.competition.number}/packets",
    }.items():
        look(page, f"{server.url}{path}", f"reviews-staff-{name}", picture, assert_accessible)
