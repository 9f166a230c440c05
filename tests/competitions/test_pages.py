"""The pages of competitions: who may open them, and what they answer to bad input."""

import io
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grants.access.actor import NOBODY, Actor
from grants.clock import StoppedClock
from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules.amendment import AMENDABLE
from grants.competitions.rules.samples import sample_text
from grants.competitions.rules.toml_text import load
from grants.database import Database
from tests.competitions.conftest import PUBLICATION
from tests.plugins.web import ActAs

HERE = "/staff/competitions/2014-NIST-MEP-01"
STAFF_PAGES = [
    "/staff/competitions",
    "/staff/competitions/new",
    "/staff/competitions/load",
    HERE,
    f"{HERE}/setup",
    f"{HERE}/files",
    f"{HERE}/file",
    f"{HERE}/preview",
    f"{HERE}/publish",
    f"{HERE}/confirm",
    f"{HERE}/setup/criteria/center_strategy",
    f"{HERE}/setup/criteria/new",
    *(f"{HERE}/setup/{section}" for section in AMENDABLE),
]
PUBLIC_PAGES = [
    "/competitions",
    "/competitions?words=CO",
    "/competitions/map",
    "/competitions/2014-NIST-MEP-01",
    "/competitions/2014-NIST-MEP-01/data.toml",
    "/competitions/2014-NIST-MEP-01/data.json",
]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(act_as: ActAs, officer: Actor) -> FlaskClient:
    """The officer's browser, its forms sent without the hidden token."""
    client = act_as(officer)
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


def said(answer: TestResponse) -> str:
    """Return the first sentence of the error summary."""
    _, _, rest = answer.text.partition('id="error-summary"')
    return rest.partition("<li>")[2].partition("</li>")[0].rpartition('">')[2].replace("</a>", "")


@ON_SQLITE
def test_staff_pages_of_a_draft_open_for_the_officer(desk: FlaskClient, draft: Competition) -> None:
    assert {path: desk.get(path).status_code for path in STAFF_PAGES} == dict.fromkeys(STAFF_PAGES, 200)


@ON_SQLITE
def test_staff_pages_send_the_public_to_the_sign_in(act_as: ActAs, draft: Competition) -> None:
    client = act_as(NOBODY)

    assert {client.get(path).status_code for path in STAFF_PAGES} == {303}


@ON_SQLITE
def test_the_auditor_reads_and_is_shown_no_form_to_change(
    act_as: ActAs, auditor: Actor, draft: Competition
) -> None:
    client = act_as(auditor)

    assert client.get(f"{HERE}/setup").status_code == 200
    assert client.get(f"{HERE}/setup/dates").status_code == 404
    assert "Check and publish" not in client.get(f"{HERE}/setup").text


@ON_SQLITE
def test_public_pages_open_for_everyone(act_as: ActAs, published: Competition) -> None:
    client = act_as(NOBODY)

    assert {path: client.get(path).status_code for path in PUBLIC_PAGES} == dict.fromkeys(PUBLIC_PAGES, 200)


@ON_SQLITE
def test_a_draft_does_not_exist_for_the_public(act_as: ActAs, draft: Competition) -> None:
    client = act_as(NOBODY)
    paths = [path for path in PUBLIC_PAGES if "2014" in path] + ["/competitions/2014-NIST-MEP-01/notice"]

    assert {client.get(path).status_code for path in paths} == {404}


def test_the_public_page_says_what_the_notice_says(act_as: ActAs, published: Competition) -> None:
    text = act_as(NOBODY).get("/competitions/2014-NIST-MEP-01").text

    for expected in (
        "October 15, 2014, 11:59:00 p.m. EDT",
        "1,668,359.00",
        "25,988,657.00",
        "In year 4, the federal share is at most 2/5 (40 %) of the cost.",
        "Appropriate distribution of services within the state",
        "Sample data.",
    ):
        assert expected in text, expected


def test_the_data_file_loads_as_the_same_notice(act_as: ActAs, published: Competition) -> None:
    notice, faults = load(act_as(NOBODY).get("/competitions/2014-NIST-MEP-01/data.toml").text)

    assert faults == []
    assert notice is not None
    assert notice.identity.number == "2014-NIST-MEP-01"


