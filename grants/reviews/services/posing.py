"""An assignment as it stands and as a problem: who is up, who may, how well each fits, what is taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from grants.applications.queries import submissions
from grants.competitions import queries as competitions
from grants.competitions.models import Competition
from grants.competitions.rules.choices import RankingMethod
from grants.findings import Finding
from grants.reviews.models import Assignment, Conflict, Likeness, PanelMember, Reviewer
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, involvement, likenesses, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.rules.fit import Readings, criteria_text
from grants.reviews.rules.preferences import Colleague, broken
from grants.reviews.workflow import AssignmentStatus, MemberStatus
from scoring.assign.expertise import Fit, fit
from scoring.assign.problem import Candidate as Person
from scoring.assign.problem import Limits, Pair, Problem, Proposal

READINGS = Readings()
"""Of this process; what was submitted never changes under its hash."""

LARGE = 20_000
"""Pairs of applications and reviewers from which a proposal is worked out by a job."""


@dataclass(frozen=True)
class Wishes:
    """What a proposal is asked to respect beside needs, conflicts and caps."""

    mix: bool = False
    """A federal and an outside reviewer on each application."""
    one_each: bool = True
    """At most one outside reviewer of an organization on each application."""
    panel: bool = False
    """The same reviewers for all applications of a state, also where the notice does not need it."""
    seed: int | None = None


@dataclass(frozen=True)
class Posed:
    """Everything an assignment depends on, read once; closed applications are only a smaller cap."""

    competition: Competition
    candidates: tuple[Candidate, ...]
    members: Mapping[int, PanelMember]
    entries: Mapping[int, Reviewer]
    active: tuple[Assignment, ...]
    hidden: Mapping[int, int]
    barring: Mapping[tuple[int, int], Conflict]
    unlooked: Mapping[tuple[int, int], Likeness]
    """Names alike at which nobody has looked, by person and application."""
    running: Collection[int]
    """Who runs this panel: they review in it only with another person's reason, and no proposal says so."""
    fits: Mapping[tuple[int, int], Fit]
    """By application and person."""

    @property
    def needed(self) -> int:
        """Return how many reviewers the notice promises each application."""
        return self.competition.reviewers_minimum or 1

    @property
    def is_large(self) -> bool:
        """Ask whether the best takes too long for a page."""
        return len(self.candidates) * len(self.members) > LARGE

    @property
    def panel_required(self) -> bool:
        """Ask whether the published ranking needs one panel for a state."""
        return self.competition.ranking_method is RankingMethod.RANK_SUM

    @cached_property
    def by_application(self) -> dict[int, list[Assignment]]:
        """Return the assignments that stand, by application."""
        found: dict[int, list[Assignment]] = {one.id: [] for one in self.candidates}
        for row in self.active:
            if row.application_id in found and row.person_id in self.members:
                found[row.application_id].append(row)
        return found

    @cached_property
    def loads(self) -> dict[int, int]:
        """Return how many applications each reviewer has, closed ones left out."""
        found = dict.fromkeys(self.members, 0)
        for rows in self.by_application.values():
            for row in rows:
                found[row.person_id] += 1
        return found

    @cached_property
    def names(self) -> dict[int, str]:
        """Return each person's name, with the address where two have the same."""
        twice = [member.name for member in self.members.values()]
        return {
            person_id: member.name if twice.count(member.name) == 1 else f"{member.name}, {member.email}"
            for person_id, member in self.members.items()
        }

    @cached_property
    def pairs(self) -> dict[Pair, Assignment]:
        """Return the assignments that stand by number and name, those in conflict left out."""
        return {
            (one.number, self.names[row.person_id]): row
            for one in self.candidates
            for row in self.by_application[one.id]
            if (row.person_id, one.id) not in self.barring
        }

    @property
    def reached(self) -> int:
        """Return the fit of the assignment as it stands, in thousandths."""
        return sum(self.fits[row.application_id, row.person_id].figure for row in self.pairs.values())

    def reached_by(self, application_id: int) -> int:
        """Return the fit of one application's reviewers."""
        return sum(
            self.fits[application_id, row.person_id].figure
            for row in self.by_application[application_id]
            if (row.person_id, application_id) not in self.barring
        )

    def topics(self, person_id: int) -> list[str]:
        """Return what a reviewer declared, or was invited for."""
        entry = self.entries.get(person_id)
        return entry.expertise if entry is not None else self.members[person_id].expertise

    def colleague(self, person_id: int) -> Colleague:
        """Return a reviewer as the rules of preference see one.

        Federal reviewers act for the government, so that one office may send several.
        """
        entry, member = self.entries.get(person_id), self.members[person_id]
        affiliation = entry.affiliation if entry is not None else member.affiliation
        is_federal = member.kind is ReviewerKind.FEDERAL
        return Colleague(
            self.names[person_id],
            "" if is_federal else organization_key(affiliation),
            entry.available if entry is not None else True,
            entry.declared_until if entry is not None else None,
        )

    def broken_by(
        self, candidate: Candidate, person_id: int, now: datetime, *, instead_of: int | None = None
    ) -> list[Finding]:
        """Return the rules of preference that one more reviewer of an application would break."""
        panels = {
            number: names
            for number, names in self._panels.get(candidate.state, {}).items()
            if number != candidate.number
        }
        beside = [
            self.colleague(row.person_id)
            for row in self.by_application[candidate.id]
            if row.person_id != instead_of
        ]
        found = broken(
            self.colleague(person_id),
            beside,
            state=candidate.state,
            panels=panels,
            required=self.panel_required,
            now=now,
            zone=self.competition.zone,
        )
        if person_id in self.running:
            message = f"{self.names[person_id]} runs this panel: another person writes why they review too."
            found.append(Finding("runs", message, field="person"))
        return found

    @cached_property
    def _panels(self) -> dict[str, dict[str, frozenset[str]]]:
        """Return the reviewers of each application that has enough, by state and number."""
        found: dict[str, dict[str, frozenset[str]]] = {}
        for one in self.candidates:
            rows = [row for row in self.by_application[one.id] if (row.person_id, one.id) not in self.barring]
            if len(rows) >= self.needed:
                names = frozenset(self.names[row.person_id] for row in rows)
                found.setdefault(one.state, {})[one.number] = names
        return found

    def problem(self, wishes: Wishes, *, keep: Collection[Pair] | None = None) -> Problem:
        """Return the problem of the best assignment; what was sent or locked stays unless told otherwise."""
        kept = frozenset(self._standing_fast() if keep is None else keep)
        return Problem(
            applications=tuple(
                Proposal(one.number, one.state, max(self.needed, self._count(one.number, kept)))
                for one in self.candidates
            ),
            reviewers=tuple(self._person(person_id) for person_id in self.members),
            fit={
                (one.number, name): self.fits[one.id, person_id].figure
                for one in self.candidates
                for person_id, name in self.names.items()
            },
            conflicts=self._closed(),
            kept=kept,
            limits=self._limits(wishes),
            seed=wishes.seed,
        )

    def _standing_fast(self) -> set[Pair]:
        return {pair for pair, row in self.pairs.items() if row.status == AssignmentStatus.SENT or row.locked}

    @staticmethod
    def _count(number: str, kept: Collection[Pair]) -> int:
        return sum(1 for name, _who in kept if name == number)

    def _closed(self) -> dict[Pair, str]:
        numbers = {one.id: one.number for one in self.candidates}
        closed = {
            (numbers[row.application_id], self.names[row.person_id]): row.kind
            for row in self.barring.values()
            if row.application_id in numbers and row.person_id in self.names
        }
        for person_id in self.members.keys() & set(self.running):
            name = self.names[person_id]
            pairs = ((one.number, name) for one in self.candidates)
            closed |= {pair: "runs this panel" for pair in pairs if pair not in self.pairs}
        return closed

    def _person(self, person_id: int) -> Person:
        member, who = self.members[person_id], self.colleague(person_id)
        room = max(0, member.cap - self.hidden.get(person_id, 0))
        return Person(
            self.names[person_id],
            room if who.available else min(room, self.loads[person_id]),
            organization=who.organization,
            federal=member.kind is ReviewerKind.FEDERAL,
        )

    def _limits(self, wishes: Wishes) -> Limits:
        kinds = {member.kind for member in self.members.values()}
        return Limits(
            per_organization=1 if wishes.one_each else None,
            same_panel=self.panel_required or wishes.panel,
            federal_least=1 if wishes.mix and ReviewerKind.FEDERAL in kinds else 0,
            outside_least=1 if wishes.mix else 0,
        )


