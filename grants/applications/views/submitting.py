"""Review, certify, receipt, late, status, withdraw: from the draft to what is on record."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue

from grants.access.roles import APPLICANT
from grants.accounts.services.factors import confirm_signer
from grants.applications.forms import CertifyForm, WithdrawForm
from grants.applications.models import Application, LateAttempt, Submission
from grants.applications.queries import drafts, lists, submissions
from grants.applications.rules.certifications import CERTIFICATIONS
from grants.applications.rules.content import from_json
from grants.applications.services import submitting
from grants.applications.services.submitting import Certification
from grants.applications.services.workspace import Frame, Workspace, frame_of, workspace_of
from grants.applications.views.doors import applicant, around
from grants.applications.views.tasklist import groups_of
from grants.applications.views.tasks import crumbs_of
from grants.budgets.rules.years import sum_of_years
from grants.documents.views.sending import send_file_row
from grants.errors import MoveRefused, NotFound, Refused
from grants.findings import Finding, Level, stops
from grants.web import current
from grants.web.forms import Form
from grants.web.render import go, page


@applicant.page("/<uid>/review", "review", permission="application.read", load=drafts.application_by_uid)
def review(application: Application) -> ResponseReturnValue:
    """Show everything that stops submission at once, and what is worth a look."""
    with current.reading() as session:
        workspace = workspace_of(session, application)
    groups = groups_of(workspace, now=current.now(), reader_id=current.actor().person_id)
    done = [task.label for group in groups for task in group.tasks if task.is_done]
    findings = [*workspace.findings, *(Finding("done", label, level=Level.PASS) for label in done)]
    return page(
        **around(workspace.frame, "review"),
        workspace=workspace,
        sums=sum_of_years(workspace.table.contents),
        findings=findings,
        stops=stops(findings),
        links=links_of(workspace, findings),
        submission=workspace.submission,
        has_changed=submitting.has_changed(workspace),
        seen=submitting.seen_hash(workspace),
        crumbs=crumbs_of(workspace.frame.competition, application, "Review and submit"),
    )


def links_of(workspace: Workspace, findings: list[Finding]) -> dict[str, tuple[str, str]]:
    """Return for each place that a finding names where it is mended."""
    return {place: link for found in findings if (place := found.field) and (link := _link(workspace, place))}


def _link(workspace: Workspace, place: str) -> tuple[str, str] | None:
    uid = workspace.application.uid
    kind, _, rest = place.partition("-")

    def url(page_name: str, **values: Any) -> str:
        return url_for(f"applicant.applications.{page_name}", uid=uid, **values)

    organization = workspace.frame.organization.uid
    number = workspace.frame.competition.number
    links: dict[str, Callable[[], tuple[str, str]]] = {
        "about": lambda: (url("about"), "Go to title, director and contact"),
        "people": lambda: (url("people"), "Go to people and partners"),
        "match": lambda: (url("sources"), "Go to the sources of match"),
        "section": lambda: (url("section", key=rest), "Go to the section"),
        "document": lambda: (url("documents", _anchor=f"document-{rest}"), "Go to documents"),
        "year": lambda: (
            url("budget_year", year=int(rest.split("-")[0])),
            f"Go to year {rest.split('-')[0]} of the budget",
        ),
        "before": lambda: (url("budget", _anchor="before"), "Go to the budget"),
        "organization": lambda: (
            url_for("applicant.organizations.show", uid=organization),
            "Go to your organization",
        ),
        "self": lambda: (
            url_for("public.eligibility.check", competition=number, application=uid),
            "Run the self-check",
        ),
    }
    return links[kind]() if kind in links else None


@applicant.page(
    "/<uid>/certify",
    "certify",
    permission="application.submit",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def certify(application: Application) -> ResponseReturnValue:
    """Certify and submit; what counts is when the complete request was here."""
    form = CertifyForm()
    sent = form.is_sent()
    now = current.now()
    if sent:
        try:
            outcome = _submit(application, form, now)
        except MoveRefused:
            raise
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _answer(application, outcome, now)
    with current.reading() as session:
        workspace = workspace_of(session, application)
    links = links_of(workspace, workspace.findings)
    seen = submitting.seen_hash(workspace)
    return page(
        form=form,
        **around(workspace.frame, "review"),
        workspace=workspace,
        sums=sum_of_years(workspace.table.contents),
        stops=stops(workspace.findings),
        links={name: link[0] for name, link in links.items()},
        certifications=CERTIFICATIONS,
        seen=seen,
        changed=submitting.changed_since(workspace) if request.args.get("seen", seen) != seen else "",
        submission=workspace.submission,
        crumbs=crumbs_of(workspace.frame.competition, application, "Certify"),
    )


def _submit(application: Application, form: CertifyForm, now: datetime) -> Submission | LateAttempt:
    certified = Certification(
        form.title.data or "", bool(form.agreed.data), seen=request.form.get("seen", "")
    )
    with current.writing() as session:
        session.add(application)
        if not submitting.is_on_record(session, application):
            confirm_signer(session, current.actor(), str(form.signer.data))
        return submitting.submit(session, application, certified=certified, actor=current.actor(), now=now)


UNCHANGED = "Nothing has changed since this submission. It counts as it stands; no second one was made."


def _answer(
    application: Application, outcome: Submission | LateAttempt, now: datetime
) -> ResponseReturnValue:
    if isinstance(outcome, LateAttempt):
        with current.reading() as session:
            frame = frame_of(session, application)
        return page(
            "applicant/applications/late.html",
            status=422,
            **around(frame, "review"),
            attempt=outcome,
            failed=True,
            crumbs=crumbs_of(frame.competition, application, "Not accepted"),
        )
    said = None if outcome.submitted_at == now else UNCHANGED
    return go("applicant.applications.receipt", uid=application.uid, number=outcome.number, said=said)


@applicant.page(
    "/<uid>/receipts/<number>", "receipt", permission="application.read", load=drafts.application_by_uid
)
def receipt(application: Application, number: str) -> ResponseReturnValue:
    """Show the proof of one submission."""
    with current.reading() as session:
        submission = submissions.submission_by_number(session, application.id, number)
        if submission is None:
            raise NotFound
        frame = frame_of(session, application)
        files = submissions.files_of_submission(session, submission.id)
    return page(
        **around(frame, "review"),
        submission=submission,
        content=from_json(submission.content),
        files=files,
        submitted_by=frame.name_of(submission.submitted_by_id),
        crumbs=crumbs_of(frame.competition, application, f"Receipt {number}"),
    )


@applicant.page(
    "/<uid>/receipts/<number>/file",
    "receipt_file",
    permission="application.read",
    load=drafts.application_by_uid,
)
def receipt_file(application: Application, number: str) -> ResponseReturnValue:
    """Send the receipt as PDF."""
    with current.reading() as session:
        submission = submissions.submission_by_number(session, application.id, number)
    if submission is None or submission.receipt_file_id is None:
        raise NotFound
    return send_file_row(submission.receipt_file_id, download=True)


@applicant.page(
    "/<uid>/ask", "ask", permission="application.edit", load=drafts.application_by_uid, methods=("POST",)
)
def ask(application: Application) -> ResponseReturnValue:
    """Ask the authorized representative by mail to submit."""
    form = Form()
    if not form.is_sent():
        raise NotFound
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        submitting.ask_to_submit(session, application, actor=actor, now=now)
        names = ", ".join(person.name for person in frame_of(session, application).representatives)
    said = f"{names} is asked by mail."
    return go("applicant.applications.review", uid=application.uid, said=said)


@applicant.page("/<uid>/status", "status", permission="application.read", load=drafts.application_by_uid)
def status(application: Application) -> ResponseReturnValue:
    """Show what happened to an application and what comes when."""
    with current.reading() as session:
        frame = frame_of(session, application)
        all_sent = submissions.submissions_of(session, application.id)
        late = submissions.late_attempts_of(session, application.id)
        events = lists.public_events(session, application.id)
        decision = current_app.extensions["grants.decision"](session, application)
    return page(
        **around(frame, "status"),
        decision=decision,
        submissions=all_sent,
        late=late,
        steps=steps_of(frame, current.now()),
        history_rows=[
            {
                "at": event.at,
                "zone": frame.competition.zone,
                "title": TITLES.get(event.kind) or event.happened[:1].upper() + event.happened[1:],
                "by": event.person_name if event.person_role in APPLICANT else "the agency",
                "text": event.reason if event.kind in TOLD else None,
            }
            for event in events
        ],
        crumbs=crumbs_of(frame.competition, application, "After submission"),
    )


TOLD = {"application.screen_out", "application.withdraw"}
TITLES = {"letter.release": "Told you the decision by letter"}
"""What the host reads of a deed, where the record's own words speak to the house."""


