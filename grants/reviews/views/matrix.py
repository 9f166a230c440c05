"""The panel's matrix: applications by reviewers by criteria, both phases, spread, shade, outliers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
from scoring.agree import Form, intraclass, reading, too_few_to_tell
from scoring.exact import show, show_exact, show_points
from scoring.faults import Undefined
from scoring.matrix import from_totals
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
    value: Fraction | None = None


@dataclass(frozen=True)
class CriterionRow:
    """One sub-criterion of a finalist."""

    leaf: Leaf
    cells: tuple[Cell, ...]
    mean: str
    spread: str


@dataclass(frozen=True)
class MatrixRow:
    """One finalist in the matrix."""

    candidate: Candidate
    cells: tuple[Cell, ...]
    mean: str
    spread: str
    spread_value: Fraction
    mean_value: Fraction
    criteria: tuple[CriterionRow, ...]
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
    last_change: datetime | None
    """When a sheet came in or went back, a record was saved or signed, the panel opened or closed."""
    is_whole: bool
    """Nothing of the state is closed to the reader."""

    @property
    def far_least(self) -> str:
        """Return how many points a total must lie from the mean of the others to be marked."""
        return show_points(FAR * sum((leaf.points for leaf in self.found.rubric.leaves), Fraction(0)))

    @property
    def agreement(self) -> str:
        """Return how far the reviewers shown agree on the finalists shown, before anything is decided."""
        totals = {
            row.candidate.number: {
                seat: cell.value
                for (seat, _name), cell in zip(self.seats, row.cells, strict=True)
                if cell.value is not None
            }
            for row in self.rows
        }
        table = from_totals(totals)
        few = too_few_to_tell(table)
        if few is not None:
            return few.reason
        found = intraclass(table)
        crossed = not isinstance(found[Form.TWO_WAY_RANDOM], Undefined)
        form = Form.TWO_WAY_RANDOM if crossed else Form.ONE_WAY
        estimate = found[form]
        if isinstance(estimate, Undefined):
            return estimate.reason
        return f"{form} {estimate.value:.2f}, {reading(estimate)}; panels usually reach 0.2 to 0.4."

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
        state=state,
        panel=panel,
        seats=seats,
        rows=tuple(_ordered(rows, order)),
        below=_of_status(standing, visible, Status.BELOW),
        undecided=_of_status(standing, visible, Status.UNDECIDED),
        found=found,
        standing=standing,
        last_change=_last_change(panel, own, [row.record for row in rows if row.record is not None]),
        is_whole=len(visible) == len(found.applications),
    )


def _last_change(
    panel: Panel | None, shown: Iterable[Sheet], records: Iterable[PanelRecord]
) -> datetime | None:
    instants = [panel.opened_at, panel.closed_at] if panel is not None else []
    for row in shown:
        instants += [row.returned_at, row.submitted_at if row.status in IN else None]
    for record in records:
        instants += [record.updated_at, record.signed_at]
    return max((one for one in instants if one is not None), default=None)


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
    shown_mean, shown_spread = _in_figures(totals.values())
    return MatrixRow(
        candidate=one,
        cells=tuple(_total_cell(one, seat, initial, final, totals, full) for seat, _name in seats),
        mean=shown_mean,
        spread=shown_spread,
        spread_value=Fraction(0) if isinstance(wide, Undefined) else wide.range,
        mean_value=Fraction(0) if isinstance(average, Undefined) else average,
        criteria=tuple(_criterion_row(one, leaf, seats, by_pair, scores) for leaf in found.rubric.leaves),
        record=record,
    )


def _in_figures(values: Collection[Fraction]) -> tuple[str, str]:
    """Write mean and spread, a dash where there is none."""
    average, wide = mean(values), spread(values)
    return (
        "–" if isinstance(average, Undefined) else show(average),
        "–" if isinstance(wide, Undefined) else show_exact(wide.range),
    )


def _criterion_row(
    one: Candidate,
    leaf: Leaf,
    seats: tuple[tuple[str, str], ...],
    by_pair: Mapping[tuple[int, str, Phase], Sheet],
    scores: Mapping[int, Mapping[str, Score]],
) -> CriterionRow:
    cells = tuple(_criterion_cell(one, leaf, seat, by_pair, scores) for seat, _name in seats)
    return CriterionRow(leaf, cells, *_in_figures([cell.value for cell in cells if cell.value is not None]))


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
    before = show_exact(first) if changed and isinstance(first, Fraction) else None
    return Cell(uid, show_exact(value), before, shade(value, full), far, value)


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
        show_exact(value),
        show_exact(first) if changed and first is not None else None,
        shade(value, leaf.points),
        value=value,
    )


def _points(sheet: Sheet | None, leaf: Leaf, scores: Mapping[int, Mapping[str, Score]]) -> Fraction | None:
    if sheet is None or sheet.status not in IN:
        return None
    score = scores.get(sheet.id, {}).get(leaf.key)
    return score.earned if score is not None else None


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
