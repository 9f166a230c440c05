"""What changes on the staff's panel page while people talk, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape
from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.reviews.services.lacking import Lack
from grants.reviews.services.lacking import lacking as lacking_of
from grants.reviews.views.live import Live, Part, moment, written
from grants.reviews.views.matrix import Cell, Matrix, MatrixRow, matrix_of
from grants.reviews.workflow import PanelStatus
from grants.web.filters import plural

VIEWS = ("totals", "criteria")
MACROS = "staff/reviews/parts/panel.html"


@dataclass(frozen=True, kw_only=True)
class Shown(Live):
    """A panel as one view of it shows it to staff."""

    matrix: Matrix
    lacking: list[Lack]


def shown_of(
    session: Session,
    competition: Competition,
    state: str,
    *,
    view: str,
    actor: Actor,
    now: datetime,
    order: str = "number",
) -> Shown | None:
    """Read a panel without what is closed to the reader; None where nothing is left to see."""
    matrix = matrix_of(session, competition, state, actor, order=order)
    if matrix is None:
        return None
    lacking = (
        lacking_of(session, competition, matrix.panel, without=actor.barred)
        if matrix.panel is not None and matrix.panel.status is PanelStatus.OPEN
        else []
    )
    found = {
        **dict(_around(matrix, lacking, competition.zone, now)),
        **{name: part for row in matrix.rows for name, part in _of_row(row, view)},
    }
    status = matrix.panel.status if matrix.panel is not None else PanelStatus.WAITING
    return Shown(status=status, parts=found, matrix=matrix, lacking=lacking)


def _around(matrix: Matrix, lacking: list[Lack], zone: str, now: datetime) -> Iterator[tuple[str, Part]]:
    """Yield what stands around the table."""
    yield "last-change", Part(moment(matrix.last_change, zone, now))
    yield "far", Part(escape("; ".join(matrix.far) or "none here"))
    yield "agreement", Part(escape(matrix.agreement))
    if matrix.panel is not None and matrix.panel.status is PanelStatus.OPEN:
        yield "lacking-count", Part(escape(_counted(lacking)))
        yield "lacking", Part(_items([one.message for one in lacking]))
    if matrix.undecided:
        yield (
            "undecided",
            Part(_items([f"{one.number} {one.organization}: {text}" for one, text in matrix.undecided])),
        )


def _of_row(row: MatrixRow, view: str) -> Iterator[tuple[str, Part]]:
    """Yield what changes in the rows of one finalist."""
    yield from (_of_cell(cell) for cell in row.cells)
    yield f"mean-{row.candidate.uid}", Part(escape(row.mean))
    yield f"spread-{row.candidate.uid}", Part(escape(row.spread))
    standing = _written("standing", row.record)
    yield f"record-{row.candidate.uid}", Part(standing, value=_record_word(row))
    if view == "criteria":
        for one in row.criteria:
            yield from (_of_cell(cell) for cell in one.cells)
            yield f"mean-{row.candidate.uid}-{one.leaf.key}", Part(escape(one.mean))
            yield f"spread-{row.candidate.uid}-{one.leaf.key}", Part(escape(one.spread))


def _of_cell(cell: Cell) -> tuple[str, Part]:
    shade = f" heat--{cell.shade}" if cell.shade else ""
    return cell.uid, Part(_written("inner", cell), f"number heat{shade}", cell.text)


def _record_word(row: MatrixRow) -> str:
    if row.record is None or not (row.record.signed_at or row.record.text):
        return "not begun"
    return "signed" if row.record.signed_at else "draft"


def _counted(lacking: list[Lack]) -> str:
    scores = sum(len(one.unconfirmed) for one in lacking)
    records = sum(one.is_unsigned for one in lacking)
    counts = [
        f"{plural(scores, 'sheet')} to confirm" if scores else "",
        f"{plural(records, 'record')} to sign" if records else "",
    ]
    return ", ".join(filter(None, counts)) or "nothing is left to do"


def _items(sentences: list[str]) -> Markup:
    return _written("items", sentences)


def _written(macro: str, what: object) -> Markup:
    return written(MACROS, macro, what)
