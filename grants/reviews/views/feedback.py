"""Feedback to applicants: staff look, clear and export; the applicant reads it from the letter on."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.models import Application
from grants.applications.queries.drafts import application_by_id
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.documents.models import Feedback, Letter
from grants.documents.views.sending import send_file_row
from grants.errors import NotFound, Refused
from grants.jobs.models import JobProgress
from grants.reviews.forms.feedback import ClearForm, WithdrawForm
from grants.reviews.forms.joining import DeedForm
from grants.reviews.queries import applications as material
from grants.reviews.queries import feedback as stored
from grants.reviews.queries.packets import jobs_of
from grants.reviews.rules.feedback import from_json
from grants.reviews.services import feedback as clearing
from grants.reviews.services.feedback import Draft
from grants.reviews.services.seeing import require_own_in
from grants.reviews.views.audiences import applicant, staff
from grants.reviews.views.feedback_book import feedback_lines
from grants.web import current
from grants.web.filters import plural
from grants.web.render import go, page
from grants.web.spreadsheets import send_list


@staff.page(
    "/<number>/feedback",
    "feedback",
    permission="sheet.read",
    load=competition_by_number,
    by=("number",),
)
def feedback_list(competition: Competition) -> ResponseReturnValue:
    """List what each applicant will get, names that stand in it, and whether it is cleared and open."""
    with current.reading() as session:
        found = _drafts(session, competition)
        jobs = jobs_of(session, {one.standing.job_uid for one in found if one.standing})
    running = [job for job in jobs.values() if job.progress in {JobProgress.WAITING, JobProgress.RUNNING}]
    failed = [failure for job in jobs.values() for failure in job.failures]
    return page(
        form=DeedForm(formdata=None), competition=competition, found=found, running=running, failed=failed
    )


@staff.page(
    "/<number>/feedback/clear",
    "clear_feedback",
    permission="feedback.clear",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def clear_feedback(competition: Competition) -> ResponseReturnValue:
    """Clear everything that is ready and in which no reviewer's name stands."""
    form = DeedForm()
    cleared = 0
    if form.is_sent():
        with current.writing() as session:
            ready = [one for one in _drafts(session, competition) if one.is_ready]
            clearing.clear(session, competition, ready, actor=current.actor(), now=current.now())
            cleared = len(ready)
    said = f"Cleared: feedback on {plural(cleared, 'application')}." if cleared else "Nothing was ready."
    return go("staff.reviews.feedback", number=competition.number, said=said)


@staff.page(
    "/<number>/feedback.xlsx",
    "feedback_book",
    permission="sheet.read",
    load=competition_by_number,
    by=("number",),
)
def feedback_book(competition: Competition) -> ResponseReturnValue:
    """Send all cleared feedback as one Excel file, without a name or a seat."""
    with current.reading() as session:
        found = _drafts(session, competition)
    return send_list(f"{competition.number}-feedback", "xlsx", "Feedback", feedback_lines(found))


@staff.page(
    "/feedback/applications/<uid>",
    "feedback_preview",
    permission="sheet.read",
    load=material.application_by_uid,
    methods=("GET", "POST"),
    reads="feedback",
)
def feedback_preview(application: Application) -> ResponseReturnValue:
    """Show the feedback as its applicant will read it; clear it, or take it back."""
    form = ClearForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                require_own_in(session, current.actor(), [application.id])
                competition = _competition(session, application.competition_id)
                draft = clearing.draft_of(session, competition, application.id)
                clearing.clear(
                    session,
                    competition,
                    [draft],
                    names_stand=bool(form.names_stand.data),
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.reviews.feedback_preview", uid=application.uid, said="Cleared.")
    return _preview(application, form, WithdrawForm(formdata=None))


def _preview(application: Application, form: ClearForm, back: WithdrawForm) -> ResponseReturnValue:
    with current.reading() as session:
        require_own_in(session, current.actor(), [application.id])
        competition = _competition(session, application.competition_id)
        draft = clearing.draft_of(session, competition, application.id)
    text = from_json(draft.standing.content) if draft.standing else draft.text
    return page(
        "staff/reviews/feedback_preview.html",
        form=form,
        back=back,
        competition=competition,
        draft=draft,
        text=text,
        status=422 if back.has_faults else 200,
    )


@staff.page(
    "/feedback/<uid>/withdraw",
    "withdraw_feedback",
    permission="feedback.clear",
    load=stored.feedback_by_uid,
    methods=("POST",),
)
def withdraw_feedback(row: Feedback) -> ResponseReturnValue:
    """Take a cleared feedback back, with a reason."""
    form = WithdrawForm()
    with current.reading() as session:
        application = application_by_id(session, row.application_id)
    if application is None:
        raise NotFound
    if form.is_sent():
        with current.writing() as session:
            standing = stored.feedback_by_uid(session, row.uid)
            if standing is None:
                raise NotFound
            clearing.withdraw(
                session, standing, reason=str(form.reason.data), actor=current.actor(), now=current.now()
            )
        return go("staff.reviews.feedback_preview", uid=application.uid, said="Taken back.")
    return _preview(application, ClearForm(formdata=None), form)


@staff.page(
    "/feedback/<uid>/file",
    "feedback_pdf",
    permission="sheet.read",
    load=stored.feedback_by_uid,
    reads="feedback",
)
def feedback_pdf(row: Feedback) -> ResponseReturnValue:
    """Send the PDF of one feedback."""
    with current.reading() as session:
        require_own_in(session, current.actor(), [row.application_id])
    return _sent(row)


@applicant.page(
    "/feedback/<uid>",
    "feedback",
    permission="feedback.read_own",
    load=stored.open_feedback,
    reads="feedback",
)
def own_feedback(row: Feedback) -> ResponseReturnValue:
    """Show what the reviewers said, once the letter is out."""
    with current.reading() as session:
        application = application_by_id(session, row.application_id)
        competition = _competition(session, row.competition_id)
    return page(
        application=application,
        competition=competition,
        text=from_json(row.content),
        row=row,
    )


@applicant.page(
    "/feedback/<uid>/file",
    "feedback_file",
    permission="feedback.read_own",
    load=stored.open_feedback,
    reads="feedback",
)
def own_feedback_file(row: Feedback) -> ResponseReturnValue:
    """Send the feedback as PDF."""
    return _sent(row)


@dataclass(frozen=True)
class Decision:
    """The decision on an application as its applicant sees it: the letters, and whether comments are open."""

    letters: tuple[Letter, ...]
    told_at: datetime
    has_feedback: bool


def decision_of(session: Session, application: Application) -> Decision | None:
    """Return the decision that was told on an application; None before the letter is out."""
    letters = stored.decision_letters(session, application.id)
    if not letters or letters[0].released_at is None:
        return None
    open_ = stored.standing(session, application.id) is not None
    return Decision(tuple(letters), letters[0].released_at, open_)


def _drafts(session: Session, competition: Competition) -> list[Draft]:
    actor = current.actor()
    found = clearing.drafts(session, competition, without=actor.barred)
    require_own_in(session, actor, [one.candidate.id for one in found])
    return found


def _sent(row: Feedback) -> Response:
    if row.file_id is None:
        raise NotFound
    return send_file_row(row.file_id, download=True)


def _competition(session: Session, competition_id: int) -> Competition:
    found = competition_by_id(session, competition_id)
    if found is None:
        raise NotFound
    return found
