"""Reviewers to applications by hand: add, remove, and tell everyone at once."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.errors import MoveRefused, NotFound, Refused, refuse
from grants.findings import Finding, Level, stops
from grants.lifecycle.perform import perform, tell
from grants.lifecycle.record import record
from grants.reviews.models import Assignment, PanelMember, Phase, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments
from grants.reviews.queries import sheets as stored
from grants.reviews.services.conflicts import find_conflicts
from grants.reviews.services.posing import Posed, posed
from grants.reviews.workflow import AssignmentStatus

LOOK = "look"
"""The finding that names are alike; no reason sends such a pair, only a look."""


@dataclass(frozen=True)
class Sent:
    """What one sending did."""

    assigned: int = 0
    withdrawn: int = 0
    people: frozenset[int] = field(default_factory=frozenset)


def assign(
    session: Session,
    competition: Competition,
    application: Application,
    person_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """Add a reviewer to an application as a draft; refused with a conflict, over the cap, or twice.

    A rule of preference that it breaks needs a reason: one panel in a state, one reviewer of an
    organization, who is available, who has a declaration in force.
    """
    require(actor, "assignment.manage", application)
    if application.competition_id != competition.id:
        raise NotFound
    if application.status not in material.REVIEWED:
        raise refuse("not-eligible", f"{application.number} has not passed the administrative review.")
    find_conflicts(session, competition.id, now=now, people=[person_id], application_id=application.id)
    standing = posed(session, competition)
    member = standing.members.get(person_id)
    if member is None:
        raise NotFound
    _require_free(standing, application, member)
    if person_id in standing.running and person_id == actor.person_id:
        raise refuse("runs", f"You run this panel. Another person must add you to {application.number}.")
    candidate = next(one for one in standing.candidates if one.id == application.id)
    breaks = standing.broken_by(candidate, person_id, now)
    if breaks and not reason.strip():
        raise Refused(
            [
                *(replace(one, level=Level.STOP) for one in breaks),
                Finding("anyway", "Choose another, or write why this reviewer is added.", field="reason"),
            ]
        )
    return write(session, application, member, reason=reason, actor=actor, now=now)


def write(
    session: Session,
    application: Application,
    member: PanelMember,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """Write one draft that was found permitted, with its event."""
    row = Assignment(
        competition_id=application.competition_id,
        application_id=application.id,
        state=application.state,
        person_id=member.person_id or 0,
        reason=reason[:500],
        made_by_id=actor.person_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        "assignment.made",
        row,
        happened=f"chose {member.name} for {application.number}",
        actor=actor,
        now=now,
        reason=reason or None,
    )
    return row


def _require_free(standing: Posed, application: Application, member: PanelMember) -> None:
    """Raise for a conflict, a second assignment of the pair, or a full reviewer."""
    person_id = member.person_id or 0
    conflict = standing.barring.get((person_id, application.id))
    if conflict is not None:
        raise refuse("conflict", f"{member.name} has a conflict with {application.number}: {conflict.kind}.")
    if any(row.person_id == person_id for row in standing.by_application[application.id]):
        raise refuse("twice", f"{member.name} has {application.number} already.")
    load = standing.loads[person_id]
    if load >= member.cap:
        raise refuse("full", f"{member.name} has {load} of {member.cap}. Raise the cap or choose another.")


def lock(session: Session, row: Assignment, *, locked: bool, actor: Actor, now: datetime) -> bool:
    """Keep a pair through the next proposal, or no longer; return whether anything changed."""
    require(actor, "assignment.manage", row)
    session.flush()
    session.refresh(row, with_for_update=True)
    if row.status not in assignments.ACTIVE:
        raise MoveRefused([Finding("status", "This assignment has ended. Look at the board again.")])
    if row.locked is locked:
        return False
    row.locked = locked
    session.add(row)
    record(
        session,
        "assignment.locked" if locked else "assignment.unlocked",
        row,
        happened="locked the assignment" if locked else "unlocked the assignment",
        actor=actor,
        now=now,
    )
    return True


def unassign(session: Session, row: Assignment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a reviewer off an application; the door closes at once, the mail goes with the next sending."""
    if row.status == AssignmentStatus.SENT and not reason.strip():
        raise refuse("reason", "The reviewer knows of this assignment. Write why it ends.", field="reason")
    why = reason.strip() or "Changed before it was sent."
    perform(session, row, "withdraw", actor=actor, now=now, reason=why)
    row.withdrawn_at, row.withdrawn_reason, row.locked = now, why[:500], False
    session.add(row)


def gaps(session: Session, competition: Competition, *, without: Collection[int] = ()) -> list[Finding]:
    """Return what the published rules miss in the assignments as they stand, drafts included."""
    return gaps_of(posed(session, competition, without=without))


