"""Reviewers to applications by hand: add, remove, and tell everyone at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.errors import NotFound, Refused, refuse
from grants.findings import Finding, Level, stops
from grants.lifecycle.perform import perform, tell
from grants.lifecycle.record import record
from grants.reviews.models import Assignment, PanelMember, Phase, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool
from grants.reviews.queries import sheets as stored
from grants.reviews.services.conflicts import find_conflicts
from grants.reviews.workflow import AssignmentStatus


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
    """Add a reviewer to an application as a draft; refused with a conflict, over the cap, or twice."""
    require(actor, "assignment.manage", application)
    member = pool.membership_in(session, competition.id, person_id)
    if member is None or application.competition_id != competition.id:
        raise NotFound
    if application.status not in material.REVIEWED:
        raise refuse("not-eligible", f"{application.number} has not passed the administrative review.")
    _require_free(session, competition, application, member, now=now)
    row = Assignment(
        competition_id=competition.id,
        application_id=application.id,
        state=application.state,
        person_id=person_id,
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


def _require_free(
    session: Session,
    competition: Competition,
    application: Application,
    member: PanelMember,
    *,
    now: datetime,
) -> None:
    """Raise for a conflict, a second assignment of the pair, or a full reviewer."""
    person_id = member.person_id or 0
    find_conflicts(session, competition.id, now=now, people=[person_id], application_id=application.id)
    conflict = conflicts.barring_pairs(session, competition.id).get((person_id, application.id))
    if conflict is not None:
        raise refuse("conflict", f"{member.name} has a conflict with {application.number}: {conflict.kind}.")
    if assignments.active_pair(session, application.id, person_id) is not None:
        raise refuse("twice", f"{member.name} has {application.number} already.")
    load = pool.loads(session, competition.id).get(person_id, pool.NO_LOAD)
    if load.total >= member.cap:
        raise refuse(
            "full", f"{member.name} has {load.total} of {member.cap}. Raise the cap or choose another."
        )


def unassign(session: Session, row: Assignment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a reviewer off an application; the door closes at once, the mail goes with the next sending."""
    if row.status == AssignmentStatus.SENT and not reason.strip():
        raise refuse("reason", "The reviewer knows of this assignment. Write why it ends.", field="reason")
    why = reason.strip() or "Changed before it was sent."
    perform(session, row, "withdraw", actor=actor, now=now, reason=why)
    row.withdrawn_at, row.withdrawn_reason = now, why[:500]
    session.add(row)


def gaps(session: Session, competition: Competition, *, without: Iterable[int] = ()) -> list[Finding]:
    """Return what the published rules miss in the assignments as they stand, drafts included."""
    chosen: dict[int, set[int]] = {}
    for row in assignments.active_assignments(session, competition.id):
        chosen.setdefault(row.application_id, set()).add(row.person_id)
    needed = competition.reviewers_minimum or 1
    found: list[Finding] = []
    by_state: dict[str, set[frozenset[int]]] = {}
    for one in material.candidates(session, competition.id, without=without):
        have = len(chosen.get(one.id, ()))
        by_state.setdefault(one.state, set()).add(frozenset(chosen.get(one.id, ())))
        if have < needed:
            found.append(
                Finding(
                    "short",
                    f"{one.number} has {have} of {needed} reviewers.",
                    field=one.uid,
                    level=Level.WARN,
                )
            )
    found.extend(_panels_differ(competition, by_state))
    return found


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
    stopping = stops(gaps(session, competition))
    if stopping and not anyway.strip():
        raise Refused(
            [*stopping, Finding("anyway", "Mend this, or write why it is sent as it is.", field="anyway")]
        )
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
