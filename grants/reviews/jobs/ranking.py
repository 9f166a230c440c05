"""Long work of rankings: what stands beside a ranking, and recomputing a decision record."""

from typing import Any

from sqlmodel import Session

from grants.competitions.models import Competition
from grants.jobs.runner import Work
from grants.reviews.queries import panels, scored
from grants.reviews.services import freezing
from grants.reviews.services import statistics as beside
from grants.reviews.services.ranking import round_of
from scoring.inputs import Inputs
from scoring.record import fingerprint

TOLD = 20
"""Differences that a page lists."""


def compute_statistics(work: Work) -> None:
    """Compute the statistics of states for the scores as they stand when the job reaches them."""
    competition_id, states = work.payload["competition_id"], work.payload["states"]
    for done, state in enumerate(states):
        work.progress(done, len(states))
        _compute(work, competition_id, state)
    work.progress(len(states), len(states))


def _compute(work: Work, competition_id: int, state: str) -> None:
    scores_at = work.now()
    with work.database.reading() as session:
        inputs = _inputs(session, competition_id, state)
        if inputs is None:
            return
        sha256 = fingerprint(inputs)
        known = scored.statistics_for(session, competition_id, state, sha256)
    if known is not None and known.sha256 == sha256:
        return
    content, places = beside.computed(inputs, state)
    with work.database.writing() as session:
        beside.store(
            session,
            competition_id,
            state,
            sha256=sha256,
            content=content,
            places=places,
            scores_at=scores_at,
            now=work.now(),
        )


def _inputs(session: Session, competition_id: int, state: str) -> Inputs | None:
    competition = session.get_one(Competition, competition_id)
    return round_of(session, competition, state=state).inputs_by_state().get(state)


def recompute(work: Work) -> None:
    """Recompute a frozen ranking from its record alone and keep the answer with the job."""
    with work.database.reading() as session:
        row = panels.ranking_by_uid(session, work.payload["ranking"])
    if row is None:
        raise LookupError("the ranking is gone")
    verified = freezing.recompute(work.files, row)
    found: dict[str, Any] = {
        "message": verified.message,
        "sha256": verified.sha256,
        "as_frozen": verified.sha256 == row.sha256,
        "differences": [one.message for one in verified.differences[:TOLD]],
        "count": len(verified.differences),
        "at": work.now().isoformat(),
    }
    work.finish(found)
