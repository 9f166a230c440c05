"""The grants officer's page: the decision on a request, signed with the factor asked again."""

from flask import request as web
from flask.typing import ResponseReturnValue

from grants.accounts.services.factors import confirm_signer
from grants.continuations.forms import RETURN, DecisionForm
from grants.continuations.models import Evaluation, Request
from grants.continuations.queries.requests import evaluations_of, request_by_uid
from grants.continuations.services import deciding
from grants.continuations.services.deciding import Order
from grants.continuations.services.dossier import sent_dossier
from grants.continuations.views.staff import around_staff, money_at, pages
from grants.continuations.workflow import RequestStatus
from grants.errors import NotFound, Refused
from grants.web import current
from grants.web.render import go, page


@pages.page(
    "/<uid>/decide",
    "decide",
    permission="continuation.decide",
    load=request_by_uid,
    methods=("GET", "POST"),
)
def decide(request: Request) -> ResponseReturnValue:
    """Decide a request that another person evaluated."""
    form = DecisionForm()
    status = 200
    if web.form.get("do") != "recalculate" and form.is_sent():
        try:
            said = _act(request, form)
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            return go("staff.continuations.show", uid=request.uid, said=said)
    with current.reading() as session:
        dossier = sent_dossier(session, request, now=current.now())
        evaluations = evaluations_of(session, request.id)
    evaluation = next((one for one in evaluations if one.evaluated_at), None)
    if web.method == "GET":
        _fill(form, evaluation)
    return page(
        **around_staff(dossier),
        **money_at(dossier, form.proposal()),
        form=form,
        evaluation=evaluation,
        is_open=request.status is RequestStatus.EVALUATED,
        status=status,
    )


def _act(request: Request, form: DecisionForm) -> str:
    actor = current.actor()
    with current.writing() as session:
        row = request_by_uid(session, request.uid)
        if row is None:
            raise NotFound
        confirm_signer(session, actor, str(form.signer.data))
        now = current.now()
        if form.choice.data == RETURN[0]:
            deciding.give_back(session, row, reason=str(form.reason.data or ""), actor=actor, now=now)
            return "Returned to the program officer."
        order = Order(form.proposal(), str(form.objection.data or ""), form.object_by.data)
        decision = deciding.decide(session, row, order, actor=actor, now=now)
    if decision.letter_id is None:
        return "Decided. The center was told."
    return "Decided. The letter is being made; the center knows nothing until you release it."


def _fill(form: DecisionForm, evaluation: Evaluation | None) -> None:
    """Begin with what was recommended; the grants officer may order otherwise."""
    if evaluation is None:
        return
    form.choice.data = evaluation.choice.value if evaluation.choice else None
    form.amount.data, form.defer_until.data = evaluation.amount, evaluation.defer_until
    form.ground.data = evaluation.ground.value if evaluation.ground else ""
    form.reason.data = evaluation.reason
