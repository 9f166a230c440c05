"""Staff: how far score sheets are and who is late; reminding, extending, reading and returning them."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.errors import NotFound, Refused
from grants.findings import Finding
from grants.reviews.forms.sheets import ReturnForm
from grants.reviews.forms.staff import ExtendForm, RemindForm
from grants.reviews.models import Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, pool, sheets
from grants.reviews.queries.applications import Candidate
from grants.reviews.queries.counts import NO_SHEETS, sheet_counts
from grants.reviews.queries.progress import SheetPage, is_late, sheet_page
from grants.reviews.services import reminding, scoring
from grants.reviews.services.rubric import rubric_of
from grants.reviews.services.seeing import require_own_in
from grants.reviews.views.audiences import staff as pages
from grants.reviews.workflow import IN
from grants.web import current
from grants.web.fields import page_asked
from grants.web.render import go, page


@dataclass(frozen=True)
class Progress:
    """One sheet as staff may know it before it is in: how far, never how many points."""

    sheet: Sheet
    candidate: Candidate
    name: str
    filled: int
    saved_at: datetime | None
    due_at: datetime | None
    extended_from: datetime | None
    is_late: bool
    of: int

    @property
    def percent(self) -> int:
        """Return how much of the sheet is filled, in whole percent, rounded down."""
        return 100 * self.filled // self.of if self.of else 0

    @property
    def is_in(self) -> bool:
        """Ask whether the sheet is submitted."""
        return self.sheet.status in IN


@pages.page(
    "/<number>/progress",
    "progress",
    permission="sheet.progress",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def progress(competition: Competition) -> ResponseReturnValue:
    """Show who is late and how far sheets are; remind those who are late."""
    form = RemindForm()
    if form.is_sent() and current.may("assignment.manage", competition):
        late_only = form.whom.data == "late"
        try:
            with current.writing() as session:
                reminded = reminding.remind(
                    session, competition, late_only=late_only, actor=current.actor(), now=current.now()
                )
            people = "1 reviewer" if reminded == 1 else f"{reminded} reviewers"
            return go("staff.reviews.progress", number=competition.number, said=f"Reminded {people}.")
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        found = sheet_page(
            session,
            competition.id,
            without=current.actor().barred,
            now=current.now(),
            page=page_asked(),
        )
        keys = len(rubric_of(session, competition).leaves)
        rows = _progress(session, competition, found, keys)
        counted = sheet_counts(session, [competition.id], barred=current.actor().barred)
    counts = counted.get(competition.id, NO_SHEETS)
    return page(form=form, competition=competition, found=found, rows=rows, keys=keys, counts=counts)


def _progress(session: Session, competition: Competition, found: SheetPage, keys: int) -> list[Progress]:
    sheets_here = [sheet for sheet, *_ in found.rows]
    names = {one.person_id: one.name for one in pool.members_of(session, competition.id)}
    candidates = material.candidates_by_id(session, {sheet.application_id for sheet in sheets_here})
    filled = sheets.last_saved(session, [sheet.id for sheet in sheets_here])
    rows = []
    for sheet, due_at, before in found.rows:
        count, at = filled.get(sheet.id, (0, None))
        name = names.get(sheet.person_id, "Somebody")
        late = is_late(sheet, due_at, current.now())
        rows.append(
            Progress(sheet, candidates[sheet.application_id], name, count, at, due_at, before, late, of=keys)
        )
    return rows


@pages.page(
    "/sheets/<uid>/extend",
    "extend",
    permission="assignment.manage",
    load=sheets.sheet_by_uid,
    methods=("GET", "POST"),
)
def extend(row: Sheet) -> ResponseReturnValue:
    """Give one reviewer more time for one sheet."""
    form = ExtendForm()
    with current.reading() as session:
        competition = _competition(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        assignment = assignments.active_pair(session, row.application_id, row.person_id)
        member = pool.membership_in(session, row.competition_id, row.person_id)
    due_at = reminding.due_of(row, assignment)
    if assignment is None or due_at is None:
        raise NotFound
    name = member.name if member else "The reviewer"
    if form.is_sent():
        try:
            with current.writing() as session:
                reminding.extend(
                    session,
                    session.get_one(Sheet, row.id),
                    due_at=form.due(competition.zone),
                    reason=str(form.reason.data),
                    actor=current.actor(),
                    now=current.now(),
                )
            said = f"{name} has more time for {candidate.number}, and is told."
            return go("staff.reviews.progress", number=competition.number, said=said)
        except Refused as refusal:
            form.refuse(refusal)
    return page(
        form=form,
        sheet=row,
        competition=competition,
        candidate=candidate,
        name=name,
        due_at=due_at,
    )


@pages.page("/sheets/<uid>", "sheet", permission="sheet.read", load=sheets.open_sheet, reads="score sheet")
def sheet(opened: sheets.OpenSheet) -> ResponseReturnValue:
    """Read a submitted score sheet in every version; one not submitted is not there."""
    with current.reading() as session:
        require_own_in(session, current.actor(), [opened.application_id])
        kept = sheets.versions_of(session, opened.sheet.id)
        names = {one.person_id: one.name for one in pool.members_of(session, opened.competition_id)}
    if not kept:
        raise NotFound
    chosen = request.args.get("version", "")
    version = next((one for one in kept if str(one.number) == chosen), kept[-1])
    return page(
        opened=opened,
        kept=kept,
        version=version,
        name=names.get(opened.person_id, "Somebody"),
        is_in=opened.sheet.status in IN,
    )


@pages.page(
    "/sheets/<uid>/return",
    "give_back",
    permission="sheet.return",
    load=sheets.sheet_by_uid,
    methods=("GET", "POST"),
)
def give_back(row: Sheet) -> ResponseReturnValue:
    """Return a submitted sheet to its author, with a reason."""
    form = ReturnForm()
    with current.reading() as session:
        competition = _competition(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        names = {one.person_id: one.name for one in pool.members_of(session, row.competition_id)}
    if form.is_sent():
        try:
            with current.writing() as session:
                scoring.return_sheet(
                    session,
                    session.get_one(Sheet, row.id),
                    reason=str(form.reason.data),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go(
                "staff.reviews.progress",
                number=competition.number,
                said=f"The sheet on {candidate.number} is back with {names.get(row.person_id)}.",
            )
        except Refused as refusal:
            form.refuse(refusal)
    elif row.status not in IN:
        form.lay([Finding("status", "This sheet is with its author already.")])
    return page(
        form=form, sheet=row, competition=competition, candidate=candidate, name=names.get(row.person_id)
    )


def _competition(session: Session, competition_id: int) -> Competition:
    competition = competition_by_id(session, competition_id)
    if competition is None:
        raise NotFound
    return competition
