"""Staff: the panel of each state, its matrix, comments side by side, the chair's record, closing."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import MoveRefused, NotFound, Refused
from grants.reviews.forms.joining import EarlyForm
from grants.reviews.forms.sheets import ReasonForm
from grants.reviews.forms.staff import CallForm, CloseForm
from grants.reviews.models import Panel
from grants.reviews.queries import applications as material
from grants.reviews.queries import live, panels
from grants.reviews.queries.counts import sheet_counts_by_state
from grants.reviews.rules.timing import is_early
from grants.reviews.services import panels as chairing
from grants.reviews.services.lacking import lacking as lacking_of
from grants.reviews.services.ranking import StateRanking, round_of, state_rankings
from grants.reviews.services.seeing import owes_own, require_own_in
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.matrix import Matrix, matrix_of
from grants.reviews.views.panel_parts import VIEWS, shown_of
from grants.web import current
from grants.web.forms import Form
from grants.web.render import go, page

ORDERS = ("number", "spread", "mean")


@pages.page(
    "/<number>/panels", "panels", permission="ranking.read", load=competition_by_number, by=("number",)
)
def panel_list(competition: Competition) -> ResponseReturnValue:
    """List the states with their finalists and panels."""
    actor = current.actor()
    with current.reading() as session:
        found = round_of(session, competition)
        hidden = {one.state for one in found.applications.values() if one.id in actor.barred}
        owed = owes_own(session, actor, [one.id for one in found.applications.values()])
        by_state = panels.panels_of(session, competition.id)
        counts = sheet_counts_by_state(session, competition.id, barred=actor.barred)
    rankings = (
        {} if owed else {state: one for state, one in state_rankings(found).items() if state not in hidden}
    )
    needed = competition.reviewers_minimum or 1
    return page(
        competition=competition,
        names=POSTAL_CODES,
        rankings=rankings,
        panels=by_state,
        owed=owed,
        counts=counts,
        lacking={state for state, one in rankings.items() if _lacks_sheets(one, needed)},
    )


def _lacks_sheets(one: StateRanking, needed: int) -> bool:
    """Ask whether a state still waits for a sheet, or for a reviewer who would write one."""
    return any(row.awaited or row.reviewers < needed for row in one.ranking.standings)


@pages.page(
    "/<number>/panels/<state>", "panel", permission="ranking.read", load=competition_by_number, by=("number",)
)
def panel(competition: Competition, state: str) -> ResponseReturnValue:
    """Show the matrix of one state."""
    return _show(competition, state)


def _show(competition: Competition, state: str, form: Form | None = None) -> ResponseReturnValue:
    asked = request.args.get("view", "totals"), request.args.get("order", "number")
    view = asked[0] if asked[0] in VIEWS else "totals"
    order = asked[1] if asked[1] in ORDERS else "number"
    with current.reading() as session:
        require_own_in(session, current.actor(), _ids(session, competition, state))
        shown = shown_of(
            session, competition, state, view=view, actor=current.actor(), now=current.now(), order=order
        )
        if shown is None:
            raise NotFound
        panel = shown.matrix.panel
        reopened = live.last_deed(session, panel, "reopen") if panel and panel.status == "open" else None
        barred = current.actor().barred
        early = panels.early_deeds(session, panel, without=barred)
    return page(
        "staff/reviews/panel.html",
        form=form or EarlyForm(formdata=None),
        is_early=panel is not None and is_early(panel.call_at, current.now()),
        early=early,
        competition=competition,
        names=POSTAL_CODES,
        state=state,
        shown=shown,
        matrix=shown.matrix,
        reopened=reopened,
        view=view,
        order=order,
    )


@pages.page(
    "/<number>/panels/<state>/call",
    "call",
    permission="panel.run",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def call(competition: Competition, state: str) -> ResponseReturnValue:
    """Set or move the panel call."""
    form = CallForm()
    with current.reading() as session:
        _require_visible(session, competition, state)
    if form.is_sent():
        answer = _try(
            form,
            competition,
            state,
            "The panel call is set; reviewers are told.",
            lambda session: chairing.set_call(
                session,
                competition,
                state,
                call_at=form.instant(competition.zone),
                call_link=str(form.call_link.data or ""),
                actor=current.actor(),
                now=current.now(),
            ),
        )
        if answer is not None:
            return answer
    with current.reading() as session:
        _matrix(session, competition, state, "number")
        stored = panels.panel_of(session, competition.id, state)
    return page(form=form, competition=competition, names=POSTAL_CODES, state=state, panel=stored)


@pages.page(
    "/<number>/panels/<state>/open",
    "open",
    permission="panel.run",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def open_(competition: Competition, state: str) -> ResponseReturnValue:
    """Open the panel: first scores are sealed and finalists may be revised."""
    form = EarlyForm()
    with current.reading() as session:
        _require_visible(session, competition, state)
    if form.is_sent():
        answer = _try(
            form,
            competition,
            state,
            f"The panel of {state} is open. Reviewers may revise now.",
            lambda session: chairing.open_panel(
                session,
                competition,
                state,
                early=str(form.early.data or ""),
                actor=current.actor(),
                now=current.now(),
            ),
        )
        if answer is not None:
            return answer
    return _show(competition, state, form)


@pages.page(
    "/<number>/panels/<state>/close",
    "close",
    permission="panel.run",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def close(competition: Competition, state: str) -> ResponseReturnValue:
    """Close the panel; what lacks is listed first."""
    form = CloseForm()
    with current.reading() as session:
        _require_visible(session, competition, state)
        matrix = _matrix(session, competition, state, "number")
        if matrix.panel is None:
            raise NotFound
        lacking = lacking_of(session, competition, matrix.panel)
        panel_id, early = matrix.panel.id, is_early(matrix.panel.call_at, current.now())
    if form.is_sent():
        answer = _try(
            form,
            competition,
            state,
            f"The panel of {state} is closed.",
            lambda session: chairing.close_panel(
                session,
                competition,
                session.get_one(Panel, panel_id),
                left_open=str(form.left_open.data or ""),
                early=str(form.early.data or ""),
                actor=current.actor(),
                now=current.now(),
            ),
        )
        if answer is not None:
            return answer
    return page(
        form=form, competition=competition, names=POSTAL_CODES, state=state, lacking=lacking, is_early=early
    )


@pages.page(
    "/<number>/panels/<state>/reopen",
    "reopen",
    permission="panel.run",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def reopen(competition: Competition, state: str) -> ResponseReturnValue:
    """Open a closed panel again, with a reason."""
    form = ReasonForm()
    with current.reading() as session:
        _require_visible(session, competition, state)
        matrix = _matrix(session, competition, state, "number")
        if matrix.panel is None:
            raise NotFound
        panel_id = matrix.panel.id
    if form.is_sent():
        answer = _try(
            form,
            competition,
            state,
            f"The panel of {state} is open again.",
            lambda session: chairing.reopen_panel(
                session,
                competition,
                session.get_one(Panel, panel_id),
                reason=str(form.reason.data),
                actor=current.actor(),
                now=current.now(),
            ),
        )
        if answer is not None:
            return answer
    return page(form=form, competition=competition, names=POSTAL_CODES, state=state)


def _try(
    form: Form, competition: Competition, state: str, said: str, deed: Callable[[Session], object]
) -> ResponseReturnValue | None:
    """Do a deed in one transaction and go back to the panel; None where the form has to come back."""
    try:
        with current.writing() as session:
            _require_visible(session, competition, state)
            deed(session)
    except MoveRefused:
        raise
    except Refused as refusal:
        form.refuse(refusal)
        return None
    return go("staff.reviews.panel", number=competition.number, state=state, said=said)


def _matrix(session: Session, competition: Competition, state: str, order: str) -> Matrix:
    require_own_in(session, current.actor(), _ids(session, competition, state))
    matrix = matrix_of(session, competition, state, current.actor(), order=order)
    if matrix is None:
        raise NotFound
    return matrix


def _ids(session: Session, competition: Competition, state: str) -> list[int]:
    return [one.id for one in material.candidates(session, competition.id, state=state)]


def _require_visible(session: Session, competition: Competition, state: str) -> None:
    """Raise where the state has an application closed to the actor, or one on which the actor owes a sheet.

    Another person runs that panel.
    """
    ids = _ids(session, competition, state)
    if current.actor().barred.intersection(ids):
        raise NotFound
    require_own_in(session, current.actor(), ids)
