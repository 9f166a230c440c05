"""Reads of panels, of the chair's records and of frozen rankings."""

from sqlmodel import Session, col, select

from grants.reviews.models import LeftOut, Panel, PanelRecord, Ranking
from grants.reviews.workflow import PanelStatus


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
