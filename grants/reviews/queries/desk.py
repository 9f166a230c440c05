"""Everything the program officer's next steps in reviews follow from, read in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlmodel import Session, col, func, select

from grants.access.actor import Actor
from grants.applications.models import Application
from grants.applications.workflow import ApplicationStatus
from grants.competitions.models import Competition
from grants.competitions.workflow import CompetitionStatus
from grants.reviews.models import (
    Assignment,
    Conflict,
    Likeness,
    Panel,
    PanelMember,
    PanelRecord,
    Phase,
    Ranking,
    Score,
    Sheet,
)
from grants.reviews.queries.likenesses import unlooked
from grants.reviews.rules.points import earned
from grants.reviews.workflow import BARRING, IN, AssignmentStatus, MemberStatus, PanelStatus, SheetStatus
from scoring.threshold import meets

Round = tuple[int, str]
"""A competition and one of its states."""


@dataclass(frozen=True)
class Paper:
    """An eligible application that is up for review."""

    id: int
    competition_id: int
    state: str
    number: str


@dataclass(frozen=True)
class Seat:
    """An assignment that stands, with the conflict that closes it and the sheets that it owes."""

    person_id: int
    is_sent: bool
    is_closed: bool
    first: SheetStatus | None
    revised: SheetStatus | None
    due_at: datetime | None

    @property
    def is_in(self) -> bool:
        """Ask whether the first sheet is in."""
        return self.first is not None and self.first in IN


@dataclass(frozen=True)
class Desk:
    """What the officer may know of the reviews of every published competition whose deadline has passed."""

    competitions: Mapping[int, Competition]
    papers: Mapping[int, Paper]
    seats: Mapping[int, Sequence[Seat]]
    """By application."""
    members: Mapping[tuple[int, MemberStatus], int]
    """How many people, by competition and status."""
    panels: Mapping[Round, Panel]
    unsigned: Mapping[int, int]
    """Records of the discussion that nobody signed, by panel."""
    ranked: frozenset[Round]
    undecided: Sequence[Conflict]
    unlooked: Sequence[Likeness]
    """Names alike at which nobody has looked, those of the officer left out: another person looks there."""
    totals: Mapping[tuple[int, int], Fraction]
    """First totals that are in, by application and person, of states whose next step depends on them."""
    closed: frozenset[Round]
    """States with an application that is closed to the officer: another person goes on there."""
    owed: frozenset[Round]
    """States where the officer reviews and has a first sheet to send; nothing of others is told before."""

    def minimum(self, competition_id: int) -> int:
        """Return how many reviewers the notice asks for."""
        return self.competitions[competition_id].reviewers_minimum or 1

    def open_seats(self, paper_id: int) -> list[Seat]:
        """Return the assignments of an application that no conflict closes."""
        return [seat for seat in self.seats.get(paper_id, ()) if not seat.is_closed]

    def rounds(self) -> dict[Round, list[Paper]]:
        """Return the states in which the officer may go on, with their applications."""
        found: dict[Round, list[Paper]] = {}
        for paper in self.papers.values():
            key = (paper.competition_id, paper.state)
            if key not in self.closed and key not in self.owed:
                found.setdefault(key, []).append(paper)
        return found

    def is_ready(self, papers: Iterable[Paper]) -> bool:
        """Ask whether every application of a state has as many sheets as the notice asks, all of them in."""
        return all(
            len(seats) >= self.minimum(paper.competition_id) and all(seat.is_in for seat in seats)
            for paper in papers
            for seats in [[seat for seat in self.open_seats(paper.id) if seat.is_sent]]
        )

    def finalists(self, papers: Iterable[Paper]) -> int:
        """Count the applications of a state that reach the threshold by their first totals."""
        return sum(self._reaches(paper) for paper in papers)

    def _reaches(self, paper: Paper) -> bool:
        totals = {
            str(seat.person_id): self.totals.get((paper.id, seat.person_id), Fraction(0))
            for seat in self.open_seats(paper.id)
            if seat.is_sent
        }
        return meets(totals, self.competitions[paper.competition_id].threshold)


def desk_of(session: Session, actor: Actor, now: datetime) -> Desk:
    """Gather an officer's desk; applications that a conflict closes stand nowhere on it."""
    chosen = select(Competition).where(
        col(Competition.status) == CompetitionStatus.PUBLISHED, col(Competition.deadline_at) < now
    )
    competitions = {row.id: row for row in session.exec(chosen.order_by(col(Competition.id))).all()}
    ids, barred = sorted(competitions), sorted(actor.barred)
    papers = _papers(session, ids)
    closed = frozenset((one.competition_id, one.state) for one in papers.values() if one.id in actor.barred)
    conflicts = _rows(session, Conflict, ids, col(Conflict.application_id).not_in(barred))
    barring = {(row.person_id, row.application_id) for row in conflicts if row.status in BARRING}
    seats, firsts = _seats(session, ids, barred, barring)
    panels = {(row.competition_id, row.state): row for row in _rows(session, Panel, ids)}
    ranked = _ranked(session, ids)
    waiting = [
        paper.id
        for paper in papers.values()
        for key in [(paper.competition_id, paper.state)]
        if key not in ranked and (key not in panels or panels[key].status is PanelStatus.WAITING)
    ]
    return Desk(
        competitions=competitions,
        papers={key: one for key, one in papers.items() if key not in actor.barred},
        seats=seats,
        members=_members(session, ids),
        panels=panels,
        unsigned=_unsigned(session, [row.id for row in panels.values()], barred),
        ranked=ranked,
        undecided=_undecided(conflicts, papers),
        unlooked=_unlooked(session, ids, papers, actor),
        totals=_totals(session, {key: pair for key, pair in firsts.items() if pair[0] in set(waiting)}),
        closed=closed,
        owed=frozenset(
            (papers[key].competition_id, papers[key].state)
            for key, found in seats.items()
            if key in papers
            for seat in found
            if seat.person_id == actor.person_id and seat.is_sent and not seat.is_in and not seat.is_closed
        ),
    )


