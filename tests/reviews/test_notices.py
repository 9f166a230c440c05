"""Mail of reviews: each goes out in words of its own, and none says a score."""

from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.database import Database
from grants.lifecycle.models import Notice, NoticeStatus
from grants.reviews.models import Answer, Conflict, Phase, Sheet
from grants.reviews.queries import pool
from grants.reviews.rules.invitees import read
from grants.reviews.services import assigning, freezing, inviting, joining, reminding, scoring
from grants.reviews.services import conflicts as deciding
from grants.reviews.services import panels as chairing
from grants.reviews.services.conflicts import Certified, certify
from tests.factories.reviews import NOW, Round, actor_of, fill, make_round, spread

EARLY = "The members met in person this morning."


@pytest.fixture
def told(database: Database, app: Flask, at_review: StoppedClock, mail: Path) -> dict[str, str]:
    """Every mail of a whole round, by subject."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 2})
        for actor, role in ((made.officer, Role.PROGRAM_OFFICER), (made.chair, Role.PANEL_CHAIR)):
            grant_role(session, session.get_one(Person, actor.person_id), role, actor=SYSTEM, now=NOW)
        grant_role(session, made.reviewers[2], Role.SELECTING_OFFICIAL, actor=SYSTEM, now=NOW)
    with database.writing() as session:
        _assign(session, made)
    with database.writing() as session:
        _score(session, made)
    with database.writing() as session:
        _panel(session, made, app)
    Worker(app, clock=lambda: at_review).run_once()
    with database.reading() as session:
        failed = session.exec(select(Notice).where(Notice.progress != NoticeStatus.RESOLVED)).all()
    assert [(row.name, row.failure) for row in failed] == []
    return {path.name: path.read_text() for path in mail.iterdir()}


def _assign(session: Session, made: Round) -> None:
    due = NOW.replace(day=30)
    for application in made.applications.values():
        for person in made.reviewers:
            assigning.assign(
                session, made.competition, application, person.id, reason="", actor=made.officer, now=NOW
            )
    assigning.send(session, made.competition, due_at=due, actor=made.officer, now=NOW)
    new = inviting.invite(
        session,
        made.competition,
        read("Bo Lee, bo@lab.example\nCy Ode, cy@lab.example"),
        cap=2,
        expires_at=due,
        actor=made.officer,
        now=NOW,
    )
    bo = actor_of(session, made.reviewers[0])
    assert bo is not None
    joining.decline(
        session,
        new[0],
        reason="No time.",
        actor=type(bo)(person_id=None, name="Bo Lee", email="bo@lab.example"),
        now=NOW,
    )
    inviting.invite_again(session, new[0], expires_at=due, actor=made.officer, now=NOW)
    inviting.take_off(session, new[0], reason="Too late.", actor=made.officer, now=NOW)
    reminding.remind(session, made.competition, actor=made.officer, now=NOW)


def _score(session: Session, made: Round) -> None:
    for seat, person in enumerate(made.reviewers, start=1):
        member = pool.membership_in(session, made.competition.id, person.id)
        assert member is not None
        answers = [Certified(one.id, Answer.NONE) for one in made.applications.values()]
        if seat == 1:
            answers[1] = Certified(made.applications["CO-2"].id, Answer.ASK, note="My cousin supplies them.")
        certify(session, member, answers, actor=made.reviewer(session, seat), now=NOW)
    asked = session.exec(select(Conflict)).one()
    deciding.dismiss(
        session, asked, reason="A supplier's cousin is no interest.", actor=made.officer, now=NOW
    )
    for row in session.exec(select(Sheet).order_by(col(Sheet.id))).all():
        fill(session, row, spread(80))
        person = next(one for one in made.reviewers if one.id == row.person_id)
        scoring.submit(session, made.competition, row, actor=actor_of(session, person), now=NOW)
        if row.person_id == made.reviewers[1].id:
            scoring.return_sheet(session, row, reason="Say more.", actor=made.officer, now=NOW)
            scoring.submit(session, made.competition, row, actor=actor_of(session, person), now=NOW)


def _panel(session: Session, made: Round, app: Flask) -> None:
    chairing.set_call(
        session, made.competition, "CO", call_at=NOW.replace(day=20), call_link="", actor=made.chair, now=NOW
    )
    panel = chairing.open_panel(session, made.competition, "CO", early=EARLY, actor=made.chair, now=NOW)
    for row in session.exec(select(Sheet).where(Sheet.phase == Phase.FINAL)).all():
        person = next(one for one in made.reviewers if one.id == row.person_id)
        actor = actor_of(session, person)
        scoring.stand(session, made.competition, row, early=EARLY, actor=actor, now=NOW)
    chairing.close_panel(
        session, made.competition, panel, left_open="Later.", early=EARLY, actor=made.chair, now=NOW
    )
    files = app.extensions["grants.files"]
    freezing.freeze_state(session, files, made.competition, "CO", actor=made.officer, now=NOW)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_notice_of_a_round_goes_out_and_names_no_score(told: dict[str, str]) -> None:
    text = "\n".join(told.values())
    subjects = {
        line.removeprefix("Subject: 2014-NIST-MEP-01: ")
        for mail in told.values()
        for line in mail.splitlines()
        if line.startswith("Subject: ")
    }

    assert subjects >= {
        "2 applications assigned to you",
        "Invitation to review",
        "2 score sheets due",
        "Score sheet returned to you",
        "Panel call, CO",
        "You may revise your scores, CO",
        "Panel for CO closed",
        "Ranking ready for CO",
        "Replacement needed for CO-2",
        "No conflict, by decision of staff",
        "Bo Lee declined to review",
        "Your place on the panel has ended",
    }
    assert " 80 " not in text
