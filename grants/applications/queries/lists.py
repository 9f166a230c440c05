"""Reads of many applications: lists, what is due, what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.applications.models import (
    Application,
)
from grants.applications.workflow import ApplicationStatus
from grants.competitions.models import Competition
from grants.competitions.rules.states import POSTAL_CODES
from grants.competitions.workflow import CompetitionStatus
from grants.lifecycle.models import Event
from grants.lifecycle.waiting import DUE, NEWS, Waiting
from grants.organizations.models import Membership, Organization

PAGE = 50
CLOSED_FOR = timedelta(days=30)
"""How long a draft that closed unsubmitted stays on its members' home pages."""


@dataclass(frozen=True)
class ApplicationRow:
    """One application in a list, with what names it."""

    application: Application
    competition: Competition
    organization: Organization


def applications_of_competition(
    session: Session, competition_id: int, *, statuses: Sequence[ApplicationStatus] | None = None
) -> list[Application]:
    """Return a competition's applications by state and number, of the given statuses if any."""
    rows = select(Application).where(col(Application.competition_id) == competition_id)
    if statuses is not None:
        rows = rows.where(col(Application.status).in_(statuses))
    return list(session.exec(rows.order_by(col(Application.state), col(Application.number))).all())


def applications_of_host(session: Session, actor: Actor) -> list[ApplicationRow]:
    """Return the applications of every organization the actor belongs to, newest first."""
    rows = (
        select(Application, Competition, Organization)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(col(Application.organization_id).in_(list(actor.memberships)))
        .order_by(col(Application.created_at).desc(), col(Application.id).desc())
    )
    return [ApplicationRow(*row) for row in session.exec(rows).all()]


