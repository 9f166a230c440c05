"""Reminding reviewers of their sheets, and more time for one; nothing here knows what is in a sheet."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.errors import NotFound, refuse
from grants.lifecycle.perform import tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record
from grants.reviews.models import Assignment, Phase, Sheet
from grants.reviews.queries import assignments, conflicts, sheets
from grants.reviews.workflow import WRITABLE, AssignmentStatus


def remind(
    session: Session, competition: Competition, *, late_only: bool = False, actor: Actor, now: datetime
) -> int:
    """Remind everyone with an open first sheet, or only who is late; return how many people."""
    require(actor, "assignment.manage", competition)
    sent = {
        (row.application_id, row.person_id)
        for row in assignments.active_assignments(session, competition.id)
        if row.status == AssignmentStatus.SENT
        and (not late_only or (row.due_at is not None and row.due_at < now))
    } - {
        (row.application_id, row.person_id)
        for row in conflicts.barring_pairs(session, competition.id).values()
    }
    waiting: dict[str, int] = {}
    for row in sheets.sheets_of(session, competition.id):
        if (
            row.phase is Phase.INITIAL
            and row.status in WRITABLE
            and (row.application_id, row.person_id) in sent
        ):
            waiting[str(row.person_id)] = waiting.get(str(row.person_id), 0) + 1
    if not waiting:
        what = "No score sheet is late." if late_only else "Every score sheet is in."
        raise refuse("nobody", f"{what} There is nobody to remind.")
    event = record(
        session,
        "reviewers.reminded",
        competition,
        happened=f"reminded {len(waiting)} reviewers of their {'late ' if late_only else ''}score sheets",
        actor=actor,
        now=now,
        facts={"sheets": waiting},
    )
    tell(session, event, "reviews.reminded")
    return len(waiting)


def due_of(sheet: Sheet, assignment: Assignment | None) -> datetime | None:
    """Return when a sheet is due: a first one with its assignment, a revision by an instant of its own."""
    if sheet.phase is Phase.FINAL:
        return sheet.due_at
    return assignment.due_at if assignment is not None else None


def extend(
    session: Session, sheet: Sheet, *, due_at: datetime, reason: str, actor: Actor, now: datetime
) -> None:
    """Give one open sheet more time; the reviewer is told, and lateness follows the new instant."""
    require(actor, "assignment.manage", sheet)
    row = assignments.active_pair(session, sheet.application_id, sheet.person_id)
    if row is None or row.status != AssignmentStatus.SENT:
        raise NotFound
    session.flush()
    session.refresh(row, with_for_update=True)
    lock(session, sheet)
    before = due_of(sheet, row)
    if before is None:
        raise NotFound
    if sheet.status not in WRITABLE:
        raise refuse("in", "This score sheet is in. Return it, if it should be changed.")
    if due_at <= max(now, before):
        raise refuse(
            "due", "Choose an instant after the one that stands, and one that lies ahead.", field="due_on"
        )
    if sheet.phase is Phase.FINAL:
        sheet.due_at = due_at
        session.add(sheet)
    else:
        row.due_at, row.extended_from = due_at, row.extended_from or before
        session.add(row)
    event = record(
        session,
        "sheet.extended",
        sheet,
        happened="gave the score sheet more time",
        actor=actor,
        now=now,
        reason=reason,
        before=before.isoformat(),
        after=due_at.isoformat(),
    )
    tell(session, event, "reviews.extended")
