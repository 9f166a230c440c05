"""The assignment board as its page shows it: applications by state, reviewers with load, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.findings import Finding
from grants.reviews.models import Assignment, Conflict, PanelMember, Reviewer
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.assigning import gaps
from grants.reviews.workflow import AssignmentStatus, MemberStatus


@dataclass(frozen=True)
class Chip:
    """One chosen reviewer on one application."""

    assignment: Assignment
    member: PanelMember

    @property
    def is_draft(self) -> bool:
        """Ask whether the reviewer was not told yet."""
        return self.assignment.status == AssignmentStatus.DRAFT


@dataclass(frozen=True)
class Option:
    """One reviewer for one application: permitted, or why not."""

    member: PanelMember
    load: int
    shares_panel: bool
    """Whether the reviewer has another application of the state."""
    hindrance: str | None = None

    @property
    def words(self) -> str:
        """Return what stands in the list: name, kind, load and what speaks for the choice."""
        panel = ", already on this state" if self.shares_panel else ""
        return f"{self.member.name} ({self.member.kind}), {self.load} of {self.member.cap}{panel}"


@dataclass(frozen=True)
class Line:
    """One application on the board."""

    candidate: Candidate
    chips: tuple[Chip, ...]
    options: tuple[Option, ...]
    refused: tuple[Option, ...]
    needed: int

    @property
    def missing(self) -> int:
        """Return how many reviewers are missing."""
        return max(0, self.needed - len(self.chips))


@dataclass(frozen=True)
class Seat:
    """One reviewer beside the board."""

    member: PanelMember
    load: int
    expertise: list[str]
    conflicts: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        """Ask whether the cap is reached."""
        return self.load >= self.member.cap


@dataclass(frozen=True)
class Board:
    """Everything on the assignment page."""

    lines: tuple[Line, ...]
    seats: tuple[Seat, ...]
    findings: list[Finding]
    drafts: int
    withdrawals: int
    needed: int

    @property
    def changes(self) -> int:
        """Return how many changes nobody was told of."""
        return self.drafts + self.withdrawals

    @property
    def short(self) -> int:
        """Return how many applications lack a reviewer."""
        return sum(1 for line in self.lines if line.missing)

    @property
    def by_state(self) -> dict[str, list[Line]]:
        """Return the applications by state."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.candidate.state, []).append(line)
        return found


def board_of(session: Session, competition: Competition, actor: Actor) -> Board:
    """Read the board in a fixed number of queries, without what is closed to the reader."""
    up_for_review = material.candidates(session, competition.id, without=actor.barred)
    members = {
        one.person_id: one
        for one in pool.members_of(session, competition.id)
        if one.person_id is not None and one.status == MemberStatus.ACCEPTED
    }
    active = assignments.active_assignments(session, competition.id, without=actor.barred)
    loads = pool.loads(session, competition.id, without=actor.barred)
    entries = pool.reviewers_by_person(session, set(members))
    barring = {
        pair: row
        for pair, row in conflicts.barring_pairs(session, competition.id).items()
        if row.application_id not in actor.barred
    }
    by_id = {one.id: one for one in up_for_review}
    needed = competition.reviewers_minimum or 1
    return Board(
        lines=tuple(_line(one, members, active, loads, barring, needed) for one in up_for_review),
        seats=tuple(_seat(one, loads, entries, barring, by_id) for one in members.values()),
        findings=gaps(session, competition, without=actor.barred),
        drafts=sum(1 for row in active if row.status == AssignmentStatus.DRAFT),
        withdrawals=len(
            [
                row
                for row in assignments.untold_withdrawals(session, competition.id)
                if row.application_id not in actor.barred
            ]
        ),
        needed=needed,
    )


def _seat(
    member: PanelMember,
    loads: Mapping[int, pool.Load],
    entries: Mapping[int, Reviewer],
    barring: Mapping[tuple[int, int], Conflict],
    by_id: Mapping[int, Candidate],
) -> Seat:
    person_id = member.person_id or 0
    closed = tuple(
        by_id[application_id].number
        for person, application_id in barring
        if person == person_id and application_id in by_id
    )
    skills = entries[person_id].expertise if person_id in entries else member.expertise
    return Seat(member, loads.get(person_id, pool.NO_LOAD).total, skills, closed)


def _line(
    candidate: Candidate,
    members: Mapping[int, PanelMember],
    active: list[Assignment],
    loads: Mapping[int, pool.Load],
    barring: Mapping[tuple[int, int], Conflict],
    needed: int,
) -> Line:
    chips = tuple(
        Chip(row, members[row.person_id])
        for row in active
        if row.application_id == candidate.id and row.person_id in members
    )
    chosen = {chip.assignment.person_id for chip in chips}
    same_state = {row.person_id for row in active if row.state == candidate.state}
    options = [
        _option(person_id, member, candidate, loads, barring, same_state)
        for person_id, member in members.items()
        if person_id not in chosen
    ]
    ordered = sorted(options, key=lambda one: (not one.shares_panel, one.load, one.member.name))
    return Line(
        candidate,
        chips,
        tuple(one for one in ordered if one.hindrance is None),
        tuple(one for one in ordered if one.hindrance is not None),
        needed,
    )


def _option(
    person_id: int,
    member: PanelMember,
    candidate: Candidate,
    loads: Mapping[int, pool.Load],
    barring: Mapping[tuple[int, int], Conflict],
    same_state: set[int],
) -> Option:
    load = loads.get(person_id, pool.NO_LOAD).total
    conflict = barring.get((person_id, candidate.id))
    hindrance = None
    if conflict is not None:
        hindrance = f"conflict: {conflict.kind}"
    elif load >= member.cap:
        hindrance = f"full, {load} of {member.cap}"
    return Option(member, load, person_id in same_state, hindrance)
