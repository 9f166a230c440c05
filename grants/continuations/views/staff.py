"""Staff pages of continuations: the queue, one request, its evaluation, sending back, the five years."""

from typing import Any

from flask import request as web
from flask import url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.awards.models import Award
from grants.awards.queries import award_by_uid
from grants.competitions.rules.states import CENTER_STATES
from grants.continuations.forms import CommentForm, ConditionForm, DeedForm, EvaluationForm, SendBackForm
from grants.continuations.models import Evaluation, Request
from grants.continuations.queries.requests import (
    PAGE,
    batches_by_id,
    decisions_of,
    evaluations_of,
    last_sendings,
    letters_by_id,
    queue,
    request_by_uid,
)
from grants.continuations.queries.requests import centers as found_centers
from grants.continuations.rules.gates import FACTORS, Choice, Proposal
from grants.continuations.services import evaluating
from grants.continuations.services.dossier import Dossier, sent_dossier
from grants.continuations.services.evaluating import OPEN_FOR_EVALUATION, Reading
from grants.continuations.services.outlook import outlook_of
from grants.continuations.views.around import STATUS_WORDS, shared, staff_side
from grants.continuations.views.five_years import years_context
from grants.continuations.workflow import RequestStatus
from grants.errors import NotFound, Refused, StaleVersion
from grants.findings import stops
from grants.lifecycle.queries import events_about
from grants.web import current
from grants.web.fields import page_asked
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("continuations", audience="staff")
CONDITION = "condition-"


