"""Eight people who save: reviewers with a score sheet each, and hosts with a budget each."""

from datetime import UTC, datetime

from flask import Flask
from sqlmodel import Session

from grants.access.roles import Role
from grants.applications.services import drafting
from grants.budgets.rules.flat import FIELDS
from grants.database import Database
from tests.bench.serving import Saver, cookie_of
from tests.factories import applications as hosts
from tests.factories import reviews

SHEETS_AT = datetime(2014, 11, 10, 14, 0, tzinfo=UTC)
BUDGETS_AT = datetime(2014, 9, 5, 13, 0, tzinfo=UTC)
CRITERION = reviews.CRITERIA[0][0]
WORDS = "The applicant names the firms it will reach, county by county, and says how. " * 8


def make_sheets(app: Flask, count: int) -> list[tuple[str, str]]:
    """Make reviewers with an open sheet each; returns their addresses and the paths of their sheets."""
    database: Database = app.extensions["grants.database"]
    made = []
    with database.writing() as session:
        round_ = reviews.make_round(session, states={"CO": 1}, reviewers=0)
        application = round_.applications["CO-1"]
        for number in range(count):
            email = f"r{number}@panel.example"
            person = reviews.make_reviewer(
                session,
                round_.competition,
                email,
                f"Reviewer {number}",
                invited_by=round_.officer.person_id or 0,
            )
            sheet = reviews.open_door(session, application, person)
            made.append((email, f"/reviewer/reviews/sheets/{sheet.uid}/score/{CRITERION}"))
    return made


def make_budgets(app: Flask, count: int) -> list[tuple[str, str]]:
    """Make hosts with a draft each; returns the addresses of their writers and the paths of a year."""
    database: Database = app.extensions["grants.database"]
    with database.writing() as session:
        scene = hosts.make_scene(session)
        return [_budget(session, scene, number) for number in range(count)]


def _budget(session: Session, scene: hosts.Scene, number: int) -> tuple[str, str]:
    email = f"w{number}@host.example"
    person = hosts.make_person(session, email, f"Writer {number}")
    host = hosts.make_host(session, person, name=f"Host {number}")
    actor = hosts.member(person, host, Role.REPRESENTATIVE)
    application = drafting.start(session, scene.competition, "CO", host, actor=actor, now=BUDGETS_AT)
    return email, f"/applicant/applications/{application.uid}/budget/1"


def sheet_savers(app: Flask, port: int, sheets: list[tuple[str, str]]) -> list[Saver]:
    """Have the reviewers open their sheets in a browser."""
    fixed = {"points": "7", "weaknesses": "", "agency_comment": "", "change_reason": ""}
    return [_opened(Saver(port, path, cookie_of(app, email), fields=fixed)) for email, path in sheets]


def budget_savers(app: Flask, port: int, budgets: list[tuple[str, str]]) -> list[Saver]:
    """Have the hosts open their budgets in a browser."""
    fixed = dict.fromkeys(FIELDS, "1,000.00")
    return [_opened(Saver(port, path, cookie_of(app, email), fields=fixed)) for email, path in budgets]


def _opened(saver: Saver) -> Saver:
    saver.open()
    return saver


FIRST_CELL = next(iter(FIELDS))
