"""Administrative review in a real browser; the receipt and the mails that come of it."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from grants.access.roles import Role
from grants.accounts.models import StaffRole
from grants.applications.queries import submissions
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.documents.queries import file_by_id
from tests.factories import applications as make
from tests.plugins.browser import Accessible, TakePicture
from tests.plugins.people import BrowserOf
from tests.plugins.web import Server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_staff_screen_and_undo(
    server: Server,
    clock: StoppedClock,
    mail: Path,
    browser_of: BrowserOf,
    assert_accessible: Accessible,
    picture: TakePicture,
    verapdf: Callable[[bytes], list[str]],
    pdf_image: Callable[..., Path],
) -> None:
    database, files = server.app.extensions["grants.database"], server.app.extensions["grants.files"]
    with database.writing() as session:
        scene = make.make_scene(session)
        session.add(
            StaffRole(person_id=scene.officer.person_id or 0, role=Role.PROGRAM_OFFICER, granted_at=make.NOW)
        )
        application = make.start(session, scene)
        make.complete(session, scene, application, files)
        make.submit(session, scene, application)
    Worker(server.app, clock=lambda: clock).run_once()
    with database.reading() as session:
        submission = submissions.latest_submission(session, application)
        assert submission is not None
        receipt = files.get(file_by_id(session, submission.receipt_file_id or 0).sha256)
    assert verapdf(receipt) == []
    pdf_image(receipt, "receipt")
    clock.put(make.DEADLINE + timedelta(days=2))
    page = browser_of(server, "r.ortiz@agency.example")

    page.goto(server.url + "/staff/screening")
    assert_accessible(page)
    picture(page, "screening-index")
    page.get_by_role("link", name=application.number).click()
    page.get_by_role("button", name="Record and go to next").click()
    expect(page.get_by_role("link", name="Answer “Eligible?”.")).to_be_visible()
    assert_accessible(page)
    for name in ("Eligible?", "Complete?"):
        page.get_by_role("group", name=name).get_by_text("Yes").click()
    page.get_by_role("group", name="Responsive?").get_by_text("No").click()
    page.get_by_label("Reason for “Responsive?”").fill("The proposal has 27 pages; the limit is 25.")
    picture(page, "screening-screen")
    page.get_by_role("button", name="Record", exact=True).click()
    page.goto(f"{server.url}/staff/screening/{application.uid}")
    assert_accessible(page)
    picture(page, "screening-decided")
    page.get_by_role("link", name="Undo with a reason").click()
    assert_accessible(page)
    page.get_by_label("Why was it a mistake?").fill("Appendices do not count.")
    page.get_by_role("button", name="Undo the result for").click()
    page.get_by_text("Waiting for a decision").first.wait_for()
    for place in ("/staff/applications", f"/staff/applications/{application.uid}", "/staff/screening/late"):
        page.goto(server.url + place)
        assert_accessible(page)
        picture(page, "staff" + place.split("/staff")[1].replace(application.uid, "show").replace("/", "-"))
    Worker(server.app, clock=lambda: clock).run_once()
    subjects = sorted(_subject(path) for path in mail.iterdir())
    assert [subject for subject in subjects if "review" in subject] == [
        "2014-NIST-MEP-01: Result of administrative review",
        "2014-NIST-MEP-01: Result of administrative review",
        "2014-NIST-MEP-01: Result of administrative review undone",
        "2014-NIST-MEP-01: Result of administrative review undone",
    ]


def _subject(path: Path) -> str:
    return str(message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"])
