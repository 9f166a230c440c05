"""Staff pages of reviews: every page answers, and the whole way from a list of names to a frozen ranking."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import Session

from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import Phase, Sheet
from grants.reviews.queries import panels, pool, sheets
from grants.reviews.services import scoring
from tests.factories.reviews import NOW, Round, actor_of, fill, make_round, open_door, spread
from tests.plugins.web import ActAs
from tests.reviews.rounds import work
from tests.reviews.test_ranking_pages import freeze_fields

EARLY = "The members met in person this morning."
HERE = "/staff/reviews/2014-NIST-MEP-01"
TOTALS = {"CO-1": (88, 79, 84), "CO-2": (85, 90, 80), "CO-3": (70, 69, 70)}


@pytest.fixture
def scored(database: Database, at_review: StoppedClock) -> Round:
    """Three applications whose first sheets are in."""
    with database.writing() as session:
        made = make_round(session)
        for number, totals in TOTALS.items():
            for seat, total in enumerate(totals, start=1):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, spread(total))
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    return made


def post(client: FlaskClient, path: str, **data: str) -> int:
    """Send a form and return the status."""
    return client.post(path, data=data).status_code


def test_every_page_of_staff_answers(scored: Round, act_as: ActAs, database: Database) -> None:
    client = act_as(scored.officer)
    with database.reading() as session:
        sheet = sheets.sheets_of(session, scored.competition.id)[0]
        member = pool.members_of(session, scored.competition.id)[0]
    paths = [
        "/staff/reviews",
        f"{HERE}/pool",
        f"{HERE}/invite",
        f"/staff/reviews/members/{member.uid}",
        f"{HERE}/conflicts",
        f"{HERE}/assign",
        f"{HERE}/send",
        f"{HERE}/progress",
        f"/staff/reviews/sheets/{sheet.uid}",
        f"/staff/reviews/sheets/{sheet.uid}/return",
        f"{HERE}/panels",
        f"{HERE}/panels/CO",
        f"{HERE}/panels/CO?view=criteria&order=spread",
        f"{HERE}/panels/CO/call",
        f"/staff/reviews/panels/applications/{scored.applications['CO-1'].uid}",
        f"{HERE}/ranking",
        f"{HERE}/ranking/CO",
        f"{HERE}/scores.xlsx",
    ]

    answers = {path: client.get(path).status_code for path in paths}

    assert answers == dict.fromkeys(paths, 200)


def test_a_state_goes_from_the_call_to_a_frozen_ranking_on_the_pages(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    officer = act_as(scored.officer)
    assert post(officer, f"{HERE}/panels/CO/call", call_on="11/20/2014", call_at="1:00 p.m.") == 303
    assert post(officer, f"{HERE}/panels/CO/open", early=EARLY) == 303
    open_page = freeze_fields(officer.get(f"{HERE}/ranking/CO").text)
    assert post(officer, f"{HERE}/ranking/CO/freeze", **open_page) == 422
    revise(database, scored)
    chair = act_as(scored.chair)
    for number in ("CO-1", "CO-2"):
        path = f"/staff/reviews/panels/applications/{scored.applications[number].uid}/record"
        assert post(chair, path, text="Fees were discussed.", version="1", deed="sign", early=EARLY) == 303
    assert post(chair, f"{HERE}/panels/CO/close", early=EARLY) == 303
    officer = act_as(scored.officer)
    work(officer.application)
    closed_page = freeze_fields(officer.get(f"{HERE}/ranking/CO").text)
    assert post(officer, f"{HERE}/ranking/CO/freeze", **closed_page) == 303
    page = officer.get(f"{HERE}/ranking/CO").get_data(as_text=True)
    with database.reading() as session:
        row = panels.ranking_of(session, scored.competition.id, "CO")
    assert row is not None
    assert post(officer, f"/staff/reviews/records/{row.uid}/recompute") == 303
    work(officer.application)
    again = officer.get(f"{HERE}/ranking/CO").get_data(as_text=True)
    file = officer.get(f"/staff/reviews/records/{row.uid}").get_data()

    assert "Without R1" in page
    assert "Identical, 0 differences" in again
    assert len(file) == row.size


def revise(database: Database, made: Round) -> None:
    """Every reviewer lets the first scores stand."""
    with database.writing() as session:
        for row in sheets.sheets_of(session, made.competition.id):
            if row.phase is Phase.FINAL:
                person = next(one for one in made.reviewers if one.id == row.person_id)
                scoring.stand(
                    session, made.competition, row, early=EARLY, actor=actor_of(session, person), now=NOW
                )


def test_of_two_chairs_who_close_at_once_one_is_told(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    chair = act_as(scored.chair)
    assert post(chair, f"{HERE}/panels/CO/open") == 303

    first = post(chair, f"{HERE}/panels/CO/close", left_open="All agreed to end the call.")
    second = post(chair, f"{HERE}/panels/CO/close", left_open="All agreed to end the call.")

    assert (first, second) == (303, 409)


def test_people_are_invited_by_a_list_after_each_line_was_shown(
    scored: Round, act_as: ActAs, database: Database, app: Flask
) -> None:
    officer = act_as(scored.officer)
    people = "Ana Diaz <ana@agency.gov>\nno address here\nBo Lee, bo@lab.example, outside, Lab of Lee"
    form = {"people": people, "cap": "4", "expires_on": "12/01/2014", "deed": "send"}

    faulty = officer.post(f"{HERE}/invite", data=form)
    mended = {**form, "people": people.replace("no address here\n", "")}
    shown = officer.post(f"{HERE}/invite", data={**mended, "deed": "check"})
    sent = officer.post(f"{HERE}/invite", data=mended)

    assert (faulty.status_code, shown.status_code, sent.status_code) == (422, 200, 303)
    assert "This line has no mail address." in faulty.get_data(as_text=True)
    with database.reading() as session:
        new = {one.email: one.kind.value for one in pool.members_of(session, scored.competition.id)}
    assert (new["ana@agency.gov"], new["bo@lab.example"]) == ("federal", "outside")


def test_the_excel_file_holds_text_and_no_formula(scored: Round, act_as: ActAs, database: Database) -> None:
    with database.writing() as session:
        sheet = sheets.sheets_of(session, scored.competition.id)[0]
        score = sheets.scores_of(session, sheet.id)["budget"]
        score.strengths = '=HYPERLINK("http://evil.example","x")'
        session.add(score)

    content = act_as(scored.officer).get(f"{HERE}/scores.xlsx").get_data()

    book = load_workbook(io.BytesIO(content))
    rows = list(book["Scores"].iter_rows())
    kinds = {cell.data_type for row in rows for cell in row}
    assert len(rows) == 1 + 9 * 8
    assert "f" not in kinds


def test_an_unsubmitted_sheet_is_not_there_for_staff(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        extra = open_extra(session, scored)

    answer = act_as(scored.officer).get(f"/staff/reviews/sheets/{extra.uid}")

    assert answer.status_code == 404


def open_extra(session: Session, made: Round) -> Sheet:
    """A fourth reviewer with an open, filled sheet."""
    from tests.factories.reviews import make_reviewer

    person = make_reviewer(
        session, made.competition, "late@panel.example", "Lena Late", invited_by=made.officer.person_id or 0
    )
    sheet = open_door(session, made.applications["CO-1"], person)
    fill(session, sheet, spread(50))
    return sheet


def test_who_reviews_and_works_on_staff_sees_no_other_scores_before_the_own_are_in(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        extra = open_extra(session, scored)
        person = pool.people_by_id(session, {extra.person_id})[extra.person_id]
        both = actor_of(session, person, Role.PROGRAM_OFFICER)
        other = sheets.sheets_of(session, scored.competition.id)[0]
    client = act_as(both)

    answers = [
        client.get(path).status_code
        for path in (
            f"/staff/reviews/sheets/{other.uid}",
            f"{HERE}/panels/CO",
            f"{HERE}/ranking/CO",
            f"{HERE}/scores.xlsx",
            f"/staff/reviews/panels/applications/{scored.applications['CO-1'].uid}",
        )
    ]

    assert answers == [403] * 5
    for path in (f"{HERE}/panels", f"{HERE}/ranking"):
        assert "Others&#39; scores open to you" in client.get(path).get_data(as_text=True)
