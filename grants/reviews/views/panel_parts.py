"""What changes on a panel's page while people talk, part by part; page and stream show the same parts."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import get_template_attribute
from markupsafe import Markup, escape
from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.reviews.services.lacking import Lack
from grants.reviews.services.lacking import lacking as lacking_of
from grants.reviews.views.matrix import Cell, Matrix, MatrixRow, matrix_of
from grants.reviews.workflow import PanelStatus
from grants.web.filters import clock_time, instant_seconds, iso, plural

VIEWS = ("totals", "criteria")
MACROS = "staff/reviews/parts/panel.html"
MOVED = {
    PanelStatus.WAITING: "The panel was set back.",
    PanelStatus.OPEN: "The panel was opened.",
    PanelStatus.CLOSED: "The panel was closed.",
}
OTHER_TABLE = "The finalists or their reviewers changed."


@dataclass(frozen=True)
class Part:
    """One element of the page by its id: what stands in it, its classes, and its value as it is spoken."""

    html: Markup
    classes: str = ""
    value: str = ""


@dataclass(frozen=True)
class Shown:
    """A panel as one view of it shows it to a reader."""

    matrix: Matrix
    lacking: list[Lack]
    parts: Mapping[str, Part]

    @property
    def status(self) -> PanelStatus:
        """Return whether the panel waits, is open or is closed."""
        return self.matrix.panel.status if self.matrix.panel is not None else PanelStatus.WAITING

    @property
    def shape(self) -> str:
        """Name which parts there are; a page of another shape has to be loaded anew."""
        return f"{self.status}-{_digest(sorted(self.parts))}"

    @property
    def digest(self) -> str:
        """Name what stands in the parts."""
        return _digest({name: asdict(part) for name, part in self.parts.items()})


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
    return Shown(matrix, lacking, found)


def _around(matrix: Matrix, lacking: list[Lack], zone: str, now: datetime) -> Iterator[tuple[str, Part]]:
    """Yield what stands around the table."""
    yield "last-change", Part(_moment(matrix.last_change, zone, now))
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
    write: Callable[[object], Markup] = get_template_attribute(MACROS, macro)
    return write(what)


def _moment(at: datetime | None, zone: str, now: datetime) -> Markup:
    """Write an instant of today as the time of day, another with its date."""
    if at is None:
        return escape("none so far")
    here = ZoneInfo(zone)
    is_today = at.astimezone(here).date() == now.astimezone(here).date()
    text = clock_time(at, zone) if is_today else instant_seconds(at, zone)
    return Markup('<time datetime="{}">{}</time>').format(iso(at), text)


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
