"""Public pages: the list, one notice, the map of states, the notice as PDF and as data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules.cycle import Round, StateStanding, standings
from grants.competitions.rules.plain import encode_json
from grants.competitions.rules.reading import reading_of
from grants.competitions.rules.stage import Stage, stage_at
from grants.competitions.rules.toml_text import save as toml_of
from grants.competitions.views.doors import BY_NUMBER, load_public, public, searched_words
from grants.competitions.workflow import CompetitionStatus
from grants.documents.views.sending import send_file_row
from grants.web import current
from grants.web.fields import page_asked
from grants.web.render import page

Holders = Callable[[Session], dict[str, str]]
"""Who holds the award of a state, by its letters; given by the wiring, as awards are a later stage."""


@public.page("", "index", permission="public.read")
def index() -> ResponseReturnValue:
    """List what is open, coming and past."""
    now, words = current.now(), searched_words()
    with current.reading() as session:
        lists = {
            stage: queries.public_competitions(
                session, stage, words=words, page=page_asked() if stage is Stage.CLOSED else 1, now=now
            )
            for stage in Stage
        }
    return page(lists=lists, words=words, stages=Stage)


@public.page("/<number>", "show", permission="public.read", load=load_public, by=BY_NUMBER)
def show(competition: Competition) -> ResponseReturnValue:
    """Show one notice with its stage, amendments and files."""
    with current.reading() as session:
        notice = queries.as_published(session, competition, queries.notice_of(session, competition))
        rules = queries.public_rules(session, competition)
        amendments = queries.amendments_of(session, competition.id)
        editions = queries.editions_of(session, competition.id)
    return page(
        competition=competition,
        notice=notice,
        reading=reading_of(notice, rules),
        amendments=amendments,
        has_pdf=bool(editions and editions[0].file_id),
        stage=public_stage(competition, current.now()),
        links=links_if_there(competition),
    )


@public.page("/map", "map", permission="public.read")
def state_map() -> ResponseReturnValue:
    """Show every state with its place in the cycle."""
    now = current.now()
    with current.reading() as session:
        rounds = queries.rounds_by_state(session)
        holders: Holders = current_app.extensions.get("grants.holders", _nobody)
        held = holders(session)
    found = standings(map(_round, rounds), held, now)
    return page(standings=found, tiles={one.code: _tile(one) for one in found})


@public.page("/<number>/notice", "notice", permission="public.read", load=load_public, by=BY_NUMBER)
def notice(competition: Competition) -> ResponseReturnValue:
    """Send the newest PDF of the notice, or say that it is being made."""
    with current.reading() as session:
        editions = queries.editions_of(session, competition.id)
    made = next((edition for edition in editions if edition.file_id), None)
    if made is None or made.file_id is None:
        return page(competition=competition, status=503)
    return send_file_row(made.file_id)


@public.page("/<number>/data.<kind>", "data", permission="public.read", load=load_public, by=BY_NUMBER)
def data(competition: Competition, kind: str) -> ResponseReturnValue:
    """Send the notice as data, in TOML or JSON."""
    with current.reading() as session:
        found = queries.as_published(session, competition, queries.notice_of(session, competition))
    name = f"{competition.number}.{'toml' if kind == 'toml' else 'json'}"
    if kind == "toml":
        answer = Response(toml_of(found), mimetype="application/toml")
    else:
        answer = jsonify(encode_json(found))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@dataclass(frozen=True)
class PublicStage:
    """Where a competition is, in words and with its tag."""

    stage: Stage | CompetitionStatus
    words: str
    tone: str

    @property
    def is_open(self) -> bool:
        """Ask whether applications are accepted."""
        return self.stage is Stage.OPEN


def public_stage(competition: Competition, now: datetime) -> PublicStage:
    """Tell where a published competition is at an instant."""
    if competition.status is CompetitionStatus.CANCELED:
        return PublicStage(CompetitionStatus.CANCELED, "Canceled", "stop")
    if competition.status is CompetitionStatus.DECIDED:
        return PublicStage(CompetitionStatus.DECIDED, "Decided", "done")
    stage = stage_at(opens_at=competition.opens_at, deadline_at=competition.deadline_at, now=now)
    words, tone = {
        Stage.COMING: ("Coming", "waiting"),
        Stage.OPEN: ("Open", "new"),
        Stage.CLOSED: ("Closed", "locked"),
    }[stage]
    return PublicStage(stage, words, tone)


def links_if_there(competition: Competition) -> dict[str, str]:
    """Return the addresses of later stages' pages that this installation has."""
    number = competition.number
    found = {}
    if "public.eligibility.check" in current_app.view_functions:
        found["check"] = url_for("public.eligibility.check", competition=number)
    if "applicant.applications.start" in current_app.view_functions:
        found["start"] = url_for("applicant.applications.start", competition=number)
    return found


def _round(row: queries.StateRound) -> Round:
    one = row.competition
    return Round(
        state=row.target.state,
        number=one.number,
        per_year=row.target.federal_per_year,
        opens_at=one.opens_at,
        deadline_at=one.deadline_at,
        zone=one.zone,
        is_decided=one.status is CompetitionStatus.DECIDED,
        award_from=one.expected_start or one.expected_award_on,
        award_years=one.award_years,
    )


def _tile(one: StateStanding) -> dict[str, str | None]:
    url = url_for("public.competitions.show", number=one.last.number) if one.last else None
    return {"label": f"{one.name}: {one.sentence}", "url": url, "state": one.mark}


def _nobody(_session: Session) -> dict[str, str]:
    return {}
