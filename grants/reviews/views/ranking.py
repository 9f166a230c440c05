"""Staff: the ranking of each state by the published method, frozen with its decision record."""

from io import BytesIO

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import NotFound, Refused
from grants.reviews.forms.joining import DeedForm
from grants.reviews.forms.staff import FreezeForm, LeaveOutForm
from grants.reviews.models import Ranking
from grants.reviews.queries import applications as material
from grants.reviews.queries import panels
from grants.reviews.services import freezing
from grants.reviews.services import panels as chairing
from grants.reviews.services.ranking import Round, StateRanking, beside, round_of, state_rankings
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.seeing import owes_own, require_own_in
from grants.reviews.views.workbook import scores_workbook
from grants.web import current
from grants.web.forms import Form
from grants.web.render import go, page
from scoring.exact import show_apart
from scoring.record import Verified

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.page(
    "/<number>/ranking", "ranking", permission="ranking.read", load=competition_by_number, by=("number",)
)
def ranking(competition: Competition) -> ResponseReturnValue:
    """Show every state with one line each, open by accordion."""
    actor = current.actor()
    with current.reading() as session:
        found = round_of(session, competition)
        hidden = _closed_states(found)
        owed = owes_own(session, actor, [one.id for one in found.applications.values()])
        frozen = panels.rankings_of(session, competition.id)
    rankings = (
        {} if owed else {state: one for state, one in state_rankings(found).items() if state not in hidden}
    )
    return page(
        competition=competition,
        names=POSTAL_CODES,
        found=found,
        rankings=rankings,
        frozen=frozen,
        means=_means(rankings),
        owed=owed,
    )


@pages.page(
    "/<number>/ranking/<state>",
    "ranking_state",
    permission="ranking.read",
    load=competition_by_number,
    by=("number",),
)
def ranking_state(competition: Competition, state: str) -> ResponseReturnValue:
    """Show one state's ranking: the published rank first, everything else folded."""
    return _state(competition, state, FreezeForm(formdata=None))


def _state(
    competition: Competition, state: str, form: Form, *, verified: Verified | None = None
) -> ResponseReturnValue:
    with current.reading() as session:
        found, standing = _standing(session, competition, state)
        panel = panels.panel_of(session, competition.id, state)
        history = panels.frozen_history(session, competition.id, state)
        left_out = [one for one in panels.left_out_of(session, competition.id) if one.state == state]
    return page(
        "staff/reviews/ranking_state.html",
        form=form,
        competition=competition,
        names=POSTAL_CODES,
        state=state,
        found=found,
        one=standing,
        beside=beside(found, state),
        means=_means({state: standing}),
        panel=panel,
        frozen=next((row for row in history if row.superseded_at is None), None),
        history=history,
        left_out=left_out,
        verified=verified,
        seat_people={seat: person for person, seat in found.seats.items()},
    )


@pages.page(
    "/<number>/ranking/<state>/freeze",
    "freeze",
    permission="ranking.freeze",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def freeze(competition: Competition, state: str) -> ResponseReturnValue:
    """Freeze a state's ranking: its decision record is stored by its hash."""
    form = FreezeForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                _standing(session, competition, state)
                row = freezing.freeze_state(
                    session,
                    current.files(),
                    competition,
                    state,
                    reason=str(form.reason.data or ""),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go(
                "staff.reviews.ranking_state",
                number=competition.number,
                state=state,
                said=f"The ranking of {state} is frozen. SHA-256 {row.sha256[:12]}…",
            )
        except Refused as refusal:
            form.refuse(refusal)
    return _state(competition, state, form)


@pages.page(
    "/<number>/ranking/<state>/leave-out",
    "leave_out",
    permission="ranking.freeze",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def leave_out(competition: Competition, state: str) -> ResponseReturnValue:
    """Leave one reviewer out for all finalists of a state, with a recorded reason."""
    form = LeaveOutForm()
    seat = request.args.get("reviewer", "") or str(form.person.data or "")
    with current.reading() as session:
        found, _one = _standing(session, competition, state)
    people = {name: person for person, name in found.seats.items()}
    if seat not in people:
        raise NotFound
    if form.is_sent():
        try:
            with current.writing() as session:
                chairing.leave_out(
                    session,
                    competition,
                    state,
                    people[seat],
                    reason=str(form.reason.data),
                    actor=current.actor(),
                    now=current.now(),
                )
            return go(
                "staff.reviews.ranking_state",
                number=competition.number,
                state=state,
                said=f"{found.people[seat]} is left out for all finalists of {state}.",
            )
        except Refused as refusal:
            form.refuse(refusal)
    return page(form=form, competition=competition, state=state, seat=seat, name=found.people[seat])


@pages.page(
    "/records/<uid>", "record", permission="ranking.read", load=panels.ranking_by_uid, reads="decision record"
)
def record(row: Ranking) -> ResponseReturnValue:
    """Send the decision record: everything the ranking follows from, with hashes."""
    with current.reading() as session:
        competition = session.get_one(Competition, row.competition_id)
        _standing(session, competition, row.state)
    content = current.files().get(row.sha256)
    name = f"ranking-{competition.number}-{row.state}-{row.sha256[:8]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, mimetype="application/json", headers=headers)


@pages.page(
    "/records/<uid>/recompute",
    "recompute",
    permission="ranking.read",
    load=panels.ranking_by_uid,
    methods=("POST",),
)
def recompute(row: Ranking) -> ResponseReturnValue:
    """Recompute a frozen ranking from its record alone and say whether anything differs."""
    form = DeedForm()
    with current.reading() as session:
        competition = session.get_one(Competition, row.competition_id)
    if not form.is_sent():
        return _state(competition, row.state, form)
    return _state(
        competition,
        row.state,
        FreezeForm(formdata=None),
        verified=freezing.recompute(current.files(), row),
    )


@pages.page(
    "/<number>/scores.xlsx",
    "export",
    permission="sheet.read",
    load=competition_by_number,
    by=("number",),
    reads="scores of a competition",
)
def export(competition: Competition) -> ResponseReturnValue:
    """Send every submitted score with its sub-criterion, reviewer and version as an Excel file."""
    actor = current.actor()
    with current.reading() as session:
        ids = [one.id for one in material.candidates(session, competition.id)]
        require_own_in(session, actor, ids)
        content: BytesIO = scores_workbook(session, competition, without=actor.barred)
    name = f"scores-{competition.number}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content.getvalue(), mimetype=XLSX, headers=headers)


def _standing(session: Session, competition: Competition, state: str) -> tuple[Round, StateRanking]:
    """Return a state's ranking, or raise where it is not for this reader."""
    found = round_of(session, competition, state=state)
    require_own_in(session, current.actor(), [one.id for one in found.applications.values()])
    standing = state_rankings(found).get(state)
    if standing is None or state in _closed_states(found):
        raise NotFound
    return found, standing


def _closed_states(found: Round) -> set[str]:
    """Return states with an application closed to the reader: a rank tells of everyone in it."""
    barred = current.actor().barred
    return {one.state for one in found.applications.values() if one.id in barred}


def _means(rankings: dict[str, StateRanking]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in rankings.values():
        shown = show_apart(place.final_mean for place in one.ranking.places)
        found.update({place.application: text for place, text in zip(one.ranking.places, shown, strict=True)})
    return found
