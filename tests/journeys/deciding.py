"""Steps 5 and 6: the panel call and the ranking, then selection, award, letters and countersignature."""

from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from grants.commands.demonstration import deciding as story
from grants.commands.demonstration.hosts import HOSTS
from grants.commands.demonstration.stage import Stage
from tests.journeys.applying import HOST, NINA
from tests.journeys.cast import PASSWORD, Cast, Visitor
from tests.journeys.opening import NUMBER, OFFICER
from tests.journeys.reviewing import REVIEWER

CHAIR: Final = "chair@demo.example"
SELECTING: Final = "selecting@demo.example"
GRANTS: Final = "grants-officer@demo.example"
FAIN: Final = "SAMPLE16H777"
TERMS: Final = {
    "Title of the assistance listing": "Manufacturing Extension Partnership",
    "Performance goals and how they are assessed": "The operating outcome plan, at the yearly review.",
    "General terms and conditions": "Standard terms and conditions, edition of December 2014",
}


def hold_panel(cast: Cast) -> None:
    """Open the panel, revise one score with a reason, let the others stand, sign the records, close."""
    chair = cast.person(CHAIR)
    chair.go(f"/staff/reviews/{NUMBER}/panels/CO")
    chair.follow("Set the call")
    chair.day("Day of the call", "12/01/2015")
    chair.type("Hour", "1:00 p.m.")
    chair.press("Set the call")
    chair.set_clock("2015-12-01", "13:00")
    chair.go(f"/staff/reviews/{NUMBER}/panels/CO")
    chair.press("Open the panel")
    _revise(cast)
    _sees_the_change(chair)
    _others_stand(cast.stage("2015-12-01 14:00"))
    for name in (HOST, HOSTS["front-range"].name, HOSTS["high-plains"].name):
        chair.go(f"/staff/reviews/{NUMBER}/panels/CO")
        chair.follow(name)
        chair.type("Record of the discussion", "The reviewers compared how each plan reaches rural plants.")
        chair.press("Save and sign")
    chair.go(f"/staff/reviews/{NUMBER}/panels/CO")
    chair.follow("Close the panel")
    chair.press("Close the panel of CO")


def rank(cast: Cast) -> None:
    """Read the ranks of the state and freeze them; anybody can recompute them from the record."""
    officer = cast.person(OFFICER)
    officer.go(f"/staff/reviews/{NUMBER}/ranking")
    assert officer.reads("are being computed")
    cast.work()
    officer.follow("Check progress")
    officer.follow("Colorado", within=officer.page.get_by_role("table"))
    officer.press("Freeze the ranking of CO")
    officer.press("Recompute now")
    cast.work()
    officer.follow("Check progress")
    assert officer.reads("Identical, 0 differences.")


def select(cast: Cast) -> None:
    """Choose the second in rank: refused without a published factor, signed with one."""
    official = cast.person(SELECTING)
    official.set_clock("2015-12-14", "10:00")
    official.go("/staff/home")
    official.go(f"/staff/awards/selection/{NUMBER}")
    row = official.page.get_by_role("row").filter(has_text="Colorado")
    official.follow("Decide", within=row)
    official.page.get_by_text(HOST).last.click()
    official.type("Your password", PASSWORD)
    official.press("Sign the decision")
    assert official.page.title().startswith("Error:")
    assert official.reads("This is out of rank order")
    official.choose("Published factor", "Appropriate distribution of services within the state")
    official.type("Justification", "It alone serves the counties west of the divide.")
    official.type("Your password", PASSWORD)
    official.press("Sign the decision")
    officer = cast.person(GRANTS)
    officer.go("/staff/home")
    officer.go(f"/staff/awards/selection/{NUMBER}")
    officer.follow("Approve or return")
    officer.type("Your password", PASSWORD)
    officer.press("Approve", exact=True)


def award(cast: Cast) -> None:
    """Prepare the award; the gate holds it until every item of 2 CFR 200.211 stands there."""
    officer = cast.person(GRANTS)
    officer.set_clock("2016-02-10", "10:00")
    officer.go(f"/staff/awards/selection/{NUMBER}")
    officer.follow("Prepare the award")
    officer.type("Award number", FAIN)
    officer.day("First day of the period of performance", "03/01/2016")
    for label, text in TERMS.items():
        officer.type(label, text)
    officer.choose("Is the award research", "No")
    officer.press("Prepare the award")
    officer.type("Your password", PASSWORD)
    officer.press("Make the award")
    assert officer.reads("Indirect cost rate is missing")
    officer.follow("Enter what is missing")
    officer.type("Indirect cost rate and its basis", "10 % of modified total direct cost, de minimis")
    officer.press("Save", exact=True)
    officer.type("Your password", PASSWORD)
    officer.press("Make the award")
    assert officer.reads("The award is made")


def send_letters(cast: Cast) -> None:
    """Draft, make and release the letters together; the award is countersigned by its link."""
    officer = cast.person(GRANTS)
    officer.go(f"/staff/awards/selection/{NUMBER}")
    officer.press("Draft the letters of decided states")
    officer.press("Make 3 letters")
    assert officer.reads("The letters are being made")
    cast.work()
    officer.follow("Check progress")
    officer.follow("Release")
    officer.press("Release 3 letters")
    assert cast.mails_to(HOSTS["high-plains"].signer.email)
    nina = cast.stranger(NINA)
    nina.go("/applicant/home")
    nina.go("/applicant/awards")
    nina.follow(FAIN)
    letter = nina.page.get_by_role("link", name="(PDF)").first.get_attribute("href")
    assert nina.page.request.get(f"{cast.server.url}{letter}").body().startswith(b"%PDF-")
    nina.go(f"{_path(nina.page)}/countersign")
    nina.type("Your title", "Executive director")
    nina.type("Your password", "seven brown foxes")
    nina.press("Sign and accept")
    assert nina.reads("ccepted")


def _revise(cast: Cast) -> None:
    """Give the followed host one point more, with the reason, and let two sheets stand."""
    reviewer = cast.person(REVIEWER)
    reviewer.go("/reviewer/home")
    reviewer.go("/reviewer/reviews/panels")
    reviewer.follow(f"Colorado, {NUMBER}")
    panel = reviewer.page.url.removeprefix(cast.server.url)
    _open_sheet(reviewer, HOST)
    reviewer.follow("Oversight board")
    reviewer.type("Points, of", "14")
    reviewer.type("Why the points changed", "The charter answers what I had asked.")
    reviewer.press("Save", exact=True)
    reviewer.follow("Check and submit")
    reviewer.follow("Submit score sheet")
    reviewer.press("Submit 87 of 100 points")
    for name in (HOSTS["front-range"].name, HOSTS["high-plains"].name):
        reviewer.go(panel)
        _open_sheet(reviewer, name)
        reviewer.press("My scores stand")


def _sees_the_change(chair: Visitor) -> None:
    """The panel's page tells by itself what was revised; without scripts its Refresh does."""
    if not chair.cast.scripts:
        chair.follow("Refresh")
    expect(chair.page.locator(".heat__before")).to_have_text(["85"])


def _open_sheet(reviewer: Visitor, host: str) -> None:
    section = reviewer.page.get_by_role("region", name=host)
    link = section.locator("a.usa-button").first
    with reviewer.page.expect_navigation():
        link.click()
    reviewer.look()


def _others_stand(stage: Stage) -> None:
    for each in (2, 3):
        story.confirm(stage, NUMBER, "CO", each)


def _path(page: Page) -> str:
    return urlsplit(page.url).path
