"""The best assignment, proven, with its reasons; or the smallest way out where there is none."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications import queries as applications
from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.errors import MoveRefused, NotFound
from grants.findings import Finding
from grants.reviews.models import Assignment, PanelMember, Reviewer, ReviewerKind
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.fit import fit, words_of
from grants.reviews.services.assigning import assign, unassign
from grants.reviews.workflow import AssignmentStatus, MemberStatus
from scoring.assign.problem import Candidate as Person
from scoring.assign.problem import Limits, Pair, Problem, Proposal
from scoring.assign.propose import Impossible, propose
from scoring.assign.reasons import reasons


@dataclass(frozen=True)
class Change:
    """One pair of the proposal, or one that it takes away."""

    candidate: Candidate
    member: PanelMember
    kind: str
    """`kept`, `new` or `removed`."""
    reason: str


@dataclass(frozen=True)
class Proposed:
    """The outcome of one proposal, with what it would change."""

    changes: tuple[Change, ...]
    impossible: str | None
    fit: int
    floor: int
    fingerprint: str
    """Of everything it follows from: a proposal is accepted only as it was shown."""

    def of_kind(self, kind: str) -> list[Change]:
        """Return the pairs that are kept, new or removed."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def by_state(self) -> dict[str, list[Change]]:
        """Return the changes by state."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.candidate.state, []).append(change)
        return found


def proposal_of(
    session: Session, competition: Competition, *, mix: bool = False, without: Collection[int] = ()
) -> Proposed:
    """Compute the best assignment around everything that was sent or locked; nothing is stored.

    `mix` asks for a federal and an outside reviewer on each application.
    """
    up_for_review = material.candidates(session, competition.id, without=without)
    members = {
        one.person_id: one
        for one in pool.members_of(session, competition.id)
        if one.person_id is not None and one.status == MemberStatus.ACCEPTED
    }
    active = assignments.active_assignments(session, competition.id, without=without)
    names = _names(members)
    problem = _problem(session, competition, up_for_review, members, active, names, mix=mix)
    fingerprint = hashlib.sha256(repr(problem).encode()).hexdigest()
    found = propose(problem)
    if isinstance(found, Impossible):
        return Proposed((), found.message, 0, 0, fingerprint)
    why = {
        (reason.application, reason.reviewer): reason.message
        for one in up_for_review
        for reason in reasons(problem, found, one.number)
        if reason.assigned
    }
    changes = _changes(up_for_review, members, active, names, why)
    return Proposed(tuple(changes), None, found.fit, found.floor, fingerprint)


def _changes(
    up_for_review: list[Candidate],
    members: Mapping[int, PanelMember],
    active: list[Assignment],
    names: Mapping[int, str],
    why: Mapping[Pair, str],
) -> list[Change]:
    """Return the chosen pairs as kept or new, and the active ones that are not chosen as removed."""
    numbers = {one.id: one.number for one in up_for_review}
    by_number = {one.number: one for one in up_for_review}
    by_name = {name: members[person_id] for person_id, name in names.items()}
    now = {
        (numbers[row.application_id], names[row.person_id])
        for row in active
        if row.application_id in numbers and row.person_id in names
    }
    chosen = [
        Change(by_number[number], by_name[name], "kept" if (number, name) in now else "new", reason)
        for (number, name), reason in sorted(why.items())
    ]
    gone = [
        Change(by_number[number], by_name[name], "removed", "Not part of the best assignment.")
        for number, name in sorted(now - why.keys())
    ]
    return [*chosen, *gone]


def accept(
    session: Session,
    competition: Competition,
    *,
    fingerprint: str,
    state: str | None,
    mix: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Make a proposal's changes, whole or for one state, as drafts; return how many.

    Raises `MoveRefused` where anything changed since the proposal was shown.
    """
    require(actor, "assignment.manage", competition)
    found = proposal_of(session, competition, mix=mix, without=actor.barred)
    if found.fingerprint != fingerprint or found.impossible:
        message = "Assignments, conflicts or reviewers changed since this was proposed. Look at it again."
        raise MoveRefused([Finding("changed", message)])
    wanted = [one for one in found.changes if state is None or one.candidate.state == state]
    count = 0
    for change in (one for one in wanted if one.kind == "removed"):
        row = assignments.active_pair(session, change.candidate.id, change.member.person_id or 0)
        if row is not None and row.status == AssignmentStatus.DRAFT:
            unassign(session, row, reason=change.reason, actor=actor, now=now)
            count += 1
    for change in (one for one in wanted if one.kind == "new"):
        application = session.get(Application, change.candidate.id)
        if application is None:
            raise NotFound
        assign(
            session,
            competition,
            application,
            change.member.person_id or 0,
            reason=change.reason,
            actor=actor,
            now=now,
        )
        count += 1
    return count


