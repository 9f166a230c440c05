"""The parts of a request, each a plain form with its version; a stale save shows both texts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import request as web
from flask.typing import ResponseReturnValue

from grants.budgets.forms import YearForm, verdict
from grants.budgets.rules.flat import DETAIL, FIELDS
from grants.budgets.rules.flat import label_of as cell_label
from grants.budgets.rules.table import EXPENSES, REVENUE
from grants.budgets.rules.year_view import YearView
from grants.budgets.services.years import SavedYear, as_saved
from grants.continuations.forms import FORMS, CarryOverForm, PartForm, reasons_form
from grants.continuations.models import Request
from grants.continuations.queries.requests import approved_plan, parts_of, request_by_uid
from grants.continuations.rules import figures
from grants.continuations.rules.figures import CarryOver
from grants.continuations.rules.parts import COLUMNS, OUTCOMES, Part
from grants.continuations.services.dossier import Dossier, draft_dossier
from grants.continuations.services.writing import (
    CLASH,
    answer_carry_over,
    offer_budget,
    offer_part,
    part_as_stored,
    stale_part,
)
from grants.continuations.views.around import around_request
from grants.continuations.views.center import again, pages
from grants.errors import Refused, StaleVersion
from grants.versions import Offer, Outcome
from grants.web import current, saving
from grants.web.render import go, page

NEXT = {
    Part.SCOPE: "outcomes",
    Part.OUTCOMES: "actuals",
    Part.ACTUALS: "carry_over",
    Part.REASONS: "request",
}
SAVED = "Saved."
MERGED = "Saved. Fields that a colleague changed meanwhile are kept as well."


def _door(rule: str, name: str) -> Callable[[Callable[..., ResponseReturnValue]], Any]:
    return pages.page(
        f"/<uid>/{rule}",
        name,
        permission="continuation.read_own",
        load=request_by_uid,
        methods=("GET", "POST"),
    )


@_door("scope", "scope")
def scope(request: Request) -> ResponseReturnValue:
    """Write the scope of work of the coming year."""
    return _part(request, Part.SCOPE, FORMS[Part.SCOPE]())


@_door("outcomes", "outcomes")
def outcomes(request: Request) -> ResponseReturnValue:
    """Enter actual and request of each outcome beside the plan: read-only where the record holds it."""
    with current.reading() as session:
        approved = approved_plan(session, request)
    form = FORMS[Part.OUTCOMES]()
    for key in approved:
        del form[f"{key}_planned"]
    return _part(request, Part.OUTCOMES, form, outcomes=OUTCOMES, columns=COLUMNS, approved=approved)


@_door("actuals", "actuals")
def actuals(request: Request) -> ResponseReturnValue:
    """Enter federal money spent and match claimed and documented in the current year."""
    return _part(request, Part.ACTUALS, FORMS[Part.ACTUALS]())


@_door("differences", "reasons")
def reasons(request: Request) -> ResponseReturnValue:
    """Explain each difference that passes the set limit."""
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
    asked = [one for one in dossier.differences if one.needs_reason]
    return _part(request, Part.REASONS, reasons_form(asked), differences=dossier.differences)


def _part(request: Request, key: Part, form: PartForm, **context: Any) -> ResponseReturnValue:
    """Show one part, or save what was typed and go on."""
    stale: StaleVersion | None = None
    status = 200
    if web.method == "POST":
        form.validate()
        try:
            outcome = _save(request, key, form)
        except Refused as refusal:
            if saving.by_script():
                raise
            status = refusal.status
            form.refuse(refusal)
        else:
            if saving.by_script():
                return saving.answer(outcome, zone=request.zone, message=CLASH if outcome.clashes else "")
            form.version.data = str(outcome.version)
            if not outcome.clashes and not outcome.refused:
                return _onward(request, key, outcome)
            stale = stale_part(outcome, form.content()) if outcome.clashes else None
            status = 422 if outcome.refused else 409
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
    if web.method == "GET":
        part = dossier.parts[key]
        form.fill(part.content)
        form.version.data = str(part.version)
    return page(
        **around_request(dossier, key.value),
        **context,
        form=form,
        part=dossier.parts[key],
        stale=stale,
        status=status,
    )


def _onward(request: Request, key: Part, outcome: Outcome) -> ResponseReturnValue:
    onward = key.value if web.form.get("do") == "save" else NEXT[key]
    said = MERGED if outcome.is_merged else SAVED
    return go(f"applicant.continuations.{onward}", uid=request.uid, said=said)


def _save(request: Request, key: Part, form: PartForm) -> Outcome:
    if saving.is_peek():
        with current.reading() as session:
            part = parts_of(session, request.id)[key]
        return part_as_stored(part, form.names(), form.shown(part.content))
    typed, faults = form.content(), saving.faults(form, form.names())
    offer = saving.offered({name: typed.get(name, "") for name in form.names()})
    offer = offer.without(str(one.field) for one in faults)
    with current.writing() as session:
        outcome = offer_part(
            session,
            again(session, request),
            key,
            offer,
            shown=form.shown,
            actor=current.actor(),
            now=current.now(),
        )
    return replace(outcome, refused=faults)


@_door("carry-over", "carry_over")
def carry_over(request: Request) -> ResponseReturnValue:
    """Answer the one question about unspent federal money; each answer's effect stands beside it."""
    form = CarryOverForm()
    stale: StaleVersion | None = None
    status = 200
    computes = web.form.get("do") == "recalculate"
    if form.is_sent() and not computes:
        try:
            _save_carry_over(request, form)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            return go("applicant.continuations.budget", uid=request.uid, said=SAVED)
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
    if web.method == "GET":
        form.answer.data = figures.answer_of(dossier.content).value
        form.amount.data = max(figures.carried(dossier.content)) or None
        form.version.data = str(dossier.year_version)
    typed = form.amount.data if isinstance(form.amount.data, int) else None
    return page(
        **around_request(dossier, "carry_over"),
        form=form,
        stale=stale,
        amount=dossier.unspent if typed is None else typed,
        effects=dossier.effects if typed is None else dossier.effects_of(typed),
        status=stale.status if stale else status,
    )


