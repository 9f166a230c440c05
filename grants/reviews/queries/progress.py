"""One page of a competition's score sheets: how far they are and who is late, never how many points."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, and_, col, func, select

from grants.reviews.models import Assignment, Phase, Sheet
from grants.reviews.workflow import IN, AssignmentStatus

PAGE = 50


@dataclass(frozen=True)
class SheetPage:
    """The sheets of one page with their due instants, and how many there are, are in and are late."""

    rows: list[tuple[Sheet, datetime | None]]
    total: int
    in_: int
    late: int
    page: int
    last: int


def sheet_page(
    session: Session, competition_id: int, *, without: Iterable[int], now: datetime, page: int
) -> SheetPage:
    """Return the sheets of assignments that stand: late ones first, those that are in last."""
    is_in = col(Sheet.status).in_(list(IN))
    late_now = and_(~is_in, col(Sheet.phase) == Phase.INITIAL, col(Assignment.due_at) < now)
    given = (_standing(), col(Sheet.competition_id) == competition_id, _open(without))
    counted = select(func.count(), _number_of(is_in), _number_of(late_now)).select_from(Sheet)
    total, in_, late = session.exec(counted.join(Assignment, given[0]).where(*given[1:])).one()
    last = max(1, -(-total // PAGE))
    page = min(max(page, 1), last)
    order = (case((is_in, 2), (late_now, 0), else_=1), col(Sheet.application_id), col(Sheet.id))
    ids = (
        select(Sheet.id, Assignment.due_at)
        .join(Assignment, given[0])
        .where(*given[1:])
        .order_by(*order)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    due = dict(session.exec(ids).all())
    sheets = {
        sheet.id: sheet for sheet in session.exec(select(Sheet).where(col(Sheet.id).in_(list(due)))).all()
    }
    return SheetPage([(sheets[number], at) for number, at in due.items()], total, in_, late, page, last)


def is_late(sheet: Sheet, due_at: datetime | None, now: datetime) -> bool:
    """Ask whether a first score is not in although it is due."""
    return sheet.status not in IN and sheet.phase is Phase.INITIAL and due_at is not None and due_at < now


def _standing() -> ColumnElement[bool]:
    return and_(
        col(Assignment.application_id) == col(Sheet.application_id),
        col(Assignment.person_id) == col(Sheet.person_id),
        col(Assignment.status) == AssignmentStatus.SENT,
    )


def _open(without: Iterable[int]) -> ColumnElement[bool]:
    return col(Sheet.application_id).not_in(list(without))


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
