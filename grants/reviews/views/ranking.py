"""Staff: the ranking of every state on one page, and one state with what stands beside its rank."""

from dataclasses import replace

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import NotFound
from grants.jobs.models import Job
from grants.reviews.forms.joining import DeedForm
from grants.reviews.forms.staff import FreezeForm
from grants.reviews.models import Ranking
from grants.reviews.queries import panels, scored
from grants.reviews.services import recomputing, statistics
from grants.reviews.services.rank_list import list_rows
from grants.reviews.services.ranking import Round, StateRanking, round_of, state_rankings
from grants.reviews.services.seeing import owes_own, require_own_in
from grants.reviews.views import standing as shown
from grants.reviews.views.audiences import staff as pages
from grants.web import current
from grants.web.render import go, page
from scoring.account import RESULTS
from scoring.record import fingerprint


@pages.page(
    "/<number>/ranking", "ranking", permission="ranking.read", load=competition_by_number, by=("number",)
)
def ranking(competition: Competition) -> ResponseReturnValue:
    """Show every application of every state that is open to the reader, in one list."""
    actor = current.actor()
    with current.reading() as session:
        found = round_of(session, competition)
        hidden = closed_states(found)
        owed = owes_own(session, actor, [one.id for one in found.applications.values()])
        frozen = panels.rankings_of(session, competition.id)
        hashes = {
            state: fingerprint(inputs)
            for state, inputs in found.inputs_by_state().items()
            if state not in hidden and not owed
        }
        stored = scored.places_of(session, competition.id, hashes.values()) if hashes else {}
    missing = {state: sha256 for state, sha256 in hashes.items() if state not in stored}
    if missing:
        with current.writing() as session:
            statistics.ask_for_all(session, competition, missing, actor=actor, now=current.now())
    rankings = {state: one for state, one in state_rankings(found).items() if state in hashes}
    return _list(competition, found, rankings, stored=stored, frozen=frozen, owed=owed)


def _list(
    competition: Competition,
    found: Round,
    rankings: dict[str, StateRanking],
    *,
    stored: dict[str, scored.StoredPlaces],
    frozen: dict[str, Ranking],
    owed: bool,
) -> ResponseReturnValue:
    wanted = request.args.get("state", "")
    sort = request.args.get("sort", "rank")
    chosen = {state: one for state, one in rankings.items() if wanted in ("", state)}
    rows = list_rows(found, chosen, stored)
    total = sum(len(one.ballot.initial) for one in rankings.values())
    return page(
        "staff/reviews/ranking.html",
        competition=competition,
        names=POSTAL_CODES,
        found=found,
        method=str(found.rules.method),
        result_name=RESULTS[found.rules.method],
        states=[(state, POSTAL_CODES.get(state, state)) for state in rankings],
        lines=shown.state_lines(found, rankings, stored),
        rows=shown.in_order(rows, sort),
        total=total,
        sort=sort if sort.removeprefix("-") in shown.SORTS else "rank",
        wanted=wanted,
        frozen=frozen,
        owed=owed,
        addresses={
            state: url_for("staff.reviews.ranking_state", number=competition.number, state=state)
            for state in rankings
        },
        computing=sorted(set(rankings) - set(stored)),
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
    return state_page(competition, state, FreezeForm(formdata=None))


def state_page(competition: Competition, state: str, form: FreezeForm) -> ResponseReturnValue:
    """Show one state's ranking with a form to freeze it."""
    with current.reading() as session:
        found, standing = standing_of(session, competition, state)
        beside = statistics.beside(session, competition.id, state, found.inputs_by_state()[state])
        panel = panels.panel_of(session, competition.id, state)
        history = panels.frozen_history(session, competition.id, state)
        left_out = [one for one in panels.left_out_of(session, competition.id) if one.state == state]
        frozen = next((row for row in history if row.superseded_at is None), None)
        recomputed = recomputing.latest(session, frozen) if frozen else None
    if beside.must_ask:
        beside = replace(beside, job=_asked(competition, state, beside.sha256))
    form.frozen.data, form.scores.data = (frozen.uid if frozen else ""), beside.sha256
    sections = shown.sections_of(standing, beside, shown.names_in(found, state))
    return page(
        "staff/reviews/ranking_state.html",
        form=form,
        competition=competition,
        names=POSTAL_CODES,
        state=state,
        found=found,
        one=standing,
        provisional=found.why_provisional(standing) if standing.ranking.places else None,
        seats=shown.ballot_seats(standing.ballot),
        beside=beside,
        sections=sections,
        charts={
            "intervals": shown.interval_chart(sections.get("intervals"), standing),
            "stratified": shown.interval_chart(sections.get("stratified"), standing),
            "severity": shown.severity_chart(sections.get("severity"), found.people),
            "discrimination": shown.criteria_chart(sections.get("discrimination")),
        },
        panel=panel,
        frozen=frozen,
        moved_on=frozen is not None and frozen.content.get("inputs") not in (None, beside.sha256),
        history=history,
        left_out=left_out,
        recomputed=recomputed,
    )


@pages.page(
    "/<number>/ranking/<state>/compute",
    "compute",
    permission="ranking.read",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def compute(competition: Competition, state: str) -> ResponseReturnValue:
    """Ask again for statistics whose job gave up."""
    form = DeedForm()
    if form.is_sent():
        with current.reading() as session:
            found, _standing = standing_of(session, competition, state)
        sha256 = fingerprint(found.inputs_by_state()[state])
        _asked(competition, state, sha256)
        return go(
            "staff.reviews.ranking_state",
            number=competition.number,
            state=state,
            said=f"The statistics of {state} are being computed.",
        )
    return state_page(competition, state, FreezeForm(formdata=None))


def _asked(competition: Competition, state: str, sha256: str) -> Job:
    with current.writing() as session:
        return statistics.ask(session, competition, state, sha256, actor=current.actor(), now=current.now())


def standing_of(session: Session, competition: Competition, state: str) -> tuple[Round, StateRanking]:
    """Return a state's ranking, or raise where it is not for this reader."""
    found = round_of(session, competition, state=state)
    require_own_in(session, current.actor(), [one.id for one in found.applications.values()])
    standing = state_rankings(found).get(state)
    if standing is None or state in closed_states(found):
        raise NotFound
    return found, standing


def closed_states(found: Round) -> set[str]:
    """Return states with an application closed to the reader: a rank tells of everyone in it."""
    barred = current.actor().barred
    return {one.state for one in found.applications.values() if one.id in barred}
