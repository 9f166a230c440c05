"""Step 7: the second year, from the center's request to the amendment letter and the five-year page."""

from tests.journeys.applying import HOST, NINA
from tests.journeys.cast import PASSWORD, Cast, Visitor
from tests.journeys.deciding import FAIN, GRANTS
from tests.journeys.opening import OFFICER

SIGNATURE = "seven brown foxes"


def ask(cast: Cast) -> None:
    """Open the request that the worker prefilled, fill what is the center's, send draft and final."""
    nina = cast.stranger(NINA)
    nina.set_clock("2016-11-21", "09:00")
    cast.work()
    nina.go("/applicant/home")
    nina.go("/applicant/continuations")
    nina.follow("Year 2")
    home = nina.page.url.removeprefix(cast.server.url)
    nina.go(f"{home}/scope")
    nina.type("Scope of work", "The center opens a desk for exporters and keeps everything else.")
    nina.press("Save and go on")
    nina.go(f"{home}/outcomes")
    for title, planned, actual, requested in (
        ("Clients served", "210", "166", "220"),
        ("Projects completed", "140", "110", "147"),
        ("Jobs created or retained", "380", "300", "399"),
    ):
        nina.type(f"{title}, approved plan", planned)
        nina.type(f"{title}, actual so far", actual)
        nina.type(f"{title}, your request", requested)
    nina.press("Save and go on")
    nina.go(f"{home}/actuals")
    nina.day("Figures as of", "11/15/2016")
    nina.type("Federal money spent so far", "1,250,000.00")
    nina.type("Federal money expected", "1,668,359.00")
    nina.type("Match claimed", "1,260,000.00")
    nina.type("Match documented", "1,255,000.00")
    nina.press("Save and go on")
    _cut_and_mend_the_match(nina, home)
    nina.go(home)
    nina.press("Send draft to your program officer")
    nina.set_clock("2016-12-19", "09:00")
    nina.go(f"{home}/submit")
    nina.type("Your password", SIGNATURE)
    nina.press("Submit final request")


def evaluate(cast: Cast) -> None:
    """Read the three factors with their evidence, and send the evaluation to the grants officer."""
    officer = cast.person(OFFICER)
    officer.go("/staff/home")
    officer.go(f"/staff/continuations?words={FAIN}")
    officer.follow(HOST)
    home = officer.page.url.removeprefix(cast.server.url)
    officer.go(f"{home}/evaluate")
    assert officer.reads("15 CFR 290.4")
    for number, text in enumerate(("As planned.", "On plan.", "Match covers the money spent."), start=1):
        officer.type(f"Your reading of factor {number}", text)
    officer.pick("What you recommend", "Approve")
    officer.press("Send to the grants officer")


def decide(cast: Cast) -> None:
    """Decide as another person, release the amendment letter, and look at the five years."""
    officer = cast.person(GRANTS)
    officer.go(f"/staff/continuations?words={FAIN}")
    officer.follow(HOST)
    home = officer.page.url.removeprefix(cast.server.url)
    officer.go(f"{home}/decide")
    officer.pick("Decision", "Approve")
    officer.type("Your password", PASSWORD)
    officer.press("Sign the decision")
    cast.work()
    officer.go(home)
    officer.follow("Make sure it is made, then release it")
    officer.follow("Release")
    officer.press("Release 1 letter")
    nina = cast.stranger(NINA)
    nina.go("/applicant/continuations")
    nina.follow("Five years of the center")
    assert nina.reads("1,668,359.00")
    assert nina.reads("1/2 (50 %)")


def _cut_and_mend_the_match(nina: Visitor, home: str) -> None:
    """Take a cent from the match, read what the law says, and give it back."""
    nina.go(f"{home}/budget")
    nina.type("Applicant contribution, cash", "899,999.99")
    nina.type("Personnel, cash", "1,368,358.99")
    nina.press("Save", exact=True)
    assert nina.reads("Short 0.01")
    nina.go(f"{home}/submit")
    assert nina.reads("$0.01")
    nina.go(f"{home}/budget")
    nina.type("Applicant contribution, cash", "900,000.00")
    nina.type("Personnel, cash", "1,368,359.00")
    nina.press("Save", exact=True)
