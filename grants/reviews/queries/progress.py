"""One page of a competition's score sheets: how far they are and who is late, never how many points."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case
from sqlalchemy import select as choose
from sqlmodel import Session, and_, col, func, select

from grants.reviews.models import Assignment, Phase, Sheet
from grants.reviews.workflow import IN, AssignmentStatus

PAGE = 50


@dataclass(frozen=True)
class SheetPage:
    """The sheets of one page with their due instants, and how many there are, are in and are late."""

    rows: list[tuple[Sheet, datetime | None, datetime | None]]
    """Each with when it is due, and when it was due before it got more time."""
    total: int
    is_all_in: bool
    late: int
    page: int
    last: int


def sheet_page(
    session: Session, competition_id: int, *, without: Iterable[int], now: datetime, page: int
) -> SheetPage:
    """Return the sheets of assignments that stand: late ones first, those that are in last."""
    page = max(page, 1)
    numbered = _numbered(competition_id, without, now).limit(PAGE).offset((page - 1) * PAGE)
    rows = session.connection().execute(numbered).all()
    if not rows and page > 1:
        return sheet_page(session, competition_id, without=without, now=now, page=1)
    due = {number: (due_at, before) for number, due_at, before, *_counts in rows}
    sheets = {
        sheet.id: sheet for sheet in session.exec(select(Sheet).where(col(Sheet.id).in_(list(due)))).all()
    }
    total, in_, late = rows[0][3:] if rows else (0, 0, 0)
    rest = in_ >= total, late, page, max(1, -(-total // PAGE))
    return SheetPage([(sheets[number], *at) for number, at in due.items()], total, *rest)


def _numbered(competition_id: int, without: Iterable[int], now: datetime) -> Select[*tuple[Any, ...]]:
    """Give ids and due instants in order, each with how many there are, are in and are late in all."""
    is_in = col(Sheet.status).in_(list(IN))
    is_first = col(Sheet.phase) == Phase.INITIAL
    due_at = case((is_first, col(Assignment.due_at)), else_=col(Sheet.due_at))
    late_now = and_(~is_in, due_at < now)
    columns: list[Any] = [
        Sheet.id,
        due_at,
        case((is_first, col(Assignment.extended_from)), else_=None),
        func.count().over(),
        *map(_number_of, (is_in, late_now)),
    ]
    standing = and_(
        col(Assignment.application_id) == col(Sheet.application_id),
        col(Assignment.person_id) == col(Sheet.person_id),
        col(Assignment.status) == AssignmentStatus.SENT,
    )
    rows = choose(*columns).select_from(Sheet).join(Assignment, standing)
    open_ = col(Sheet.application_id).not_in(list(without))
    order = (case((is_in, 2), (late_now, 0), else_=1), col(Sheet.application_id), col(Sheet.id))
    return rows.where(col(Sheet.competition_id) == competition_id, open_).order_by(*order)


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)).over(), 0)


def is_late(sheet: Sheet, due_at: datetime | None, now: datetime) -> bool:
    """Ask whether a sheet is not in although it is due; a revision has a due instant of its own."""
    return sheet.status not in IN and due_at is not None and due_at < now
