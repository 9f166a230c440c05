"""A conflict closes the door at every route of the slice: pages, lists, counts, files, exports, mail."""

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlmodel import Session, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.applications.models import Application, SubmissionFile
from grants.database import Database
from grants.documents.models import Feedback, Packet
from grants.documents.services.storing import prepare_made
from grants.lifecycle.models import Event
from grants.reviews.models import (
    Assignment,
    Conflict,
    ConflictSource,
    Ranking,
    Sheet,
)
from grants.reviews.notices import NOTICES
from grants.reviews.queries import panels, pool
from grants.reviews.queries.waiting import waiting_for
from grants.reviews.services import conflicts as deciding
from grants.reviews.services import feedback as clearing
from grants.reviews.services import freezing, scoring
from grants.reviews.services import packets as packing
from grants.reviews.services import panels as chairing
from grants.reviews.workflow import ConflictStatus, PanelStatus
from tests.factories.reviews import NOW, Round, actor_of, attach_pdf, fill, make_round, open_door, spread
from tests.plugins.web import ActAs

CLOSED = "CO-1"
NAME = "Front Range Manufacturing Alliance of CO"


@dataclass
class Closed:
    """A round in full swing, in which one reviewer and one officer are barred from one application."""

    made: Round
    reviewer: Actor
    officer: Actor


@pytest.fixture
def closed(database: Database, app: Flask, at_review: object) -> Closed:
    """Bar the first reviewer and the officer from CO-1 after everything was assigned, scored and frozen."""
    files = app.extensions["grants.files"]
    with database.writing() as session:
        made = make_round(session, states={"CO": 2, "NH": 1})
        sha256 = files.put(b"%PDF-1.7 invented")
        attach_pdf(session, made.applications[CLOSED], sha256, 17)
        for number in ("CO-1", "CO-2", "NH-1"):
            for seat in (1, 2, 3):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, spread(80 + seat))
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
        panel = chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
        for row in session.exec(select(Sheet)).all():
            if row.phase == "final":
                person = next(one for one in made.reviewers if one.id == row.person_id)
                scoring.stand(session, made.competition, row, actor=actor_of(session, person), now=NOW)
        chairing.close_panel(
            session, made.competition, panel, left_open="Records follow.", actor=made.officer, now=NOW
        )
        freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)
        _bind_papers(session, app, made)
        officer = session.get_one(Person, made.officer.person_id)
        grant_role(session, officer, Role.PROGRAM_OFFICER, actor=SYSTEM, now=NOW)
        for person_id in (made.reviewers[0].id, officer.id):
            session.add(
                Conflict(
                    person_id=person_id,
                    application_id=made.applications[CLOSED].id,
                    competition_id=made.competition.id,
                    source=ConflictSource.DECLARED,
                    kind="employer",
                    reason="Works there now.",
                    noticed_at=NOW,
                    status=ConflictStatus.DECLARED,
                )
            )
        session.flush()
        return Closed(
            made,
            actor_of(session, made.reviewers[0]),
            actor_of(session, officer, Role.PROGRAM_OFFICER, Role.PANEL_CHAIR),
        )


def _bind_papers(session: Session, app: Flask, made: Round) -> None:
    """Make everything that can be made of CO-1: packets, and feedback to its applicant."""
    ready = prepare_made(app.extensions["grants.files"], "p.pdf", b"%PDF-1.7", media_type="application/pdf")
    reader, panel = made.reviewer(session, 1), panels.panel_of(session, made.competition.id, "CO")
    assert panel is not None
    application = session.get_one(Application, made.applications[CLOSED].id)
    for packet in (
        packing.ask_for_packet(session, application, actor=reader, now=NOW),
        packing.ask_for_panel_packet(session, made.competition, panel, actor=made.officer, now=NOW),
    ):
        packing.keep_packet(session, packet, ready, actor=SYSTEM, now=NOW)
    found = [one for one in clearing.drafts(session, made.competition) if one.is_ready]
    clearing.clear(session, made.competition, found, actor=made.officer, now=NOW)
    for row in session.exec(select(Feedback)).all():
        clearing.keep_file(session, row, ready, actor=SYSTEM, now=NOW)