@pages.page("", "index", permission="continuation.read")
def index() -> ResponseReturnValue:
    """List the requests, those due first."""
    status, words = web.args.get("status", ""), web.args.get("words", "")[:100]
    at = page_asked()
    with current.reading() as session:
        rows, total = queue(session, current.actor(), status=status, words=words, page=at)
        sendings = last_sendings(session, [row.request.id for row in rows])
    return page(
        rows=rows,
        total=total,
        sendings=sendings,
        at=at,
        last=max(1, -(-total // PAGE)),
        chosen=status,
        words=words,
        statuses=[(one.value, STATUS_WORDS[one.value][0]) for one in RequestStatus],
        status_words=STATUS_WORDS,
        states=CENTER_STATES,
    )


@pages.page("/centers", "centers", permission="continuation.read")
def centers() -> ResponseReturnValue:
    """List the centers with an accepted award, by state."""
    words, at = web.args.get("words", "")[:100], page_asked()
    with current.reading() as session:
        rows, total = found_centers(session, current.actor(), words=words, page=at)
    return page(
        rows=rows,
        total=total,
        at=at,
        last=max(1, -(-total // PAGE)),
        words=words,
        status_words=STATUS_WORDS,
        states=CENTER_STATES,
    )


@pages.page(
    "/<uid>", "show", permission="continuation.read", load=request_by_uid, reads="continuation_request"
)
def show(request: Request) -> ResponseReturnValue:
    """Show a request with its evidence, evaluation, decision, letter and history."""
    with current.reading() as session:
        dossier = sent_dossier(session, request, now=current.now())
        evaluations = evaluations_of(session, request.id)
        decisions = decisions_of(session, request.id)
        letters = letters_by_id(session, [one.letter_id for one in decisions if one.letter_id])
        batches = batches_by_id(session, [one.batch_id for one in letters.values() if one.batch_id])
        history = events_about(session, "continuation_request", request.id)
    return page(
        **around_staff(dossier),
        batches=batches,
        evaluation=next((one for one in evaluations if one.evaluated_at), None),
        decisions=decisions,
        letters=letters,
        history=history,
        form=DeedForm(),
        can_evaluate=request.status in OPEN_FOR_EVALUATION,
    )


def around_staff(dossier: Dossier) -> dict[str, Any]:
    """Return what every staff page of a request shows."""
    basis = dossier.basis
    gates = basis.gates
    return {
        **shared(basis.competition),
        **staff_side(dossier.request, basis.award.uid),
        "request_": dossier.request,
        "dossier": dossier,
        "basis": basis,
        "gates": gates,
        "gate_stops": stops(gates),
        "factors": FACTORS,
    }


@pages.page(
    "/<uid>/evaluate",
    "evaluate",
    permission="continuation.evaluate",
    load=request_by_uid,
    methods=("GET", "POST"),
)
def evaluate(request: Request) -> ResponseReturnValue:
    """Evaluate a request by the three factors and recommend."""
    form = EvaluationForm()
    stale: StaleVersion | None = None
    status = 200
    if form.is_sent() and web.form.get("do") != "recalculate":
        try:
            said = _act(request, form)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            if web.form.get("do") == "send":
                return go("staff.continuations.show", uid=request.uid, said=said)
            return go("staff.continuations.evaluate", uid=request.uid, said=said)
    condition_form = ConditionForm(formdata=None, prefix=CONDITION)
    return _evaluation_page(request, form, condition_form, stale=stale, status=status)


def _act(request: Request, form: EvaluationForm) -> str:
    """Save what was typed; where it is sent on, what was saved stays even if the sending is refused."""
    reading, actor = _reading(form), current.actor()
    with current.writing() as session:
        saved = evaluating.save(
            session,
            _again(session, request),
            reading,
            version=form.read_version(),
            actor=actor,
            now=current.now(),
        )
    form.version.data = str(saved.version)
    if web.form.get("do") != "send":
        return "Saved."
    with current.writing() as session:
        evaluating.send_on(
            session, _again(session, request), reading, version=saved.version, actor=actor, now=current.now()
        )
    return "Sent to the grants officer, who decides."


def _reading(form: EvaluationForm) -> Reading:
    return Reading(
        str(form.federal_budget.data or ""),
        str(form.annual_plan.data or ""),
        str(form.match_delivered.data or ""),
        form.proposal(),
    )


def _evaluation_page(
    request: Request,
    form: EvaluationForm,
    condition_form: ConditionForm,
    *,
    stale: StaleVersion | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    with current.reading() as session:
        dossier = sent_dossier(session, request, now=current.now())
        evaluations = evaluations_of(session, request.id)
        history = events_about(session, "continuation_request", request.id)
    newest = evaluations[0] if evaluations else None
    if not form.is_submitted() or condition_form.is_submitted():
        _fill(form, newest)
    return page(
        "staff/continuations/evaluate.html",
        **around_staff(dossier),
        **money_at(dossier, form.proposal()),
        form=form,
        condition_form=condition_form,
        evaluation=newest,
        stale=stale,
        history=history,
        can_write=request.status in OPEN_FOR_EVALUATION,
        can_send=request.status in {RequestStatus.FINAL_SENT, RequestStatus.DEFERRED},
        status=stale.status if stale else 422 if condition_form.has_faults else status,
    )


def _fill(form: EvaluationForm, evaluation: Evaluation | None) -> None:
    if evaluation is None:
        form.version.data = "1"
        return
    form.federal_budget.data = evaluation.federal_budget
    form.annual_plan.data = evaluation.annual_plan
    form.match_delivered.data = evaluation.match_delivered
    form.choice.data = evaluation.choice.value if evaluation.choice else None
    form.amount.data, form.defer_until.data = evaluation.amount, evaluation.defer_until
    form.ground.data = evaluation.ground.value if evaluation.ground else ""
    form.reason.data = evaluation.reason
    form.version.data = str(evaluation.version)


def money_at(dossier: Dossier, proposal: Proposal) -> dict[str, Any]:
    """Return what the law says of the money at the amount that stands in the form."""
    try:
        content = dossier.obligated(proposal)
        judged = dossier.basis.judge(content)
    except (Refused, ValueError):
        return {"at_amount": dossier.judged, "at_content": dossier.content, "is_lower": False}
    is_lower = proposal.choice is Choice.LOWER and judged.federal < dossier.requested
    return {"at_amount": judged, "at_content": content, "is_lower": is_lower}


@pages.page(
    "/<uid>/conditions",
    "condition",
    permission="continuation.evaluate",
    load=request_by_uid,
    methods=("POST",),
)
def condition(request: Request) -> ResponseReturnValue:
    """Propose a specific condition with the evaluation."""
    form = ConditionForm(prefix=CONDITION)
    if form.is_sent():
        try:
            with current.writing() as session:
                evaluating.add_condition(
                    session, _again(session, request), _told(form), actor=current.actor(), now=current.now()
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = "The condition stands in your evaluation."
            return go("staff.continuations.evaluate", uid=request.uid, said=said, anchor="conditions")
    return _evaluation_page(request, EvaluationForm(formdata=None), form)


def _told(form: ConditionForm) -> dict[str, str]:
    names = ("nature", "reason", "removal", "time_allowed", "reconsideration")
    return {name: str(getattr(form, name).data or "").strip() for name in names}


@pages.page(
    "/<uid>/conditions/<int:number>/remove",
    "remove_condition",
    permission="continuation.evaluate",
    load=request_by_uid,
    methods=("POST",),
)
def remove_condition(request: Request, number: int) -> ResponseReturnValue:
    """Take a proposed condition out of the evaluation."""
    with current.writing() as session:
        evaluating.remove_condition(
            session, _again(session, request), number, actor=current.actor(), now=current.now()
        )
    said = "The condition is taken out."
    return go("staff.continuations.evaluate", uid=request.uid, said=said, anchor="conditions")


@pages.page(
    "/<uid>/send-back",
    "send_back",
    permission="continuation.evaluate",
    load=request_by_uid,
    methods=("GET", "POST"),
)
def send_back(request: Request) -> ResponseReturnValue:
    """Send a request back to the center with a reason."""
    form = SendBackForm()
    status = 200
    if form.is_sent():
        try:
            with current.writing() as session:
                evaluating.send_back(
                    session,
                    _again(session, request),
                    reason=str(form.reason.data),
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            said = "Sent back. The center was told and can change the request."
            return go("staff.continuations.show", uid=request.uid, said=said)
    with current.reading() as session:
        dossier = sent_dossier(session, request, now=current.now())
    back = url_for("staff.continuations.show", uid=request.uid)
    return page(**around_staff(dossier), form=form, back=back, status=status)


@pages.page(
    "/<uid>/comment",
    "comment",
    permission="continuation.evaluate",
    load=request_by_uid,
    methods=("GET", "POST"),
)
def comment(request: Request) -> ResponseReturnValue:
    """Comment on a draft; the center reads it on its page and in its mail."""
    form = CommentForm()
    status = 200
    if form.is_sent():
        try:
            with current.writing() as session:
                evaluating.comment(
                    session,
                    _again(session, request),
                    text=str(form.comment.data),
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            return go("staff.continuations.show", uid=request.uid, said="The center was told.")
    with current.reading() as session:
        dossier = sent_dossier(session, request, now=current.now())
    back = url_for("staff.continuations.show", uid=request.uid)
    return page(**around_staff(dossier), form=form, back=back, status=status)


@pages.page("/years/<uid>", "years", permission="continuation.read", load=award_by_uid)
def years(award: Award) -> ResponseReturnValue:
    """Show the five years of a center."""
    with current.reading() as session:
        outlook = outlook_of(session, award, now=current.now())
    return page(**shared(outlook.competition), **years_context(outlook))


def _again(session: Session, request: Request) -> Request:
    row = request_by_uid(session, request.uid)
    if row is None:
        raise NotFound
    return row
