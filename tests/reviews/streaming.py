"""A panel that is live, what people do meanwhile, and a browser's end of its stream without the browser."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import event
from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.database import Database
from grants.reviews.models import Conflict, ConflictSource, Phase, Sheet
from grants.reviews.queries import panels, sheets
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from grants.web import streams
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread

PANEL = "/staff/reviews/2014-NIST-MEP-01/panels/CO"
FIRST = {"CO-1": (84, 88, 79), "CO-2": (81, 89, 71)}


def quicken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read ten times a second and give a sign of life twice a second."""
    monkeypatch.setattr(streams, "READ_EVERY", 0.1)
    monkeypatch.setattr(streams, "BEAT_EVERY", 0.5)


@dataclass(frozen=True)
class Told:
    """One event of a stream."""

    event: str
    id: str
    data: Any


class Listener:
    """Opens a stream and takes its events one by one; ten seconds without a line raise TimeoutError."""

    def __init__(self, base: str, path: str, cookie: str, headers: Mapping[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
        self.connection.request("GET", path, headers={"Cookie": cookie, **(headers or {})})
        self.answer = self.connection.getresponse()
        self.beats = 0

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.answer.status

    def next(self) -> Told | None:
        """Wait for the next event; None where the stream ended instead. Signs of life are only counted."""
        fields: dict[str, str] = {}
        while line := self.answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            self.beats += name == "" and value != ""
            if line == b"\n" and "event" in fields:
                return Told(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            if name:
                fields[name] = value
        return None

    def hang_up(self) -> None:
        """Go away without a word."""
        self.answer.close()
        self.connection.close()


def make_panel(session: Session) -> Round:
    """Make a panel that is open and people with accounts who run it."""
    made = make_round(session, states={"CO": 2})
    for actor, role in ((made.officer, Role.PROGRAM_OFFICER), (made.chair, Role.PANEL_CHAIR)):
        grant_role(session, session.get_one(Person, actor.person_id), role, actor=SYSTEM, now=NOW)
    for number, totals in FIRST.items():
        for seat, total in enumerate(totals, start=1):
            sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
            fill(session, sheet, spread(total))
            scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    chairing.open_panel(session, made.competition, "CO", actor=made.officer, now=NOW)
    return made


def shown_by(app: Flask, cookie: str, path: str) -> dict[str, str]:
    """What a live page that was just loaded says of itself."""
    client = app.test_client(use_cookies=False)
    page = client.get(path, headers={"Cookie": cookie}).get_data(as_text=True)
    shape = page.split("shape=")[1].split('"')[0]
    return {"shape": shape, "since": page.split('data-stream-since="')[1].split('"')[0]}


def revision(session: Session, made: Round, number: str, seat: int) -> Sheet:
    """A reviewer's sheet to revise."""
    found = sheets.sheet_in_phase(
        session, made.applications[number].id, made.reviewers[seat - 1].id, Phase.FINAL
    )
    assert found is not None
    return found


def type_in(database: Database, made: Round, number: str, seat: int, points: str) -> None:
    """A reviewer changes the points of the budget; nothing is submitted."""
    with database.writing() as session:
        sheet = revision(session, made, number, seat)
        fields = {**scoring.as_fields(sheets.scores_of(session, sheet.id)["budget"]), "points": points}
        fields["change_reason"] = "Plain after the call."
        version = sheets.scores_of(session, sheet.id)["budget"].version
        scoring.save_score(
            session,
            made.competition,
            sheet,
            "budget",
            fields=fields,
            version=version,
            actor=made.reviewer(session, seat),
            now=NOW + timedelta(minutes=5),
        )


def submit(database: Database, made: Round, number: str, seat: int) -> None:
    """A reviewer submits the revision."""
    with database.writing() as session:
        sheet, actor = revision(session, made, number, seat), made.reviewer(session, seat)
        scoring.submit(session, made.competition, sheet, actor=actor, now=NOW + timedelta(minutes=6))


def close(database: Database, made: Round) -> None:
    """The chair closes the panel."""
    with database.writing() as session:
        panel = panels.panel_of(session, made.competition.id, "CO")
        assert panel is not None
        chairing.close_panel(
            session, made.competition, panel, left_open="Ended early.", actor=made.chair, now=NOW
        )


def bar(database: Database, made: Round, person_id: int | None, number: str) -> None:
    """A conflict on one application is found."""
    with database.writing() as session:
        session.add(
            Conflict(
                person_id=person_id or 0,
                application_id=made.applications[number].id,
                competition_id=made.competition.id,
                source=ConflictSource.FOUND,
                kind="employment",
                reason="Worked for the host until last year.",
                noticed_at=NOW,
            )
        )


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements sent to the database."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