def addresses(app: Flask, database: Database, closed: Closed) -> dict[str, list[str]]:
    """Every address of the slice that leads to the closed application, by endpoint."""
    number = closed.made.competition.number
    application = closed.made.applications[CLOSED]
    with database.reading() as session:
        uids = {
            "sheets": [row.uid for row in session.exec(_of(Sheet, application.id)).all()],
            "assignments": [row.uid for row in session.exec(_of(Assignment, application.id)).all()],
            "conflicts": [row.uid for row in session.exec(_of(Conflict, application.id)).all()],
            "documents": [row.uid for row in session.exec(_of(SubmissionFile, application.id)).all()],
            "applications": [application.uid],
            "records": [row.uid for row in session.exec(select(Ranking)).all()],
            "packets": [row.uid for row in session.exec(_of(Packet, application.id)).all()],
            "panel-packets": [row.uid for row in session.exec(select(Packet)).all() if row.kind == "panel"],
            "feedback": [row.uid for row in session.exec(_of(Feedback, application.id)).all()],
        }
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        endpoint = rule.endpoint
        if not endpoint.startswith(("reviewer.reviews.", "staff.reviews.")):
            continue
        part = next((word for word in uids if f"/{word}/<uid>" in rule.rule), None)
        if part is not None:
            path = rule.rule.replace("<key>", "budget")
            found[endpoint] = [path.replace("<uid>", uid) for uid in uids[part]]
        elif "<state>" in rule.rule:
            found[endpoint] = [rule.rule.replace("<number>", number).replace("<state>", "CO")]
    return found


def _of(model: Any, application_id: int) -> Any:
    return select(model).where(model.application_id == application_id)


def test_the_addresses_hold_every_paper_made_of_the_application(
    closed: Closed, app: Flask, database: Database
) -> None:
    found = addresses(app, database, closed)

    papers = {
        "packet",
        "packet_file",
        "reading",
        "document",
        "found_conflict",
        "sheet",
        "versions",
        "confirm",
    }
    made = {"feedback_preview", "feedback_pdf", "withdraw_feedback", "panel_packet", "panel_packet_file"}
    wanted = {f"reviewer.reviews.{name}" for name in papers} | {f"staff.reviews.{name}" for name in made}
    assert {name for name in wanted if not found.get(name)} == set()


SHOWN_WITHOUT_THE_ROW = {"staff.reviews.panel", "staff.reviews.live"}
"""The matrix of a state stays open for its other applications; the closed one is absent from it."""


def test_every_route_to_the_application_is_404_for_the_barred_officer(
    closed: Closed, app: Flask, database: Database, act_as: ActAs
) -> None:
    client = act_as(closed.officer)
    wrong = []
    for endpoint, paths in addresses(app, database, closed).items():
        if not endpoint.startswith("staff."):
            continue
        for path in paths:
            for answer in (client.get(path), client.post(path, data={"reason": "x", "deed": "confirm"})):
                allowed = {404, 405} | ({200, 204} if endpoint in SHOWN_WITHOUT_THE_ROW else set())
                text = answer.get_data(as_text=True)
                if answer.status_code not in allowed or CLOSED in text or NAME in text:
                    wrong.append((endpoint, answer.status_code))

    assert wrong == []


def test_every_route_to_the_application_is_404_for_the_barred_reviewer(
    closed: Closed, app: Flask, database: Database, act_as: ActAs
) -> None:
    client = act_as(closed.reviewer)
    wrong = [
        (path, answer.status_code)
        for endpoint, paths in addresses(app, database, closed).items()
        for path in paths
        if endpoint.startswith("reviewer.")
        for answer in (client.get(path), client.post(path, data={"points": "1", "deed": "stand"}))
        if answer.status_code not in {404, 405}
    ]

    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/{number}/pool",
        "/{number}/conflicts",
        "/{number}/assign",
        "/{number}/send",
        "/{number}/progress",
        "/{number}/panels",
        "/{number}/ranking",
        "/{number}/packets",
        "/{number}/feedback",
    ],
)
def test_no_list_of_staff_names_or_counts_it(closed: Closed, act_as: ActAs, path: str) -> None:
    address = "/staff/reviews" + path.format(number=closed.made.competition.number)

    text = act_as(closed.officer).get(address).get_data(as_text=True)

    assert (CLOSED in text, NAME in text) == (False, False)


def test_counts_are_computed_without_it(closed: Closed, act_as: ActAs) -> None:
    text = act_as(closed.officer).get("/staff/reviews").get_data(as_text=True)

    assert "6 of 6" in text


@pytest.mark.parametrize(
    "path", ["", "/panels", "/declarations", "/compare/2014-NIST-MEP-01", "/list/2014-NIST-MEP-01"]
)
def test_no_list_of_a_reviewer_names_it(closed: Closed, act_as: ActAs, path: str) -> None:
    text = act_as(closed.reviewer).get(f"/reviewer/reviews{path}").get_data(as_text=True)

    assert (CLOSED in text, NAME in text) == (False, False)


