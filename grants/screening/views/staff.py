"""Administrative review for staff: the queue, one application with its three questions, late attempts."""

from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from grants.accounts.queries import person_by_id
from grants.applications.models import Application
from grants.applications.queries import drafts, submissions
from grants.applications.rules.content import from_json
from grants.applications.workflow import ApplicationStatus
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import MoveRefused, NotFound, Refused
from grants.screening import queries, services
from grants.screening.forms import ScreenForm, UndoForm
from grants.screening.rules import QUESTIONS, faults_in, reasons_of
from grants.screening.services import Answer
from grants.web import current
from grants.web.fields import page_asked
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("screening", audience="staff")

SHOWN = {
    "": queries.CLOSED,
    "waiting": (ApplicationStatus.SUBMITTED,),
    "eligible": (ApplicationStatus.ELIGIBLE,),
    "ineligible": (ApplicationStatus.INELIGIBLE,),
}
CAPTIONS = {
    "": "Applications of closed competitions",
    "waiting": "Waiting for a decision",
    "eligible": "Let into review",
    "ineligible": "Not to be reviewed",
}


@pages.page("", "index", permission="application.screen")
def index() -> ResponseReturnValue:
    """List what came to administrative review, what waits first, with the faults the rules found."""
    actor, now = current.actor(), current.now()
    shown = request.args.get("shown", "")
    state, number = request.args.get("state", "").strip().upper(), request.args.get("competition", "")
    page_number = page_asked()
    with current.reading() as session:
        competition = competition_by_number(session, number[:60]) if number else None
        rows, total = queries.queue(
            session,
            actor,
            now=now,
            statuses=SHOWN.get(shown, SHOWN[""]),
            state=state[:2],
            competition=number[:60],
            page=page_number,
        )
        late = len(submissions.late_attempts(session, actor, competition.id if competition else None))
        faults = services.faults_of_rows(session, rows, now)
    return page(
        rows=rows,
        faults=faults,
        total=total,
        late=late,
        shown=shown,
        state=state,
        number=number,
        competition=competition,
        caption=CAPTIONS.get(shown, CAPTIONS[""]),
        page_number=page_number,
        last=-(-total // queries.PAGE),
    )


@pages.page(
    "/<uid>",
    "screen",
    permission="application.screen",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
    reads="application",
)
def screen(application: Application) -> ResponseReturnValue:
    """Answer the three questions beside what the rules say."""
    form = ScreenForm()
    if form.is_sent():
        actor, now = current.actor(), current.now()
        try:
            with current.writing() as session:
                session.add(application)
                services.decide(session, application, _answers(form), actor=actor, now=now)
        except MoveRefused:
            raise
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _onward(application, now)
    return _screen_page(application, form)


def _answers(form: ScreenForm) -> dict[str, Answer]:
    holds = {"yes": True, "no": False}
    return {
        name: Answer(holds.get(form[name].data or ""), form[f"{name}_reason"].data or "")
        for name in QUESTIONS
    }


def _onward(application: Application, now: datetime) -> ResponseReturnValue:
    with current.reading() as session:
        following = queries.next_to_screen(session, current.actor(), application, now)
    said = f"The result for {application.number} is recorded."
    if following is not None and request.form.get("do") == "next":
        return go("staff.screening.screen", uid=following.uid, said=said)
    with current.reading() as session:
        competition = competition_by_id(session, application.competition_id)
    return go("staff.screening.index", competition=competition.number if competition else None, said=said)


def _screen_page(application: Application, form: ScreenForm) -> ResponseReturnValue:
    now = current.now()
    with current.reading() as session:
        submission = submissions.latest_submission(session, application)
        competition = competition_by_id(session, application.competition_id)
        if submission is None or competition is None or application.status not in queries.CLOSED:
            raise NotFound
        results = services.results_for(session, application, now)
        context: dict[str, Any] = {
            "files": submissions.files_of_submission(session, submission.id),
            "standing": queries.standing_screening(session, application.id),
            "earlier": [s for s in queries.screenings_of(session, application.id) if s.status == "undone"],
            "late": submissions.late_attempts_of(session, application.id),
        }
        decided_by = context["standing"].decided_by_id if context["standing"] else None
        context["decided_by"] = person_by_id(session, decided_by)
    return page(
        form=form,
        application=application,
        competition=competition,
        submission=submission,
        content=from_json(submission.content),
        results=results,
        faults=faults_in(results),
        questions=QUESTIONS,
        state_name=POSTAL_CODES.get(application.state, application.state),
        reasons_of=reasons_of,
        is_closed=competition.deadline_at is not None and now > competition.deadline_at,
        **context,
    )


@pages.page(
    "/<uid>/undo",
    "undo",
    permission="application.screen",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def undo(application: Application) -> ResponseReturnValue:
    """Undo the standing decision, on a page of its own."""
    form = UndoForm()
    if form.is_sent():
        actor, now = current.actor(), current.now()
        with current.writing() as session:
            session.add(application)
            services.undo(session, application, reason=form.reason.data or "", actor=actor, now=now)
        said = f"The result for {application.number} is undone. It waits for review again."
        return go("staff.screening.screen", uid=application.uid, said=said)
    with current.reading() as session:
        standing = queries.standing_screening(session, application.id)
    if standing is None:
        raise NotFound
    return page(form=form, application=application, standing=standing)


@pages.page("/late", "late", permission="application.screen")
def late() -> ResponseReturnValue:
    """List what came after the deadline, of one competition or of all; readable, never in the queue."""
    number = request.args.get("competition", "")[:60]
    with current.reading() as session:
        competition = competition_by_number(session, number) if number else None
        rows = submissions.late_attempts(session, current.actor(), competition.id if competition else None)
        competitions = {
            row.attempt.competition_id: competition_by_id(session, row.attempt.competition_id) for row in rows
        }
    return page(rows=rows, competitions=competitions, competition=competition)
