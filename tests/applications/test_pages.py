"""The applicant's pages as the applicant meets them."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from grants.adapters.files import Files
from grants.applications.models import Application
from grants.applications.queries import drafts
from grants.clock import StoppedClock
from grants.database import Database
from grants.versions import fingerprint
from tests.factories import applications as make
from tests.factories.continuations import PASSWORD, let_sign
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FETCH = {"X-Requested-With": "fetch"}
MIB = 1024 * 1024
LOCK = pikepdf.Encryption(owner="owner", user="user")


def piece(start: int, chunk: bytes, size: int) -> dict[str, str]:
    """The headers of one piece of a file."""
    return {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {start}-{start + len(chunk) - 1}/{size}",
        "X-File-Name": "proposal.pdf",
        "X-File-Key": "abc",
        **FETCH,
    }


SIGNED = {"title": "President", "agreed": "y", "signer": PASSWORD}


@dataclass
class Stage:
    """A started application and clients of its people."""

    app: Flask
    scene: make.Scene
    application: Application
    act_as: ActAs

    @property
    def database(self) -> Database:
        database: Database = self.app.extensions["grants.database"]
        return database

    @property
    def files(self) -> Files:
        files: Files = self.app.extensions["grants.files"]
        return files

    def url(self, rest: str = "") -> str:
        return f"/applicant/applications/{self.application.uid}{rest}"

    def writer(self) -> FlaskClient:
        return self.act_as(self.scene.writer)

    def complete(self) -> None:
        with self.database.writing() as session:
            session.add(self.application)
            make.complete(session, self.scene, self.application, self.files)


@pytest.fixture
def stage(app: Flask, act_as: ActAs) -> Stage:
    with app.extensions["grants.database"].writing() as session:
        scene = make.make_scene(session)
        application = make.start(session, scene)
        let_sign(session, scene.representative)
    return Stage(app, scene, application, act_as)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "/about",
        "/people",
        "/sections/strategy",
        "/budget",
        "/budget/1",
        "/sources",
        "/sources/add",
        "/documents",
        "/review",
        "/status",
    ],
)
def test_each_page_of_a_draft_opens(stage: Stage, rest: str) -> None:
    answer = stage.writer().get(stage.url(rest))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("rest", ["", "/about", "/sections/strategy", "/budget/1", "/documents", "/review"])
def test_another_host_does_not_know_of_it(stage: Stage, rest: str) -> None:
    answer = stage.act_as(stage.scene.stranger).get(stage.url(rest))

    assert answer.status_code == 404


def test_an_autosave_answers_with_its_version_and_the_time(stage: Stage) -> None:
    answer = stage.writer().post(
        stage.url("/sections/strategy"), data={"text": "Four offices.", "version": "0"}, headers=FETCH
    )

    said = answer.json or {}
    assert (said["version"], said["saved"]) == (1, "9:00:00 a.m. EDT")
    assert said["stored"] == {"text": {"sha256": fingerprint("Four offices.")}}


def test_a_stale_section_meets_both_texts_and_nothing_is_lost(stage: Stage) -> None:
    client = stage.writer()
    client.post(stage.url("/sections/strategy"), data={"text": "Stored text.", "version": "0"})

    by_script = client.post(
        stage.url("/sections/strategy"), data={"text": "Typed text.", "version": "0"}, headers=FETCH
    )
    by_form = client.post(stage.url("/sections/strategy"), data={"text": "Typed text.", "version": "0"})

    assert (by_script.status_code, by_form.status_code) == (409, 409)
    assert by_script.json is not None
    difference = client.get(by_script.json["difference"]).text
    for page in (difference, by_form.text):
        assert "Typed" in page
        assert "Stored" in page


def test_somebody_chooses_between_two_texts(stage: Stage) -> None:
    client = stage.writer()
    client.post(stage.url("/sections/strategy"), data={"text": "Stored text.", "version": "0"})
    clash = client.post(
        stage.url("/sections/strategy"), data={"text": "Typed text.", "version": "0"}, headers=FETCH
    )
    assert clash.json is not None

    client.post(clash.json["difference"], data={"keep": "typed", "text": "Typed text.", "version": "1"})

    assert "Typed text." in client.get(stage.url("/sections/strategy")).text


def test_the_same_text_twice_is_a_success(stage: Stage) -> None:
    client = stage.writer()
    sent = {"text": "Four offices.", "version": "0"}
    client.post(stage.url("/sections/strategy"), data=sent)

    answer = client.post(stage.url("/sections/strategy"), data=sent, headers=FETCH)

    assert (answer.status_code, answer.json and answer.json["version"]) == (200, 1)


def test_a_section_keeps_its_lines_and_drops_control_signs(stage: Stage) -> None:
    client = stage.writer()
    client.post(stage.url("/sections/strategy"), data={"text": "One\r\n\x00\r\n- two\x07", "version": "0"})

    assert "One\n\n- two</textarea>" in client.get(stage.url("/sections/strategy")).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12.345", "Enter dollars and at most two digits for cents, for example 1,668,359.00."),
        ("-5", "Enter an amount of zero or more. A negative amount does not belong here."),
        ("9" * 30, "Enter an amount of at most 99,999,999,999.99."),
        ("a lot", "“a lot” is not an amount in dollars. Write it for example as 1,668,359.00."),
    ],
)
def test_what_is_no_amount_comes_back_with_a_sentence(stage: Stage, typed: str, sentence: str) -> None:
    answer = stage.writer().post(
        stage.url("/budget/1"), data={"version": "0", "applicant__cash": typed, "state_local__cash": "7.00"}
    )

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="7.00"' in answer.text


def test_a_budget_year_recalculates_without_storing(stage: Stage) -> None:
    client = stage.writer()

    answer = client.post(
        stage.url("/budget/1"), data={"version": "0", "applicant__cash": "5.00", "do": "recalculate"}
    )

    assert '<output id="counted" class="tabular">5.00</output>' in answer.text
    assert 'value="5.00"' not in client.get(stage.url("/budget/1")).text


def test_the_ceilings_follow_from_having_been_the_center_before(stage: Stage) -> None:
    client = stage.writer()
    asked = client.get(stage.url("/review")).text
    shares = {}
    for answer in ("no", "yes"):
        assert client.post(stage.url("/budget/before"), data={"was_center": answer}).status_code == 303
        shares[answer] = re.findall(r"(\d/\d) \(", client.get(stage.url("/budget")).text)

    assert "Say whether your organization was the center of Colorado before" in asked
    assert "Say whether your organization" not in client.get(stage.url("/review")).text
    assert shares["no"][:5] == ["1/2", "1/2", "1/2", "2/5", "1/3"]
    assert shares["yes"][:5] == ["1/3"] * 5
    assert client.post(stage.url("/budget/before"), data={}).status_code == 422


def test_what_the_host_said_of_itself_is_submitted_and_shown_to_staff(
    stage: Stage, act_as: ActAs, clock: StoppedClock
) -> None:
    with stage.database.writing() as session:
        application = session.get_one(Application, stage.application.id)
        make.complete(session, stage.scene, application, stage.files)
        make.submit(session, stage.scene, application)
    clock.put(make.DEADLINE + timedelta(days=1))

    officer = act_as(stage.scene.officer)

    for path in ("/staff/applications/", "/staff/screening/"):
        assert "No, as the host says" in officer.get(path + stage.application.uid).text


def test_two_people_change_one_amount_and_see_both(stage: Stage) -> None:
    client = stage.writer()
    client.post(stage.url("/budget/1"), data={"version": "0", "applicant__cash": "5.00"})

    answer = client.post(stage.url("/budget/1"), data={"version": "0", "applicant__cash": "6.00"})

    assert answer.status_code == 409
    assert "Applicant contribution, cash" in answer.text
    assert ("5.00" in answer.text, "6.00" in answer.text) == (True, True)


def test_other_fields_of_a_colleague_are_merged(stage: Stage) -> None:
    client = stage.writer()
    federal = {"nist_federal__federal": "1,668,359.00"}
    client.post(stage.url("/budget/1"), data={"version": "0", "applicant__cash": "5.00", **federal})

    answer = client.post(
        stage.url("/budget/1"), data={"version": "0", "state_local__cash": "6.00", **federal}
    )

    assert answer.status_code == 303
    page = client.get(stage.url("/budget/1")).text
    assert ('value="5.00"' in page, 'value="6.00"' in page) == (True, True)


def test_year_one_is_copied_to_the_others(stage: Stage) -> None:
    client = stage.writer()
    client.post(stage.url("/budget/1"), data={"version": "0", "applicant__cash": "5.00"})

    asked = client.get(stage.url("/budget/1/copy"))
    untouched = client.get(stage.url("/budget/5"))
    client.post(stage.url("/budget/1/copy"))

    assert "All amounts of years 2 to 5, revenue and expenses, give way to those of year 1." in asked.text
    assert 'value="5.00"' not in untouched.text
    assert 'value="5.00"' in client.get(stage.url("/budget/5")).text


@pytest.mark.parametrize("year", [0, 5, 6])
def test_a_year_without_years_after_it_is_not_copied(stage: Stage, year: int) -> None:
    client = stage.writer()

    answers = (client.get(stage.url(f"/budget/{year}/copy")), client.post(stage.url(f"/budget/{year}/copy")))

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_fault_of_an_amount_names_its_cell(stage: Stage) -> None:
    answer = stage.writer().post(stage.url("/budget/1"), data={"version": "0", "state_local__cash": "a lot"})

    assert ">State and local funds, cash: “a lot” is not an amount in dollars." in answer.text


def test_a_new_draft_is_not_started_and_not_full_of_faults(stage: Stage) -> None:
    client = stage.writer()

    untouched = client.get(stage.url()).text
    client.post(stage.url("/budget/1"), data={"version": "0", "nist_federal__federal": "5.00"})
    touched = client.get(stage.url()).text

    assert untouched.count("of federal money is filled in, as the notice offers.") == 5
    assert ("to mend" in untouched, "to mend" in touched) == (False, True)
    assert "Year 1: match is $5.00 short of what 1/2 requires. Add it." in touched


def scripted(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


BAD_FILES = {
    "empty": (b"", "This file is empty. Choose the file again."),
    "a picture": (b"GIF89a" + make.pdf(), "This is not a PDF, whatever its name says."),
    "damaged": (b"%PDF-1.7 nothing", "This PDF is damaged and cannot be opened."),
    "locked": (
        make.pdf(deterministic_id=False, encryption=LOCK),
        "This PDF has a password. Save a copy without one and add it again.",
    ),
    "scripted": (make.pdf(change=scripted), "This PDF carries a script, which we do not store."),
    "too long": (make.pdf(pages=5), "This file has 5 pages; the limit is 3. Remove 2,"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_does_not_fit_is_refused_with_what_to_do(stage: Stage, kind: str) -> None:
    content, sentence = BAD_FILES[kind]
    client = stage.writer()

    whole = client.post(
        stage.url("/documents"), data={"key": "proposal", "file": (io.BytesIO(content), "proposal.pdf")}
    )

    assert whole.status_code == 422
    assert sentence in whole.text


@pytest.mark.parametrize("kind", [kind for kind in BAD_FILES if kind != "empty"])
def test_a_file_in_pieces_is_refused_in_the_same_words(stage: Stage, kind: str) -> None:
    content, sentence = BAD_FILES[kind]

    answer = stage.writer().put(
        stage.url("/documents/proposal/pieces"), data=content, headers=piece(0, content, len(content))
    )

    assert answer.status_code == 422
    assert answer.json is not None
    assert sentence in answer.json["findings"][0]["message"]


def test_an_upload_goes_on_where_it_broke_off(stage: Stage) -> None:
    content = make.large_pdf(1_500_000)
    client = stage.writer()
    url = stage.url("/documents/proposal/pieces")
    first, rest = content[:MIB], content[MIB:]
    client.put(url, data=first, headers=piece(0, first, len(content)))

    again = client.put(url, data=first, headers=piece(0, first, len(content)))
    ahead = client.put(url, data=rest[:10], headers=piece(MIB + 5, rest[:10], len(content)))
    last = client.put(url, data=rest, headers=piece(MIB, rest, len(content)))

    assert (again.status_code, again.json) == (200, {"received": MIB})
    assert (ahead.status_code, ahead.json) == (409, {"received": MIB})
    assert last.json is not None
    assert last.json["received"] == len(content)
    assert "proposal.pdf" in client.get(last.json["url"]).text


def test_a_file_of_four_megabytes_comes_in_one_form(stage: Stage) -> None:
    file = FileStorage(io.BytesIO(make.large_pdf(4_000_000)), "letter.pdf")
    boundary, body = encode_multipart({"key": "letters", "file": file})

    answer = stage.writer().post(
        stage.url("/documents"), data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )

    assert answer.status_code == 303


def test_a_stored_file_is_never_sniffed_or_kept(stage: Stage) -> None:
    client = stage.writer()
    client.post(stage.url("/documents"), data={"key": "letters", "file": (io.BytesIO(make.pdf()), "a.pdf")})
    with stage.database.reading() as session:
        (row,) = drafts.attached_documents(session, stage.application.id)

    answer = client.get(stage.url(f"/files/{row.document.uid}"))

    assert answer.data == make.pdf()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_closed_draft_is_told_as_closed_and_not_as_late(stage: Stage, clock: StoppedClock) -> None:
    clock.put(make.DEADLINE + timedelta(seconds=1))
    client = stage.act_as(stage.scene.representative)

    pages = {rest: client.get(stage.url(rest)).text for rest in ("", "/review", "/certify", "/status")}

    assert "You can submit early" not in pages[""]
    assert "Late by" not in "".join(pages.values())
    assert "Nothing is accepted after it." in pages["/certify"]
    assert "was not submitted, so it is not reviewed" in pages["/status"]


def test_a_withdrawn_application_waits_for_no_review(stage: Stage) -> None:
    stage.complete()
    client = stage.act_as(stage.scene.representative)
    client.post(stage.url("/certify"), data=SIGNED)
    client.post(stage.url("/sections/strategy"), data={"text": "Changed after it.", "version": "1"})
    client.post(stage.url("/withdraw"), data={"reason": ""})

    tasks, status = client.get(stage.url()).text, client.get(stage.url("/status")).text

    assert "until you submit again" not in tasks
    assert ("Withdrawn with the application" in status, "Administrative review" in status) == (True, False)


def test_a_text_of_another_day_says_its_day(stage: Stage, clock: StoppedClock) -> None:
    client = stage.writer()
    client.post(stage.url("/sections/strategy"), data={"text": "Four offices.", "version": "0"})

    today = client.get(stage.url("/sections/strategy")).text
    clock.put(clock.now() + timedelta(days=1))
    tomorrow = client.get(stage.url("/sections/strategy")).text

    assert "<span data-save-text>Saved 9:00:00 a.m. EDT</span>" in today
    assert re.search(r"<span data-save-text>Saved \w+ \d+, 2014, 9:00:00 a.m. EDT</span>", tomorrow)


def test_saving_a_budget_year_takes_few_queries(stage: Stage) -> None:
    client = stage.writer()
    counted: list[str] = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *args: counted.append(str(args[2])))

    client.post(stage.url("/budget/1"), data={"version": "0", "applicant__cash": "5.00"}, headers=FETCH)

    queries_run = [statement for statement in counted if not statement.startswith(("BEGIN", "PRAGMA"))]
    assert len(queries_run) <= 7, queries_run  # reading who acts takes three more


def test_an_application_starts_once_for_a_state(stage: Stage) -> None:
    client = stage.writer()
    sent = {"state": "CT", "organization": stage.scene.organization.uid}
    url = "/applicant/applications/begin?competition=2014-NIST-MEP-01"

    first = client.post(url, data=sent)
    second = client.post(url, data=sent)

    assert (first.status_code, second.status_code) == (303, 422)
    assert "already has an application for Connecticut" in second.text


def test_somebody_elses_organization_starts_nothing(stage: Stage) -> None:
    client = stage.act_as(stage.scene.stranger)
    sent = {"state": "CT", "organization": stage.scene.organization.uid}

    answer = client.post("/applicant/applications/begin?competition=2014-NIST-MEP-01", data=sent)

    assert answer.status_code == 422


def test_the_task_list_counts_what_is_required(stage: Stage) -> None:
    stage.complete()

    tasks = stage.writer().get(stage.url()).text

    counted = re.search(r"(\d+) of (\d+) required tasks complete\.", tasks)
    assert counted is not None
    assert counted[1] == counted[2]
    assert "Not complete" not in tasks
