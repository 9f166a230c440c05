"""Steps 3 and 4: the administrative review, then reviewers from invitation to returned sheet."""

from typing import Final

from grants.commands.demonstration import applying as story
from grants.commands.demonstration import reviewing as reviews
from grants.commands.demonstration.applying import Draft
from grants.commands.demonstration.hosts import HOSTS
from grants.commands.demonstration.people import reviewer as reviewer_of
from grants.reviews.rules.choices import InterestKind
from grants.reviews.services.joining import Declared
from tests.journeys.applying import HOST
from tests.journeys.cast import Cast, Visitor
from tests.journeys.opening import NUMBER, OFFICER

RIVALS: Final = ("front-range", "high-plains")
REVIEWER: Final = "reviewer1@demo.example"
POINTS: Final = (9, 8, 9, 8, 13, 12, 13, 13)
"""What the followed reviewer gives the followed host: 85."""
TOTALS: Final = {"front-range": (90, 86, 84), "high-plains": (74, 75, 73)}
OTHERS: Final = (84, 86)
"""What the two others give the followed host."""


def rivals_apply(cast: Cast) -> None:
    """Two other hosts of the state apply, in time."""
    stage = cast.stage("2015-09-21 09:00")
    for key in RIVALS:
        story.prepare(stage, NUMBER, Draft(key, "CO", federal=97))
        story.submit(stage, NUMBER, key, "CO")


def screen(cast: Cast) -> None:
    """Find one application not responsive, undo that with a reason, and let all three into review."""
    officer = cast.person(OFFICER)
    officer.set_clock("2015-10-16", "09:00")
    officer.go(f"/staff/screening?competition={NUMBER}")
    _answer(officer, HOSTS["high-plains"].name, responsive="No", reason="The pages are numbered twice.")
    officer.choose("Result", "Not to be reviewed")
    officer.press("Show")
    officer.follow("CO-", within=officer.page.get_by_role("row").filter(has_text=HOSTS["high-plains"].name))
    officer.follow("Undo with a reason")
    officer.type("Why was it a mistake?", "The second numbering is the printer's.")
    officer.press("Undo")
    assert cast.mails_to(HOSTS["high-plains"].signer.email)
    for name in (HOST, *(HOSTS[key].name for key in RIVALS)):
        officer.go(f"/staff/screening?competition={NUMBER}")
        _answer(officer, name, responsive="Yes", reason="")
    officer.go(f"/staff/screening?competition={NUMBER}")


def invite(cast: Cast) -> None:
    """Invite four; one accepts page by page, the others as they always do."""
    officer = cast.person(OFFICER)
    officer.go(f"/staff/reviews/{NUMBER}/pool")
    officer.follow("Invite reviewers")
    lines = [
        f"{reviewer_of(each).someone.name} <{reviewer_of(each).someone.email}>, "
        f"{reviewer_of(each).kind}, {reviewer_of(each).affiliation}"
        for each in (1, 2, 3, 4)
    ]
    officer.type("People, one a line", "\n".join(lines))
    officer.day("They can answer until", "10/30/2015")
    officer.press("Check the list")
    officer.press("Send 4 invitations")
    reviewer = cast.person(REVIEWER)
    reviewer.go(cast.mailed_path(REVIEWER, "/reviewer/reviews/invitation/"))
    reviewer.press("Accept", exact=True)
    reviewer.tick("I have read this agreement")
    reviewer.tick("I certify this too")
    reviewer.type("Your full name", "Alice Mbeki")
    reviewer.press("Sign and go on")
    reviewer.type("Employer", "Ledger & Lathe Advisers")
    reviewer.type("States where you live or work", "OH")
    reviewer.type("Expertise", "finance, small manufacturers")
    reviewer.tick("I have no interest to declare")
    reviewer.press("Declare and go on")
    stage = cast.stage("2015-10-16 10:00")
    for each in (2, 3):
        reviews.join(stage, NUMBER, each)
    reviews.join(stage, NUMBER, 4, Declared(InterestKind.BOARD, name=HOSTS["front-range"].name))