def steps_of(frame: Frame, now: datetime) -> list[dict[str, Any]]:
    """Return the way of an application from here to the decision, with what is done."""
    competition, application = frame.competition, frame.application
    order = ["submitted", "eligible", "awarded"]
    passed = {"ineligible": 1, "declined": 3}.get(
        application.status, order.index(application.status) + 1 if application.status in order else 0
    )
    closed = competition.deadline_at is not None and now > competition.deadline_at
    screened_out = application.status == "ineligible"
    return [
        {
            "title": "Deadline",
            "at": competition.deadline_at,
            "zone": competition.zone,
            "state": "done" if closed else "now",
            "text": "What was submitted by then counts."
            if closed
            else "Until then you may replace your submission.",
        },
        {
            "title": "Administrative review",
            "state": "done" if passed > 1 or screened_out else "now" if closed else "ahead",
            "text": "Staff look whether the application is eligible, complete and responsive.",
        },
        {
            "title": "Merit review",
            "state": "done" if passed >= 3 else "now" if passed == 2 else "ahead",  # noqa: PLR2004  # places
            "text": "Independent reviewers score it against the criteria of the notice.",
        },
        {
            "title": "Decision",
            "state": "done" if passed >= 3 else "ahead",  # noqa: PLR2004  # places
            "text": _decision_words(competition.expected_award_on, is_decided=passed >= 3),  # noqa: PLR2004  # places
        },
    ]


def _decision_words(expected_on: date | None, *, is_decided: bool) -> str:
    if is_decided:
        return "You are told by letter; the letter stands on this page."
    if expected_on:
        return f"Expected in {expected_on:%B %Y}. You are told by letter; the letter stands here."
    return "You are told by letter; the letter stands here."


@applicant.page(
    "/<uid>/withdraw",
    "withdraw",
    permission="application.withdraw",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
)
def withdraw(application: Application) -> ResponseReturnValue:
    """Withdraw the application, on a page of its own."""
    form = WithdrawForm()
    if form.is_sent():
        actor, now = current.actor(), current.now()
        with current.writing() as session:
            session.add(application)
            reason = form.reason.data or ""
            submitting.withdraw(session, application, reason=reason, actor=actor, now=now)
        said = f"Application {application.number} is withdrawn."
        return go("applicant.applications.tasks", uid=application.uid, said=said)
    with current.reading() as session:
        frame = frame_of(session, application)
    return page(
        form=form,
        **around(frame, "review"),
        crumbs=crumbs_of(frame.competition, application, "Withdraw"),
    )