def gaps_of(standing: Posed) -> list[Finding]:
    """Return the applications that are short and the states whose panels differ; a conflict is nobody."""
    found: list[Finding] = []
    by_state: dict[str, set[frozenset[int]]] = {}
    for one in standing.candidates:
        chosen = frozenset(
            row.person_id
            for row in standing.by_application[one.id]
            if (row.person_id, one.id) not in standing.barring
        )
        by_state.setdefault(one.state, set()).add(chosen)
        if len(chosen) < standing.needed:
            message = f"{one.number} has {len(chosen)} of {standing.needed} reviewers."
            found.append(Finding("short", message, field=one.uid, level=Level.WARN))
    found.extend(_panels_differ(standing.competition, by_state))
    found.extend(_unlooked(standing))
    return found


def _unlooked(standing: Posed) -> Iterator[Finding]:
    """Yield the pairs not sent yet whose names are alike: a person must look before they are."""
    for one in standing.candidates:
        for row in standing.by_application[one.id]:
            likeness = standing.unlooked.get((row.person_id, one.id))
            if likeness is not None and row.status is AssignmentStatus.DRAFT:
                yield Finding(
                    LOOK,
                    f"{one.number} and {standing.names[row.person_id]}: a person must look. "
                    + " ".join(likeness.matched),
                    field=likeness.uid,
                )


def _panels_differ(competition: Competition, by_state: dict[str, set[frozenset[int]]]) -> list[Finding]:
    required = competition.ranking_method is RankingMethod.RANK_SUM
    return [
        Finding(
            "panels-differ",
            f"{state}: the applications do not have the same reviewers."
            + (" The published rank sum needs one panel for the state." if required else ""),
            field=state,
            authority="Published ranking method" if required else None,
            level=Level.STOP if required else Level.WARN,
        )
        for state, panels in sorted(by_state.items())
        if len(panels) > 1
    ]


def send(
    session: Session,
    competition: Competition,
    *,
    due_at: datetime,
    anyway: str = "",
    actor: Actor,
    now: datetime,
) -> Sent:
    """Tell reviewers of every change since the last sending; new assignments get their score sheets.

    Refused while a state's panels differ under a rank sum, unless `anyway` says why it is sent.
    """
    require(actor, "assignment.manage", competition)
    if due_at <= now:
        raise refuse("due", "Choose a due day that lies ahead.", field="due_on")
    drafts = assignments.drafts_of(session, competition.id)
    gone = assignments.untold_withdrawals(session, competition.id)
    if not drafts and not gone:
        raise refuse("nothing", "Nothing has changed since assignments were last sent.")
    _require_sendable(stops(gaps(session, competition)), anyway)
    _send_all(session, drafts, gone, due_at=due_at, actor=actor, now=now)
    sent = Sent(len(drafts), len(gone), frozenset(row.person_id for row in (*drafts, *gone)))
    event = record(
        session,
        "assignments.sent",
        competition,
        happened=f"sent {len(drafts)} assignments and {len(gone)} withdrawals",
        actor=actor,
        now=now,
        reason=anyway or None,
        facts={
            "assigned": _by_person(drafts),
            "withdrawn": _by_person(gone),
            "due": due_at.isoformat(),
        },
    )
    tell(session, event, "reviews.assignments_sent")
    return sent


def _require_sendable(stopping: list[Finding], anyway: str) -> None:
    """Raise for what a person must look at first, and, without a reason, for what the rules miss."""
    alike = [replace(one, field=None) for one in stopping if one.code == LOOK]
    if alike:
        raise Refused(alike)
    if stopping and not anyway.strip():
        raise Refused(
            [*stopping, Finding("anyway", "Mend this, or write why it is sent as it is.", field="anyway")]
        )


def _send_all(
    session: Session,
    drafts: list[Assignment],
    gone: list[Assignment],
    *,
    due_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    for row in drafts:
        perform(session, row, "send", actor=actor, now=now)
        row.sent_at, row.due_at = now, due_at
        session.add(row)
        _open_sheet(session, row, now)
    for row in gone:
        row.withdrawal_told_at = now
        session.add(row)


def _open_sheet(session: Session, row: Assignment, now: datetime) -> None:
    if stored.sheet_in_phase(session, row.application_id, row.person_id, Phase.INITIAL) is None:
        session.add(
            Sheet(
                competition_id=row.competition_id,
                application_id=row.application_id,
                state=row.state,
                person_id=row.person_id,
                phase=Phase.INITIAL,
                opened_at=now,
            )
        )


def _by_person(rows: list[Assignment]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row.person_id)] = counts.get(str(row.person_id), 0) + 1
    return counts
