"""Reminding reviewers whose sheets are due or late; it says which are open and never what is in them."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.errors import refuse
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record
from grants.reviews.models import Phase
from grants.reviews.queries import assignments, conflicts, sheets
from grants.reviews.workflow import WRITABLE, AssignmentStatus


def remind(session: Session, competition: Competition, *, actor: Actor, now: datetime) -> int:
    """Remind everyone with an open first sheet; return how many people."""
    require(actor, "assignment.manage", competition)
    sent = {
        (row.application_id, row.person_id)
        for row in assignments.active_assignments(session, competition.id)
        if row.status == AssignmentStatus.SENT
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
        raise refuse("nobody", "Every score sheet is in. There is nobody to remind.")
    event = record(
        session,
        "reviewers.reminded",
        competition,
        happened=f"reminded {len(waiting)} reviewers of their score sheets",
        actor=actor,
        now=now,
        facts={"sheets": waiting},
    )
    tell(session, event, "reviews.reminded")
    return len(waiting)
