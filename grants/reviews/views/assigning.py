"""Staff: the assignment board by hand, sending, and the progress of sheets."""

from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.errors import NotFound, Refused
from grants.findings import Finding, Level
from grants.reviews.forms.joining import DeedForm
from grants.reviews.forms.sheets import ReturnForm
from grants.reviews.forms.staff import AssignForm, RemoveForm, SendForm
from grants.reviews.models import Assignment, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, pool, sheets
from grants.reviews.queries.applications import Candidate
from grants.reviews.queries.progress import SheetPage, is_late, sheet_page
from grants.reviews.services import assigning, reminding, scoring
from grants.reviews.services.rubric import rubric_of
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.board import board_of
from grants.reviews.views.seeing import require_own_in
from grants.reviews.workflow import IN
from grants.web import current
from grants.web.fields import page_asked
from grants.web.render import go, page


@pages.page("/<number>/assign", "assign", permission="pool.read", load=competition_by_number, by=("number",))
def assign(competition: Competition) -> ResponseReturnValue:
    """Show who reviews what, what is missing, and what was not sent."""
    return _board(competition, AssignForm(formdata=None))


def _board(competition: Competition, form: AssignForm, *, at: str = "") -> ResponseReturnValue:
    with current.reading() as session:
        board = board_of(session, competition, current.actor())
    state, only = request.args.get("state", ""), request.args.get("only", "")
    return page(
        "staff/reviews/assign.html",
        form=form,
        competition=competition,
        board=board,
        state=state,
        only=only,
        at=at,
    )


@pages.page(
    "/applications/<uid>/assign",
    "add",
    permission="assignment.manage",
    load=material.application_by_uid,
    methods=("POST",),
)
def add(application: Application) -> ResponseReturnValue:
    """Add one reviewer to one application."""
    form = AssignForm()
    with current.reading() as session:
        competition = _competition(session, application.competition_id)
        member = pool.member_by_uid(session, str(form.person.data or ""))
    if form.is_sent():
        if member is None or member.person_id is None:
            raise NotFound
        try:
            with current.writing() as session:
                assigning.assign(
                    session,
                    competition,
                    session.get_one(Application, application.id),
                    member.person_id,
                    reason=str(form.reason.data or ""),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go(
                "staff.reviews.assign",
                number=competition.number,
                said=f"{application.number} now has {member.name}.",
                anchor=f"line-{application.uid}",
            )
        except Refused as refusal:
            form.refuse(refusal)
    return _board(competition, form, at=application.uid)


@pages.page(
    "/assignments/<uid>/remove",
    "remove",
    permission="assignment.manage",
    load=assignments.assignment_by_uid,
    methods=("GET", "POST"),
)
def remove(row: Assignment) -> ResponseReturnValue:
    """Take a reviewer off an application, with a reason where they know of it."""
    form = RemoveForm()
    with current.reading() as session:
        competition = _competition(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        member = pool.membership_in(session, row.competition_id, row.person_id)
    if form.is_sent():
        try:
            with current.writing() as session:
                assigning.unassign(
                    session,
                    session.get_one(Assignment, row.id),
                    reason=str(form.reason.data or ""),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go(
                "staff.reviews.assign",
                number=competition.number,
                said=f"{member.name if member else 'The reviewer'} is off {candidate.number}.",
                anchor=f"line-{candidate.uid}",
            )
        except Refused as refusal:
            form.refuse(refusal)
    return page(form=form, assignment=row, competition=competition, candidate=candidate, member=member)


@pages.page(
    "/<number>/send",
    "send",
    permission="assignment.manage",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def send(competition: Competition) -> ResponseReturnValue:
    """Tell every reviewer of what changed since the last sending."""
    form = SendForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                sent = assigning.send(
                    session,
                    competition,
                    due_at=form.due(competition.zone),
                    anyway=str(form.anyway.data or ""),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go(
                "staff.reviews.assign",
                number=competition.number,
                said=f"Sent {sent.assigned + sent.withdrawn} changes to {len(sent.people)} reviewers.",
            )
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        board = board_of(session, competition, current.actor())
    drafts: dict[str, list[str]] = {}
    for line in board.lines:
        for chip in line.chips:
            if chip.is_draft:
                drafts.setdefault(chip.member.name, []).append(line.candidate.number)
    stops = [one for one in board.findings if one.level is Level.STOP]
    return page(form=form, competition=competition, board=board, drafts=drafts, stops=stops)


@dataclass(frozen=True)
class Progress:
    """One sheet as staff may know it before it is in: how far, never how many points."""

    sheet: Sheet
    candidate: Candidate
    name: str
    filled: int
    saved_at: datetime | None
    due_at: datetime | None
    is_late: bool

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
    form = DeedForm()
    if form.is_sent() and current.may("assignment.manage", competition):
        try:
            with current.writing() as session:
                reminded = reminding.remind(session, competition, actor=current.actor(), now=current.now())
            return go(
                "staff.reviews.progress", number=competition.number, said=f"Reminded {reminded} reviewers."
            )
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
        rows = _progress(session, competition, found)
        keys = len(rubric_of(session, competition).leaves)
    return page(form=form, competition=competition, found=found, rows=rows, keys=keys)


def _progress(session: Session, competition: Competition, found: SheetPage) -> list[Progress]:
    sheets_here = [sheet for sheet, _ in found.rows]
    names = {one.person_id: one.name for one in pool.members_of(session, competition.id)}
    candidates = material.candidates_by_id(session, {sheet.application_id for sheet in sheets_here})
    filled = sheets.last_saved(session, [sheet.id for sheet in sheets_here])
    rows = []
    for sheet, due_at in found.rows:
        count, at = filled.get(sheet.id, (0, None))
        name = names.get(sheet.person_id, "Somebody")
        late = is_late(sheet, due_at, current.now())
        rows.append(Progress(sheet, candidates[sheet.application_id], name, count, at, due_at, late))
    return rows


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
