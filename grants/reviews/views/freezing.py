"""Staff: freeze a state's ranking, leave a reviewer out, fetch the decision record, recompute it."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import MoveRefused, NotFound, Refused
from grants.reviews.forms.joining import DeedForm
from grants.reviews.forms.staff import FreezeForm, LeaveOutForm
from grants.reviews.models import Ranking
from grants.reviews.queries import panels
from grants.reviews.services import freezing, recomputing
from grants.reviews.services import panels as chairing
from grants.reviews.services.freezing import Seen
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.ranking import standing_of, state_page
from grants.web import current
from grants.web.render import go, page


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
            row = _frozen(competition, state, form)
        except MoveRefused:
            raise
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go(
                "staff.reviews.ranking_state",
                number=competition.number,
                state=state,
                anchor="record-title",
                said=f"The ranking of {state} is frozen and the selecting officials are told. "
                f"SHA-256 {row.sha256[:12]}…",
            )
    return state_page(competition, state, form)


def _frozen(competition: Competition, state: str, form: FreezeForm) -> Ranking:
    with current.writing() as session:
        standing_of(session, competition, state)
        return freezing.freeze_state(
            session,
            current.files(),
            competition,
            state,
            reason=str(form.reason.data or ""),
            seen=Seen(str(form.frozen.data or ""), str(form.scores.data or "")),
            actor=current.actor(),
            now=current.now(),
        )


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
        found, _one = standing_of(session, competition, state)
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
        standing_of(session, competition, row.state)
    content = current.files().get(row.sha256)
    name = f"ranking-{competition.number}-{row.state}-{row.sha256[:8]}.json"
    return _download(content, name, "application/json")


@pages.page(
    "/records/<uid>/recompute",
    "recompute",
    permission="ranking.read",
    load=panels.ranking_by_uid,
    methods=("POST",),
)
def recompute(row: Ranking) -> ResponseReturnValue:
    """Ask for a recomputation of a frozen ranking from its record alone; its answer stands on the page."""
    form = DeedForm()
    with current.reading() as session:
        competition = session.get_one(Competition, row.competition_id)
        standing_of(session, competition, row.state)
    if not form.is_sent():
        return state_page(competition, row.state, FreezeForm(formdata=None))
    with current.writing() as session:
        recomputing.ask(session, row, actor=current.actor(), now=current.now())
    return go(
        "staff.reviews.ranking_state", number=competition.number, state=row.state, anchor="record-title"
    )


def _download(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, mimetype=kind, headers=headers)
