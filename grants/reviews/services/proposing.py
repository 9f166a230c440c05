"""The best assignment, proven, with its reasons; or the smallest ways out where there is none."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.errors import MoveRefused, NotFound
from grants.findings import Finding
from grants.jobs.models import Job
from grants.jobs.queue import enqueue
from grants.lifecycle.record import record
from grants.reviews.models import PanelMember
from grants.reviews.queries import assignments
from grants.reviews.queries.applications import Candidate
from grants.reviews.services import undoing
from grants.reviews.services.assigning import unassign, write
from grants.reviews.services.conflicts import find_conflicts
from grants.reviews.services.posing import Posed, Wishes, posed
from grants.reviews.workflow import AssignmentStatus
from scoring.assign.obstacles import InTheWay, Kind
from scoring.assign.problem import Problem
from scoring.assign.propose import Assignment as Best
from scoring.assign.propose import Impossible, propose, way_out
from scoring.assign.reasons import reasons_of_assigned
from scoring.assign.shortage import shortage

JOB = "reviews.propose"
MOST_CAUSES = 10
SENT = "Was sent, and stays."
CHANGED = "Assignments, conflicts or reviewers changed since this was proposed. Look at it again."


@dataclass(frozen=True)
class Change:
    """One pair of the proposal, or one that it takes away."""

    candidate: Candidate
    member: PanelMember
    kind: str
    """`kept`, `new` or `removed`."""
    reason: str


@dataclass(frozen=True)
class Way:
    """One condition that would have to give: in words, and whom or what it is about."""

    words: str
    kind: Kind
    member_uid: str = ""
    application_uid: str = ""
    sent_uid: str = ""
    """The assignment that was sent and would have to go, where it is one."""


@dataclass(frozen=True)
class Outcome:
    """What a proposal found, by application and person ids: what a job keeps and a page shows."""

    fingerprint: str
    """Of everything it follows from: a proposal is accepted only as it was shown."""
    fit: int = 0
    floor: int = 0
    free: int | None = None
    """The greatest fit where states need not have one panel, if this proposal gave it up."""
    pairs: tuple[tuple[int, int, str], ...] = ()
    impossible: str | None = None
    ways: tuple[tuple[Way, ...], ...] = ()
    causes: tuple[str, ...] = ()
    """Where nothing fits: the applications that cannot have their reviewers even by themselves."""
    relaxed: str | None = None
    """Why the wish for one panel per state was left aside."""

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as a job keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Outcome":
        """Return the outcome that a job kept."""
        ways = tuple(tuple(Way(**{**one, "kind": Kind(one["kind"])}) for one in way) for way in kept["ways"])
        pairs = tuple((int(one[0]), int(one[1]), str(one[2])) for one in kept["pairs"])
        return cls(**{**kept, "ways": ways, "pairs": pairs, "causes": tuple(kept["causes"])})


@dataclass(frozen=True)
class Proposed:
    """The outcome of one proposal, with what it would change."""

    outcome: Outcome
    changes: tuple[Change, ...]
    reached: int

    def of_kind(self, kind: str) -> list[Change]:
        """Return the pairs that are kept, new or removed."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def by_state(self) -> dict[str, list[Change]]:
        """Return the changes by state, what changes before what stays."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.candidate.state, []).append(change)
        return found


def proposal_of(
    session: Session,
    competition: Competition,
    *,
    wishes: Wishes | None = None,
    without: Collection[int] = (),
) -> Proposed:
    """Compute the best assignment around everything that was sent or locked; nothing is stored."""
    standing = posed(session, competition, without=without)
    return shown(standing, outcome_of(standing, wishes or Wishes()))


def outcome_of(standing: Posed, wishes: Wishes) -> Outcome:
    """Solve a standing assignment under some wishes."""
    problem = standing.problem(wishes)
    fingerprint = fingerprint_of(standing, wishes)
    if missing := _missing(standing):
        return Outcome(fingerprint, impossible=" ".join(missing), causes=missing)
    found, relaxed, free = propose(problem), None, None
    if wishes.panel and not standing.panel_required:
        without_panel = replace(problem, limits=replace(problem.limits, same_panel=False))
        alone = propose(without_panel)
        if isinstance(found, Impossible) and not isinstance(alone, Impossible):
            relaxed, problem, found = found.message, without_panel, alone
        elif not isinstance(alone, Impossible):
            free = alone.fit
    if isinstance(found, Impossible):
        ways = (found.in_the_way, *found.others)
        return Outcome(
            fingerprint,
            impossible=found.message,
            ways=tuple(tuple(_way(standing, one) for one in way) for way in ways),
            causes=tuple(_causes(problem)),
        )
    return Outcome(
        fingerprint, found.fit, found.floor, free, _pairs(standing, problem, found), relaxed=relaxed
    )


def _missing(standing: Posed) -> tuple[str, ...]:
    """Return what must be there before anybody can be assigned, in words; there is no pair without it."""
    no_application = "No application has been found eligible yet, so there is nothing to assign."
    no_reviewer = "No reviewer of this competition has accepted yet, so there is nobody to assign."
    return (
        *(() if standing.candidates else (no_application,)),
        *(() if standing.members else (no_reviewer,)),
    )


def fingerprint_of(standing: Posed, wishes: Wishes) -> str:
    """Return the hash of everything a proposal follows from."""
    problem = standing.problem(wishes)
    taken = sorted((pair, row.uid, str(row.status)) for pair, row in standing.pairs.items())
    seen = (problem.applications, problem.reviewers, sorted(problem.fit.items()))
    rest = (sorted(problem.conflicts.items()), sorted(problem.kept), problem.limits, wishes, taken)
    return hashlib.sha256(repr((seen, rest)).encode()).hexdigest()


def shown(standing: Posed, outcome: Outcome) -> Proposed:
    """Return what an outcome would change in an assignment as it stands."""
    candidates = {one.id: one for one in standing.candidates}
    now = {
        (one.id, row.person_id): row for one in standing.candidates for row in standing.by_application[one.id]
    }
    chosen = {(application_id, person_id): reason for application_id, person_id, reason in outcome.pairs}
    kept = [
        Change(
            candidates[application_id],
            standing.members[person_id],
            "kept" if (application_id, person_id) in now else "new",
            reason,
        )
        for (application_id, person_id), reason in chosen.items()
        if application_id in candidates and person_id in standing.members
    ]
    gone = [
        Change(candidates[pair[0]], standing.members[pair[1]], "removed", _why_gone(standing, pair))
        for pair in now
        if pair not in chosen and outcome.impossible is None
    ]
    order = {"removed": 0, "new": 1, "kept": 2}
    changes = sorted(
        [*kept, *gone],
        key=lambda one: (one.candidate.state, one.candidate.number, order[one.kind], one.member.name),
    )
    return Proposed(outcome, tuple(changes), standing.reached)


def accept(
    session: Session,
    competition: Competition,
    *,
    fingerprint: str,
    state: str | None,
    wishes: Wishes | None = None,
    outcome: Outcome | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Make a proposal's changes, whole or for one state, as drafts; return how many.

    `outcome` is what a job found; without it the proposal is worked out again. Raises `MoveRefused`
    where anything changed since the proposal was shown.
    """
    require(actor, "assignment.manage", competition)
    wishes = wishes or Wishes()
    find_conflicts(session, competition.id, now=now)
    standing = posed(session, competition, without=actor.barred)
    if fingerprint != fingerprint_of(standing, wishes):
        raise MoveRefused([Finding("changed", CHANGED)])
    found = shown(standing, outcome or outcome_of(standing, wishes))
    if found.outcome.impossible or found.outcome.fingerprint != fingerprint:
        raise MoveRefused([Finding("changed", CHANGED)])
    wanted = [one for one in found.changes if state is None or one.candidate.state == state]
    steps = _carry_out(session, wanted, actor=actor, now=now)
    _note(session, competition, found.outcome, steps, state=state, wishes=wishes, actor=actor, now=now)
    return len(steps)


