"""Staff: applications by reviewers as one table; a cell's button adds or takes off."""

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import NotFound, Refused
from grants.reviews.forms.staff import PairForm
from grants.reviews.models import Assignment, PanelMember
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.posing import Posed, posed
from grants.reviews.views.assigning import added, removed
from grants.reviews.views.audiences import staff as pages
from grants.reviews.workflow import AssignmentStatus
from grants.web import current
from grants.web.fields import counted, page_asked
from grants.web.render import go, page
from scoring.assign.expertise import Fit

ROWS, COLUMNS = 40, 40
STEPS = (1000, 825, 650, 475)
"""Fits from which a cell has a darker shade; below the last it has none."""


@dataclass(frozen=True)
class Cell:
    """One reviewer and one application."""

    member: PanelMember
    fit: Fit
    assignment: Assignment | None
    conflict: str | None
    is_full: bool

    @property
    def is_draft(self) -> bool:
        """Ask whether the pair is chosen and nobody was told."""
        return self.assignment is not None and self.assignment.status == AssignmentStatus.DRAFT


@dataclass(frozen=True)
class Head:
    """One reviewer at the top of a column."""

    member: PanelMember
    load: int
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One application with its cells."""

    candidate: Candidate
    count: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """The matrix of one page of rows and one page of columns."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    applications: int
    reviewers: int
    states: tuple[tuple[str, str], ...]
    page: int
    last: int
    columns: int
    last_columns: int


@pages.page(
    "/<number>/assign/matrix", "grid", permission="pool.read", load=competition_by_number, by=("number",)
)
def grid(competition: Competition) -> ResponseReturnValue:
    """Show every application against every reviewer."""
    return _grid(competition, PairForm(formdata=None))


@pages.page(
    "/<number>/assign/pair",
    "pair",
    permission="assignment.manage",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def pair(competition: Competition) -> ResponseReturnValue:
    """Add or take off the pair of the pressed cell; what needs a reason leads to the page that asks."""
    form = PairForm()
    first, _, second = str(form.pair.data or "").partition(":")
    with current.reading() as session:
        application = material.application_by_uid(session, first)
        member = pool.member_by_uid(session, second)
        if (
            application is None
            or member is None
            or member.person_id is None
            or {application.competition_id, member.competition_id} != {competition.id}
            or application.id in current.actor().barred
        ):
            raise NotFound
        row = assignments.active_pair(session, application.id, member.person_id)
    if row is not None and row.status == AssignmentStatus.SENT:
        return go("staff.reviews.remove", uid=row.uid)
    if form.is_sent():
        try:
            said = _turned(competition, application, member, row)
            return go("staff.reviews.grid", said=said, anchor="matrix", **_place(competition))
        except Refused as refusal:
            if any(one.code.startswith("breaks-") for one in refusal.findings):
                return go("staff.reviews.choose", uid=application.uid, person=member.uid)
            form.refuse(refusal)
    return _grid(competition, form)


def _turned(
    competition: Competition, application: Application, member: PanelMember, row: Assignment | None
) -> str:
    if row is not None:
        return removed(competition, row, "")
    return added(competition, application, member.person_id or 0, reason="")


def _place(competition: Competition) -> dict[str, str]:
    """Return where in the matrix the reader is, to come back to."""
    asked = {name: request.args[name] for name in ("state", "page", "columns") if name in request.args}
    return {"number": competition.number or "", **asked}


def _grid(competition: Competition, form: PairForm) -> ResponseReturnValue:
    state = request.args.get("state", "")
    with current.reading() as session:
        standing = posed(session, competition, without=current.actor().barred)
    found = grid_of(standing, state, page_asked(), counted(request.args.get("columns"), 1))
    return page(
        "staff/reviews/grid.html",
        form=form,
        competition=competition,
        grid=found,
        state=state,
        place=_place(competition),
        needed=standing.needed,
        steps=STEPS,
    )


def grid_of(standing: Posed, state: str, page: int, columns: int) -> Grid:
    """Return the part of the matrix that is asked for; a page that is not there is the nearest one."""
    candidates = [one for one in standing.candidates if not state or one.state == state]
    people = list(standing.members)
    last, last_columns = max(1, -(-len(candidates) // ROWS)), max(1, -(-len(people) // COLUMNS))
    page, columns = min(max(page, 1), last), min(max(columns, 1), last_columns)
    shown = people[(columns - 1) * COLUMNS : columns * COLUMNS]
    return Grid(
        heads=tuple(
            Head(standing.members[one], standing.loads[one], tuple(standing.topics(one))) for one in shown
        ),
        rows=tuple(_row(standing, one, shown) for one in candidates[(page - 1) * ROWS : page * ROWS]),
        applications=len(candidates),
        reviewers=len(people),
        states=tuple((code, code) for code in dict.fromkeys(one.state for one in standing.candidates)),
        page=page,
        last=last,
        columns=columns,
        last_columns=last_columns,
    )


def _row(standing: Posed, candidate: Candidate, people: list[int]) -> Row:
    rows = {row.person_id: row for row in standing.by_application[candidate.id]}
    cells = []
    for person_id in people:
        conflict = standing.barring.get((person_id, candidate.id))
        member = standing.members[person_id]
        cells.append(
            Cell(
                member,
                standing.fits[candidate.id, person_id],
                rows.get(person_id),
                conflict.kind if conflict else None,
                standing.loads[person_id] >= member.cap,
            )
        )
    return Row(candidate, len(rows), tuple(cells))
