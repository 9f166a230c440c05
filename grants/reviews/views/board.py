"""The assignment board as its page shows it: applications by state, reviewers with load, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.findings import Finding
from grants.reviews.models import Assignment, BoardChange, PanelMember
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, board_changes, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.assigning import gaps_of
from grants.reviews.services.posing import Posed, Wishes, posed
from grants.reviews.workflow import AssignmentStatus
from scoring.assign.expertise import Fit
from scoring.assign.propose import Assignment as Best
from scoring.assign.propose import propose

PAGE = 40
MOST_OPTIONS = 60


@dataclass(frozen=True)
class Chip:
    """One chosen reviewer on one application."""

    assignment: Assignment
    member: PanelMember
    fit: Fit
    conflict: str | None = None

    @property
    def is_draft(self) -> bool:
        """Ask whether the reviewer was not told yet."""
        return self.assignment.status == AssignmentStatus.DRAFT


@dataclass(frozen=True)
class Option:
    """One reviewer for one application: permitted, or why not, and what the choice would break."""

    person_id: int
    member: PanelMember
    load: int
    fit: Fit
    hindrance: str | None = None
    breaks: tuple[Finding, ...] = ()

    @property
    def words(self) -> str:
        """Return what stands in the list: name, kind, fit with its reason, load, and what it breaks."""
        rule = ", breaks a rule" if self.breaks else ""
        return (
            f"{self.member.name} ({self.member.kind}), fit {self.fit.figure / 1000:.2f}, "
            f"{self.fit.words}, {self.load} of {self.member.cap}{rule}"
        )


@dataclass(frozen=True)
class Line:
    """One application on the board."""

    candidate: Candidate
    chips: tuple[Chip, ...]
    options: tuple[Option, ...]
    refused: tuple[Option, ...]
    left_out: int
    needed: int
    reached: int
    possible: int | None

    @property
    def standing(self) -> list[Chip]:
        """Return the reviewers who have no conflict."""
        return [chip for chip in self.chips if chip.conflict is None]

    @property
    def missing(self) -> int:
        """Return how many reviewers are missing."""
        return max(0, self.needed - len(self.standing))


@dataclass(frozen=True)
class Seat:
    """One reviewer beside the board."""

    member: PanelMember
    load: int
    expertise: list[str]
    conflicts: tuple[str, ...]
    available: bool

    @property
    def is_full(self) -> bool:
        """Ask whether the cap is reached."""
        return self.load >= self.member.cap


@dataclass(frozen=True)
class Summary:
    """The board in one sentence's figures."""

    applications: int
    reviewers: int
    needed: int
    reached: int
    possible: int | None
    """The greatest fit there is, None where there is no whole assignment or it takes too long to find."""
    short: int
    least: int
    most: int
    conflicts: int
    drafts: int
    withdrawals: int

    @property
    def changes(self) -> int:
        """Return how many changes nobody was told of."""
        return self.drafts + self.withdrawals