def _note(
    session: Session,
    competition: Competition,
    outcome: Outcome,
    steps: list[undoing.Step],
    *,
    state: str | None,
    wishes: Wishes,
    actor: Actor,
    now: datetime,
) -> None:
    """Record what was accepted with what it follows from, and keep it to be undone."""
    where = state or "all states"
    undoing.note(
        session,
        competition,
        steps,
        said=f"Accepted the proposal for {where}: {len(steps)} changes.",
        actor=actor,
        now=now,
    )
    record(
        session,
        "assignments.proposal_accepted",
        competition,
        happened=f"accepted the best assignment for {where}",
        actor=actor,
        now=now,
        facts={
            "changes": len(steps),
            "fit": outcome.fit,
            "inputs": outcome.fingerprint,
            "wishes": asdict(wishes),
        },
    )


def ask(session: Session, competition: Competition, wishes: Wishes, *, actor: Actor, now: datetime) -> Job:
    """Have the worker look for the best assignment of a large competition."""
    require(actor, "assignment.manage", competition)
    payload = {"competition": competition.id, "wishes": asdict(wishes), "without": sorted(actor.barred)}
    label = f"Best assignment, {competition.number}"
    return enqueue(session, JOB, payload, actor=actor, now=now, label=label)


def _carry_out(
    session: Session, wanted: Iterable[Change], *, actor: Actor, now: datetime
) -> list[undoing.Step]:
    """Remove first, so that loads are free, then add."""
    changes = list(wanted)
    steps: list[undoing.Step] = []
    for change in (one for one in changes if one.kind == "removed"):
        row = assignments.active_pair(session, change.candidate.id, change.member.person_id or 0)
        if row is not None:
            unassign(session, row, reason=change.reason, actor=actor, now=now)
            steps.append((undoing.REMOVED, row))
    for change in (one for one in changes if one.kind == "new"):
        application = session.get(Application, change.candidate.id)
        if application is None:
            raise NotFound
        row = write(session, application, change.member, reason=change.reason, actor=actor, now=now)
        steps.append((undoing.ADDED, row))
    return steps


