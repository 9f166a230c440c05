"""Where each competition stands in four figures, and the next instant at which something falls due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.applications.models import Application
from grants.awards.models import Award
from grants.awards.workflow import AwardStatus
from grants.competitions.models import Competition
from grants.competitions.queries import Listing, public_competitions
from grants.competitions.rules.stage import Stage
from grants.competitions.workflow import CompetitionStatus
from grants.continuations.queries.waiting import next_milestones as continuation_milestones
from grants.reviews.models import Assignment
from grants.reviews.queries.counts import NO_SHEETS, SheetCount, sheet_counts
from grants.reviews.workflow import AssignmentStatus

STEPS = ("Applications", "Screening", "Score sheets", "Ranking and selection", "Letters and awards")


RUNNING = 10


@dataclass(frozen=True)
class Running:
    """Where one published competition stands."""

    competition: Competition
    drafts: int
    submitted: int
    eligible: int
    sheets: SheetCount
    decided: int
    step: int


def front_door(session: Session, now: datetime) -> tuple[Listing, Listing]:
    """Return the competitions that are open and those that are coming, the first page of each."""
    return (
        public_competitions(session, Stage.OPEN, now=now),
        public_competitions(session, Stage.COMING, now=now),
    )


def running(session: Session, actor: Actor, now: datetime) -> list[Running]:
    """Return where every published competition stands, in four figures, with a fixed number of queries.

    An application that a conflict closes to the actor is in none of the figures.
    """
    published = session.exec(
        select(Competition)
        .where(col(Competition.status) == CompetitionStatus.PUBLISHED)
        .order_by(col(Competition.deadline_at).desc(), col(Competition.id).desc())
        .limit(RUNNING)
    ).all()
    ids = [competition.id for competition in published]
    statuses = applications_by_status(session, ids, actor)
    sheets = sheet_counts(session, ids, barred=actor.barred)
    return [_running(competition, statuses, sheets, now) for competition in published]


def next_milestone(session: Session, now: datetime) -> tuple[str, datetime] | None:
    """Return the next instant at which something begins or falls due in any competition, and what."""
    found = [
        (f"{what}, {number}", at)
        for number, *instants in session.exec(_milestones(now)).all()
        for what, at in zip(("opening", "end of questions", "deadline"), instants, strict=True)
        if at is not None and at > now
    ]
    found += [(f"reviews due, {number}", at) for number, at in session.exec(_reviews_due(now)).all()]
    found += [(f"signature due, {fain}", at) for fain, at in session.exec(_signatures_due(now)).all()]
    found += continuation_milestones(session, now)
    return min(found, key=lambda one: one[1], default=None)


def _milestones(now: datetime) -> Any:
    return select(
        Competition.number, Competition.opens_at, Competition.questions_until, Competition.deadline_at
    ).where(col(Competition.status) == CompetitionStatus.PUBLISHED, col(Competition.deadline_at) > now)


def _reviews_due(now: datetime) -> Any:
    return (
        select(Competition.number, func.min(Assignment.due_at))
        .join(Competition, col(Competition.id) == col(Assignment.competition_id))
        .where(col(Assignment.due_at) > now, col(Assignment.status) == AssignmentStatus.SENT)
        .group_by(Competition.number)
    )


def _signatures_due(now: datetime) -> Any:
    return (
        select(Award.fain, Award.countersign_by)
        .where(col(Award.countersign_by) > now, col(Award.status) == AwardStatus.MADE)
        .order_by(col(Award.countersign_by))
        .limit(1)
    )


def applications_by_status(session: Session, ids: list[int], actor: Actor) -> dict[tuple[int, str], int]:
    """Count the applications of competitions by status, those closed to the actor left out."""
    rows = session.exec(
        select(Application.competition_id, Application.status, func.count(col(Application.id)))
        .where(col(Application.competition_id).in_(ids), col(Application.id).not_in(sorted(actor.barred)))
        .group_by(col(Application.competition_id), col(Application.status))
    ).all()
    return {(competition_id, str(status)): count for competition_id, status, count in rows}


def _running(
    competition: Competition,
    statuses: dict[tuple[int, str], int],
    sheets: dict[int, SheetCount],
    now: datetime,
) -> Running:
    def count(*names: str) -> int:
        return sum(statuses.get((competition.id, name), 0) for name in names)

    counted = sheets.get(competition.id, NO_SHEETS)
    return Running(
        competition=competition,
        drafts=count("draft"),
        submitted=count("submitted", "eligible", "ineligible", "declined", "awarded"),
        eligible=count("eligible", "declined", "awarded"),
        sheets=counted,
        decided=count("declined", "awarded"),
        step=_step(competition, statuses, counted, now),
    )


def _step(
    competition: Competition,
    statuses: dict[tuple[int, str], int],
    sheets: SheetCount,
    now: datetime,
) -> int:
    """Return on which of `STEPS` the competition stands, counted from 0."""
    if competition.deadline_at is None or competition.deadline_at >= now:
        return 0
    if statuses.get((competition.id, "submitted"), 0):
        return 1
    if sheets.first_in < sheets.first or not sheets.first:
        return 2
    return 3 if statuses.get((competition.id, "eligible"), 0) else 4
