"""Step 2: a host registers, writes, budgets, submits, submits again, and comes too late once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from playwright.sync_api import expect

from grants.commands.demonstration import papers
from tests.journeys.cast import Cast, Visitor
from tests.journeys.opening import NUMBER

NINA = "nina.harlow@yampa-works.example"
PAUL = "paul.ostrow@yampa-works.example"
HOST = "Yampa Valley Works Council"

SECTIONS: Final = (
    "Center strategy",
    "Market understanding",
    "Business model",
    "Performance measurement and management",
    "Key personnel, organizational structure and management",
    "Oversight board or advisory committee, and governance",
    "Budget",
    "Quality of the financial plan for the non-federal share over five years",
)
DOCUMENTS: Final = (
    "Technical proposal",
    "Budget narrative",
    "Letters of commitment",
    "Resumes of key personnel",
    "Assurance of the non-federal share",
    "Plan for intellectual property",
)
FIRST_YEARS: Final = {
    "NIST MEP federal funds, federal": "1,668,359.00",
    "Applicant contribution, cash": "900,000.00",
    "State and local funds, cash": "468,359.00",
    "Third-party contributions, in-kind": "300,000.00",
    "Personnel, federal": "1,668,359.00",
    "Personnel, cash": "1,368,359.00",
    "Other, in-kind": "300,000.00",
}
LATER_YEARS: Final[Mapping[int, Mapping[str, str]]] = {
    4: {"Applicant contribution, cash": "1,734,179.50", "Personnel, cash": "2,202,538.50"},
    5: {"Applicant contribution, cash": "2,568,359.00", "Personnel, cash": "3,036,718.00"},
}


def register(cast: Cast) -> None:
    """Make an account by the mailed link, register the organization, invite a colleague."""
    nina = cast.stranger(NINA)
    nina.go("/accounts/register")
    nina.type("Your name", "Nina Harlow")
    nina.type("Mail address", NINA)
    nina.press("Send the link")
    assert nina.reads(f"We sent a mail to {NINA}")
    nina.go(cast.mailed_path(NINA, "/accounts/set-up/"))
    nina.type("Password", "seven brown foxes")
    nina.press("Set up my account")
    nina.go("/applicant/organizations/new")
    nina.type("Legal name", HOST)
    nina.choose("Kind of organization", "Nonprofit")
    nina.type("EIN", "00-7319999")
    nina.type("UEI", "SAMPLE")
    nina.type("Street", "12 Sample Street")
    nina.type("City", "Craig")
    nina.choose("State or territory", "Colorado")
    nina.type("ZIP code", "81625")
    nina.press("Register it")
    assert nina.page.title().startswith("Error:")
    assert nina.reads("a UEI has 12")
    nina.type("UEI", "SAMPLE999993")
    nina.press("Register it")
    nina.follow("Invite a person")
    nina.type("Mail address", PAUL)
    nina.press("Send the invitation")
    paul = cast.stranger(PAUL)
    paul.go(cast.mailed_path(PAUL, "/organizations/invitation/"))
    paul.follow("Register to join")
    paul.type("Your name", "Paul Ostrow")
    paul.type("Password", "nine quiet otters")
    paul.press("Set up my account")
    paul.press(f"Join {HOST}")
    assert paul.reads(HOST)


def check_and_start(cast: Cast) -> None:
    """Run the self-check and start an application for Colorado from its result."""
    nina = cast.stranger(NINA)
    nina.go(f"/eligibility/check?competition={NUMBER}")
    nina.choose("State you would serve", "Colorado")
    nina.pick("Kind of organization", "Nonprofit organization")
    nina.pick("Is it based in the United States?", "Yes")
    nina.choose("State in which it is", "Colorado")
    nina.pick("Would it serve the whole state?", "Yes")
    nina.press("Next question")
    nina.type("EIN", "00-7319999")
    nina.press("Next question")
    assert nina.reads("The IRS assigns no EIN that begins with 00")
    nina.type("UEI", "SAMPLE999993")
    nina.pick("suspended or debarred", "No")
    nina.press("Next question")
    nina.pick("pay at least half of the cost", "Yes")
    nina.pick("Is there an oversight board", "Yes")
    nina.pick("plan for intellectual property", "Yes")
    nina.pick("have an application for this state", "No")
    nina.press("Show the result")
    assert nina.reads("15 U.S.C. 278k")
    nina.follow("Start an application for Colorado")
    nina.press("Start the application")
    assert nina.reads("required tasks complete")


def write(cast: Cast, folder: Path) -> None:
    """Fill the application: cover, people, sections, five years of money, sources, documents."""
    nina, paul = cast.stranger(NINA), cast.stranger(PAUL)
    tasks = nina.page.url.removeprefix(cast.server.url)
    _cover(nina, tasks)
    _sections(cast, paul, tasks)
    _budget(cast, nina, tasks)
    _documents(nina, tasks, folder)
    _sources(nina, tasks)


def submit(cast: Cast) -> None:
    """Look what is missing, certify, submit; the receipt tells the instant and every hash."""
    nina = cast.stranger(NINA)
    home = f"/applicant/applications/{_uid(nina)}"
    nina.go(f"{home}/review")
    nina.follow("Continue to certify")
    nina.press("Submit application")
    assert nina.page.title().startswith("Error:")
    _certify(nina)
    expect(nina.page.get_by_role("heading", name="Receipt R-")).to_be_visible()
    assert nina.page.locator("code.hash").count() >= len(DOCUMENTS) + 1
    receipts = [mail for mail in cast.mails_to(NINA) if "eceipt" in str(mail.get_body(("plain",)))]
    assert receipts
    nina.follow("Check progress")
    pdf = nina.page.get_by_role("link", name="Receipt as PDF").get_attribute("href")
    answer = nina.page.request.get(f"{cast.server.url}{pdf}")
    assert answer.body().startswith(b"%PDF-")


def submit_again(cast: Cast) -> None:
    """Change a section and replace the submission before the deadline."""
    nina = cast.stranger(NINA)
    home = f"/applicant/applications/{_uid(nina)}"
    _write_section(nina, home, "center_strategy", "Better: a desk in every county.")
    nina.go(f"{home}/review")
    nina.follow("Continue to certify")
    _certify(nina)
    expect(nina.page.get_by_role("heading", name="Receipt R-")).to_be_visible()


def come_late(cast: Cast) -> None:
    """Press the button after the deadline: the attempt is kept and not accepted."""
    nina, paul = cast.stranger(NINA), cast.stranger(PAUL)
    home = f"/applicant/applications/{_uid(nina)}"
    _write_section(nina, home, "center_strategy", "Later still: two desks in every county.")
    nina.go(f"{home}/certify")
    paul.go("/")
    paul.set_clock("2015-10-15", "17:01")
    _certify(nina)
    assert nina.reads("It was kept and not accepted")
    nina.go(home)
    assert nina.reads("It was kept and not accepted")


def _uid(visitor: Visitor) -> str:
    return visitor.page.url.split("/applicant/applications/")[1].split("/")[0].split("?")[0]


def _cover(nina: Visitor, tasks: str) -> None:
    nina.go(f"{tasks}/about")
    nina.type("Title of the application", "A center for the Western Slope")
    nina.type("Area that the center serves", "Colorado")
    nina.type("Proposed center director", "Dr. Ida Crane")
    nina.press("Save", exact=True)
    nina.go(f"{tasks}/people")
    nina.pick("What", "Key person")
    nina.type("Name", "Dr. Ida Crane")
    nina.type("Organization", HOST)
    nina.press("Add", exact=True)


def _sections(cast: Cast, paul: Visitor, tasks: str) -> None:
    paul.go(tasks)
    paul.follow(SECTIONS[0])
    for position, _title in enumerate(SECTIONS):
        text = f"{HOST} answers point {position + 1}. " + "We visit every plant of the state. " * 30
        paul.type("Your text", text)
        if position == 0 and cast.scripts:
            paul.page.locator("[data-save-text]", has_text="Saved").wait_for()
        paul.press("Save and go to")
    assert paul.page.url.endswith(tasks)


def _write_section(visitor: Visitor, home: str, key: str, text: str) -> None:
    visitor.go(f"{home}/sections/{key}")
    visitor.type("Your text", text)
    visitor.press("Save", exact=True)


def _budget(cast: Cast, nina: Visitor, tasks: str) -> None:
    nina.go(f"{tasks}/budget")
    nina.pick("Was your organization the center", "No")
    nina.press("Save the answer")
    nina.go(f"{tasks}/budget/1")
    for label, amount in FIRST_YEARS.items():
        nina.type(f"{label}, year 1", amount, exact=True)
    nina.press("Save", exact=True)
    nina.follow("Copy year 1 to the years after it")
    nina.press("Copy year 1 to years 2 to 5")
    nina.go(f"{tasks}/budget/4")
    assert nina.reads("2/5 (40 %)")
    expect(nina.page.locator("#result")).to_have_text("Short 834,179.50")
    for year, amounts in LATER_YEARS.items():
        nina.go(f"{tasks}/budget/{year}")
        for label, amount in amounts.items():
            nina.type(f"{label}, year {year}", amount, exact=True)
        if cast.scripts:
            nina.page.locator("#result", has_text="At ceiling").wait_for()
        nina.press("Save", exact=True)
        expect(nina.page.locator("#result")).to_have_text("At ceiling")


def _documents(nina: Visitor, tasks: str, folder: Path) -> None:
    nina.go(f"{tasks}/documents")
    false = folder / "false.pdf"
    false.write_bytes(b"MZ this is a program")
    _add_file(nina, DOCUMENTS[0], false)
    assert nina.reads("This is not a PDF")
    nina.go(f"{tasks}/documents")
    for title in DOCUMENTS:
        path = folder / f"{title.split()[0].lower()}.pdf"
        path.write_bytes(papers.pdf(title, ["A sample page of the journey."], pages=2))
        _add_file(nina, title, path)


def _add_file(nina: Visitor, title: str, path: Path) -> None:
    place = nina.page.get_by_role("region", name=title)
    place.locator("input[type=file]").set_input_files(path)
    if path.name == "false.pdf" and nina.cast.scripts:
        place.get_by_role("button", name="Add this file").click()
        nina.page.get_by_text("This is not a PDF").first.wait_for()
    else:
        nina.press("Add this file", within=place)


def _sources(nina: Visitor, tasks: str) -> None:
    nina.go(f"{tasks}/sources")
    rows = (
        ("State of Colorado", "State and local funds", "Cash", "468,359.00"),
        ("Routt College District", "Third-party contributions", "In kind", "300,000.00"),
    )
    for source, row, kind, amount in rows:
        nina.follow("Name a source")
        nina.type("Who gives it", source)
        nina.choose("Row of the budget", row)
        nina.pick("Kind", kind)
        nina.type("Amount in a year", amount)
        for year in range(1, 6):
            nina.tick(f"Year {year}")
        nina.choose("Letter of commitment", "letters.pdf")
        tests = nina.page.get_by_role("group", name="I confirm for this source")
        for words in tests.locator("label").all():
            words.click()
        nina.press("Save", exact=True)
    assert nina.reads("Routt College District")


def _certify(nina: Visitor) -> None:
    nina.type("Your title", "Executive director")
    nina.type("Your password", "seven brown foxes")
    nina.tick("I have read the certifications above")
    nina.press("Submit application")
