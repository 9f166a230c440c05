"""Staff: the assignment board by hand, one change after the other, and sending."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.errors import NotFound, Refused
from grants.findings import Level
from grants.reviews.forms.staff import AssignForm, LockForm, RemoveForm, SendForm, UndoForm
from grants.reviews.models import Assignment
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, pool
from grants.reviews.services import assigning, undoing
from grants.reviews.services.posing import Posed, posed
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.board import Shown, board_of
from grants.web import current
from grants.web.fields import page_asked
from grants.web.filters import plural
from grants.web.forms import Form
from grants.web.render import go, page


@pages.page("/<number>/assign", "assign", permission="pool.read", load=competition_by_number, by=("number",))
def assign(competition: Competition) -> ResponseReturnValue:
    """Show who reviews what, what is missing, and what was not sent."""
    return _board(competition, AssignForm(formdata=None))


def _board(competition: Competition, form: Form, *, at: str = "") -> ResponseReturnValue:
    asked = Shown(request.args.get("state", ""), request.args.get("only", ""), page_asked())
    with current.reading() as session:
        board = board_of(session, competition, current.actor(), current.now(), asked)
    return page(
        "staff/reviews/assign.html",
        form=form,
        competition=competition,
        board=board,
        asked=asked,
        at=at,
        undo=UndoForm(formdata=None),
    )


@pages.page(
    "/applications/<uid>/assign",
    "add",
    permission="assignment.manage",
    load=material.application_by_uid,
    methods=("POST",),
)
def add(application: Application) -> ResponseReturnValue:
    """Add one reviewer to one application; a rule it breaks leads to the page that asks why."""
    form = AssignForm()
    with current.reading() as session:
        competition = competition_of(session, application.competition_id)
        member = pool.member_by_uid(session, str(form.person.data or ""))
    if form.is_sent():
        if member is None or member.person_id is None or member.competition_id != competition.id:
            raise NotFound
        try:
            said = added(competition, application, member.person_id, reason=str(form.reason.data or ""))
            return go(
                "staff.reviews.assign",
                number=competition.number,
                said=said,
                anchor=f"line-{application.uid}",
            )
        except Refused as refusal:
            if any(one.code.startswith("breaks-") for one in refusal.findings):
                return go("staff.reviews.choose", uid=application.uid, person=member.uid)
            form.refuse(refusal)
    return _board(competition, form, at=application.uid)


def added(competition: Competition, application: Application, person_id: int, *, reason: str) -> str:
    """Add a reviewer, keep the change to be undone, and return the sentence that says it."""
    with current.writing() as session:
        row = assigning.assign(
            session,
            competition,
            session.get_one(Application, application.id),
            person_id,
            reason=reason,
            actor=current.actor(),
            now=current.now(),
        )
        session.flush()
        said = sentence(posed(session, competition, without=current.actor().barred), row)
        undoing.note(
            session,
            competition,
            [(undoing.ADDED, row)],
            said=said,
            actor=current.actor(),
            now=current.now(),
        )
    return said


def sentence(standing: Posed, row: Assignment) -> str:
    """Say where an application and a reviewer stand: “CO-03 now has 3. Chu has 3 of 4.”."""
    number = next(one.number for one in standing.candidates if one.id == row.application_id)
    member, load = standing.members.get(row.person_id), standing.loads.get(row.person_id, 0)
    count = len(standing.by_application[row.application_id])
    seat = f" {member.name} has {load} of {member.cap}." if member else ""
    return f"{number} now has {count}.{seat} Fit is {standing.reached / 1000:.2f}."


@pages.page(
    "/assignments/<uid>/remove",
    "remove",
    permission="assignment.manage",
    load=assignments.assignment_by_uid,
    methods=("GET", "POST"),
)
def remove(row: Assignment) -> ResponseReturnValue:
    """Take a reviewer off an application, with a reason where they know of it."""
    form, status = RemoveForm(), 200
    with current.reading() as session:
        competition = competition_of(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        member = pool.membership_in(session, row.competition_id, row.person_id)
        standing = posed(session, competition, without=current.actor().barred)
    if form.is_sent():
        try:
            said = removed(competition, row, str(form.reason.data or ""))
            return go(
                "staff.reviews.assign",
                number=competition.number,
                said=said,
                anchor=f"line-{candidate.uid}",
            )
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status
    fit = standing.fits.get((row.application_id, row.person_id))
    count = len(standing.by_application.get(row.application_id, ()))
    return page(
        form=form,
        assignment=row,
        competition=competition,
        candidate=candidate,
        member=member,
        fit=fit,
        short_by=max(0, standing.needed - count + 1),
        status=status,
    )


def removed(competition: Competition, row: Assignment, reason: str) -> str:
    """Take a reviewer off, keep the change to be undone, and return the sentence that says it."""
    with current.writing() as session:
        stored = session.get_one(Assignment, row.id)
        assigning.unassign(session, stored, reason=reason, actor=current.actor(), now=current.now())
        session.flush()
        said = sentence(posed(session, competition, without=current.actor().barred), stored)
        undoing.note(
            session,
            competition,
            [(undoing.REMOVED, stored)],
            said=said,
            actor=current.actor(),
            now=current.now(),
        )
    return said


@pages.page(
    "/assignments/<uid>/lock",
    "lock",
    permission="assignment.manage",
    load=assignments.assignment_by_uid,
    methods=("POST",),
)
def lock(row: Assignment) -> ResponseReturnValue:
    """Keep a pair through the next proposal, or no longer."""
    form = LockForm()
    locked = form.locked.data == "yes"
    with current.reading() as session:
        competition = competition_of(session, row.competition_id)
        candidate = material.candidates_by_id(session, [row.application_id])[row.application_id]
        member = pool.membership_in(session, row.competition_id, row.person_id)
    name = member.name if member else "The reviewer"
    said = (
        f"{name} stays on {candidate.number} through the next proposal."
        if locked
        else f"{name} on {candidate.number} is unlocked; the next proposal may change it."
    )
    if form.is_sent():
        actor, now = current.actor(), current.now()
        with current.writing() as session:
            stored = session.get_one(Assignment, row.id)
            if assigning.lock(session, stored, locked=locked, actor=actor, now=now):
                deed = undoing.LOCKED if locked else undoing.UNLOCKED
                undoing.note(session, competition, [(deed, stored)], said=said, actor=actor, now=now)
    return go("staff.reviews.assign", number=competition.number, said=said, anchor=f"line-{candidate.uid}")


@pages.page(
    "/<number>/assign/undo",
    "undo",
    permission="assignment.manage",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def undo(competition: Competition) -> ResponseReturnValue:
    """Take back one's own last change."""
    form = UndoForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                said = undoing.undo(
                    session,
                    competition,
                    str(form.change.data or ""),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go("staff.reviews.assign", number=competition.number, said=f"Taken back: {said}")
        except Refused as refusal:
            form.refuse(refusal)
    return _board(competition, form)


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
                said=f"Sent {plural(sent.assigned + sent.withdrawn, 'change')} to "
                f"{plural(len(sent.people), 'reviewer')}.",
            )
        except Refused as refusal:
            form.refuse(refusal)
    with current.reading() as session:
        board = board_of(session, competition, current.actor(), current.now())
    stops = [one for one in board.findings if one.level is Level.STOP and one.code != assigning.LOOK]
    return page(form=form, competition=competition, board=board, drafts=board.drafts_by_name, stops=stops)


def competition_of(session: Session, competition_id: int) -> Competition:
    """Return the competition of a record that exists."""
    competition = competition_by_id(session, competition_id)
    if competition is None:
        raise NotFound
    return competition
