"""Staff pages of one award: preparation, the gate of 2 CFR 200.211, making it, its history."""

from collections.abc import Callable
from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.accounts.services.factors import confirm_signer
from grants.applications.queries.drafts import application_by_id
from grants.awards.forms import ConditionForm, MakeForm, TermsForm
from grants.awards.models import Award, Condition, Selection
from grants.awards.queries import (
    actions_of,
    award_by_uid,
    award_of_selection,
    letters_about,
    selection_by_uid,
)
from grants.awards.rules.items import ENTERED
from grants.awards.services.awarding import Terms, add_condition, change_terms, make, prepare
from grants.awards.services.dossier import Dossier, award_dossier, governing_rule, submitted
from grants.awards.views.selection import pages
from grants.competitions.queries import competition_by_id
from grants.competitions.rules.states import CENTER_STATES
from grants.errors import NotFound, Refused, StaleVersion
from grants.lifecycle.queries import events_about
from grants.web import current
from grants.web.fields import counted
from grants.web.render import go, page

LATER_PERIODS = (
    "Later budget periods are funded without a new competition if funds are available, authority continues, "
    "performance is satisfactory and the terms of the award are kept."
)


@pages.page(
    "/selections/<uid>/prepare",
    "prepare",
    permission="award.prepare",
    load=selection_by_uid,
    methods=("GET", "POST"),
)
def prepare_award(selection: Selection) -> ResponseReturnValue:
    """Prepare an award from an approved selection."""
    with current.reading() as session:
        known = award_of_selection(session, selection.id)
        application = application_by_id(session, selection.application_id or 0)
        competition = competition_by_id(session, selection.competition_id)
        if application is None or competition is None:
            raise NotFound
        content = submitted(session, application)
    if known is not None:
        return go("staff.awards.show", uid=known.uid)
    form = TermsForm(
        start=competition.expected_start,
        director_name=content.center_director,
        description=content.project_title,
        later_periods=LATER_PERIODS,
        selected_again=bool(content.was_center),
    )
    if form.is_sent():
        try:
            award = _prepare(selection, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = "Prepared. The gate shows what is missing."
            return go("staff.awards.show", uid=award.uid, said=said)
    return page(
        selection=selection,
        application=application,
        competition=competition,
        content=content,
        form=form,
        states=CENTER_STATES,
        back=url_for("staff.awards.selection", number=competition.number),
    )


def _prepare(selection: Selection, form: TermsForm) -> Award:
    with current.writing() as session:
        row = selection_by_uid(session, selection.uid)
        application = application_by_id(session, selection.application_id or 0)
        competition = competition_by_id(session, selection.competition_id)
        if row is None or application is None or competition is None:
            raise NotFound
        terms = _terms(form)
        again = terms.entered["selected_again"] == "yes"
        rule, as_again, _ = governing_rule(competition, current.now().date(), selected_again=again)
        return prepare(
            session,
            row,
            application,
            submitted(session, application).years,
            rule=rule,
            selected_again=as_again,
            terms=terms,
            actor=current.actor(),
            now=current.now(),
        )


def _terms(form: TermsForm) -> Terms:
    entered = {row.key: str(getattr(form, row.key).data or "") for row in ENTERED}
    entered["selected_again"] = "yes" if form.selected_again.data else "no"
    start = form.start.data
    if not isinstance(start, date):
        raise TypeError("the form lets no award pass without its first day")
    return Terms(
        fain=str(form.fain.data).strip(),
        start=start,
        director_name=str(form.director_name.data or "").strip(),
        entered=entered,
    )


@pages.page("/<uid>", "show", permission="award.read", load=award_by_uid, reads="award")
def show(award: Award) -> ResponseReturnValue:
    """Show an award: the gate, periods with their rule, actions, conditions, letters, history."""
    return _page_of(award, MakeForm(), ConditionForm(is_general=False))


def _page_of(award: Award, form: MakeForm, condition_form: ConditionForm) -> ResponseReturnValue:
    with current.reading() as session:
        dossier = award_dossier(session, award, now=current.now())
        actions = actions_of(session, award.id)
        letters = letters_about(session, "application", award.application_id)
        history = events_about(session, "award", award.id)
    missing = [item for item in dossier.items if item.required and not item.value.strip()]
    return page(
        "staff/awards/show.html",
        award=award,
        dossier=dossier,
        missing=missing,
        actions=actions,
        letters=letters,
        history=history,
        states=CENTER_STATES,
        form=form,
        condition_form=condition_form,
        own_selection=award.selected_by_id == current.actor().person_id,
        failed=form.has_faults or condition_form.has_faults,
        status=422 if condition_form.has_faults else 200,
    )


@pages.page("/<uid>/terms", "terms", permission="award.prepare", load=award_by_uid, methods=("GET", "POST"))
def terms(award: Award) -> ResponseReturnValue:
    """Change what a prepared award says."""
    form = TermsForm(
        version=str(award.version),
        fain=award.fain,
        start=award.period_start,
        director_name=award.director_name,
        selected_again=award.items.get("selected_again") == "yes",
        **{row.key: award.items.get(row.key, "") for row in ENTERED},
    )
    stale: StaleVersion | None = None
    if form.is_sent():
        try:
            _change(award, form)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.awards.show", uid=award.uid, said="Saved.")
    return page(award=award, form=form, stale=stale, entered=ENTERED, status=409 if stale else 200)


def _change(award: Award, form: TermsForm) -> None:
    with current.writing() as session:
        change_terms(
            session,
            _again(session, award),
            terms=_terms(form),
            version=counted(form.version.data),
            actor=current.actor(),
            now=current.now(),
        )


@pages.page("/<uid>/make", "make", permission="award.make", load=award_by_uid, methods=("POST",))
def make_award(award: Award) -> ResponseReturnValue:
    """Make the award: the signature that binds."""
    form = MakeForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                confirm_signer(session, current.actor(), str(form.signer.data))
                row = _again(session, award)
                dossier = award_dossier(session, row, now=current.now(), officer=current.actor().name)
                _make(session, dossier)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.awards.show", uid=award.uid, said="The award is made. Draft the letters next.")
    return _page_of(award, form, ConditionForm())


def _make(session: Session, dossier: Dossier) -> None:
    make(
        session,
        dossier.award,
        items=dossier.items,
        judged=dossier.judged,
        zone=dossier.competition.zone,
        actor=current.actor(),
        now=current.now(),
    )


@pages.page(
    "/<uid>/conditions", "condition", permission="award.prepare", load=award_by_uid, methods=("POST",)
)
def condition(award: Award) -> ResponseReturnValue:
    """Add a condition to an award."""
    form = ConditionForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                add_condition(
                    session,
                    _again(session, award),
                    _condition(award, form),
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.awards.show", uid=award.uid, said="The condition is added.", anchor="conditions")
    return _page_of(award, MakeForm(formdata=None), form)


def _condition(award: Award, form: ConditionForm) -> Condition:
    read: Callable[[str], str] = lambda name: str(getattr(form, name).data or "").strip()  # noqa: E731
    return Condition(
        award_id=award.id,
        added_at=current.now(),
        is_general=bool(form.is_general.data),
        nature=read("nature"),
        reason=read("reason"),
        removal=read("removal"),
        time_allowed=read("time_allowed"),
        reconsideration=read("reconsideration"),
    )


def _again(session: Session, award: Award) -> Award:
    row = award_by_uid(session, award.uid)
    if row is None:
        raise NotFound
    return row
