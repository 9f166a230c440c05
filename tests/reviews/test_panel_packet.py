"""The papers of a panel as one PDF: what is in them, who may have them, and that each taking is recorded."""

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from sqlmodel import Session, select

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.database import Database
from grants.lifecycle.models import Event
from grants.reviews.models import Conflict, ConflictSource, PanelMember
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from grants.reviews.workflow import ConflictStatus, MemberStatus
from tests.factories.reviews import NOW, Round, actor_of, fill, make_round, open_door, spread
from tests.plugins.web import ActAs

HERE = "/staff/reviews/2014-NIST-MEP-01/panels/CO/packet"
Work = Callable[[], int]


@pytest.fixture
def paneled(database: Database, app: Flask, at_review: object) -> Round:
    """Colorado with two finalists and one below the threshold; its panel is open."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 3})
        for number, total in (("CO-1", 84), ("CO-2", 78), ("CO-3", 55)):
            for seat in (1, 2, 3):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, spread(total + seat))
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
        chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
    return made


def asked(act_as: ActAs, made: Round, work: Work) -> str:
    """Ask as the chair, let the worker work; the file's address."""
    client = act_as(made.chair)
    assert client.post(HERE).status_code == 303
    work()
    found = re.search(r"/staff/reviews/panel-packets/[\w-]+", client.get(HERE).get_data(as_text=True))
    assert found is not None
    return found.group()


def test_it_holds_totals_points_and_comments_of_the_finalists_and_is_pdf_ua(
    paneled: Round,
    act_as: ActAs,
    work: Work,
    verapdf: Callable[[bytes], list[str]],
    pdf_image: Callable[..., Path],
    database: Database,
) -> None:
    path = asked(act_as, paneled, work)

    content = act_as(paneled.chair).get(path).get_data()

    document = pypdfium2.PdfDocument(content)
    pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    whole = " ".join(pages)
    assert all("For Carl Weber and nobody else." in text for text in pages)
    for words in ("R1 Amir Fox: 8.5", "What is strong about budget.", "What is missing.", "85", "CO-2"):
        assert words in whole, words
    assert ("CO-3" in whole, "The chair has not written it yet." in whole) == (False, True)
    assert verapdf(content) == []
    for page in (1, 2):
        pdf_image(content, f"reviews-panel-packet-{page}", page=page)
    with database.reading() as session:
        taken = session.exec(select(Event).where(Event.kind == "packet.taken")).one()
    assert (taken.person_name, len(taken.facts["sha256"])) == ("Carl Weber", 64)


def test_it_is_its_askers_alone(paneled: Round, act_as: ActAs, work: Work) -> None:
    path = asked(act_as, paneled, work)

    assert act_as(paneled.officer).get(path).status_code == 404


def test_who_reviews_there_and_owes_a_sheet_has_none(
    paneled: Round, act_as: ActAs, database: Database
) -> None:
    with database.writing() as session:
        open_door(session, paneled.applications["CO-1"], _officer(session, paneled))
        _join(session, paneled)
        officer = actor_of(session, _officer(session, paneled), Role.PROGRAM_OFFICER)

    client = act_as(officer)

    assert (client.get(HERE).status_code, client.post(HERE).status_code) == (403, 403)


def test_a_conflict_with_one_application_closes_it_also_when_made(
    paneled: Round, act_as: ActAs, work: Work, database: Database
) -> None:
    path = asked(act_as, paneled, work)
    with database.writing() as session:
        session.add(
            Conflict(
                person_id=paneled.chair.person_id or 0,
                application_id=paneled.applications["CO-3"].id,
                competition_id=paneled.competition.id,
                source=ConflictSource.DECLARED,
                kind="employer",
                reason="They hired my wife.",
                noticed_at=NOW,
                status=ConflictStatus.DECLARED,
            )
        )
        session.flush()
        barred = actor_of(session, session.get_one(Person, paneled.chair.person_id), Role.PANEL_CHAIR)

    client = act_as(barred)

    assert [client.get(path).status_code, client.get(HERE).status_code, client.post(HERE).status_code] == [
        404
    ] * 3


def _officer(session: Session, made: Round) -> Person:
    return session.get_one(Person, made.officer.person_id)


def _join(session: Session, made: Round) -> None:
    session.add(
        PanelMember(
            competition_id=made.competition.id,
            person_id=made.officer.person_id,
            email="officer@agency.example",
            name=made.officer.name,
            kind=ReviewerKind.FEDERAL,
            invited_by_id=made.officer.person_id or 0,
            invited_at=NOW,
            expires_at=NOW.replace(month=12),
            answered_at=NOW,
            agreement_signed_at=NOW,
            agreement_name=made.officer.name,
            status=MemberStatus.ACCEPTED,
        )
    )
    session.flush()