def application_rows(
    session: Session,
    actor: Actor,
    *,
    words: str = "",
    state: str = "",
    status: str = "",
    competition_id: int | None = None,
    page: int = 1,
    size: int = PAGE,
) -> tuple[list[ApplicationRow], int]:
    """Return one page of what staff may see, drafts left out, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = [col(Application.submitted_at).is_not(None)]
    if actor.barred:
        wanted.append(col(Application.id).not_in(actor.barred))
    if words:
        wanted.append(_mentions(words))
    if state:
        wanted.append(col(Application.state) == state)
    if status:
        wanted.append(col(Application.status) == status)
    if competition_id is not None:
        wanted.append(col(Application.competition_id) == competition_id)
    total = session.exec(select(func.count()).select_from(Application).where(*wanted)).one()
    rows = session.exec(
        select(Application, Competition, Organization)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(*wanted)
        .order_by(col(Application.submitted_at).desc(), col(Application.id).desc())
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    ).all()
    return [ApplicationRow(*row) for row in rows], total


def _mentions(words: str) -> ColumnElement[bool]:
    like = f"%{words.strip().lower()}%"
    hosts = select(Organization.id).where(func.lower(Organization.name).like(like))
    return or_(
        func.lower(Application.number).like(like),
        func.lower(Application.project_title).like(like),
        col(Application.organization_id).in_(hosts),
    )


def drafts_due(session: Session, *, after: datetime, until: datetime) -> list[ApplicationRow]:
    """Return the drafts never submitted whose deadline lies after one instant and not after another."""
    rows = (
        select(Application, Competition, Organization)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(
            col(Application.status) == ApplicationStatus.DRAFT,
            col(Competition.deadline_at) > after,
            col(Competition.deadline_at) <= until,
        )
        .order_by(col(Application.id))
    )
    return [ApplicationRow(*row) for row in session.exec(rows).all()]


PUBLIC_EVENTS = (
    "application.started",
    "application.submit",
    "application.resubmit",
    "application.withdraw",
    "application.screen_in",
    "application.screen_out",
    "application.undo_screening",
    "application.came_late",
    "letter.release",
)
"""What the applicant sees of the record; what is decided in the house is told by letter."""


def public_events(session: Session, application_id: int) -> list[Event]:
    """Return what happened to an application as its host may see it, oldest first."""
    rows = (
        select(Event)
        .where(col(Event.application_id) == application_id, col(Event.kind).in_(PUBLIC_EVENTS))
        .order_by(col(Event.seq))
    )
    return list(session.exec(rows).all())


def people_of_applications(session: Session, competition_id: int) -> list[tuple[Application, Person]]:
    """Return the members of every host whose application is not withdrawn, with that application."""
    rows = (
        select(Application, Person)
        .join(Membership, col(Membership.organization_id) == col(Application.organization_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            col(Application.competition_id) == competition_id,
            col(Application.status) != ApplicationStatus.WITHDRAWN,
            col(Membership.left_at).is_(None),
        )
        .order_by(col(Application.id), col(Person.id))
    )
    return [(application, person) for application, person in session.exec(rows).all()]


def times_reminded(session: Session, application_id: int) -> set[str]:
    """Return which reminders of the deadline an application has had."""
    rows = select(Event).where(
        col(Event.application_id) == application_id, col(Event.kind) == "application.reminded"
    )
    return {str(event.facts.get("before")) for event in session.exec(rows.order_by(col(Event.seq))).all()}


def standing_applications_of(session: Session, application: Application) -> list[Application]:
    """Return the same host's other applications for the same state of the same competition."""
    rows = (
        select(Application)
        .where(
            col(Application.competition_id) == application.competition_id,
            col(Application.organization_id) == application.organization_id,
            col(Application.state) == application.state,
            col(Application.id) != application.id,
            col(Application.status) != ApplicationStatus.WITHDRAWN,
        )
        .order_by(col(Application.id))
    )
    return list(session.exec(rows).all())


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what the members of a host have to do for their applications, most pressing first."""
    if not actor.memberships:
        return []
    rows = (
        select(Application, Competition)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .where(
            col(Application.organization_id).in_(list(actor.memberships)),
            col(Application.status).in_(
                [ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.INELIGIBLE]
            ),
        )
        .order_by(col(Competition.deadline_at), col(Application.id))
    )
    found = [
        _waiting(actor, application, competition, now) for application, competition in session.exec(rows)
    ]
    return [row for row in found if row is not None]


def _waiting(
    actor: Actor, application: Application, competition: Competition, now: datetime
) -> Waiting | None:
    deadline = competition.deadline_at
    state = POSTAL_CODES.get(application.state, application.state)
    subject = f"{competition.number}, {application.number}"
    values = {"uid": application.uid}
    if application.status is ApplicationStatus.INELIGIBLE:
        verb, why = (
            f"Read the result of administrative review for {state}",
            "Your application is not reviewed",
        )
        page = "applicant.applications.status"
        return Waiting(verb, why, None, subject, page, values, NEWS, zone=competition.zone)
    if application.status is not ApplicationStatus.DRAFT or deadline is None:
        return None
    if deadline < now:
        return _closed(application, competition, now)
    if actor.memberships.get(application.organization_id) is Role.REPRESENTATIVE:
        verb, why = (
            f"Finish and submit the application for {state}",
            "Only an authorized representative submits",
        )
    else:
        verb, why = f"Finish the application for {state}", "It is not submitted"
    page = "applicant.applications.tasks"
    return Waiting(verb, why, deadline, subject, page, values, DUE, zone=competition.zone)


def _closed(application: Application, competition: Competition, now: datetime) -> Waiting | None:
    """Say for a month that a draft closed unsubmitted, and whom to ask."""
    deadline = competition.deadline_at
    if deadline is None or now > deadline + CLOSED_FOR or competition.status != CompetitionStatus.PUBLISHED:
        return None
    reach = competition.contact_email or competition.contact_phone
    whom = ", ".join(filter(None, (competition.contact_name, reach))) or "the agency"
    state = POSTAL_CODES.get(application.state, application.state)
    return Waiting(
        f"Closed, not submitted: the application for {state}",
        f"It is not reviewed. Ask {whom}",
        None,
        f"{competition.number}, {application.number}",
        "applicant.applications.status",
        {"uid": application.uid},
        NEWS,
        zone=competition.zone,
    )