def _save_carry_over(request: Request, form: CarryOverForm) -> None:
    with current.writing() as session:
        answer_carry_over(
            session,
            again(session, request),
            CarryOver(form.answer.data),
            form.amount.data or 0,
            version=form.read_version(),
            actor=current.actor(),
            now=current.now(),
        )


@_door("budget", "budget")
def budget(request: Request) -> ResponseReturnValue:
    """Enter the money of the year beside its ceiling."""
    if saving.by_script():
        return _budget_by_script(request)
    form = YearForm()
    stale: StaleVersion | None = None
    status = 200
    form.validate_on_submit()  # what is no amount is said at its cell
    if web.method == "POST" and web.form.get("do") != "recalculate":
        try:
            saved = _save_budget(request, Offer(form.typed(), form.version.data or 0))
        except Refused as refusal:
            status = refusal.status
            form.refuse(refusal)
        else:
            outcome = saved.outcome
            if not outcome.clashes and not outcome.refused:
                name = "reasons" if web.form.get("do") == "next" else "budget"
                said = MERGED if saved.merged else SAVED
                return go(f"applicant.continuations.{name}", uid=request.uid, said=said)
            stale = _stale_budget(outcome, form.typed()) if outcome.clashes else None
            status = 422 if outcome.refused else 409
            form.version.data = form.version.typed = str(outcome.version)
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
    if web.method == "GET":
        form.fill(dossier.content)
        form.version.data = dossier.year_version
    return page(
        **around_request(dossier, "budget"),
        **_year(dossier, form),
        form=form,
        stale=stale,
        status=status,
    )


def _budget_by_script(request: Request) -> ResponseReturnValue:
    if not saving.is_peek():
        offer = saving.offered({name: web.form.get(name) for name in (*FIELDS, *DETAIL)})
        saved = _save_budget(request, offer)
    with current.reading() as session:
        dossier = draft_dossier(session, request, now=current.now())
    if saving.is_peek():
        saved = as_saved(1, dossier.content, dossier.year_version, dossier.year_at)
    basis = dossier.basis
    view = YearView.of(request.ordinal, saved.content, basis.rule, selected_again=basis.selected_again)
    said = CLASH if saved.outcome.clashes else ""
    return saving.answer(saved.outcome, zone=request.zone, message=said, **verdict(view))


def _save_budget(request: Request, offer: Offer) -> SavedYear:
    with current.writing() as session:
        return offer_budget(session, again(session, request), offer, actor=current.actor(), now=current.now())


def _stale_budget(outcome: Outcome, typed: dict[str, str]) -> StaleVersion:
    """Return both amounts of each cell that two people changed, named for people."""
    return StaleVersion(
        CLASH,
        current={cell_label(name): outcome.fields[name] or "0.00" for name in outcome.clashes},
        offered={cell_label(name): typed[name] or "0.00" for name in outcome.clashes},
        version=outcome.version,
    )


def _year(dossier: Dossier, form: Any) -> dict[str, Any]:
    basis, year = dossier.basis, dossier.request.ordinal
    shown = form.readable(dossier.content) if web.method == "POST" else dossier.content

    def view(content: Any) -> YearView:
        return YearView.of(year, content, basis.rule, selected_again=basis.selected_again)

    return {
        "year": year,
        "year_at": dossier.year_at,
        "view": view(shown),
        "planned": view(basis.planned),
        "revenue": REVENUE,
        "expenses": EXPENSES,
    }