@pytest.mark.parametrize(
    ("at", "tag"),
    [
        (datetime(2014, 8, 1, 13, tzinfo=UTC), "Open"),
        (datetime(2014, 10, 16, 3, 59, tzinfo=UTC), "Open"),
        (datetime(2014, 10, 16, 3, 59, 1, tzinfo=UTC), "Closed"),
    ],
)
@ON_SQLITE
def test_the_stage_turns_at_the_instant_of_the_deadline(
    at: datetime, tag: str, act_as: ActAs, published: Competition, clock: StoppedClock
) -> None:
    clock.put(at)

    heading = act_as(NOBODY).get("/competitions/2014-NIST-MEP-01").text.partition("</h1>")[2][:400]

    assert f"{tag}</span>" in heading


STATES = {"version": "1", "state-0-code": "CO", "state-0-federal_per_year": "100", "state-0-awards": "1"}
DATES = {
    "version": "1",
    "zone": "America/New_York",
    "deadline_day": "10/15/2014",
    "deadline_hour": "11:59 p.m.",
    "determination": "none",
}
IDENTITY = {"version": "1", "number": "2014-NIST-MEP-01"}
BAD_INPUT = [
    (
        "states",
        STATES | {"state-0-federal_per_year": "abc"},
        "Federal amount per year: “abc” is not an amount in dollars.",
    ),
    (
        "states",
        STATES | {"state-0-federal_per_year": "-1"},
        "Federal amount per year: Enter an amount of zero",
    ),
    (
        "states",
        STATES | {"state-0-federal_per_year": "0"},
        "Federal amount per year: Enter an amount above 0",
    ),
    (
        "states",
        STATES | {"state-0-federal_per_year": "9" * 30},
        "Federal amount per year: Enter an amount of",
    ),
    (
        "states",
        STATES | {"state-0-federal_per_year": "1.234"},
        "Federal amount per year: Enter dollars and",
    ),
    ("states", STATES | {"state-0-code": "ZZ"}, "“ZZ” is none of the 50 states or PR."),
    ("states", STATES | {"state-0-code": ""}, "Row 1 has an amount but no state."),
    ("states", STATES | {"state-0-awards": "x"}, "Awards expected: “x” is not a whole number"),
    ("states", STATES | {"state-0-awards": "0"}, "Awards expected: Enter a number from 1 to 20"),
    ("states", STATES | {"state-1-code": "CO", "state-1-awards": "1"}, "Colorado stands here twice."),
    ("dates", DATES | {"deadline_day": "2/30/2014"}, "“2/30/2014” is not a date that exists."),
    (
        "dates",
        DATES | {"deadline_day": "0001-01-01"},
        "Enter a date in the years 1900 to 2200; the year 0001",
    ),
    (
        "dates",
        DATES | {"deadline_day": "9999-12-31"},
        "Enter a date in the years 1900 to 2200; the year 9999",
    ),
    ("dates", DATES | {"deadline_hour": "25:00"}, "“25:00” is not a time of day."),
    ("dates", DATES | {"deadline_day": ""}, "Deadline: enter the date as well."),
    (
        "dates",
        DATES | {"deadline_day": "3/9/2014", "deadline_hour": "2:30 am"},
        "2:30 a.m. on March 9",
    ),
    (
        "dates",
        DATES | {"deadline_day": "11/2/2014", "deadline_hour": "1:30 am"},
        "1:30 a.m. on Nov",
    ),
    ("dates", DATES | {"shorter_period_reason": "x" * 4001}, "Use at most 4,000 characters"),
    ("identity", IDENTITY | {"number": ""}, "Enter the opportunity number."),
    ("identity", IDENTITY | {"number": "two words"}, "An opportunity number has letters"),
    ("identity", IDENTITY | {"number": "TAKEN-1"}, "TAKEN-1 is already in use."),
    ("identity", IDENTITY | {"assistance_listing": "11"}, "An assistance listing has the form 11.611."),
    ("identity", IDENTITY | {"fiscal_year": "20"}, "Fiscal year: Enter a year from 1988 to 2200"),
    ("ranking", {"version": "1", "threshold": "-1"}, "“-1” is below zero. Enter points of zero or more."),
    ("ranking", {"version": "1", "threshold": "1.2345"}, "Points have at most three decimals."),
    ("ranking", {"version": "1", "threshold": "NaN"}, "“NaN” is not a number. Write it for example as 7.5."),
    ("ranking", {"version": "1", "threshold": "12,5"}, "“12,5” has a comma. Write 12.5."),
    (
        "ranking",
        {"version": "1", "threshold": "\u0667\u0660"},
        "“\u0667\u0660” is not in the digits 0 to 9. Write 70.",
    ),
    ("contact", {"version": "1", "email": "nobody"}, "A mail address has the form"),
    ("goals", {"version": "1", "text": "x" * 20_001}, "Use at most 20,000 characters"),
]


