"""Reads of panels, of the chair's records and of frozen rankings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from grants.competitions.models import Competition
from grants.reviews.models import (
    LeftOut,
    Panel,
    PanelMember,
    PanelRecord,
    Phase,
    Ranking,
    Sheet,
    SheetVersion,
)
from grants.reviews.workflow import PanelStatus


@dataclass(frozen=True)
class EarlyDeed:
    """What was done with a panel before its call: by whom, when and why."""

    deed: str
    who: str
    at: datetime
    reason: str


def panel_of(session: Session, competition_id: int, state: str) -> Panel | None:
    """Return the panel of a state."""
    return session.exec(
        select(Panel).where(col(Panel.competition_id) == competition_id, col(Panel.state) == state)
    ).first()


def panels_of(session: Session, competition_id: int) -> dict[str, Panel]:
    """Return a competition's panels by state."""
    rows = select(Panel).where(col(Panel.competition_id) == competition_id).order_by(col(Panel.state))
    return {row.state: row for row in session.exec(rows).all()}


def statuses_of(session: Session, competition_id: int) -> dict[str, PanelStatus]:
    """Return where a competition's panels stand, by state."""
    rows = select(Panel.state, Panel.status).where(col(Panel.competition_id) == competition_id)
    return {state: PanelStatus(status) for state, status in session.exec(rows).all()}


def zone_of(session: Session, panel: Panel) -> str:
    """Return the zone of a panel's competition."""
    return session.exec(select(Competition.zone).where(col(Competition.id) == panel.competition_id)).one()


def early_deeds(session: Session, panel: Panel | None, *, without: Iterable[int]) -> list[EarlyDeed]:
    """Return what came before a panel's call, oldest first; revisions of closed applications left out."""
    if panel is None:
        return []
    kept = [
        EarlyDeed(row["deed"], row["who"], datetime.fromisoformat(row["at"]), row["reason"])
        for row in panel.early_deeds or []
    ]
    revised = _early_revisions(session, panel, without) if panel.call_at is not None else []
    return sorted([*kept, *revised], key=lambda one: one.at)


def _early_revisions(session: Session, panel: Panel, without: Iterable[int]) -> list[EarlyDeed]:
    rows = (
        select(PanelMember.name, SheetVersion.at, SheetVersion.reason)
        .select_from(SheetVersion)
        .join(Sheet, col(Sheet.id) == col(SheetVersion.sheet_id))
        .join(
            PanelMember,
            (col(PanelMember.person_id) == col(Sheet.person_id))
            & (col(PanelMember.competition_id) == col(Sheet.competition_id)),
        )
        .where(
            col(Sheet.competition_id) == panel.competition_id,
            col(Sheet.state) == panel.state,
            col(Sheet.application_id).not_in(list(without)),
            col(SheetVersion.phase) == Phase.FINAL,
            col(SheetVersion.at) < panel.call_at,
        )
        .order_by(col(SheetVersion.at), col(SheetVersion.id))
    )
    return [
        EarlyDeed("Revised", who, at, reason or "no reason given")
        for who, at, reason in session.exec(rows).all()
    ]


def records_of(session: Session, panel_id: int) -> dict[int, PanelRecord]:
    """Return the chair's records of a panel, by application."""
    rows = select(PanelRecord).where(col(PanelRecord.panel_id) == panel_id).order_by(col(PanelRecord.id))
    return {row.application_id: row for row in session.exec(rows).all()}


def record_of(session: Session, panel_id: int, application_id: int) -> PanelRecord | None:
    """Return the chair's record of one application."""
    return session.exec(
        select(PanelRecord).where(
            col(PanelRecord.panel_id) == panel_id, col(PanelRecord.application_id) == application_id
        )
    ).first()


def left_out_of(session: Session, competition_id: int) -> list[LeftOut]:
    """Return the decisions that hold to leave a reviewer out for all finalists of a state."""
    rows = (
        select(LeftOut)
        .where(col(LeftOut.competition_id) == competition_id, col(LeftOut.ended_at).is_(None))
        .order_by(col(LeftOut.state), col(LeftOut.id))
    )
    return list(session.exec(rows).all())


def rankings_of(session: Session, competition_id: int) -> dict[str, Ranking]:
    """Return the frozen rankings that stand, by state."""
    rows = (
        select(Ranking)
        .where(col(Ranking.competition_id) == competition_id, col(Ranking.superseded_at).is_(None))
        .order_by(col(Ranking.state))
    )
    return {row.state: row for row in session.exec(rows).all()}


def ranking_of(session: Session, competition_id: int, state: str) -> Ranking | None:
    """Return the frozen ranking of a state that stands."""
    return session.exec(
        select(Ranking).where(
            col(Ranking.competition_id) == competition_id,
            col(Ranking.state) == state,
            col(Ranking.superseded_at).is_(None),
        )
    ).first()


def ranking_by_uid(session: Session, uid: str) -> Ranking | None:
    """Return a frozen ranking, superseded or not, by its name in URLs."""
    return session.exec(select(Ranking).where(col(Ranking.uid) == uid)).first()


def frozen_history(session: Session, competition_id: int, state: str) -> list[Ranking]:
    """Return every ranking ever frozen for a state, oldest first."""
    rows = (
        select(Ranking)
        .where(col(Ranking.competition_id) == competition_id, col(Ranking.state) == state)
        .order_by(col(Ranking.id))
    )
    return list(session.exec(rows).all())