def _ranked(session: Session, ids: Sequence[int]) -> frozenset[Round]:
    rows = select(Ranking.competition_id, Ranking.state).where(
        col(Ranking.competition_id).in_(ids), col(Ranking.superseded_at).is_(None)
    )
    return frozenset(session.exec(rows).all())


def _rows(session: Session, table: Any, ids: Sequence[int], *clauses: Any) -> Sequence[Any]:
    rows = select(table).where(col(table.competition_id).in_(ids), *clauses).order_by(col(table.id))
    return session.exec(rows).all()


def _unlooked(
    session: Session, ids: Sequence[int], papers: Mapping[int, Paper], actor: Actor
) -> list[Likeness]:
    rows = unlooked(session, ids, without=sorted(actor.barred)).values()
    return [row for row in rows if row.application_id in papers and row.person_id != actor.person_id]


def _undecided(conflicts: Iterable[Conflict], papers: Mapping[int, Paper]) -> list[Conflict]:
    """Return what bars somebody from an application that is still up for review, decided or not."""
    return [row for row in conflicts if row.application_id in papers and row.status in BARRING]


def _papers(session: Session, ids: Sequence[int]) -> dict[int, Paper]:
    rows = (
        select(Application.id, Application.competition_id, Application.state, Application.number)
        .where(
            col(Application.competition_id).in_(ids),
            col(Application.status) == ApplicationStatus.ELIGIBLE,
        )
        .order_by(col(Application.competition_id), col(Application.state), col(Application.id))
    )
    return {row[0]: Paper(*row) for row in session.exec(rows).all()}


def _seats(
    session: Session, ids: Sequence[int], barred: Sequence[int], barring: set[tuple[int, int]]
) -> tuple[dict[int, list[Seat]], dict[int, tuple[int, int]]]:
    """Return the seats by application, and the application and person of each first sheet that is in."""
    sheets = session.execute(
        select(Sheet.id, Sheet.application_id, Sheet.person_id)
        .add_columns(col(Sheet.phase), col(Sheet.status))
        .where(col(Sheet.competition_id).in_(ids), col(Sheet.application_id).not_in(barred))
    ).all()
    standing = {(application, person, phase): status for _id, application, person, phase, status in sheets}
    firsts = {
        number: (application, person)
        for number, application, person, phase, status in sheets
        if phase is Phase.INITIAL and status in IN
    }
    found: dict[int, list[Seat]] = {}
    for row in _rows(
        session,
        Assignment,
        ids,
        col(Assignment.status) != AssignmentStatus.WITHDRAWN,
        col(Assignment.application_id).not_in(barred),
    ):
        key = row.application_id, row.person_id
        seat = Seat(
            person_id=row.person_id,
            is_sent=row.status == AssignmentStatus.SENT,
            is_closed=(row.person_id, row.application_id) in barring,
            first=standing.get((*key, Phase.INITIAL)),
            revised=standing.get((*key, Phase.FINAL)),
            due_at=row.due_at,
        )
        found.setdefault(row.application_id, []).append(seat)
    return found, firsts


def _members(session: Session, ids: Sequence[int]) -> dict[tuple[int, MemberStatus], int]:
    rows = (
        select(PanelMember.competition_id, PanelMember.status, func.count())
        .where(col(PanelMember.competition_id).in_(ids))
        .group_by(col(PanelMember.competition_id), col(PanelMember.status))
    )
    return {(number, MemberStatus(status)): count for number, status, count in session.exec(rows).all()}


def _unsigned(session: Session, panels: Sequence[int], barred: Sequence[int]) -> dict[int, int]:
    rows = (
        select(PanelRecord.panel_id, func.count())
        .where(
            col(PanelRecord.panel_id).in_(panels),
            col(PanelRecord.signed_at).is_(None),
            col(PanelRecord.application_id).not_in(barred),
        )
        .group_by(col(PanelRecord.panel_id))
    )
    return dict(session.exec(rows).all())


def _totals(session: Session, firsts: Mapping[int, tuple[int, int]]) -> dict[tuple[int, int], Fraction]:
    rows = (
        select(Score.sheet_id)
        .add_columns(col(Score.points), col(Score.exact))
        .where(col(Score.sheet_id).in_(sorted(firsts)), col(Score.points).is_not(None))
    )
    found: dict[tuple[int, int], Fraction] = {}
    for sheet_id, *points in session.execute(rows).all():
        key = firsts[sheet_id]
        found[key] = found.get(key, Fraction(0)) + (earned(*points) or Fraction(0))
    return found