def assign(cast: Cast) -> None:
    """Give each application the same three reviewers; the fourth has a conflict that the system found."""
    officer = cast.person(OFFICER)
    officer.go(f"/staff/reviews/{NUMBER}/conflicts")
    assert officer.reads(reviewer_of(4).someone.name)
    names = [reviewer_of(each).someone.name for each in (1, 2, 3)]
    officer.go(f"/staff/reviews/{NUMBER}/assign")
    for _time in range(9):
        _add_one(officer, names)
    officer.follow("Send 9 changes to reviewers")
    officer.day("Score sheets are due on", "11/20/2015")
    officer.press("Send 9 changes")
    cast.work()


def score(cast: Cast) -> None:
    """Check conflicts on names alone, then score one application criterion by criterion and submit it."""
    reviewer = cast.person(REVIEWER)
    reviewer.go("/reviewer/home")
    reviewer.go("/reviewer/reviews")
    reviewer.follow("Check conflicts for 3 applications")
    assert not reviewer.reads("Center strategy")
    for group in reviewer.page.get_by_role("group", name="Conflict with").all():
        group.get_by_text("No conflict").click()
    reviewer.press("Certify and open my applications")
    reviewer.go("/reviewer/reviews")
    reviewer.follow(HOST)
    for position, points in enumerate(POINTS):
        reviewer.type("Points, of", str(points))
        reviewer.type("Strengths", f"The plan of point {position + 1} names who does what.")
        reviewer.type("Weaknesses", "The fees of the smallest plants are not set.")
        if position == 0 and cast.scripts:
            reviewer.page.locator("[data-save-text]", has_text="Saved").first.wait_for()
        reviewer.press("Save and")
    _submit_sheet(reviewer, "85")
    stage = cast.stage("2015-11-02 09:00")
    for each, total in ((2, OTHERS[0]), (3, OTHERS[1])):
        reviews.certify(stage, NUMBER, each)
        reviews.score(stage, NUMBER, each, HOST, total)
    for key, totals in TOTALS.items():
        for each, total in zip((1, 2, 3), totals, strict=True):
            reviews.score(stage, NUMBER, each, key, total)


def give_back(cast: Cast) -> None:
    """Return the sheet with a reason; its author submits it again."""
    officer = cast.person(OFFICER)
    officer.set_clock("2015-11-23", "09:00")
    officer.go(f"/staff/reviews/{NUMBER}/progress")
    row = officer.page.get_by_role("row").filter(has_text=HOST).filter(has_text="Alice Mbeki")
    officer.follow("Return", within=row)
    officer.type("What should the reviewer look at again?", "Say which fees you mean.")
    officer.press("Return the sheet to")
    reviewer = cast.person(REVIEWER)
    reviewer.go("/reviewer/home")
    assert reviewer.reads("Look again at a score sheet")
    reviewer.go("/reviewer/reviews")
    reviewer.follow(HOST)
    assert reviewer.reads("Say which fees you mean.")
    reviewer.follow("Business model")
    reviewer.type("Weaknesses", "The fees of plants with fewer than twenty employees are not set.")
    reviewer.press("Save", exact=True)
    reviewer.follow("Check and submit")
    _submit_sheet(reviewer, "85")


def _answer(officer: Visitor, host: str, *, responsive: str, reason: str) -> None:
    row = officer.page.get_by_role("row").filter(has_text=host)
    officer.follow("CO-", within=row)
    officer.pick("Eligible?", "Yes")
    officer.pick("Complete?", "Yes")
    officer.pick("Responsive?", responsive)
    officer.type("Reason for “Responsive?”", reason)
    officer.press("Record", exact=True)


def _add_one(officer: Visitor, names: list[str]) -> None:
    """Add the first of these reviewers whom any application still lacks."""
    boxes = officer.page.get_by_role("combobox", name="Reviewer for CO-")
    for position in range(boxes.count()):
        offered = boxes.nth(position).locator("option").all_inner_texts()
        fitting = [words for words in offered for name in names if name in words]
        if fitting:
            boxes.nth(position).select_option(label=fitting[0].strip())
            officer.press_in_place("Add to CO-", nth=position)
            return
    raise AssertionError("no application lacks a reviewer")


def _submit_sheet(reviewer: Visitor, total: str) -> None:
    reviewer.follow("Submit score sheet")
    reviewer.press(f"Submit {total} of 100 points")
    assert reviewer.reads("ubmitted")
