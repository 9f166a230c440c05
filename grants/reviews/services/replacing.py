"""Another reviewer in place of one who may not, cannot or will not: on one application or a whole state."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.errors import MoveRefused, NotFound
from grants.findings import Finding
from grants.reviews.models import Assignment
from grants.reviews.queries import assignments, conflicts, pool
from grants.reviews.services import assigning, undoing


def replace_with(
    session: Session,
    competition: Competition,
    row: Assignment,
    person_id: int,
    *,
    whole_state: bool,
    reason: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Take one reviewer off and put another in, in one transaction; return what was done.

    With `whole_state` on every application of the state that the first one has, so that a published
    rank sum keeps one panel. Raises what adding a reviewer raises; then nothing changes.
    """
    require(actor, "assignment.manage", row)
    member = pool.membership_in(session, competition.id, person_id)
    if member is None:
        raise NotFound
    if row.status not in assignments.ACTIVE:
        raise MoveRefused([Finding("status", "This assignment has ended. Look at the board again.")])
    rows = _of_state(session, row, actor) if whole_state else [row]
    barring = conflicts.barring_pairs(session, competition.id)
    steps: list[undoing.Step] = []
    for one in rows:
        conflict = barring.get((one.person_id, one.application_id))
        why = f"Conflict: {conflict.kind}." if conflict else f"Replaced by {member.name}."
        assigning.unassign(session, one, reason=why, actor=actor, now=now)
        steps.append((undoing.REMOVED, one))
    session.flush()
    for one in rows:
        application = session.get_one(Application, one.application_id)
        new = assigning.assign(
            session, competition, application, person_id, reason=reason, actor=actor, now=now
        )
        steps.append((undoing.ADDED, new))
    numbers = len(rows)
    said = f"{member.name} takes the place on {numbers} application{'s' if numbers > 1 else ''}."
    undoing.note(session, competition, steps, said=said, actor=actor, now=now)
    return said


def _of_state(session: Session, row: Assignment, actor: Actor) -> list[Assignment]:
    """Return the assignments of the same reviewer in the same state."""
    rows = assignments.active_assignments(session, row.competition_id, state=row.state, without=actor.barred)
    return [one for one in rows if one.person_id == row.person_id]
