"""Staff pages of selection: all states with the money beside the ranks, one state, approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from grants.accounts.services.factors import confirm_signer
from grants.applications.queries.drafts import application_by_id
from grants.awards.forms import ApproveForm, DeedForm, ReturnForm, SelectionForm
from grants.awards.models import Choice, Selection
from grants.awards.queries import (
    StateView,
    awards_of_competition,
    selection_by_uid,
    selections_of_state,
    state_views,
)
from grants.awards.services.dossier import memo, state_facts
from grants.awards.services.lettering import draft_round, faults_before_round, without_letter
from grants.awards.services.selecting import Decision, approve, give_back, sign_selection
from grants.awards.workflow import SelectionStatus
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number, factors_of
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.queries import batches_of
from grants.errors import NotFound, Refused
from grants.web import current
from grants.web.fields import choices
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("awards", audience="staff")
BY_NUMBER = ("number",)


@dataclass(frozen=True)
class MoneyLine:
    """The published money of a round and where it stands, in cents a year."""

    published: int
    selected: int
    on_hold: int
    undecided: int
    states_selected: int


def money_line(views: list[StateView]) -> MoneyLine:
    """Add up the states by what was decided."""
    amounts = {view.target.state: view.target.federal_per_year or 0 for view in views}
    by_choice = {view.target.state: view.selection.choice if view.selection else None for view in views}
    selected = [state for state, choice in by_choice.items() if choice is Choice.SELECT]
    held = [state for state, choice in by_choice.items() if choice is Choice.HOLD]
    open_ = [state for state, choice in by_choice.items() if choice is None]
    return MoneyLine(
        published=sum(amounts.values()),
        selected=sum(amounts[state] for state in selected),
        on_hold=sum(amounts[state] for state in held),
        undecided=sum(amounts[state] for state in open_),
        states_selected=len(selected),
    )


@pages.page(
    "/selection/<number>", "selection", permission="selection.read", load=competition_by_number, by=BY_NUMBER
)
def selection(competition: Competition) -> ResponseReturnValue:
    """Show every state with its money, rank and decision."""
    with current.reading() as session:
        barred = current.actor().barred
        views = state_views(session, competition.id, barred)
        awards = {
            award.state: award
            for award in awards_of_competition(session, competition.id)
            if award.application_id not in barred
        }
        batches = batches_of(session, competition.id)
        undrafted = len(without_letter(session, competition.id))
    return page(
        competition=competition,
        views=views,
        money=money_line(views),
        awards=awards,
        batches=batches,
        undrafted=undrafted,
        warnings=faults_before_round(list(awards.values())),
        states=CENTER_STATES,
        form=DeedForm(),
    )


@pages.page(
    "/selection/<number>/<state>",
    "state",
    permission="selection.read",
    load=competition_by_number,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def state(competition: Competition, state: str) -> ResponseReturnValue:
    """Show one state's ranking and take the selecting official's signed decision."""
    with current.reading() as session:
        view = _view(state_views(session, competition.id, current.actor().barred), state)
        history = selections_of_state(session, competition.id, state)
        factors = tuple(factor.text for factor in factors_of(session, competition.id))
    form = _selection_form(view, factors)
    if form.is_sent():
        if not current.may("selection.decide"):
            raise NotFound
        try:
            with current.writing() as session:
                confirm_signer(session, current.actor(), str(form.signer.data))
                fresh = _view(state_views(session, competition.id, current.actor().barred), state)
                decision = _decision(form, fresh)
                sign_selection(
                    session,
                    competition,
                    state,
                    decision,
                    facts=state_facts(fresh, factors, decision.application_id),
                    memo=memo(fresh),
                    ranking_sha256=fresh.ranking.sha256 if fresh.ranking else None,
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = "Signed. The decision waits for the grants officer."
            return go("staff.awards.selection", number=competition.number, said=said)
    return page(competition=competition, view=view, history=history, form=form, states=CENTER_STATES)


def _view(views: list[StateView], state: str) -> StateView:
    for view in views:
        if view.target.state == state:
            return view
    raise NotFound


def _selection_form(view: StateView, factors: tuple[str, ...]) -> SelectionForm:
    standing = view.selection
    chosen = view.chosen()
    current_choice = chosen.application.uid if chosen else standing.choice if standing else None
    form = SelectionForm(
        application=current_choice,
        factor=standing.factor if standing else "",
        justification=standing.justification if standing else "",
    )
    ranked = [one for one in view.ranked if one.place is not None]
    ends = [(Choice.NO_AWARD.value, "No award in this round; the state goes into the next one")]
    form.application.choices = choices(
        [
            *(
                (
                    one.application.uid,
                    f"Rank {one.place_label}: {one.organization} ({one.application.number})",
                )
                for one in ranked
            ),
            (Choice.HOLD.value, "Hold: decide later"),
            *([] if view.waits_for_ranking else ends),
        ]
    )
    form.factor.choices = choices(
        [("", "None: the choice is in rank order"), *((text, text) for text in factors)]
    )
    return form


def _decision(form: SelectionForm, view: StateView) -> Decision:
    value = str(form.application.data)
    shared = {"factor": form.factor.data or None, "justification": form.justification.data}
    if value in {Choice.HOLD, Choice.NO_AWARD}:
        return Decision(Choice(value), None, shared["factor"], shared["justification"])
    chosen = next((one for one in view.ranked if one.application.uid == value), None)
    return Decision(
        Choice.SELECT, chosen.application.id if chosen else None, shared["factor"], shared["justification"]
    )


@pages.page(
    "/selections/<uid>/approve",
    "approve",
    permission="selection.read",
    load=selection_by_uid,
    methods=("GET", "POST"),
)
def approve_selection(selection: Selection) -> ResponseReturnValue:
    """Let the grants officer, another person, approve a signed selection."""
    form = ApproveForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                confirm_signer(session, current.actor(), str(form.signer.data))
                row = selection_by_uid(session, selection.uid)
                if row is None:
                    raise NotFound
                approve(session, row, actor=current.actor(), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            ends = selection.choice is not Choice.SELECT
            return _to_selections(selection, "Approved." if ends else "Approved. Prepare the award next.")
    return _memo_page(selection, form, ReturnForm(formdata=None))


@pages.page(
    "/selections/<uid>/return",
    "give_back",
    permission="selection.approve",
    load=selection_by_uid,
    methods=("POST",),
)
def return_selection(selection: Selection) -> ResponseReturnValue:
    """Return a signed selection with a reason; without one the memo comes back and says so."""
    form = ReturnForm()
    if not form.is_sent():
        return _memo_page(selection, ApproveForm(formdata=None), form)
    with current.writing() as session:
        row = selection_by_uid(session, selection.uid)
        if row is None:
            raise NotFound
        give_back(session, row, reason=str(form.reason.data), actor=current.actor(), now=current.now())
    return _to_selections(selection, "Returned with your reason.")


def _memo_page(selection: Selection, form: ApproveForm, return_form: ReturnForm) -> ResponseReturnValue:
    """Show the decision as it was signed, with what the grants officer may do about it."""
    competition = _competition_of(selection)
    return page(
        "staff/awards/approve.html",
        form=form,
        failed=form.has_faults or return_form.has_faults,
        status=422 if return_form.has_faults else 200,
        selection=selection,
        competition=competition,
        return_form=return_form,
        chosen=_chosen_of(selection),
        states=CENTER_STATES,
        waits=selection.status is SelectionStatus.SIGNED,
        own=selection.signed_by_id == current.actor().person_id,
        back=url_for("staff.awards.selection", number=competition.number),
    )


def _competition_of(selection: Selection) -> Competition:
    with current.reading() as session:
        competition = competition_by_id(session, selection.competition_id)
    if competition is None:
        raise NotFound
    return competition


def _chosen_of(selection: Selection) -> Mapping[str, Any] | None:
    """Return the memo's row of the application that was chosen; None for a hold or no award."""
    if selection.application_id is None:
        return None
    with current.reading() as session:
        application = application_by_id(session, selection.application_id)
    rows: list[Mapping[str, Any]] = selection.memo.get("applications", [])
    return next((row for row in rows if application and row["number"] == application.number), None)


def _to_selections(selection: Selection, said: str) -> ResponseReturnValue:
    return go("staff.awards.selection", number=_competition_of(selection).number, said=said)


@pages.page(
    "/selection/<number>/letters",
    "draft_letters",
    permission="letter.make",
    load=competition_by_number,
    by=BY_NUMBER,
    methods=("POST",),
)
def draft_letters(competition: Competition) -> ResponseReturnValue:
    """Draft the letters of every decided state as one batch."""
    with current.writing() as session:
        batch = draft_round(
            session, competition, state_names=CENTER_STATES, actor=current.actor(), now=current.now()
        )
    return go(
        "staff.documents.batch", uid=batch.uid, said="The letters are drafted. Check each, then make them."
    )
