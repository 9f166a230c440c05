"""The panel's matrix: applications by reviewers by criteria, both phases, spread, shade, outliers."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.reviews.models import Panel, PanelRecord, Phase, Score, Sheet
from grants.reviews.queries import panels, sheets
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.ranking import Round, StateRanking, ranked, round_of
from grants.reviews.workflow import IN
from scoring.aggregate import mean, present, spread
from scoring.exact import show, show_points
from scoring.faults import Undefined
from scoring.rubric import Leaf
from scoring.scoresheet import Absent
from scoring.threshold import Status

SHADES = (Fraction(6, 10), Fraction(7, 10), Fraction(8, 10), Fraction(9, 10))
"""Shares of the most points at which the shade of a cell becomes darker; printed in the legend."""
FAR = Fraction(12, 100)
"""A total is far from the others if it lies this share of all points from the mean of the others."""


@dataclass(frozen=True)
class Cell:
    """One reviewer on one application, or on one criterion of it."""

    uid: str
    text: str
    before: str | None = None
    """The points before the call, where they differ."""
    shade: int = 0
    is_far: bool = False
    changed: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """One finalist in the matrix."""

    candidate: Candidate
    cells: tuple[Cell, ...]
    mean: str
    spread: str
    spread_value: Fraction
    mean_value: Fraction
    criteria: tuple[tuple[Leaf, tuple[Cell, ...]], ...]
    record: PanelRecord | None


@dataclass(frozen=True)
class Matrix:
    """The panel of one state."""

    state: str
    panel: Panel | None
    seats: tuple[tuple[str, str], ...]
    """Seat and name of each reviewer."""
    rows: tuple[MatrixRow, ...]
    below: tuple[tuple[Candidate, str], ...]
    undecided: tuple[tuple[Candidate, str], ...]
    found: Round
    standing: StateRanking

    @property
    def far(self) -> list[str]:
        """Return a sentence for each total far from the others."""
        return [
            f"{name} on {row.candidate.number}"
            for row in self.rows
            for (_seat, name), cell in zip(self.seats, row.cells, strict=True)
            if cell.is_far
        ]


def matrix_of(
    session: Session, competition: Competition, state: str, actor: Actor, *, order: str = "number"
) -> Matrix | None:
    """Read a state's panel without what is closed to the reader; None where nothing is left to see."""
    found = round_of(session, competition, state=state)
    ballot = found.ballots().get(state)
    if ballot is None:
        return None
    standing = ranked(ballot, found.rules)
    panel = panels.panel_of(session, competition.id, state)
    records = panels.records_of(session, panel.id) if panel is not None else {}
    own = sheets.sheets_of(session, competition.id, state=state, without=actor.barred)
    scores = sheets.scores_of_many(session, [row.id for row in own if row.status in IN])
    visible = {number: one for number, one in found.applications.items() if one.id not in actor.barred}
    if not visible:
        return None
    seats = _seats(found, visible, standing)
    by_pair = {(row.application_id, found.seats.get(row.person_id, ""), row.phase): row for row in own}
    rows = [
        _row(one, seats, found, standing, by_pair, scores, records.get(one.id))
        for number, one in visible.items()
        if number in standing.finalists
    ]
    return Matrix(
        state,
        panel,
        seats,
        tuple(_ordered(rows, order)),
        _of_status(standing, visible, Status.BELOW),
        _of_status(standing, visible, Status.UNDECIDED),
        found,
        standing,
    )


def shade(points: Fraction, most: Fraction) -> int:
    """Return the step of the heat map, 1 to 5."""
    share = points / most if most else Fraction(0)
    return 1 + sum(share >= step for step in SHADES)


def _seats(
    found: Round, visible: Mapping[str, Candidate], standing: StateRanking
) -> tuple[tuple[str, str], ...]:
    names = {seat for number in visible for seat in standing.ballot.initial[number]}
    return tuple((seat, found.people[seat]) for seat in sorted(names, key=lambda one: int(one[1:])))


