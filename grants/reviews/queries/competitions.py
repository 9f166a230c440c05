"""Competitions under review, in figures that need no score."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.workflow import CompetitionStatus
from grants.reviews.models import PanelMember, Ranking
from grants.reviews.queries.applications import REVIEWED
from grants.reviews.queries.counts import NO_SHEETS, SheetCount, sheet_counts
from grants.reviews.workflow import MemberStatus


@dataclass(frozen=True)
class UnderReview:
    """One competition and how far its review is."""

    competition: Competition
    applications: int
    reviewers: int
    sheets: SheetCount
    rankings: int


def under_review(session: Session, *, barred: Collection[int]) -> list[UnderReview]:
    """Return published competitions, the newest first, in a fixed number of queries."""
    rows = session.exec(
        select(Competition)
        .where(col(Competition.status).in_([CompetitionStatus.PUBLISHED, CompetitionStatus.DECIDED]))
        .order_by(col(Competition.deadline_at).desc(), col(Competition.id).desc())
    ).all()
    applications = _applications(session, barred)
    reviewers = _reviewers(session)
    sheets = sheet_counts(session, [row.id for row in rows], barred=barred)
    frozen = _rankings(session)
    return [
        UnderReview(
            row,
            applications.get(row.id, 0),
            reviewers.get(row.id, 0),
            sheets.get(row.id, NO_SHEETS),
            frozen.get(row.id, 0),
        )
        for row in rows
    ]


def _applications(session: Session, barred: Collection[int]) -> dict[int, int]:
    rows = (
        select(Application.competition_id, func.count())
        .where(col(Application.status).in_(REVIEWED), col(Application.id).not_in(list(barred)))
        .group_by(col(Application.competition_id))
    )
    return dict(session.exec(rows).all())


def _reviewers(session: Session) -> dict[int, int]:
    rows = (
        select(PanelMember.competition_id, func.count())
        .where(col(PanelMember.status) == MemberStatus.ACCEPTED)
        .group_by(col(PanelMember.competition_id))
    )
    return dict(session.exec(rows).all())


def _rankings(session: Session) -> dict[int, int]:
    rows = (
        select(Ranking.competition_id, func.count())
        .where(col(Ranking.superseded_at).is_(None))
        .group_by(col(Ranking.competition_id))
    )
    return dict(session.exec(rows).all())
