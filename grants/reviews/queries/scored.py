"""Reads of a whole round as columns: who scores what, every entry, and results that were stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session, col, select

from grants.competitions.models import Competition
from grants.reviews.models import (
    Assignment,
    Conflict,
    LeftOut,
    PanelMember,
    Phase,
    RankingStatistics,
    Score,
    Sheet,
)
from grants.reviews.queries.assignments import ACTIVE
from grants.reviews.rules.points import earned
from grants.reviews.workflow import BARRING, SheetStatus


@dataclass(frozen=True, slots=True)
class Pair:
    """One assignment that was sent, with its conflict if there is one that bars."""

    application_id: int
    person_id: int
    conflict: tuple[str, str] | None
    """Kind and reason."""


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """One score sheet without its entries."""

    id: int
    application_id: int
    person_id: int
    phase: Phase
    status: SheetStatus
    number: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody invited to the panel, by name alone."""

    id: int
    person_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A decision that holds to leave one reviewer out for all finalists of a state."""

    state: str
    person_id: int
    reason: str


def members_and_gone(session: Session, competition_id: int) -> tuple[list[Member], list[Gone]]:
    """Return everyone invited to a competition's panel, and who is left out where, in one query."""
    rows = (
        select(PanelMember.id, PanelMember.person_id, PanelMember.name)
        .add_columns(col(LeftOut.state), col(LeftOut.reason))
        .outerjoin(
            LeftOut,
            (col(LeftOut.competition_id) == col(PanelMember.competition_id))
            & (col(LeftOut.person_id) == col(PanelMember.person_id))
            & col(LeftOut.ended_at).is_(None),
        )
        .where(col(PanelMember.competition_id) == competition_id)
        .order_by(col(PanelMember.id), col(LeftOut.id))
    )
    members: dict[int, Member] = {}
    gone = []
    for number, person_id, name, state, reason in session.execute(rows):
        members[number] = Member(number, person_id, name)
        if state is not None:
            gone.append(Gone(state, person_id, reason))
    return list(members.values()), gone


def round_rows(
    session: Session, competition_id: int, *, state: str | None = None
) -> tuple[list[Pair], list[StoredSheet]]:
    """Return who was told to review what, and their sheets, in one query."""
    rows = (
        select(Assignment.application_id, Assignment.person_id, Conflict.kind, Conflict.reason)
        .add_columns(
            col(Sheet.id), col(Sheet.phase), col(Sheet.status), col(Sheet.number), col(Assignment.id)
        )
        .outerjoin(
            Conflict,
            (col(Conflict.application_id) == col(Assignment.application_id))
            & (col(Conflict.person_id) == col(Assignment.person_id))
            & col(Conflict.status).in_(BARRING),
        )
        .outerjoin(
            Sheet,
            (col(Sheet.application_id) == col(Assignment.application_id))
            & (col(Sheet.person_id) == col(Assignment.person_id)),
        )
        .where(
            col(Assignment.competition_id) == competition_id,
            col(Assignment.status).in_(ACTIVE),
            col(Assignment.sent_at).is_not(None),
        )
        .order_by(col(Assignment.id), col(Sheet.id))
    )
    if state is not None:
        rows = rows.where(col(Assignment.state) == state)
    pairs: dict[tuple[int, int], Pair] = {}
    sheets = []
    for application_id, person_id, kind, reason, sheet_id, phase, status, number, _ in session.execute(rows):
        if (application_id, person_id) not in pairs:
            conflict = None if kind is None else (kind, reason)
            pairs[application_id, person_id] = Pair(application_id, person_id, conflict)
        if sheet_id is not None:
            sheets.append(StoredSheet(sheet_id, application_id, person_id, phase, status, number))
    return list(pairs.values()), sheets


