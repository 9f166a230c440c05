"""Step 1: staff open a competition, the public reads the notice, an amendment changes it."""

from tests.journeys.cast import Cast, Visitor

SOURCE = "2014-NIST-MEP-01"
NUMBER = "2015-NIST-MEP-09"
OFFICER = "officer@demo.example"


def open_competition(cast: Cast) -> None:
    """Copy the round of 2014 into a new year, change it, publish it, read it as the public does."""
    officer = cast.person(OFFICER)
    officer.set_clock("2015-07-20", "09:00")
    officer.go("/staff/competitions")
    officer.follow("Start a competition")
    officer.type("Opportunity number", NUMBER)
    officer.choose("Copy everything from", SOURCE)
    officer.type("Fiscal year", "2015")
    officer.press("Start")
    _change_states(officer)
    _change_criteria(officer)
    _change_ranking_and_dates(officer)
    officer.set_clock("2015-08-03", "09:00")
    officer.go(f"/staff/competitions/{NUMBER}/setup")
    assert officer.reads("12 of 12 sections complete. 0 things stop publication")
    officer.follow("Check and publish")
    officer.press(f"Publish {NUMBER}")
    cast.work()
    _read_as_the_public(cast)


def amend(cast: Cast) -> None:
    """Change a page limit after publication; whoever has a draft is told what was and what is."""
    officer = cast.person(OFFICER)
    officer.go(f"/staff/competitions/{NUMBER}/amend")
    officer.press("Prepare an amendment")
    officer.follow("Documents and page limits")
    limit = officer.page.get_by_role("group", name="Assurance of the non-federal share").get_by_label("Pages")
    assert limit.input_value() == "4"
    limit.fill("6")
    officer.press("Save", exact=True)
    officer.go(f"/staff/competitions/{NUMBER}/amend")
    officer.type("Why", "Four pages are too few where many sources give their assurance together.")
    officer.press("Save and check")
    officer.press("Publish amendment 1")
    public = cast.stranger("public")
    public.go(f"/competitions/{NUMBER}")
    assert public.reads("Amendment 1")


def _change_states(officer: Visitor) -> None:
    officer.go(f"/staff/competitions/{NUMBER}/setup")
    officer.follow("States and amounts")
    officer.type("Federal amount per year, row 5", "")
    officer.press("Save", exact=True)
    officer.go(f"/staff/competitions/{NUMBER}/setup")
    assert officer.reads("New Hampshire has no yearly federal amount")
    officer.follow("States and amounts")
    officer.type("Federal amount per year, row 5", "-3")
    officer.press("Save", exact=True)
    assert officer.page.title().startswith("Error:")
    officer.type("Federal amount per year, row 5", "640,236.00")
    officer.press("Save", exact=True)


def _change_criteria(officer: Visitor) -> None:
    officer.go(f"/staff/competitions/{NUMBER}/setup/criteria")
    officer.type("Points of Executive summary and project narrative", "35")
    officer.press("Save", exact=True)
    officer.go(f"/staff/competitions/{NUMBER}/setup")
    assert officer.reads("Points add up to 95. The notice promises 100. Add 5.")
    officer.follow("Criteria and points")
    officer.type("Points of Executive summary and project narrative", "40")
    officer.press("Save", exact=True)


def _change_ranking_and_dates(officer: Visitor) -> None:
    officer.go(f"/staff/competitions/{NUMBER}/setup/ranking")
    officer.type("A finalist has an average of at least", "72")
    officer.press("Save", exact=True)
    officer.go(f"/staff/competitions/{NUMBER}/setup/dates")
    officer.day("Planned publication", "08/03/2015")
    deadline = officer.page.get_by_role("group", name="Deadline")
    deadline.get_by_label("Time").fill("5:00 p.m.")
    officer.press("Save", exact=True)


def _read_as_the_public(cast: Cast) -> None:
    public = cast.stranger("public")
    public.go("/")
    public.go("/competitions")
    public.follow("Award Competitions for Hollings")
    closes = "October 15, 2015, 5:00:00 p.m. EDT"
    for words in ("640,236.00", closes, "15 CFR 290.4", "average of 72 or more"):
        assert public.reads(words), words
    pdf = public.page.request.get(f"{cast.server.url}/competitions/{NUMBER}/notice")
    assert pdf.body().startswith(b"%PDF-")
    public.go("/competitions/map")
    assert public.reads("Colorado")
