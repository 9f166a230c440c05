"""The decision record of a state: frozen, stored by its hash, recomputed on demand."""

import json
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.adapters.files import Files
from grants.competitions.models import Competition
from grants.errors import NotFound, Refused, refuse
from grants.findings import Finding
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record
from grants.reviews.models import Ranking
from grants.reviews.queries import panels
from grants.reviews.services.ranking import Round, StateRanking, ranked, round_of
from grants.reviews.workflow import PanelStatus
from scoring.exact import show_apart, show_points
from scoring.record import Verified, freeze_with_statistics, verify
from scoring.threshold import Status


def freeze_state(
    session: Session,
    files: Files,
    competition: Competition,
    state: str,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Ranking:
    """Freeze the ranking of a state; a later one supersedes it, with a reason, and both stay."""
    require(actor, "ranking.freeze", competition)
    found, standing = _official(session, competition, state)
    content = freeze_with_statistics(found.inputs)
    earlier = panels.ranking_of(session, competition.id, state)
    if earlier is not None:
        _supersede(session, earlier, reason, now)
    ranking = Ranking(
        competition_id=competition.id,
        state=state,
        sha256=files.put(content),
        size=len(content),
        content={"results": json.loads(content)["results"], "summary": summary(found, standing)},
        frozen_at=now,
        frozen_by_id=actor.person_id or 0,
    )
    session.add(ranking)
    session.flush()
    event = record(
        session,
        "ranking.frozen",
        ranking,
        happened=f"froze the ranking of {state}",
        actor=actor,
        now=now,
        reason=reason or None,
        facts={"sha256": ranking.sha256},
    )
    tell(session, event, "reviews.ranking_frozen")
    return ranking


def _official(session: Session, competition: Competition, state: str) -> tuple[Round, StateRanking]:
    found = round_of(session, competition, state=state)
    ballot = found.ballots().get(state)
    if ballot is None:
        raise NotFound
    standing = ranked(ballot, found.rules)
    _require_official(session, competition, state, standing)
    return found, standing


def recompute(files: Files, ranking: Ranking) -> Verified:
    """Recompute a frozen ranking from its record alone and name every difference."""
    return verify(files.get(ranking.sha256))


def summary(found: Round, standing: StateRanking) -> dict[str, Any]:
    """Return what pages and letters read of a ranking, as JSON values."""
    means = show_apart(place.final_mean for place in standing.ranking.places)
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
                "mean": mean,
                "strength": in_words(standing, place.application, strengths[place.application]),
            }
            for place, mean in zip(standing.ranking.places, means, strict=True)
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
    if panel is not None and panel.status is PanelStatus.OPEN:
        found.append(Finding("panel-open", f"The panel of {state} is open. Close it first."))
    several = len(standing.finalists) > 1
    if several and (panel is None or panel.status is PanelStatus.WAITING):
        found.append(
            Finding("no-panel", f"{state} has {len(standing.finalists)} finalists. Hold the panel first.")
        )
    if found:
        raise Refused(found)
