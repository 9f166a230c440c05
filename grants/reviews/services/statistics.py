"""What stands beside a ranking: computed by a job, stored by the hash of its inputs, in no request."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.jobs import queue
from grants.jobs.models import Job, JobProgress
from grants.jobs.queries import job_by_key
from grants.reviews.models import RankingStatistics, Sheet
from grants.reviews.queries import scored
from scoring.inputs import Inputs
from scoring.record import SAMPLES, fingerprint

KIND = "reviews.statistics"
KEPT = 5
"""Stored results of a state: the one in force and some that may come back, as when a decision is undone."""


@dataclass(frozen=True)
class Beside:
    """What a page knows of a state's statistics: stored ones, and the job that makes new ones."""

    sha256: str
    stored: RankingStatistics | None
    job: Job | None

    @property
    def is_current(self) -> bool:
        """Say whether the stored figures follow from the scores as they stand."""
        return self.stored is not None and self.stored.sha256 == self.sha256

    @property
    def failed(self) -> bool:
        """Say whether the job gave up."""
        return self.job is not None and self.job.progress is JobProgress.FAILED and not self.is_current

    @property
    def must_ask(self) -> bool:
        """Say whether nobody computes what is missing."""
        idle = self.job is None or self.job.progress is JobProgress.DONE
        return not self.is_current and idle

    def section(self, key: str) -> Mapping[str, Any] | None:
        """Return one stored section."""
        sections = self.stored.content.get("sections", []) if self.stored else []
        return next((one for one in sections if one["key"] == key), None)


def beside(session: Session, competition_id: int, state: str, inputs: Inputs) -> Beside:
    """Return a state's stored statistics and the job for the scores as they stand."""
    sha256 = fingerprint(inputs)
    found = scored.statistics_for(session, competition_id, state, sha256)
    if found is not None and found.sha256 == sha256:
        return Beside(sha256, found, None)
    return Beside(sha256, found, job_by_key(session, _key(competition_id, state, sha256)))


def ask(
    session: Session, competition: Competition, state: str, sha256: str, *, actor: Actor, now: datetime
) -> Job:
    """Ask for the statistics of exactly these scores; asked for twice it is one job."""
    key = _key(competition.id, state, sha256)
    job = _enqueue(session, competition, (state,), key, actor=actor, now=now)
    if job.progress in {JobProgress.DONE, JobProgress.FAILED}:
        queue.retry(session, job)
    return job


def ask_for_all(
    session: Session,
    competition: Competition,
    missing: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> Job:
    """Ask for several states at once, by one job: the list of a competition finds them missing together."""
    joined = "".join(f"{state}:{sha256};" for state, sha256 in sorted(missing.items()))
    key = f"{KIND}:{competition.id}:many:{_digest(joined)}"
    job = _enqueue(session, competition, sorted(missing), key, actor=actor, now=now)
    if job.progress is JobProgress.DONE:
        queue.retry(session, job)
    return job


def when_complete(session: Session, sheet: Sheet, *, actor: Actor, now: datetime) -> None:
    """Ask once the last sheet awaited of a state is in; before that there is nothing to compute."""
    session.flush()
    if scored.awaits_a_sheet(session, sheet.competition_id, sheet.state):
        return
    changed(session, sheet.competition_id, sheet.state, f"{sheet.uid}:{sheet.number}", actor=actor, now=now)


def changed(
    session: Session, competition_id: int, state: str, moment: str, *, actor: Actor, now: datetime
) -> None:
    """Ask after a deed that changed what ranks; `moment` names the deed, so that it asks once."""
    competition = session.get_one(Competition, competition_id)
    key = f"{KIND}:{competition_id}:{state}:after:{moment}"
    _enqueue(session, competition, (state,), key, actor=actor, now=now)


def store(
    session: Session,
    competition_id: int,
    state: str,
    *,
    sha256: str,
    content: Mapping[str, Any],
    places: Mapping[str, Any],
    scores_at: datetime,
    now: datetime,
) -> None:
    """Keep a result by its inputs, and of the earlier ones only the newest."""
    known = scored.statistics_for(session, competition_id, state, sha256)
    if known is not None and known.sha256 == sha256:
        return
    session.add(
        RankingStatistics(
            competition_id=competition_id,
            state=state,
            sha256=sha256,
            places=dict(places),
            content=dict(content),
            scores_at=scores_at,
            computed_at=now,
        )
    )
    session.flush()
    for row in scored.statistics_before(session, competition_id, state, KEPT):
        session.delete(row)


def computed(inputs: Inputs, state: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compute a state's statistics; return what pages show, and the places of its finalists for lists."""
    from scoring.beside import far_sheets, information_sections
    from scoring.faults import Undefined
    from scoring.statistics import statistics
    from scoring.statistics_json import from_statistics

    found = statistics(inputs, SAMPLES)
    intervals = found.states[state].intervals
    places: dict[str, dict[str, Any]] = {}
    if not isinstance(intervals, Undefined):
        places = {one.application: {"low": one.low, "high": one.high} for one in intervals}
    for application, seats in far_sheets(inputs, state).items():
        places.setdefault(application, {})["far"] = list(seats)
    content = {
        "sections": [asdict(section) for section in information_sections(inputs, found, state)],
        "information": from_statistics(found),
        "no_interval": intervals.reason if isinstance(intervals, Undefined) else "",
    }
    return content, places


def _enqueue(
    session: Session,
    competition: Competition,
    states: Collection[str],
    key: str,
    *,
    actor: Actor,
    now: datetime,
) -> Job:
    told = next(iter(states)) if len(states) == 1 else f"{len(states)} states"
    return queue.enqueue(
        session,
        KIND,
        {"competition_id": competition.id, "states": list(states)},
        actor=actor,
        now=now,
        label=f"Statistics beside the ranking of {told}, {competition.number}",
        unique=key,
    )


def _key(competition_id: int, state: str, sha256: str) -> str:
    return f"{KIND}:{competition_id}:{state}:{sha256}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
