"""Feedback to applicants: what is in it and what never is, who is whom, when it opens, who may clear it."""

import io
from collections.abc import Callable

import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.applications.models import Application
from grants.awards.notices import letter_released
from grants.competitions.models import Competition
from grants.database import Database
from grants.documents.models import Feedback, Letter, Template
from grants.documents.services.storing import prepare_made, record_file
from grants.documents.workflow import LetterStatus
from grants.lifecycle.record import record
from grants.reviews.models import Conflict, ConflictSource, Score, Sheet
from grants.reviews.rules.feedback import CriterionSaid, FeedbackText, Said, names_in, order_for
from grants.reviews.services import scoring
from grants.reviews.views.feedback import decision_of
from grants.reviews.workflow import ConflictStatus
from tests.factories.reviews import NOW, Round, actor_of, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn
from tests.plugins.reading import words_of
from tests.plugins.web import ActAs

LIST = "/staff/reviews/2014-NIST-MEP-01/feedback"
SECRET = "Between us: ask for the audit."
Work = Callable[[], int]


@pytest.fixture
def scored(database: Database, app: Flask, at_review: object) -> Round:
    """Two applications with all sheets in; on the second, a reviewer wrote another's name."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 2})
        for number in ("CO-1", "CO-2"):
            for seat in (1, 2, 3):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, spread(80 + seat))
                _write(session, sheet, made, number, seat)
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    return made


def _write(session: Session, sheet: Sheet, made: Round, number: str, seat: int) -> None:
    row = session.exec(select(Score).where(Score.sheet_id == sheet.id, Score.criterion_key == "budget")).one()
    row.strengths = f"Strong, says the person on seat {seat}."
    row.agency_comment = SECRET
    if number == "CO-2" and seat == 2:
        row.weaknesses = "As  chen\nchu said on the call, fees are untested."
    session.add(row)
    session.flush()


def preview_of(made: Round, number: str) -> str:
    """The address of a preview."""
    return f"/staff/reviews/feedback/applications/{made.applications[number].uid}"


def own_of(made: Round, number: str = "CO-1") -> str:
    """The address at which the applicant reads."""
    return f"/applicant/reviews/feedback/{made.applications[number].uid}"


def send_letter(app: Flask, session: Session, application: Application) -> Letter:
    """A decline that was released."""
    ready = prepare_made(app.extensions["grants.files"], "l.pdf", b"%PDF-1.7", media_type="application/pdf")
    file = record_file(session, ready, actor=actor_of(session, session.get_one(Person, 1)), now=NOW)
    template = Template(kind="decline", version=1, title="Decision", body="", mail_subject="D", edited_at=NOW)
    session.add(template)
    session.flush()
    letter = Letter(
        number=f"L-{application.number}",
        kind="decline",
        title="Decision",
        organization_id=application.organization_id,
        competition_id=application.competition_id,
        application_id=application.id,
        subject_type="application",
        subject_id=application.id,
        template_id=template.id,
        snapshot={"to": "x", "title": "Decision", "mail_subject": "D", "values": {}},
        file_id=file.id,
        sha256=file.sha256,
        released_at=NOW,
        status=LetterStatus.RELEASED,
    )
    session.add(letter)
    session.flush()
    return letter


def test_it_opens_with_the_letter_and_not_before_and_holds_what_it_may(
    scored: Round, act_as: ActAs, database: Database, app: Flask, signed_in: SignedIn, work: Work
) -> None:
    load = app.extensions["grants.actor"]
    staff = act_as(scored.officer)
    assert staff.post(f"{LIST}/clear").status_code == 303
    work()
    app.extensions["grants.actor"] = load
    applicant = signed_in("lead@co-1.example")
    before = [applicant.get(path).status_code for path in (own_of(scored), own_of(scored) + "/file")]
    with database.writing() as session:
        send_letter(app, session, scored.applications["CO-1"])

    page = applicant.get(own_of(scored))
    file = applicant.get(own_of(scored) + "/file").get_data()

    assert (before, page.status_code) == ([404, 404], 200)
    told = " ".join(part.get_textpage().get_text_bounded() for part in pypdfium2.PdfDocument(file))
    for text in (words_of(page.text), told):
        found = " ".join(text.split())
        assert "Reviewer 1" in found
        assert "says the person on seat 2" in found
        for never in (SECRET, "Amir Fox", "Beth Boyd", "R1", "R2", " of 15 points"):
            assert never not in found, never
    with database.reading() as session:
        told_of = [decision_of(session, one) for one in scored.applications.values()]
    assert [one.has_feedback if one else None for one in told_of] == [True, None]
    assert signed_in("lead@co-2.example").get(own_of(scored)).status_code == 404


def test_points_stand_in_it_only_where_the_notice_shows_them(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    page = act_as(scored.officer).get(preview_of(scored, "CO-1")).get_data(as_text=True)
    with database.writing() as session:
        session.get_one(Competition, scored.competition.id).feedback_points = True
    with_points = act_as(scored.officer).get(preview_of(scored, "CO-1")).get_data(as_text=True)

    assert (" of 15 points" in page, " of 15 points" in with_points) == (False, True)


def test_a_name_in_the_text_is_shown_to_staff_and_needs_their_word(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    client = act_as(scored.officer)
    here = preview_of(scored, "CO-2")
    shown = client.get(here).get_data(as_text=True)
    client.post(f"{LIST}/clear")

    refused = client.post(here)
    taken = client.post(here, data={"names_stand": "y"})

    assert "A reviewer’s name stands in the text" in shown
    assert "Chen Chu: Budget" in shown
    assert (refused.status_code, taken.status_code) == (422, 303)
    with database.reading() as session:
        rows = session.exec(select(Feedback).order_by(col(Feedback.id))).all()
    assert [row.names_stand for row in rows] == [False, True]


def test_it_waits_for_every_sheet(scored: Round, act_as: ActAs, database: Database) -> None:
    with database.writing() as session:
        row = session.exec(select(Sheet).order_by(col(Sheet.id))).first()
        assert row is not None
        scoring.return_sheet(session, row, reason="Say more.", actor=scored.officer, now=NOW)
    client = act_as(scored.officer)

    refused = client.post(preview_of(scored, "CO-1"))

    assert refused.status_code == 422
    assert "Not every score sheet is in." in refused.get_data(as_text=True)


def test_what_is_taken_back_closes_and_can_be_cleared_again(
    scored: Round, act_as: ActAs, database: Database, app: Flask, signed_in: SignedIn
) -> None:
    load = app.extensions["grants.actor"]
    client = act_as(scored.officer)
    client.post(f"{LIST}/clear")
    with database.writing() as session:
        send_letter(app, session, scored.applications["CO-1"])
        uid = session.exec(select(Feedback.uid)).one()
    back = f"/staff/reviews/feedback/{uid}/withdraw"

    answers = [client.post(back).status_code, client.post(back, data={"reason": "Typing error."}).status_code]

    app.extensions["grants.actor"] = load
    closed = signed_in("lead@co-1.example").get(own_of(scored)).status_code
    client = act_as(scored.officer)
    assert (answers, closed, client.post(preview_of(scored, "CO-1")).status_code) == ([422, 303], 404, 303)


def test_the_excel_names_nobody_and_holds_what_is_cleared(scored: Round, act_as: ActAs) -> None:
    client = act_as(scored.officer)
    client.post(f"{LIST}/clear")

    content = client.get(f"{LIST}.xlsx").get_data()

    rows = list(load_workbook(io.BytesIO(content))["Feedback"].iter_rows(values_only=True))
    words = " ".join(str(cell) for row in rows for cell in row)
    assert {row[2] for row in rows[1:]} == {"CO-1"}
    assert {row[5] for row in rows[1:]} == {"Reviewer 1", "Reviewer 2", "Reviewer 3"}
    assert all(never not in words for never in (SECRET, "Fox", "Boyd", "Chu"))


def test_the_decision_mail_carries_it(
    scored: Round, act_as: ActAs, database: Database, app: Flask, work: Work
) -> None:
    act_as(scored.officer).post(f"{LIST}/clear")
    work()
    with database.writing() as session:
        letter = send_letter(app, session, scored.applications["CO-1"])
        event = record(
            session, "letter.release", letter, happened="released it", actor=scored.officer, now=NOW
        )
        mails = letter_released(session, event)

    assert [[file.name for file in mail.attachments] for mail in mails] == [
        ["decline-L-CO-1.pdf", "feedback-CO-1.pdf"]
    ]


def test_who_is_kept_out_by_a_conflict_says_nothing_in_it(
    scored: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        session.add(
            Conflict(
                person_id=scored.reviewers[0].id,
                application_id=scored.applications["CO-1"].id,
                competition_id=scored.competition.id,
                source=ConflictSource.DECLARED,
                kind="employer",
                reason="Works there now.",
                noticed_at=NOW,
                status=ConflictStatus.CONFIRMED,
                decided_reason="So it is.",
            )
        )

    text = act_as(scored.officer).get(preview_of(scored, "CO-1")).get_data(as_text=True)

    assert ("seat 1" in text, "seat 2" in text, "Reviewer 3" in text) == (False, True, False)


@pytest.mark.parametrize("role", [Role.GRANTS_OFFICER, Role.AUDITOR])
def test_others_of_staff_look_and_do_not_clear(
    role: Role, scored: Round, act_as: ActAs, database: Database
) -> None:
    with database.reading() as session:
        actor = actor_of(session, session.get_one(Person, scored.officer.person_id), role)
    client = act_as(actor)

    assert [
        client.get(LIST).status_code,
        client.get(preview_of(scored, "CO-1")).status_code,
        client.post(preview_of(scored, "CO-1")).status_code,
        client.post(f"{LIST}/clear").status_code,
    ] == [200, 200, 404, 404]


def test_reviewer_1_of_one_application_is_not_reviewer_1_of_another() -> None:
    members = ["a", "b", "c", "d"]
    orders = {tuple(order_for(f"application {number}", members)) for number in range(60)}

    assert len(orders) > 15
    assert {order[0] for order in orders} == set(members)
    assert order_for("one", members) == order_for("one", reversed(members))


OTHERS = ["Federal Office of Regional Economies", "ana.roy@fore.example", ""]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("As Ana  Roy says.", ["Ana Roy"]),
        ("as ana roy says", ["Ana Roy"]),
        ("Roy is right.", ["Ana Roy"]),
        ("The royal plan.", []),
        ("A roy of hope.", ["Ana Roy"]),
        ("ROY and others.", ["Ana Roy"]),
        ("ana thinks so.", ["Ana Roy"]),
        ("Seen by A.R. and A. R.", ["Ana Roy"]),
        ("Write to ana.roy@fore.example.", ["Ana Roy", "ana.roy@fore.example"]),
        ("At the Federal Office  of regional economies.", ["Federal Office of Regional Economies"]),
        ("The Federal Office of Labor.", []),
        ("Anabel Royce leads it.", []),
        ("", []),
    ],
)
def test_a_name_is_found_as_a_whole_word(words: str, places: list[str]) -> None:
    said = CriterionSaid("k", "K", "10", (Said("R", "", words, ""),))

    found = names_in(FeedbackText("CO-1", "", "", "CO", 1, (said,)), ["Ana Roy"], OTHERS)

    assert [one.name for one in found] == places
