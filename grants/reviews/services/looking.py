"""A person looks at names alike, and finds nothing or makes a conflict of it."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.errors import MoveRefused, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform
from grants.lifecycle.record import record
from grants.reviews.models import Conflict, Likeness
from grants.reviews.queries import applications as material
from grants.reviews.queries import conflicts, pool
from grants.reviews.rules.conflicts import Match, ReviewerFacts
from grants.reviews.services.conflicts import LONGEST, confirm, keep_found
from grants.reviews.workflow import ConflictStatus


def look(session: Session, row: Likeness, *, finding: str, actor: Actor, now: datetime) -> None:
    """Find that names alike mean somebody else."""
    _looked(session, row, finding=finding, actor=actor, now=now, words="found names alike to be no conflict")


def look_and_close(session: Session, row: Likeness, *, finding: str, actor: Actor, now: datetime) -> None:
    """Find that names alike mean the same: the pair gets a conflict that is confirmed at once."""
    _looked(session, row, finding=finding, actor=actor, now=now, words="made a conflict of names alike")
    confirm(session, _open(session, row, now=now), reason=finding, actor=actor, now=now)


def _open(session: Session, row: Likeness, *, now: datetime) -> Conflict:
    """Return the pair's conflict as found: a new one, or the one that was dismissed before."""
    matches = [Match("alike", sentence) for sentence in row.matched]
    standing = conflicts.conflict_between(session, row.person_id, row.application_id)
    if standing is None:
        (person,) = pool.people_by_id(session, {row.person_id}).values()
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        facts = ReviewerFacts(person.name, person.email, person_id=person.id)
        return keep_found(session, facts, candidate, matches, now=now)
    if standing.status is ConflictStatus.DISMISSED:
        standing.reason = " ".join([*row.matched, standing.reason])[:LONGEST]
        perform(session, standing, "find_again", actor=SYSTEM, now=now, reason=standing.reason)
    return standing


def _looked(
    session: Session, row: Likeness, *, finding: str, actor: Actor, now: datetime, words: str
) -> None:
    require(actor, "likeness.look", row)
    if not finding.strip():
        raise refuse("reason", "Write what you found.", field="reason")
    session.flush()
    session.refresh(row, with_for_update=True)
    if row.looked_at is not None:
        raise MoveRefused([Finding("looked", "Somebody has looked at this meanwhile. Open it again.")])
    row.looked_by_id, row.looked_at, row.finding = actor.person_id, now, finding.strip()[:LONGEST]
    session.add(row)
    record(session, "likeness.looked", row, happened=words, actor=actor, now=now, reason=row.finding)
