"""The last change on the assignment board, taken back by the person who made it."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.errors import NotFound, refuse
from grants.lifecycle.perform import perform
from grants.lifecycle.record import record
from grants.reviews.models import Assignment, BoardChange
from grants.reviews.queries import assignments, board_changes, conflicts, pool
from grants.reviews.services import assigning
from grants.reviews.workflow import AssignmentStatus

ADDED, REMOVED, LOCKED, UNLOCKED = "added", "removed", "locked", "unlocked"
Step = tuple[str, Assignment]


def note(
    session: Session,
    competition: Competition,
    steps: Iterable[Step],
    *,
    said: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was done on the board, so that it can be taken back."""
    kept = [{"deed": deed, "assignment": row.uid} for deed, row in steps]
    if kept and actor.person_id is not None:
        session.add(
            BoardChange(
                competition_id=competition.id,
                person_id=actor.person_id,
                said=said[:300],
                steps=kept,
                at=now,
            )
        )


def undo(session: Session, competition: Competition, uid: str, *, actor: Actor, now: datetime) -> str:
    """Take back the actor's last change, whole; return what it was.

    Refused where it is not the last one any more, or where reviewers were told of it since.
    """
    require(actor, "assignment.manage", competition)
    change = board_changes.last_change(session, competition.id, actor.person_id or 0, locked=True)
    if change is None or change.uid != uid:
        raise refuse("last", "This is not your last change any more. Look at the board again.")
    for step in reversed(change.steps):
        row = assignments.assignment_by_uid(session, step["assignment"])
        if row is None:
            raise NotFound
        _back(session, row, step["deed"], actor=actor, now=now)
        session.flush()
    change.undone_at = now
    session.add(change)
    record(
        session,
        "assignments.undone",
        competition,
        happened=f"took back {len(change.steps)} changes of the assignments",
        actor=actor,
        now=now,
        facts={"change": change.uid},
    )
    return change.said


def _back(session: Session, row: Assignment, deed: str, *, actor: Actor, now: datetime) -> None:
    if deed == ADDED:
        if row.status == AssignmentStatus.SENT:
            raise refuse("sent", "The reviewer was told since. Remove the reviewer with a reason.")
        assigning.unassign(session, row, reason="Undone.", actor=actor, now=now)
    elif deed == REMOVED:
        _restore(session, row, actor=actor, now=now)
    else:
        assigning.lock(session, row, locked=deed == UNLOCKED, actor=actor, now=now)


def _restore(session: Session, row: Assignment, *, actor: Actor, now: datetime) -> None:
    """Give an assignment its place back, unless it may no longer be."""
    member = pool.membership_in(session, row.competition_id, row.person_id)
    if member is None:
        raise refuse("left", "The reviewer has left the panel since.")
    if (row.person_id, row.application_id) in conflicts.barring_pairs(session, row.competition_id):
        raise refuse("conflict", f"{member.name} has a conflict with this application now.")
    if assignments.active_pair(session, row.application_id, row.person_id) is not None:
        raise refuse("twice", f"{member.name} has this application already.")
    load = pool.loads(session, row.competition_id).get(row.person_id, pool.NO_LOAD)
    if load.total >= member.cap:
        raise refuse("full", f"{member.name} has {load.total} of {member.cap} now.")
    perform(session, row, "restore" if row.sent_at else "redraft", actor=actor, now=now)
    row.withdrawn_at = row.withdrawn_reason = None
    session.add(row)