@ON_SQLITE
def test_bad_input_comes_back_with_one_sentence_and_nothing_is_stored(
    desk: FlaskClient, draft: Competition, database: Database
) -> None:
    desk.post("/staff/competitions/new", data={"number": "TAKEN-1", "dates": "move"})
    with database.reading() as session:
        before = queries.notice_of(session, session.get_one(Competition, draft.id))

    answers = [(desk.post(f"{HERE}/setup/{section}", data=form), form) for section, form, _ in BAD_INPUT]

    for (answer, form), (_, _, sentence) in zip(answers, BAD_INPUT, strict=True):
        assert (answer.status_code, said(answer)[: len(sentence)]) == (422, sentence), form
    with database.reading() as session:
        assert queries.notice_of(session, session.get_one(Competition, draft.id)) == before


@ON_SQLITE
def test_what_was_typed_still_stands(desk: FlaskClient, draft: Competition) -> None:
    answer = desk.post(
        f"{HERE}/setup/dates", data=DATES | {"deadline_day": "2/30/2014", "deadline_hour": "9 pm"}
    )

    assert 'value="2/30/2014"' in answer.text
    assert 'value="9 pm"' in answer.text


@pytest.mark.parametrize("year", ["99999", "1500"])
@ON_SQLITE
def test_a_copy_into_a_year_that_no_calendar_has_is_refused_at_the_field(
    year: str, desk: FlaskClient, draft: Competition
) -> None:
    form = {"number": "2031-NIST-MEP-01", "source": draft.number, "fiscal_year": year, "dates": "move"}

    answer = desk.post("/staff/competitions/new", data=form)

    assert (answer.status_code, said(answer)[:45]) == (422, "Fiscal year: Enter a year from 1988 to 2200; ")
    assert 'id="fiscal_year-error"' in answer.text


@ON_SQLITE
def test_points_below_zero_are_told_at_the_row_of_the_tree(desk: FlaskClient, draft: Competition) -> None:
    points = {"version": "1", "total": "100", "row-0-key": "narrative", "row-0-points": "-5"}

    answer = desk.post(f"{HERE}/setup/criteria", data=points)

    assert (answer.status_code, said(answer)) == (422, "“-5” is below zero. Enter points of zero or more.")
    assert 'id="row-0-points-error"' in answer.text


@ON_SQLITE
def test_a_stage_is_linked_once_its_time_has_come(
    desk: FlaskClient, published: Competition, clock: StoppedClock
) -> None:
    clock.put(PUBLICATION)
    before = desk.get(HERE).text.partition("<h2>Milestones</h2>")[2]
    clock.put(datetime(2014, 10, 17, 12, tzinfo=UTC))
    after = desk.get(HERE).text.partition("<h2>Milestones</h2>")[2]

    links = ("Screen the applications", "Reviewers and conflicts</a>", "Assign reviewers")
    assert [words in before for words in links] == [False, True, False]
    assert [words in after for words in links] == [True, True, True]
    assert after.count('aria-current="step"') == 1


@ON_SQLITE
def test_a_stale_page_is_answered_with_both_texts(desk: FlaskClient, draft: Competition) -> None:
    contact = {"version": "1", "name": "Office", "email": "a@b.example", "phone": "1", "hours": "Mornings"}
    assert desk.post(f"{HERE}/setup/contact", data=contact).status_code == 303

    answer = desk.post(f"{HERE}/setup/contact", data=contact | {"phone": "2"})
    again = desk.post(f"{HERE}/setup/contact", data=contact | {"phone": "2", "version": "2"})

    assert answer.status_code == 409
    assert "R. Ortiz saved “Contact” while you wrote." in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert again.status_code == 303