def test_the_panel_a_reviewer_attends_has_no_row_of_it(
    closed: Closed, act_as: ActAs, database: Database
) -> None:
    with database.reading() as session:
        panel = panels.panel_of(session, closed.made.competition.id, "CO")
    assert panel is not None

    text = act_as(closed.reviewer).get(f"/reviewer/reviews/panels/{panel.uid}").get_data(as_text=True)

    assert (CLOSED in text, NAME in text, "CO-2" in text) == (False, False, True)


def test_the_stream_of_the_panel_a_reviewer_attends_tells_nothing_of_it(
    closed: Closed, act_as: ActAs, database: Database
) -> None:
    path = reopened(database, closed)

    with act_as(closed.reviewer).get(f"{path}/live") as answer:
        pieces = answer.iter_encoded()
        told = b"".join(next(pieces) for _piece in range(2)).decode()

    application = closed.made.applications[CLOSED]
    other = closed.made.applications["CO-2"]
    assert (CLOSED in told, NAME in told, application.uid in told, other.uid in told) == (
        False,
        False,
        False,
        True,
    )


def reopened(database: Database, closed: Closed) -> str:
    """Open Colorado's panel again; the page of its reviewers."""
    with database.writing() as session:
        panel = panels.panel_of(session, closed.made.competition.id, "CO")
        assert panel is not None
        panel.status, panel.closed_at = PanelStatus.OPEN, None
        session.add(panel)
        return f"/reviewer/reviews/panels/{panel.uid}"


def test_the_stream_is_not_there_for_who_is_barred_from_all_of_the_state(
    closed: Closed, act_as: ActAs, database: Database
) -> None:
    path = reopened(database, closed)
    barred = replace(closed.reviewer, barred=frozenset(one.id for one in closed.made.applications.values()))

    assert act_as(barred).get(f"{path}/live").status_code == 404


def test_the_excel_export_leaves_it_out(closed: Closed, act_as: ActAs) -> None:
    path = f"/staff/reviews/{closed.made.competition.number}/scores.xlsx"

    content = act_as(closed.officer).get(path).get_data()

    rows = load_workbook(io.BytesIO(content))["Scores"].iter_rows(values_only=True)
    assert {row[2] for row in rows} == {"Application", "CO-2", "NH-1"}


def test_the_feedback_file_leaves_it_out(closed: Closed, act_as: ActAs) -> None:
    path = f"/staff/reviews/{closed.made.competition.number}/feedback.xlsx"

    content = act_as(closed.officer).get(path).get_data()

    rows = load_workbook(io.BytesIO(content))["Feedback"].iter_rows(values_only=True)
    assert {row[2] for row in rows} == {"Application", "CO-2", "NH-1"}


def test_home_says_nothing_of_it(closed: Closed, database: Database) -> None:
    with database.reading() as session:
        rows = [
            row
            for actor in (closed.reviewer, closed.officer)
            for row in waiting_for(session, actor, NOW)
            if CLOSED in f"{row.verb} {row.why} {row.subject}"
        ]

    assert rows == []


def test_no_mail_about_it_goes_to_the_barred_officer(closed: Closed, database: Database) -> None:
    with database.writing() as session:
        member = pool.membership_in(session, closed.made.competition.id, closed.made.reviewers[1].id)
        assert member is not None
        deciding.declare_later(
            session,
            member,
            closed.made.applications[CLOSED].id,
            kind="employer",
            note="My sister works there.",
            actor=actor_of(session, closed.made.reviewers[1]),
            now=NOW,
        )
    with database.reading() as session:
        event = session.exec(select(Event).where(Event.kind == "conflict.declare")).one()
        mails = NOTICES["reviews.conflict_declared"](session, event)

    assert mails == []


def test_a_conflict_declared_while_reading_closes_the_door_with_the_next_request(
    closed: Closed, database: Database, act_as: ActAs
) -> None:
    application = closed.made.applications["NH-1"]
    client = act_as(closed.reviewer)
    with database.reading() as session:
        sheet = session.exec(
            select(Sheet).where(
                Sheet.application_id == application.id, Sheet.person_id == closed.reviewer.person_id
            )
        ).one()
    path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
    assert client.get(path).status_code == 200

    said = client.post(
        f"/reviewer/reviews/applications/{application.uid}/conflict",
        data={"kind": "employer", "note": "They hired my wife."},
    )
    with database.reading() as session:
        after = actor_of(session, closed.made.reviewers[0])

    assert (said.status_code, act_as(after).get(path).status_code) == (303, 404)