@dataclass(frozen=True)
class Board:
    """Everything on the assignment page."""

    summary: Summary
    lines: tuple[Line, ...]
    states: tuple[tuple[str, str], ...]
    shown: int
    page: int
    last: int
    seats: tuple[Seat, ...]
    findings: list[Finding]
    replace: tuple[tuple[Candidate, Chip], ...]
    drafts_by_name: dict[str, list[str]]
    withdrawn_by_name: dict[str, list[str]]
    """What was taken off lists and not told yet: the numbers by the name of who had them."""
    last_change: BoardChange | None

    @property
    def changes(self) -> int:
        """Return how many changes nobody was told of."""
        return self.summary.changes

    @property
    def by_state(self) -> dict[str, list[Line]]:
        """Return the shown applications by state."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.candidate.state, []).append(line)
        return found


@dataclass(frozen=True)
class Shown:
    """Which applications of the board are asked for."""

    state: str = ""
    only: str = ""
    page: int = 1


def board_of(
    session: Session, competition: Competition, actor: Actor, now: datetime, asked: Shown | None = None
) -> Board:
    """Read the board in a fixed number of queries, without what is closed to the reader."""
    asked = asked or Shown()
    standing = posed(session, competition, without=actor.barred)
    best = best_of(standing)
    rows = [one for one in standing.candidates if _is_shown(standing, one, asked)]
    last = max(1, -(-len(rows) // PAGE))
    page = min(max(asked.page, 1), last)
    untold = [
        row
        for row in assignments.untold_withdrawals(session, competition.id)
        if row.application_id not in actor.barred
    ]
    return Board(
        summary=_summary(standing, best, len(untold)),
        lines=tuple(_line(standing, one, best, now) for one in rows[(page - 1) * PAGE : page * PAGE]),
        states=tuple((code, code) for code in dict.fromkeys(one.state for one in standing.candidates)),
        shown=len(rows),
        page=page,
        last=last,
        seats=tuple(_seat(standing, person_id) for person_id in standing.members),
        findings=gaps_of(standing),
        replace=tuple(_to_replace(standing)),
        drafts_by_name=_drafts(standing),
        withdrawn_by_name=_withdrawn(session, untold),
        last_change=board_changes.last_open_change(
            session, competition.id, actor.person_id or 0, without=actor.barred
        ),
    )


def best_of(standing: Posed) -> Best | None:
    """Return the best assignment there is, as if nothing stood; None where none is, or it takes too long."""
    if standing.is_large or not standing.candidates or not standing.members:
        return None
    problem = standing.problem(Wishes(), keep=())
    found = propose(problem)
    return found if isinstance(found, Best) else None


def options_for(
    standing: Posed, candidate: Candidate, now: datetime, *, instead_of: int | None = None
) -> list[Option]:
    """Return everyone who is not on an application: the permitted by fit, those who cannot last."""
    chosen = {row.person_id for row in standing.by_application[candidate.id]}
    options = [
        _option(standing, person_id, candidate, now, instead_of)
        for person_id in standing.members
        if person_id not in chosen
    ]
    return sorted(
        options,
        key=lambda one: (
            one.hindrance is not None,
            len(one.breaks) > 0,
            -one.fit.figure,
            one.load,
            one.member.name,
        ),
    )


def _is_shown(standing: Posed, one: Candidate, asked: Shown) -> bool:
    if asked.state and one.state != asked.state:
        return False
    rows = standing.by_application[one.id]
    if asked.only == "short":
        return sum((row.person_id, one.id) not in standing.barring for row in rows) < standing.needed
    if asked.only == "changed":
        return any(row.status == AssignmentStatus.DRAFT for row in rows)
    return True


def _summary(standing: Posed, best: Best | None, withdrawals: int) -> Summary:
    loads = list(standing.loads.values())
    counts = [
        sum((row.person_id, one.id) not in standing.barring for row in standing.by_application[one.id])
        for one in standing.candidates
    ]
    return Summary(
        applications=len(standing.candidates),
        reviewers=len(standing.members),
        needed=standing.needed,
        reached=standing.reached,
        possible=best.fit if best else None,
        short=sum(count < standing.needed for count in counts),
        least=min(loads, default=0),
        most=max(loads, default=0),
        conflicts=len(list(_to_replace(standing))),
        drafts=sum(row.status == AssignmentStatus.DRAFT for row in standing.active),
        withdrawals=withdrawals,
    )


def _line(standing: Posed, candidate: Candidate, best: Best | None, now: datetime) -> Line:
    options = options_for(standing, candidate, now)
    permitted = [one for one in options if one.hindrance is None]
    refused = [one for one in options if one.hindrance is not None]
    in_best = frozenset(best.of(candidate.number)) if best else frozenset()
    possible = sum(
        standing.fits[candidate.id, person_id].figure
        for person_id, name in standing.names.items()
        if name in in_best
    )
    return Line(
        candidate,
        tuple(_chips(standing, candidate)),
        tuple(permitted[:MOST_OPTIONS]),
        tuple(refused[:MOST_OPTIONS]),
        max(0, len(permitted) - MOST_OPTIONS) + max(0, len(refused) - MOST_OPTIONS),
        standing.needed,
        standing.reached_by(candidate.id),
        possible if best else None,
    )


def _chips(standing: Posed, candidate: Candidate) -> list[Chip]:
    return [
        Chip(
            row,
            standing.members[row.person_id],
            standing.fits[candidate.id, row.person_id],
            conflict.kind if (conflict := standing.barring.get((row.person_id, candidate.id))) else None,
        )
        for row in standing.by_application[candidate.id]
    ]


def _to_replace(standing: Posed) -> list[tuple[Candidate, Chip]]:
    return [
        (one, chip)
        for one in standing.candidates
        for chip in _chips(standing, one)
        if chip.conflict is not None
    ]


def _drafts(standing: Posed) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in standing.candidates:
        for row in standing.by_application[one.id]:
            if row.status == AssignmentStatus.DRAFT:
                found.setdefault(standing.names[row.person_id], []).append(one.number)
    return dict(sorted(found.items()))


def _withdrawn(session: Session, untold: Sequence[Assignment]) -> dict[str, list[str]]:
    people = pool.people_by_id(session, {row.person_id for row in untold})
    names = material.candidates_by_id(session, {row.application_id for row in untold})
    found: dict[str, list[str]] = {}
    for row in untold:
        found.setdefault(people[row.person_id].name, []).append(names[row.application_id].number)
    return {name: sorted(numbers) for name, numbers in sorted(found.items())}


def _seat(standing: Posed, person_id: int) -> Seat:
    closed: Sequence[str] = [
        one.number for one in standing.candidates if (person_id, one.id) in standing.barring
    ]
    entry = standing.entries.get(person_id)
    return Seat(
        standing.members[person_id],
        standing.loads[person_id],
        standing.topics(person_id),
        tuple(closed),
        entry.available if entry is not None else True,
    )


def _option(
    standing: Posed, person_id: int, candidate: Candidate, now: datetime, instead_of: int | None
) -> Option:
    member, load = standing.members[person_id], standing.loads[person_id]
    conflict = standing.barring.get((person_id, candidate.id))
    hindrance = None
    if conflict is not None:
        hindrance = f"conflict: {conflict.kind}"
    elif load >= member.cap:
        hindrance = f"full, {load} of {member.cap}"
    breaks = () if hindrance else standing.broken_by(candidate, person_id, now, instead_of=instead_of)
    return Option(person_id, member, load, standing.fits[candidate.id, person_id], hindrance, tuple(breaks))