def posed(session: Session, competition: Competition, *, without: Collection[int] = ()) -> Posed:
    """Read an assignment in a fixed number of queries, without the applications closed to the reader."""
    candidates = tuple(material.candidates(session, competition.id, without=without))
    members = {
        one.person_id: one
        for one in pool.members_of(session, competition.id)
        if one.person_id is not None and one.status == MemberStatus.ACCEPTED
    }
    entries = pool.reviewers_by_person(session, set(members))
    everything = assignments.active_assignments(session, competition.id)
    hidden: dict[int, int] = {}
    for row in everything:
        if row.application_id in without:
            hidden[row.person_id] = hidden.get(row.person_id, 0) + 1
    return Posed(
        competition,
        candidates,
        members,
        entries,
        tuple(row for row in everything if row.application_id not in without),
        hidden,
        {
            pair: row
            for pair, row in conflicts.barring_pairs(session, competition.id).items()
            if row.application_id not in without
        },
        likenesses.unlooked(session, [competition.id], without=without),
        involvement.running(session, competition.id),
        _fits(session, competition, candidates, members, entries),
    )


def organization_key(affiliation: str) -> str:
    """Return an affiliation so that two spellings of one compare equal."""
    return " ".join(affiliation.casefold().replace(",", " ").replace(".", " ").split())


def _fits(
    session: Session,
    competition: Competition,
    candidates: tuple[Candidate, ...],
    members: Mapping[int, PanelMember],
    entries: Mapping[int, Reviewer],
) -> dict[tuple[int, int], Fit]:
    hashes = material.submission_hashes(session, [one.id for one in candidates])
    unread = [number for number, sha256 in hashes.items() if READINGS.known(sha256) is None]
    contents = submissions.submitted_contents(session, unread) if unread else {}
    criteria = criteria_text(
        tuple(
            part
            for node in competitions.criteria_of(session, competition.id)
            for one in node.everything()
            for part in (one.criterion.title, one.criterion.guidance or "")
        )
    )
    topics = {
        person_id: tuple(entries[person_id].expertise if person_id in entries else member.expertise)
        for person_id, member in members.items()
    }
    found: dict[tuple[int, int], Fit] = {}
    for one in candidates:
        sha256 = hashes.get(one.id, "")
        text = READINGS.known(sha256)
        if text is None:
            content = contents.get(one.id)
            parts = [section.text for section in content.sections] if content else []
            text = READINGS.keep(sha256 or f"title {one.uid} {one.title}", [one.title, *parts])
        for person_id, declared in topics.items():
            found[one.id, person_id] = fit(declared, text, criteria)
    return found
