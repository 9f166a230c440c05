"""Thousands of rows, put in as lists through the tables of the models."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlmodel import Session

from grants.accounts.models import Person
from grants.applications.models import Application, Submission
from grants.budgets.models import Budget
from grants.competitions.models import Competition
from grants.database import Database, new_uid
from grants.lifecycle.models import ChainHead, Event
from grants.lifecycle.record import FIRST_HASH, event_hash
from grants.organizations.models import Organization, OrganizationKind
from grants.reviews.models import Assignment, PanelMember, Phase, Sheet
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.workflow import MemberStatus
from tests.factories.applications import NOW, make_host, make_open_competition, make_person

BATCH = 2000
ROUND = 500
"""Score sheets of one competition: a hundred applications with five reviewers each."""


@dataclass(frozen=True)
class Ground:
    """What the rows stand on: one competition, one host, one person."""

    competition: Competition
    organization: Organization
    person: Person


def make_ground(database: Database) -> Ground:
    """Make one competition, one host and one person."""
    with database.writing() as session:
        competition = make_open_competition(session)
        person = make_person(session, "d.hale@frontrange.example", "Dana Hale")
        other = make_person(session, "a.roy@frontrange.example", "Ana Roy")
        return Ground(competition, make_host(session, person, other), person)


def fill(database: Database, ground: Ground, count: int) -> None:
    """Bring competitions, applications, sheets and events to so many rows each."""
    with database.writing() as session:
        _competitions(session, ground, count)
        _applications(session, ground, count)
        _sheets(session, ground, count)
    with database.writing() as session:
        _events(session, ground, count)


def analyze(database: Database) -> None:
    """Have the database count its rows anew, as an installation's does by itself."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    else:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _missing(session: Session, kind: Any, count: int) -> range:
    known = session.connection().execute(select(func.count()).select_from(kind.__table__)).scalar_one()
    return range(known + 1, count + 1)


def _put(session: Session, kind: Any, rows: list[dict[str, Any]]) -> None:
    table: Table = kind.__table__
    for start in range(0, len(rows), BATCH):
        session.connection().execute(insert(table), rows[start : start + BATCH])


def _competitions(session: Session, ground: Ground, count: int) -> None:
    pattern = ground.competition.model_dump(exclude={"id", "uid", "number"})
    rows = [
        {
            **pattern,
            "uid": new_uid(),
            "number": f"BENCH-{number:06}",
            "title": f"Competition {number}",
            "deadline_at": _instant(number),
            "published_at": _instant(number) - timedelta(days=60),
        }
        for number in _missing(session, Competition, count)
    ]
    _put(session, Competition, rows)


def _applications(session: Session, ground: Ground, count: int) -> None:
    numbers = _missing(session, Application, count)
    budgets = [{"id": number, "uid": new_uid(), "label": "", "years": 5} for number in numbers]
    _put(session, Budget, budgets)
    pattern = Application(
        number="",
        competition_id=0,
        state="CO",
        organization_id=0,
        budget_id=0,
        created_by_id=ground.person.id,
        created_at=NOW,
    ).model_dump(exclude={"id", "uid"})
    hosts = _hosts(session, count)
    rows = [
        {
            **pattern,
            "id": number,
            "uid": new_uid(),
            "number": f"CO-{number:06}",
            "project_title": f"Reaching the firms of district {number}",
            "competition_id": ground.competition.id,
            "organization_id": hosts[number - 1],
            "budget_id": number,
            "submitted_at": _instant(number),
            "status": "submitted",
        }
        for number in numbers
    ]
    _put(session, Application, rows)
    submission = {"submitted_by_id": ground.person.id, "certified_name": "D", "certified_title": "Director"}
    _put(
        session,
        Submission,
        [
            {
                **submission,
                "uid": new_uid(),
                "application_id": row["id"],
                "number": f"R-{row['id']:06}",
                "submitted_at": row["submitted_at"],
                "content": {},
                "sha256": "0" * 64,
            }
            for row in rows
        ],
    )


def _hosts(session: Session, count: int) -> list[int]:
    table: Table = Organization.__table__  # type: ignore[attr-defined]  # SQLModel gives it
    pattern = Organization(name="", kind=OrganizationKind.NONPROFIT, state="CO", created_at=NOW).model_dump(
        exclude={"id", "uid"}
    )
    names = [
        {**pattern, "uid": new_uid(), "name": f"Host {n}"} for n in _missing(session, Organization, count)
    ]
    _put(session, Organization, names)
    return list(session.connection().scalars(select(table.c.id).order_by(table.c.id).limit(count)))


def _sheets(session: Session, ground: Ground, count: int) -> None:
    numbers = _missing(session, Sheet, count)
    common: dict[str, Any] = {"state": "CO", "person_id": ground.person.id}
    table: Table = Competition.__table__  # type: ignore[attr-defined]  # SQLModel gives it
    rounds = list(session.connection().scalars(select(table.c.id).order_by(table.c.id)))
    own = {number: rounds[(number - 1) // ROUND] for number in numbers}
    _put(
        session,
        PanelMember,
        [
            {
                **PanelMember(
                    competition_id=ground.competition.id,
                    person_id=ground.person.id,
                    email=ground.person.email,
                    name=ground.person.name,
                    kind=ReviewerKind.OUTSIDE,
                    invited_by_id=ground.person.id,
                    invited_at=NOW,
                    expires_at=NOW,
                    answered_at=NOW,
                    agreement_signed_at=NOW,
                    agreement_name=ground.person.name,
                    status=MemberStatus.ACCEPTED,
                ).model_dump(exclude={"id"})
            }
            for _ in _missing(session, PanelMember, 1)
        ],
    )
    _put(
        session,
        Assignment,
        [
            {
                **Assignment(
                    **common,
                    competition_id=own[number],
                    application_id=number,
                    made_at=NOW,
                    sent_at=NOW,
                    due_at=NOW,
                ).model_dump(exclude={"id", "status"}),
                "status": "sent",
            }
            for number in numbers
        ],
    )
    _put(
        session,
        Sheet,
        [
            Sheet(
                **common,
                competition_id=own[number],
                application_id=number,
                phase=Phase.INITIAL,
                opened_at=NOW,
            ).model_dump(exclude={"id"})
            for number in numbers
        ],
    )


def _events(session: Session, ground: Ground, count: int) -> None:
    head = session.get(ChainHead, 1) or ChainHead(id=1)
    last = head.hash or FIRST_HASH
    rows = []
    for number in _missing(session, Event, count):
        event = Event(
            id=number,
            seq=number,
            kind=f"bench.kind_{number % 30}",
            happened="changed the address",
            subject_type="organization",
            subject_id=ground.organization.id,
            subject_uid=ground.organization.uid,
            subject_label="Front Range Works",
            organization_id=ground.organization.id,
            person_id=ground.person.id,
            person_name=ground.person.name,
            person_role="person",
            facts={"before": {"street": "Main St"}, "after": {"street": "Larimer St"}},
            at=_instant(number),
            real_at=_instant(number),
            previous_hash=last,
            hash="",
        )
        event.hash = last = event_hash(event)
        rows.append(event.model_dump())
    _put(session, Event, rows)
    head.seq, head.hash = count, last
    session.add(head)


def _instant(number: int) -> datetime:
    return NOW - timedelta(days=30) + timedelta(seconds=number)
