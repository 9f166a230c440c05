"""Reads of the live panel: the cheap mark of the newest change, and why a panel was opened again."""

from collections.abc import Hashable

from sqlalchemy import func
from sqlalchemy import select as select_values
from sqlmodel import Session, col, select

from grants.lifecycle.models import Event
from grants.reviews.models import Panel, PanelRecord


def mark_of(session: Session, competition_id: int, state: str) -> Hashable:
    """Return what differs after any change that a panel shows, with one query.

    Every deed writes an event, a submitted revision too; only the chair's record is saved without one.
    What a reviewer types before the revision is submitted moves nothing.
    """
    newest = (
        select_values(func.max(col(Event.id)))
        .where(col(Event.competition_id) == competition_id)
        .scalar_subquery()
    )
    rows = (
        select_values(
            newest,
            func.count(col(PanelRecord.id)),
            func.sum(col(PanelRecord.version)),
            func.count(col(PanelRecord.signed_at)),
            func.max(col(PanelRecord.updated_at)),
        )
        .join(Panel, col(Panel.id) == col(PanelRecord.panel_id))
        .where(col(Panel.competition_id) == competition_id, col(Panel.state) == state)
    )
    return tuple(session.execute(rows).one())


def last_deed(session: Session, panel: Panel, deed: str) -> Event | None:
    """Return when, by whom and why a panel was last closed or opened again."""
    rows = select(Event).where(
        col(Event.subject_type) == "panel",
        col(Event.subject_id) == panel.id,
        col(Event.kind) == f"panel.{deed}",
    )
    return session.exec(rows.order_by(col(Event.seq).desc()).limit(1)).first()
