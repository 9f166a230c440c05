"""The decision record of a state: frozen, stored by its hash, recomputed on demand."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.accounts.models import Person
from grants.adapters.files import Files
from grants.competitions.models import Competition
from grants.errors import MoveRefused, NotFound, Refused, refuse
from grants.findings import Finding
from grants.lifecycle.perform import tell
from grants.lifecycle.queries import now_under_lock
from grants.lifecycle.record import record
from grants.reviews.models import Ranking
from grants.reviews.queries import panels, scored
from grants.reviews.rules.provisional import why_provisional
from grants.reviews.services import statistics
from grants.reviews.services.ranking import Round, StateRanking, ranked, round_of
from grants.reviews.workflow import PanelStatus
from scoring.exact import show_points
from scoring.inputs import Inputs
from scoring.record import Verified, fingerprint, freeze_with, verify
from scoring.record_json import Json
from scoring.threshold import Status


@dataclass(frozen=True)
class Seen:
    """What the page showed to the person who freezes: the record that stood, and the scores."""

    frozen: str
    """Name in URLs of the ranking that was frozen, empty where none was."""
    scores: str
    """Hash of the inputs."""


def freeze_state(
    session: Session,
    files: Files,
    competition: Competition,
    state: str,
    *,
    reason: str = "",
    seen: Seen | None = None,
    actor: Actor,
    now: datetime,
) -> Ranking:
    """Freeze the ranking of a state; a later one supersedes it, with a reason, and both stay.

    `seen` is what the person had before them: refused when another froze, or a score changed, meanwhile.
    """
    require(actor, "ranking.freeze", competition)
    scored.hold(session, competition.id)
    now = now_under_lock(session, now)
    found = round_of(session, competition, state=state)
    inputs = found.inputs_by_state().get(state)
    if inputs is None:
        raise NotFound
    sha256 = fingerprint(inputs)
    earlier = panels.ranking_of(session, competition.id, state)
    if seen is not None:
        _require_as_seen(session, state, seen, earlier, sha256)
    standing = ranked(found.ballots()[state], found.rules)
    _require_official(session, competition, state, standing)
    beside = _information(session, competition, state, inputs, on_page=seen is not None, now=now)
    content = freeze_with(inputs, beside)
    if earlier is not None:
        _supersede(session, earlier, reason, now)
    ranking = Ranking(
        competition_id=competition.id,
        state=state,
        sha256=files.put(content),
        size=len(content),
        content=_shown(found, standing, content, sha256),
        frozen_at=now,
        frozen_by_id=actor.person_id or 0,
    )
    _keep(session, ranking, reason=reason, actor=actor, now=now)
    return ranking


def _shown(found: Round, standing: StateRanking, content: bytes, sha256: str) -> dict[str, Any]:
    """Return what pages read of a frozen ranking without opening its record."""
    return {
        "results": json.loads(content)["results"],
        "summary": summary(found, standing),
        "inputs": sha256,
    }


def _keep(session: Session, ranking: Ranking, *, reason: str, actor: Actor, now: datetime) -> None:
    """Store a frozen ranking, with its event and its notice."""
    session.add(ranking)
    session.flush()
    event = record(
        session,
        "ranking.frozen",
        ranking,
        happened=f"froze the ranking of {ranking.state}",
        actor=actor,
        now=now,
        reason=reason or None,
        facts={"sha256": ranking.sha256},
    )
    tell(session, event, "reviews.ranking_frozen")


def _require_as_seen(session: Session, state: str, seen: Seen, earlier: Ranking | None, sha256: str) -> None:
    """Raise where the person froze something else than they saw: one sentence, nothing is frozen."""
    if earlier is not None and earlier.uid != seen.frozen:
        person = session.get(Person, earlier.frozen_by_id)
        by = person.name if person else "Somebody"
        message = f"{by} froze the ranking of {state} while you looked at it. Nothing was frozen twice."
        raise MoveRefused([Finding("frozen-meanwhile", message)])
    if sha256 != seen.scores:
        message = f"The scores of {state} changed while you looked. Look at the ranking as it stands now."
        raise MoveRefused([Finding("scores-changed", message)])


def _information(
    session: Session, competition: Competition, state: str, inputs: Inputs, *, on_page: bool, now: datetime
) -> Json:
    """Return the stored statistics of exactly these inputs.

    Where there are none they are computed and stored, but not for a page: that waits for the job.
    """
    sha256 = fingerprint(inputs)
    stored = scored.statistics_for(session, competition.id, state, sha256)
    if stored is not None and stored.sha256 == sha256:
        information: Json = stored.content["information"]
        return information
    if on_page:
        message = (
            "The statistics that the decision record holds are being computed for the scores as they stand. "
            "Freeze the ranking when they are there."
        )
        raise refuse("statistics", message)
    content, places = statistics.computed(inputs, state)
    statistics.store(
        session, competition.id, state, sha256=sha256, content=content, places=places, scores_at=now, now=now
    )
    computed: Json = content["information"]
    return computed


def recompute(files: Files, ranking: Ranking) -> Verified:
    """Recompute a frozen ranking from its record alone and name every difference."""
    return verify(files.get(ranking.sha256))


def summary(found: Round, standing: StateRanking) -> dict[str, Any]:
    """Return what pages and letters read of a ranking, as JSON values."""
    means = standing.means
    strengths = standing.strengths
    return {
        "method": found.rules.in_words(),
        "places": [
            {
                "application_id": found.applications[place.application].id,
                "number": place.application,
                "organization": found.applications[place.application].organization,
                "place": place.place,
                "tied": place.tied,
                "label": place.label,
                "value": show_points(place.value),
                "mean": means[place.application],
                "strength": in_words(standing, place.application, strengths[place.application]),
            }
            for place in standing.ranking.places
        ],
        "below": [
            {
                "application_id": found.applications[one.application].id,
                "number": one.application,
                "organization": found.applications[one.application].organization,
                "text": one.text,
            }
            for one in standing.ranking.standings
            if one.status is Status.BELOW
        ],
    }


def in_words(standing: StateRanking, application: str, interval: tuple[int, int]) -> str:
    """Return how firm a place is: alone, held in every test, or the places it moves between."""
    if len(standing.ranking.places) == 1:
        return "only finalist"
    low, high = interval
    if low == high:
        return "holds with any one reviewer left out"
    moved = [what.name for what in standing.without_reviewer if _moved(standing, what.ranking, application)]
    return f"{low} to {high} with a reviewer left out ({', '.join(moved)})"


def _moved(standing: StateRanking, other: Any, application: str) -> bool:
    before, after = standing.ranking.place_of(application), other.place_of(application)
    return before is not None and after is not None and before.place != after.place


def _supersede(session: Session, earlier: Ranking, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise refuse(
            "reason", "This state has a frozen ranking. Write why a new one takes its place.", field="reason"
        )
    earlier.superseded_at, earlier.superseded_reason = now, reason[:2000]
    session.add(earlier)
    session.flush()


def _require_official(session: Session, competition: Competition, state: str, standing: StateRanking) -> None:
    found = [Finding(one.code, one.message, field=one.where) for one in standing.ranking.refusals]
    panel = panels.panel_of(session, competition.id, state)
    status = panel.status if panel is not None else None
    why = why_provisional(state, finalists=len(standing.finalists), panel=status)
    if why is not None:
        found.append(Finding("panel-open" if status is PanelStatus.OPEN else "no-panel", why))
    if found:
        raise Refused(found)
