"""What waits for whom in continuations, and the next instants at which something falls due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.continuations.models import Decision, Request
from grants.continuations.queries.requests import periods_without_request
from grants.continuations.rules.gates import OPENS_DAYS, end_of_day, opens_on
from grants.continuations.workflow import RequestStatus
from grants.documents.models import Letter
from grants.documents.workflow import LetterStatus
from grants.lifecycle.waiting import DUE, OTHERS_WAIT, OVERDUE, WITH_OTHERS, Waiting
from grants.organizations.models import Organization

WITH_CENTER = (RequestStatus.DRAFT, RequestStatus.DRAFT_SENT)
OPEN_TO_PEOPLE = (*WITH_CENTER, RequestStatus.FINAL_SENT, RequestStatus.EVALUATED, RequestStatus.DEFERRED)


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what waits for this person in continuations, in at most four queries."""
    found: list[Waiting] = []
    if actor.memberships:
        found.extend(_for_center(session, actor, now))
    if Role.PROGRAM_OFFICER in actor.staff_roles:
        found.extend(_for_program_officer(session, actor, now))
    if Role.GRANTS_OFFICER in actor.staff_roles:
        found.extend(_for_grants_officer(session, actor))
        found.extend(_letters_to_release(session, actor))
    return found


def next_milestones(session: Session, now: datetime) -> list[tuple[str, datetime]]:
    """Return the next instants of continuations for the demonstration's clock, at most one of each kind."""
    found: list[tuple[str, datetime]] = []
    for what, column in (
        ("draft request due", Request.draft_due_at),
        ("final request due", Request.final_due_at),
    ):
        rows = (
            select(Request.fain, Request.ordinal, column)
            .where(col(column) > now, col(Request.status).in_(WITH_CENTER))
            .order_by(col(column))
            .limit(1)
        )
        found += [(f"{what}, year {year} of {fain}", at) for fain, year, at in session.exec(rows).all()]
    coming = periods_without_request(
        session, begins_by=date.max, begins_after=now.date() + timedelta(days=OPENS_DAYS)
    )
    opening = min(coming, key=lambda one: one.period.starts_on, default=None)
    if opening is not None:
        at = end_of_day(opens_on(opening.period.starts_on), opening.competition.zone)
        found.append((f"year {opening.period.ordinal} request opens, {opening.award.fain}", at))
    return found


def _requests(*clauses: Any) -> Any:
    return (
        select(Request, Organization.name)
        .join(Organization, col(Organization.id) == col(Request.organization_id))
        .where(*clauses)
        .order_by(col(Request.final_due_at), col(Request.id))
    )


def _for_center(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    clauses = (
        col(Request.organization_id).in_(sorted(actor.memberships)),
        col(Request.status).in_(WITH_CENTER),
    )
    found = []
    for request, name in session.exec(_requests(*clauses)).all():
        sent = request.status is RequestStatus.DRAFT_SENT or request.draft_sent_at is not None
        due = request.final_due_at if sent else request.draft_due_at
        words = "Submit the final" if sent else "Send the draft of the"
        back = f", sent back: {request.sent_back_reason[:200]}" if request.sent_back_reason else ""
        found.append(
            Waiting(
                verb=f"{words} year {request.ordinal} request",
                why=f"the next budget period is funded by it{back}",
                due=due,
                subject=f"{name}, award {request.fain}",
                endpoint="applicant.continuations.request",
                values={"uid": request.uid},
                urgency=OVERDUE if due < now else DUE,
                zone=request.zone,
            )
        )
    return found


def _for_program_officer(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    clauses = (
        col(Request.application_id).not_in(sorted(actor.barred)),
        col(Request.status).in_(OPEN_TO_PEOPLE),
    )
    rows = session.exec(_requests(*clauses)).all()
    return [one for request, name in rows if (one := _officer_row(request, name, now))]


@dataclass(frozen=True)
class _Row:
    """What a program officer does about a request in one status."""

    verb: str
    why: str
    due: datetime | None
    urgency: int


def _officer_row(request: Request, name: str, now: datetime) -> Waiting | None:
    row = _in_status(request) or _if_late(request, name, now)
    if row is None:
        return None
    return Waiting(
        verb=row.verb,
        why=row.why,
        due=row.due,
        subject=f"{name}, {request.state}, award {request.fain}",
        endpoint="staff.continuations.show",
        values={"uid": request.uid},
        urgency=row.urgency,
        role=Role.PROGRAM_OFFICER,
        zone=request.zone,
    )


def _in_status(request: Request) -> _Row | None:
    what, since = f"the year {request.ordinal} request", request.final_sent_at
    known = {
        RequestStatus.FINAL_SENT: _Row(f"Evaluate {what}", "the final request is in", None, OTHERS_WAIT),
        RequestStatus.DEFERRED: _Row(f"Evaluate {what} again", "its decision was deferred", None, DUE),
        RequestStatus.EVALUATED: _Row(f"Decision on {what}", "the grants officer", since, WITH_OTHERS),
    }
    return known.get(request.status)


def _if_late(request: Request, name: str, now: datetime) -> _Row | None:
    if request.final_due_at >= now:
        return None
    verb = f"Remind {name}: the year {request.ordinal} request is late"
    return _Row(verb, "its final day has passed", request.final_due_at, OVERDUE)


def _for_grants_officer(session: Session, actor: Actor) -> list[Waiting]:
    clauses = (
        col(Request.application_id).not_in(sorted(actor.barred)),
        col(Request.status) == RequestStatus.EVALUATED,
        col(Request.evaluated_by_id) != actor.person_id,
    )
    return [
        Waiting(
            verb=f"Decide the year {request.ordinal} request",
            why="the program officer has evaluated it",
            due=None,
            subject=f"{name}, {request.state}, award {request.fain}",
            endpoint="staff.continuations.decide",
            values={"uid": request.uid},
            urgency=OTHERS_WAIT,
            role=Role.GRANTS_OFFICER,
            zone=request.zone,
        )
        for request, name in session.exec(_requests(*clauses)).all()
    ]


def _letters_to_release(session: Session, actor: Actor) -> list[Waiting]:
    rows = (
        select(Request, Organization.name)
        .join(Organization, col(Organization.id) == col(Request.organization_id))
        .join(Decision, col(Decision.request_id) == col(Request.id))
        .join(Letter, col(Letter.id) == col(Decision.letter_id))
        .where(
            col(Request.application_id).not_in(sorted(actor.barred)),
            col(Letter.status).in_([LetterStatus.DRAFT, LetterStatus.MADE]),
        )
        .order_by(col(Request.id))
    )
    return [
        Waiting(
            verb=f"Release the letter on the year {request.ordinal} request",
            why="the center does not know the decision yet",
            due=None,
            subject=f"{name}, {request.state}, award {request.fain}",
            endpoint="staff.continuations.show",
            values={"uid": request.uid},
            urgency=OTHERS_WAIT,
            role=Role.GRANTS_OFFICER,
            zone=request.zone,
        )
        for request, name in session.exec(rows).all()
    ]
