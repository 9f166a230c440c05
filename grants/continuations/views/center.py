"""The center's own pages: its awards and requests, the tasks of one request, sending it, the five years."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.accounts.services.factors import confirm_signer
from grants.awards.models import Award
from grants.awards.queries import told_award_by_uid, told_awards_of
from grants.competitions.rules.states import CENTER_STATES
from grants.continuations.forms import DeedForm, SubmitForm
from grants.continuations.models import Decision, Request
from grants.continuations.queries.requests import (
    decisions_of,
    decisions_of_requests,
    letters_by_id,
    request_by_uid,
    requests_of_awards,
)
from grants.continuations.services.dossier import Dossier, draft_dossier
from grants.continuations.services.evaluating import COMMENTED
from grants.continuations.services.outlook import told_outlook_of
from grants.continuations.services.sending import send_draft, submit_final
from grants.continuations.views.around import OWN_WORDS, STATUS_WORDS, around_request, shared, told_status
from grants.continuations.views.five_years import years_context
from grants.documents.models import Letter
from grants.documents.queries import released_letters_of
from grants.documents.workflow import LetterStatus
from grants.errors import NotFound, Refused
from grants.findings import Finding, stops
from grants.lifecycle.queries import events_about
from grants.organizations.queries import organizations_by_ids, representatives_of
from grants.web import current
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("continuations", audience="applicant")


@pages.page("", "index", permission="application.list")
def index() -> ResponseReturnValue:
    """Show the centers of one's organizations: award, five years, requests, letters."""
    ids = sorted(current.actor().memberships)
    with current.reading() as session:
        awards = told_awards_of(session, ids)
        requests = requests_of_awards(session, [award.id for award in awards])
        released = _released(session, requests)
        hosts = organizations_by_ids(session, set(ids))
        letters = released_letters_of(session, ids)
    shown = {one.id: told_status(one, letter_released=one.id in released) for one in requests}
    return page(
        awards=awards,
        requests=requests,
        shown=shown,
        hosts=hosts,
        letters=letters,
        states=CENTER_STATES,
        status_words={**STATUS_WORDS, **OWN_WORDS},
    )


def _released(session: Session, requests: list[Request]) -> set[int]:
    decisions = decisions_of_requests(session, [one.id for one in requests])
    letters = letters_by_id(session, [one.letter_id for one in decisions if one.letter_id])
    return {
        one.request_id
        for one in decisions
        if one.letter_id and letters[one.letter_id].status is LetterStatus.RELEASED
    }


@pages.page("/<uid>", "request", permission="continuation.read_own", load=request_by_uid)
def request_page(request: Request) -> ResponseReturnValue:
    """Show the tasks of a request, what it lacks, its two milestones, and what was decided."""
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
        decision, letter = _told_decision(session, request)
        people = representatives_of(session, request.organization_id)
        happened = events_about(session, "continuation_request", request.id)
    return page(
        **around_request(dossier, "request"),
        comments=[one for one in happened if one.kind == COMMENTED],
        tasks=task_groups(dossier),
        stops=stops(dossier.findings),
        links=links_of(request),
        decision=decision,
        letter=letter,
        shown=told_status(request, letter_released=letter is not None),
        representatives=people,
        form=DeedForm(),
    )


def _told_decision(session: Session, request: Request) -> tuple[Decision | None, Letter | None]:
    """Return the newest decision that the center is told, with its released letter."""
    decisions = decisions_of(session, request.id)
    if not decisions:
        return None, None
    newest = decisions[0]
    letters = letters_by_id(session, [newest.letter_id] if newest.letter_id else [])
    letter = letters.get(newest.letter_id or 0)
    if letter is None:
        return newest, None
    return (newest, letter) if letter.status is LetterStatus.RELEASED else (None, None)


