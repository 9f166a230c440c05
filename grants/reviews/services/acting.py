"""The sheets that act: of each reviewer the revision if it is in, else the first one, with its entries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session

from grants.reviews.models import Phase, Score, Sheet
from grants.reviews.queries import conflicts, panels, pool, sheets
from grants.reviews.workflow import IN, WRITABLE


@dataclass(frozen=True)
class ActingSheet:
    """One reviewer's acting sheet on one application, and what stood before the call."""

    sheet: Sheet
    seat: str
    name: str
    member_uid: str
    scores: Mapping[str, Score]
    before: Mapping[str, Score]

    @property
    def total(self) -> Fraction:
        """Return the sum of all points."""
        return _sum(self.scores)

    @property
    def total_before(self) -> Fraction | None:
        """Return the sum before the call, where it differs."""
        total = _sum(self.before) if self.before else None
        return total if total != self.total else None

    def changed(self, key: str) -> Score | None:
        """Return what stood before the call for a criterion whose points changed."""
        score, earlier = self.scores.get(key), self.before.get(key)
        return earlier if score and earlier and earlier.earned != score.earned else None


@dataclass(frozen=True)
class Gathered:
    """What is in on one application, and whether somebody still may change something."""

    sheets: tuple[ActingSheet, ...]
    is_settled: bool


def gather(session: Session, competition_id: int, applications: Collection[int]) -> dict[int, Gathered]:
    """Return the acting sheets of applications, in a fixed number of queries.

    Whoever a conflict keeps from an application, or whom a decision leaves out in its state, is absent.
    """
    members = [one for one in pool.members_of(session, competition_id) if one.person_id is not None]
    seats = pool.seats(members)
    by_person = {one.person_id: one for one in members}
    closed = conflicts.barring_pairs(session, competition_id)
    out = {(one.state, one.person_id) for one in panels.left_out_of(session, competition_id)}
    rows = [
        row
        for row in sheets.sheets_of(session, competition_id)
        if row.application_id in applications
        and row.person_id in by_person
        and (row.person_id, row.application_id) not in closed
        and (row.state, row.person_id) not in out
    ]
    scores = sheets.scores_of_many(session, [row.id for row in rows if row.status in IN])
    found: dict[int, Gathered] = {}
    for number in applications:
        own = [row for row in rows if row.application_id == number]
        acting = [
            ActingSheet(
                last,
                seats.get(person_id, ""),
                by_person[person_id].name,
                by_person[person_id].uid,
                scores.get(last.id, {}),
                scores.get(first.id, {}) if first is not last else {},
            )
            for person_id, first, last in _pairs(own)
        ]
        settled = bool(acting) and not any(row.status in WRITABLE for row in own)
        found[number] = Gathered(tuple(sorted(acting, key=lambda one: _seat(one.seat))), settled)
    return found


def _pairs(own: Iterable[Sheet]) -> list[tuple[int, Sheet, Sheet]]:
    phases: dict[int, dict[Phase, Sheet]] = {}
    for row in own:
        if row.status in IN:
            phases.setdefault(row.person_id, {})[row.phase] = row
    return [
        (person_id, by.get(Phase.INITIAL) or by[Phase.FINAL], by.get(Phase.FINAL) or by[Phase.INITIAL])
        for person_id, by in phases.items()
    ]


def _seat(seat: str) -> int:
    return int(seat.removeprefix("R") or 0)


def _sum(scores: Mapping[str, Score]) -> Fraction:
    return sum((score.earned or Fraction(0) for score in scores.values()), Fraction(0))