def _problem(
    session: Session,
    competition: Competition,
    up_for_review: list[Candidate],
    members: Mapping[int, PanelMember],
    active: list[Assignment],
    names: Mapping[int, str],
    *,
    mix: bool,
) -> Problem:
    entries = pool.reviewers_by_person(session, set(members))
    numbers = {one.id: one.number for one in up_for_review}
    kept: set[Pair] = {
        (numbers[row.application_id], names[row.person_id])
        for row in active
        if (row.status == AssignmentStatus.SENT or row.locked)
        and row.application_id in numbers
        and row.person_id in names
    }
    barring = conflicts.barring_pairs(session, competition.id)
    closed: dict[Pair, str] = {
        (numbers[row.application_id], names[row.person_id]): row.kind
        for row in barring.values()
        if row.application_id in numbers and row.person_id in names
    }
    kept -= closed.keys()
    return Problem(
        applications=tuple(
            Proposal(one.number, one.state, _needed(competition, one.number, kept)) for one in up_for_review
        ),
        reviewers=_people(members, entries, names),
        fit=_fits(session, up_for_review, members, entries, names),
        conflicts=closed,
        kept=frozenset(kept),
        limits=_limits(competition, members.values(), mix=mix),
    )


def _people(
    members: Mapping[int, PanelMember], entries: Mapping[int, Reviewer], names: Mapping[int, str]
) -> tuple[Person, ...]:
    return tuple(
        Person(
            names[person_id],
            member.cap,
            federal=member.kind is ReviewerKind.FEDERAL,
            expertise=frozenset(_expertise(member, entries.get(person_id))),
        )
        for person_id, member in members.items()
    )


def _limits(competition: Competition, members: Iterable[PanelMember], *, mix: bool) -> Limits:
    has_federal = any(member.kind is ReviewerKind.FEDERAL for member in members)
    return Limits(
        same_panel=competition.ranking_method is RankingMethod.RANK_SUM,
        federal_least=1 if mix and has_federal else 0,
        outside_least=1 if mix else 0,
    )


def _fits(
    session: Session,
    up_for_review: list[Candidate],
    members: Mapping[int, PanelMember],
    entries: Mapping[int, Reviewer],
    names: Mapping[int, str],
) -> dict[Pair, int]:
    contents = applications.submitted_contents(session, [one.id for one in up_for_review])
    found: dict[Pair, int] = {}
    for one in up_for_review:
        content = contents.get(one.id)
        texts = [section.text for section in content.sections] if content else []
        plain = words_of(" ".join([one.title, *texts]))
        for person_id, member in members.items():
            found[one.number, names[person_id]] = fit(_expertise(member, entries.get(person_id)), plain)
    return found


def _needed(competition: Competition, number: str, kept: Collection[Pair]) -> int:
    return max(
        competition.reviewers_minimum or 1, sum(1 for application, _who in kept if application == number)
    )


def _expertise(member: PanelMember, entry: Reviewer | None) -> list[str]:
    return entry.expertise if entry is not None else member.expertise


def _names(members: Mapping[int, PanelMember]) -> dict[int, str]:
    """Return each person's name, with the address where two have the same."""
    twice = [member.name for member in members.values()]
    return {
        person_id: member.name if twice.count(member.name) == 1 else f"{member.name}, {member.email}"
        for person_id, member in members.items()
    }