@ON_SQLITE
def test_a_double_click_on_publish_publishes_once(
    desk: FlaskClient, draft: Competition, clock: StoppedClock
) -> None:
    clock.put(PUBLICATION)
    sent = {"version": str(draft.version)}

    answers = [desk.post(f"{HERE}/publish", data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "October 15, 2014" in desk.get("/competitions/2014-NIST-MEP-01").text


@ON_SQLITE
def test_somebody_elses_number_in_the_address_is_not_found(desk: FlaskClient, draft: Competition) -> None:
    paths = ["/staff/competitions/NONE-1", f"{HERE}/setup/nothing", f"{HERE}/setup/criteria/nothing"]

    assert [desk.get(path).status_code for path in paths] == [404, 404, 404]
    assert desk.get(f"{HERE}/amend").status_code == 409


@ON_SQLITE
def test_another_row_is_added_without_a_script(desk: FlaskClient, draft: Competition) -> None:
    answer = desk.post(f"{HERE}/setup/states", data=STATES | {"more": "1"})

    assert answer.status_code == 200
    assert 'name="state-3-code"' in answer.text


@ON_SQLITE
def test_criteria_move_and_the_running_sum_is_shown(desk: FlaskClient, draft: Competition) -> None:
    points = {"version": "1", "total": "100", "row-0-key": "narrative", "row-0-points": "35"}

    desk.post(f"{HERE}/setup/criteria", data=points | {"act": "down:narrative"})

    text = desk.get(f"{HERE}/setup/criteria").text
    assert "95 of 100, 5 left" in text
    assert text.index("Qualifications of the applicant") < text.index("Executive summary")


@ON_SQLITE
def test_an_amendment_is_dropped_after_a_page_that_says_what_is_lost(
    desk: FlaskClient, published: Competition, clock: StoppedClock
) -> None:
    clock.put(PUBLICATION)
    desk.post(f"{HERE}/amend", data={"act": "start", "version": "0"})

    asked = desk.get(f"{HERE}/amend/drop")
    standing = desk.get(f"{HERE}/amend")
    dropped = desk.post(f"{HERE}/amend/drop")
    again = desk.post(f"{HERE}/amend/drop", follow_redirects=True)

    assert "0 changes and the reason, is set aside" in asked.text
    assert "Amendment 1" in standing.text
    assert dropped.status_code == 303
    assert "No amendment is in preparation." in again.text


IN_YEAR = 'format = 1\nidentity = {{ number = "2031-NIST-MEP-01" }}\n[dates]\n{}\n'
LOADS = [
    ({"file": ""}, "Choose a file, or paste its text."),
    ({"file": "x = ["}, "This is not TOML that can be read at end of document."),
    ({"file": "format = 1\n[identity]\n"}, "Line 2, identity.number: “number” is missing."),
    ({"file": sample_text("ten_states_2014")}, "2014-NIST-MEP-01 is already in use."),
    ({"upload": (b"\xff\xfe\x00", "notice.toml")}, "This file is not text in UTF-8."),
    (
        {"file": IN_YEAR.format("deadline = 0001-01-01T00:00:00")},
        "Line 4, dates.deadline: Enter a date in the",
    ),
    (
        {"file": IN_YEAR.format("deadline = 9999-12-31T23:59:00-05:00")},
        "Line 4, dates.deadline: Enter a date in",
    ),
    (
        {"file": IN_YEAR.format("planned_publication = 1500-01-01")},
        "Line 4, dates.planned_publication: Enter a",
    ),
]


@pytest.mark.parametrize(("sent", "sentence"), LOADS)
@ON_SQLITE
def test_a_file_that_cannot_be_loaded_says_why(
    sent: dict[str, object], sentence: str, desk: FlaskClient, draft: Competition
) -> None:
    form = {
        name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for name, value in sent.items()
    }

    answer = desk.post("/staff/competitions/load", data=form)

    assert (answer.status_code, said(answer)[: len(sentence)]) == (422, sentence)


@ON_SQLITE
def test_a_file_becomes_a_draft_and_is_saved_as_it_was(desk: FlaskClient) -> None:
    loaded = desk.post("/staff/competitions/load", data={"file": sample_text("florida_2024")})

    saved = desk.get("/staff/competitions/2024-NIST-MEP-01/file")

    assert loaded.status_code == 303
    assert saved.text == sample_text("florida_2024")


@ON_SQLITE
def test_an_amendment_is_prepared_checked_and_published(
    desk: FlaskClient, published: Competition, clock: StoppedClock
) -> None:
    clock.put(datetime(2014, 9, 2, 13, tzinfo=UTC))
    desk.post(f"{HERE}/amend", data={"act": "start"})
    desk.post(f"{HERE}/amend/goals", data={"version": "0", "text": "Better goals.", "act": "save"})
    unexplained = desk.post(f"{HERE}/amendment")

    desk.post(f"{HERE}/amend", data={"act": "check", "version": "1", "why": "They were too short."})
    checked = desk.get(f"{HERE}/amendment")
    done = desk.post(f"{HERE}/amendment")

    assert (unexplained.status_code, checked.status_code, done.status_code) == (422, 200, 303)
    assert "Say why the notice is changed" in unexplained.text
    public = desk.get("/competitions/2014-NIST-MEP-01").text
    assert "Amended: amendment 1 of September 2, 2014, 9:00 a.m. EDT" in public
    assert "They were too short." in public