def points_of(
    session: Session, competition_id: int, *, state: str | None = None
) -> Mapping[int, Mapping[str, Decimal | Fraction]]:
    """Return every entry that has points, by sheet and criterion, in one query."""
    rows = (
        select(Score.sheet_id, Score.criterion_key)
        .add_columns(col(Score.points), col(Score.exact))
        .join(Sheet, col(Sheet.id) == col(Score.sheet_id))
        .where(col(Sheet.competition_id) == competition_id, col(Score.points).is_not(None))
    )
    if state is not None:
        rows = rows.where(col(Sheet.state) == state)
    found: dict[int, dict[str, Decimal | Fraction]] = {}
    for sheet_id, key, points, exact in session.execute(rows):
        entries = found.get(sheet_id)
        if entries is None:
            entries = found[sheet_id] = {}
        entries[key] = points if exact is None else Fraction(exact)
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer said on one sub-criterion, without what is for the agency alone."""

    points: Decimal | None
    exact: str | None
    strengths: str
    weaknesses: str
    change_reason: str

    @property
    def earned(self) -> Fraction | None:
        """Return the points that count, exactly."""
        return earned(self.points, self.exact)


def said_of(
    session: Session, competition_id: int, *, state: str | None = None
) -> Mapping[int, Mapping[str, Said]]:
    """Return every entry with its reasons, by sheet and criterion, in one query."""
    rows = (
        select(Score.sheet_id, Score.criterion_key)
        .add_columns(col(Score.points), col(Score.exact))
        .add_columns(col(Score.strengths), col(Score.weaknesses), col(Score.change_reason))
        .join(Sheet, col(Sheet.id) == col(Score.sheet_id))
        .where(col(Sheet.competition_id) == competition_id)
    )
    if state is not None:
        rows = rows.where(col(Sheet.state) == state)
    found: dict[int, dict[str, Said]] = {}
    for sheet_id, key, *said in session.execute(rows):
        found.setdefault(sheet_id, {})[key] = Said(*said)
    return found


@dataclass(frozen=True, slots=True)
class StoredPlaces:
    """What the list shows of a stored result."""

    state: str
    sha256: str
    places: Mapping[str, Any]


def places_of(session: Session, competition_id: int, hashes: Iterable[str]) -> dict[str, StoredPlaces]:
    """Return the stored results for exactly these inputs, by state."""
    rows = select(RankingStatistics.state, RankingStatistics.sha256, RankingStatistics.places).where(
        col(RankingStatistics.competition_id) == competition_id,
        col(RankingStatistics.sha256).in_(list(hashes)),
    )
    return {state: StoredPlaces(state, sha256, places) for state, sha256, places in session.exec(rows).all()}


def statistics_for(
    session: Session, competition_id: int, state: str, sha256: str
) -> RankingStatistics | None:
    """Return a state's stored result: the one for these inputs, else the newest for earlier ones."""
    rows = (
        select(RankingStatistics)
        .where(col(RankingStatistics.competition_id) == competition_id, col(RankingStatistics.state) == state)
        .order_by((col(RankingStatistics.sha256) == sha256).desc(), col(RankingStatistics.id).desc())
        .limit(1)
    )
    return session.exec(rows).first()


def statistics_before(
    session: Session, competition_id: int, state: str, kept: int
) -> list[RankingStatistics]:
    """Return a state's stored results but the newest so many."""
    rows = (
        select(RankingStatistics)
        .where(col(RankingStatistics.competition_id) == competition_id, col(RankingStatistics.state) == state)
        .order_by(col(RankingStatistics.id).desc())
        .offset(kept)
    )
    return list(session.exec(rows).all())


def hold(session: Session, competition_id: int) -> None:
    """Lock a competition's row, so that of two who freeze one waits for the other."""
    rows = select(Competition.id).where(col(Competition.id) == competition_id)
    session.exec(rows.with_for_update(key_share=True)).one()


def awaits_a_sheet(session: Session, competition_id: int, state: str) -> bool:
    """Ask whether any sheet of the state is open or returned."""
    rows = select(Sheet.id).where(
        col(Sheet.competition_id) == competition_id,
        col(Sheet.state) == state,
        col(Sheet.status).in_([SheetStatus.OPEN, SheetStatus.RETURNED]),
    )
    return session.exec(rows.limit(1)).first() is not None