def task_groups(dossier: Dossier) -> list[dict[str, Any]]:
    """Return the groups of the task list with the state of each task."""
    year = dossier.request.ordinal
    return [
        {
            "number": 1,
            "heading": f"The work of year {year}",
            "tasks": [
                _task(dossier, "Scope of work", "scope"),
                _task(dossier, "Operating outcomes", "outcomes"),
            ],
        },
        {
            "number": 2,
            "heading": f"Year {year - 1} so far",
            "tasks": [_task(dossier, "Federal money and match", "actuals")],
        },
        {
            "number": 3,
            "heading": f"The money of year {year}",
            "tasks": [
                _task(dossier, "Carry-over of unspent federal money", "carry_over"),
                _task(dossier, "Budget against the ceiling", "budget"),
                _task(dossier, "Differences from the approved plan", "reasons"),
            ],
        },
    ]


def _task(dossier: Dossier, label: str, name: str) -> dict[str, Any]:
    faults = [one for one in stops(dossier.findings) if place_of(one) == name]
    part = dossier.parts.get(name)
    return {
        "label": label,
        "url": url_for(f"applicant.continuations.{name}", uid=dossier.request.uid),
        "state": (f"{len(faults)} to mend", "progress") if faults else ("Complete", "done"),
        "at": part.updated_at if part else None,
        "zone": dossier.request.zone,
    }


def place_of(finding: Finding) -> str:
    """Name the page on which a finding is mended."""
    if finding.code.startswith("carry_over"):
        return "carry_over"
    if finding.field and finding.field.startswith("year-"):
        return "budget"
    return finding.field or "request"


def links_of(request: Request) -> dict[str, tuple[str, str]]:
    """Return where each fault is mended, by its field or code."""

    def link(name: str, words: str) -> tuple[str, str]:
        return url_for(f"applicant.continuations.{name}", uid=request.uid), words

    budget = link("budget", "Go to the budget")
    columns = ("federal", "cash", "inkind", "additive", "deductive")
    fields = [f"year-{request.ordinal}", *(f"year-{request.ordinal}-{name}" for name in columns)]
    return {
        **dict.fromkeys(fields, budget),
        "scope": link("scope", "Go to the scope of work"),
        "outcomes": link("outcomes", "Go to the outcomes"),
        "actuals": link("actuals", "Go to this year so far"),
        "reasons": link("reasons", "Explain it"),
    }


@pages.page(
    "/<uid>/send-draft", "send_draft", permission="continuation.write", load=request_by_uid, methods=("POST",)
)
def send_the_draft(request: Request) -> ResponseReturnValue:
    """Send the draft to the program officer."""
    with current.writing() as session:
        send_draft(session, again(session, request), actor=current.actor(), now=current.now())
    said = "Sent to your program officer. You can go on changing it until you submit the final request."
    return go("applicant.continuations.request", uid=request.uid, said=said)


@pages.page(
    "/<uid>/submit",
    "submit",
    permission="continuation.read_own",
    load=request_by_uid,
    methods=("GET", "POST"),
)
def submit(request: Request) -> ResponseReturnValue:
    """Confirm and submit the final request; only the authorized representative can."""
    form = SubmitForm()
    status = 200
    if form.is_sent():
        try:
            with current.writing() as session:
                row = again(session, request)
                confirm_signer(session, current.actor(), str(form.signer.data))
                sending = submit_final(session, row, actor=current.actor(), now=current.now())
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            said = f"Submitted. What we received has the SHA-256 {sending.sha256[:16]}…"
            return go("applicant.continuations.request", uid=request.uid, said=said)
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
        people = representatives_of(session, request.organization_id)
    return page(
        **around_request(dossier, "request"),
        form=form,
        stops=stops(dossier.findings),
        looks=[one for one in dossier.findings if one not in stops(dossier.findings)],
        links=links_of(request),
        representatives=people,
        status=status,
    )


@pages.page("/years/<uid>", "years", permission="continuation.read_own", load=told_award_by_uid)
def years(award: Award) -> ResponseReturnValue:
    """Show the five years of one's center."""
    with current.reading() as session:
        outlook = told_outlook_of(session, award, now=current.now())
    return page(**shared(outlook.competition), **years_context(outlook))


def again(session: Session, request: Request) -> Request:
    """Load a request anew in the write transaction."""
    row = request_by_uid(session, request.uid)
    if row is None:
        raise NotFound
    return row
