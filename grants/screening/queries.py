"""Reads of administrative review: the queue, what is decided, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.check import may
from grants.access.roles import Role
from grants.applications.models import Application, Submission
from grants.applications.workflow import ApplicationStatus
from grants.competitions.models import Competition
from grants.lifecycle.waiting import OTHERS_WAIT, Waiting
from grants.organizations.models import Organization
from grants.screening.models import Screening
from grants.screening.workflow import ScreeningStatus

PAGE = 50
CLOSED = (ApplicationStatus.SUBMITTED, ApplicationStatus.ELIGIBLE, ApplicationStatus.INELIGIBLE)


@dataclass(frozen=True)
class QueueRow:
    """One submitted application whose competition is closed."""

    application: Application
    competition: Competition
    organization: Organization
    submission: Submission


def screening_by_id(session: Session, screening_id: int) -> Screening | None:
    """Return one administrative review."""
    return session.get(Screening, screening_id)


def standing_screening(session: Session, application_id: int) -> Screening | None:
    """Return the administrative review of an application that is not undone."""
    rows = select(Screening).where(
        col(Screening.application_id) == application_id, col(Screening.status) != ScreeningStatus.UNDONE
    )
    return session.exec(rows).first()


def screenings_of(session: Session, application_id: int) -> list[Screening]:
    """Return every administrative review of an application, undone ones too, newest first."""
    rows = (
        select(Screening)
        .where(col(Screening.application_id) == application_id)
        .order_by(col(Screening.id).desc())
    )
    return list(session.exec(rows).all())


def queue(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    statuses: Sequence[ApplicationStatus] = (ApplicationStatus.SUBMITTED,),
    state: str = "",
    competition: str = "",
    page: int = 1,
) -> tuple[list[QueueRow], int]:
    """Return one page of the submitted applications of closed competitions, and the count.

    What waits for a decision comes first, then by deadline, state and number.
    """
    chosen = (
        select(Application, Competition, Organization, Submission)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .join(Submission, col(Submission.application_id) == col(Application.id))
        .where(
            col(Submission.replaced_at).is_(None),
            col(Application.status).in_(statuses),
            col(Application.id).not_in(actor.barred),
            col(Competition.deadline_at) < now,
        )
    )
    if state:
        chosen = chosen.where(col(Application.state) == state)
    if competition:
        chosen = chosen.where(col(Competition.number) == competition)
    counted = chosen.with_only_columns(col(Application.id)).subquery()
    rows = session.exec(
        chosen.order_by(
            col(Application.status) != ApplicationStatus.SUBMITTED,
            col(Competition.deadline_at),
            col(Application.state),
            col(Application.number),
        )
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    total = session.exec(select(func.count()).select_from(counted)).one()
    return [QueueRow(*row) for row in rows], total


def next_to_screen(
    session: Session, actor: Actor, application: Application, now: datetime
) -> Application | None:
    """Return the application of the same competition that waits next, if any."""
    rows = (
        select(Application)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .where(
            col(Application.competition_id) == application.competition_id,
            col(Application.status) == ApplicationStatus.SUBMITTED,
            col(Application.id) != application.id,
            col(Application.id).not_in(actor.barred),
            col(Competition.deadline_at) < now,
        )
        .order_by(col(Application.state), col(Application.number))
    )
    return session.exec(rows).first()


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what the agency has to screen, one row for each competition."""
    if not may(actor, "application.screen"):
        return []
    counted = (
        select(Application.competition_id, func.count())
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .where(
            col(Application.status) == ApplicationStatus.SUBMITTED,
            col(Application.id).not_in(actor.barred),
            col(Competition.deadline_at) < now,
        )
        .group_by(col(Application.competition_id))
    )
    counts: dict[int, int] = dict(list(session.exec(counted).all()))
    competitions = session.exec(
        select(Competition)
        .where(col(Competition.id).in_(counts))
        .order_by(col(Competition.deadline_at), col(Competition.id))
    ).all()
    return [
        Waiting(
            verb=_screen(counts[competition.id]),
            why="Reviewers cannot begin before",
            due=None,
            subject=competition.number,
            endpoint="staff.screening.index",
            values={"competition": competition.number},
            urgency=OTHERS_WAIT,
            role=Role.PROGRAM_OFFICER,
            zone=competition.zone,
        )
        for competition in competitions
    ]


def _screen(count: int) -> str:
    return f"Screen {count} {'application' if count == 1 else 'applications'}"