def _row(
    one: Candidate,
    seats: tuple[tuple[str, str], ...],
    found: Round,
    standing: StateRanking,
    by_pair: Mapping[tuple[int, str, Phase], Sheet],
    scores: Mapping[int, Mapping[str, Score]],
    record: PanelRecord | None,
) -> MatrixRow:
    initial = standing.ballot.initial[one.number]
    final = standing.ballot.revised.get(one.number, {})
    acting = {
        seat: final[seat] if seat in final and not isinstance(final[seat], Absent) else initial.get(seat)
        for seat, _name in seats
    }
    totals = present({seat: value for seat, value in acting.items() if value is not None})
    full = sum((leaf.points for leaf in found.rubric.leaves), Fraction(0))
    average, wide = mean(totals.values()), spread(totals.values())
    return MatrixRow(
        candidate=one,
        cells=tuple(_total_cell(one, seat, initial, final, totals, full) for seat, _name in seats),
        mean="–" if isinstance(average, Undefined) else show(average),
        spread="–" if isinstance(wide, Undefined) else show_points(wide.range),
        spread_value=Fraction(0) if isinstance(wide, Undefined) else wide.range,
        mean_value=Fraction(0) if isinstance(average, Undefined) else average,
        criteria=tuple(
            (leaf, tuple(_criterion_cell(one, leaf, seat, by_pair, scores) for seat, _name in seats))
            for leaf in found.rubric.leaves
        ),
        record=record,
    )


def _total_cell(
    one: Candidate,
    seat: str,
    initial: Mapping[str, Fraction | Absent],
    final: Mapping[str, Fraction | Absent],
    totals: Mapping[str, Fraction],
    full: Fraction,
) -> Cell:
    uid = f"cell-{one.uid}-{seat}"
    if seat not in totals:
        reason = initial.get(seat)
        return Cell(uid, "not assigned" if reason is None else str(reason))
    value, first = totals[seat], initial.get(seat)
    changed = isinstance(first, Fraction) and first != value
    others = [other for name, other in totals.items() if name != seat]
    far = bool(others) and abs(value - sum(others, Fraction(0)) / len(others)) >= FAR * full
    before = show_points(first) if changed and isinstance(first, Fraction) else None
    return Cell(uid, show_points(value), before, shade(value, full), far, changed)


def _criterion_cell(
    one: Candidate,
    leaf: Leaf,
    seat: str,
    by_pair: Mapping[tuple[int, str, Phase], Sheet],
    scores: Mapping[int, Mapping[str, Score]],
) -> Cell:
    uid = f"cell-{one.uid}-{leaf.key}-{seat}"
    first = _points(by_pair.get((one.id, seat, Phase.INITIAL)), leaf, scores)
    last = _points(by_pair.get((one.id, seat, Phase.FINAL)), leaf, scores)
    value = last if last is not None else first
    if value is None:
        return Cell(uid, "–")
    changed = first is not None and last is not None and first != last
    return Cell(
        uid,
        show_points(value),
        show_points(first) if changed and first is not None else None,
        shade(value, leaf.points),
        changed=changed,
    )


def _points(sheet: Sheet | None, leaf: Leaf, scores: Mapping[int, Mapping[str, Score]]) -> Fraction | None:
    if sheet is None or sheet.status not in IN:
        return None
    score = scores.get(sheet.id, {}).get(leaf.key)
    return Fraction(score.points) if score is not None and score.points is not None else None


def _ordered(rows: list[MatrixRow], order: str) -> list[MatrixRow]:
    if order == "spread":
        return sorted(rows, key=lambda row: (-row.spread_value, row.candidate.number))
    if order == "mean":
        return sorted(rows, key=lambda row: (-row.mean_value, row.candidate.number))
    return sorted(rows, key=lambda row: row.candidate.number)


def _of_status(
    standing: StateRanking, visible: Mapping[str, Candidate], status: Status
) -> tuple[tuple[Candidate, str], ...]:
    return tuple(
        (visible[one.application], one.text)
        for one in standing.ranking.standings
        if one.status is status and one.application in visible
    )
