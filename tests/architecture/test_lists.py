"""Every list asks the database as often for one row as for three, for a full page and for one row more."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlmodel import col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.applications.models import Application
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import Assignment
from tests.architecture.crawl import Heard
from tests.bench.rows import Ground, fill, make_ground

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COUNTS = (1, 3, 50, 51)
STAFF = frozenset({Role.PROGRAM_OFFICER})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
Who = Callable[[Database, Ground], Actor]


def officer(_database: Database, ground: Ground) -> Actor:
    return Actor(ground.person.id, ground.person.name, ground.person.email, staff_roles=STAFF)


def administrator(_database: Database, ground: Ground) -> Actor:
    return Actor(ground.person.id, ground.person.name, ground.person.email, staff_roles=ADMINISTRATOR)


def member(database: Database, ground: Ground) -> Actor:
    """A member of every host there is, so that every application is their own."""
    with database.reading() as session:
        hosts = session.exec(select(Application.organization_id)).all()
    roles = dict.fromkeys(hosts, Role.REPRESENTATIVE)
    return Actor(ground.person.id, ground.person.name, ground.person.email, memberships=roles)


def reviewer(database: Database, ground: Ground) -> Actor:
    """A reviewer with every sheet there is."""
    with database.reading() as session:
        rows = session.exec(
            select(Assignment.application_id).where(col(Assignment.person_id) == ground.person.id)
        ).all()
    return Actor(
        ground.person.id,
        ground.person.name,
        ground.person.email,
        is_reviewer=True,
        assignments=frozenset(rows),
        invited_to=frozenset({ground.competition.id}),
    )


LISTS: list[tuple[str, Who]] = [
    ("/competitions", officer),
    ("/competitions/map", officer),
    ("/", officer),
    ("/staff/competitions", officer),
    ("/staff/applications", officer),
    ("/staff/applications?words=district", officer),
    ("/staff/screening?competition={number}", officer),
    ("/staff/reviews", officer),
    ("/staff/reviews/{number}/pool", officer),
    ("/staff/reviews/{number}/conflicts", officer),
    ("/staff/reviews/{number}/progress", officer),
    ("/staff/continuations", officer),
    ("/staff/continuations/centers", officer),
    ("/staff/documents/templates", officer),
    ("/staff/home/events", officer),
    ("/staff/home/", officer),
    ("/staff/home/mail", administrator),
    ("/staff/home/jobs", officer),
    ("/staff/accounts/people", administrator),
    ("/applicant/applications", member),
    ("/applicant/continuations", member),
    ("/applicant/awards", member),
    ("/applicant/home/", member),
    ("/reviewer/reviews", reviewer),
    ("/reviewer/home/", reviewer),
]


def asked(app: Flask, heard: Heard, path: str) -> tuple[int, int]:
    """Open a page twice and return its status and how often the second opening asked."""
    client = app.test_client()
    client.get(path)
    heard.forget()
    return client.get(path).status_code, heard.count


def test_a_list_asks_as_often_at_one_row_as_at_fifty_one(app: Flask, clock: StoppedClock) -> None:
    database: Database = app.extensions["grants.database"]
    ground, heard = make_ground(database), Heard()
    heard.listen(database)
    found: dict[str, list[tuple[int, int]]] = {path: [] for path, _ in LISTS}

    for count in COUNTS:
        fill(database, ground, count)
        for path, who in LISTS:
            actor = who(database, ground)
            app.extensions["grants.actor"] = lambda _session, actor=actor: actor
            answer = asked(app, heard, path.format(number=ground.competition.number))
            found[path].append(answer)

    differing = {path: answers for path, answers in found.items() if len(set(answers)) > 1}

    assert [path for path, answers in found.items() if {status for status, _ in answers} != {200}] == []
    assert differing == {}
