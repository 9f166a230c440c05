"""Rounds scored in the database for tests of the ranking pages, and the worker's turn."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.clock import StoppedClock
from grants.database import Database
from grants.jobs.runner import Runner
from grants.reviews.models import Panel, Phase
from grants.reviews.queries import panels, sheets
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from grants.wiring import JOBS
from tests.factories.reviews import CRITERIA, NOW, Round, fill, make_round, open_door, spread

OFFICER = "officer@agency.example"
HERE = "/staff/reviews/2014-NIST-MEP-01"
Totals = Mapping[str, Sequence[int | str | None]]


def varied(total: int | str, application: int, seat: int) -> dict[str, Decimal]:
    """Spread a total over the criteria, differently by application and reviewer."""
    points = spread(total)
    keys = [key for key, _title, _most in CRITERIA]
    most = {key: Decimal(value) for key, _title, value in CRITERIA}
    for step in range(4):
        source, target = (
            keys[(application * 3 + seat + step) % 8],
            keys[(application + seat * 3 + 2 * step + 1) % 8],
        )
        moved = min(Decimal(1), points[source], most[target] - points[target])
        if source != target and moved > 0:
            points[source] -= moved
            points[target] += moved
    return points


def make_scored(session: Session, totals: Totals, **changes: Any) -> Round:
    """Make a state whose sheets are in; None is a sheet that is missing, an empty total nobody assigned."""
    state = next(iter(totals)).partition("-")[0]
    seats = max(len(row) for row in totals.values())
    made = make_round(session, states={state: len(totals)}, reviewers=seats)
    for name, value in changes.items():
        setattr(made.competition, name, value)
    session.add(made.competition)
    for actor, role in ((made.officer, Role.PROGRAM_OFFICER), (made.chair, Role.PANEL_CHAIR)):
        grant_role(session, session.get_one(Person, actor.person_id), role, actor=SYSTEM, now=NOW)
    doors = [
        (open_door(session, made.applications[number], made.reviewers[seat - 1]), seat, position, total)
        for position, (number, row) in enumerate(totals.items())
        for seat, total in enumerate(row, start=1)
        if total != ""
    ]
    for sheet, seat, position, total in doors:
        if total is not None:
            fill(session, sheet, varied(total, position, seat))
            scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    return made


def hold_panel(session: Session, made: Round, state: str) -> Panel:
    """Open a panel at which every score stands, and close it."""
    panel = chairing.open_panel(session, made.competition, state, actor=made.officer, now=NOW)
    for number, application in made.applications.items():
        for seat, person in enumerate(made.reviewers, start=1):
            sheet = sheets.sheet_in_phase(session, application.id, person.id, Phase.FINAL)
            if sheet is not None and number.startswith(state):
                scoring.stand(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
    for application_id in panels.records_of(session, panel.id):
        chairing.write_record(
            session, panel, application_id, text="We spoke of fees.", version=1, actor=made.chair, now=NOW
        )
        chairing.sign_record(session, panel, application_id, actor=made.chair, now=NOW)
    chairing.close_panel(session, made.competition, panel, actor=made.chair, now=NOW)
    return panel


def work(app: Flask) -> int:
    """Have the worker do what waits; return how many jobs it ran."""
    database: Database = app.extensions["grants.database"]
    runner = Runner(
        database=database,
        settings=app.extensions["grants.settings"],
        files=app.extensions["grants.files"],
        clock=lambda: StoppedClock(NOW),
        jobs=JOBS,
        render=lambda *_args, **_context: "",
    )
    return runner.run_waiting()