def _pairs(standing: Posed, problem: Problem, found: Best) -> tuple[tuple[int, int, str], ...]:
    numbers = {one.number: one.id for one in standing.candidates}
    people = {name: person_id for person_id, name in standing.names.items()}
    why = reasons_of_assigned(problem, found)
    ids = [(numbers[number], people[name], why[number, name]) for number, name in found.pairs]
    sent = {
        (row.application_id, row.person_id)
        for row in standing.pairs.values()
        if row.status == AssignmentStatus.SENT and not row.locked
    }
    pairs: list[tuple[int, int, str]] = []
    for application_id, person_id, reason in ids:
        first = SENT if (application_id, person_id) in sent else reason
        words = _sentence(standing, application_id, person_id)
        pairs.append((application_id, person_id, f"{first} {words}"))
    return tuple(pairs)


def _sentence(standing: Posed, application_id: int, person_id: int) -> str:
    words = standing.fits[application_id, person_id].words
    return f"{words[0].upper()}{words[1:]}."


def _why_gone(standing: Posed, pair: tuple[int, int]) -> str:
    application_id, person_id = pair
    conflict = standing.barring.get((person_id, application_id))
    if conflict is not None:
        return f"Conflict: {conflict.kind}."
    fit = standing.fits[application_id, person_id]
    return f"The whole is better served by others; fit {fit.figure / 1000:.2f}, {fit.words}."


def _causes(problem: Problem) -> Iterator[str]:
    """Yield which applications cannot have their reviewers even alone, the first few."""
    found = (shortage(problem, one.key) for one in problem.applications)
    yield from islice((sentence for sentence in found if sentence), MOST_CAUSES)


def _way(standing: Posed, one: InTheWay) -> Way:
    people = {name: standing.members[person_id].uid for person_id, name in standing.names.items()}
    places = {candidate.number: candidate.uid for candidate in standing.candidates}
    row = standing.pairs.get((one.subject, one.detail)) if one.kind is Kind.KEPT else None
    is_sent = row is not None and row.status == AssignmentStatus.SENT and not row.locked
    return Way(
        f"replace {one.detail} on {one.subject}, who was told already" if is_sent else way_out(one),
        one.kind,
        people.get(one.subject, people.get(one.detail, "")),
        places.get(one.subject, ""),
        row.uid if row is not None and is_sent else "",
    )
