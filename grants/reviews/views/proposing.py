"""Staff: the best assignment as kept, new and removed pairs with reasons; accepted whole or by state."""

import re
import secrets

from flask import request
from flask.typing import ResponseReturnValue

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import MoveRefused, NotFound, Refused
from grants.jobs.models import Job, JobProgress
from grants.jobs.queries import job_by_uid
from grants.reviews.forms.joining import DeedForm
from grants.reviews.forms.staff import ProposeForm
from grants.reviews.services import proposing
from grants.reviews.services.posing import Posed, Wishes, posed
from grants.reviews.services.proposing import Outcome
from grants.reviews.views.audiences import staff as pages
from grants.web import current
from grants.web.render import go, page

SEEDS = 1_000_000
MOST_SHOWN = 600


@pages.page(
    "/<number>/propose",
    "propose",
    permission="assignment.manage",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def propose(competition: Competition) -> ResponseReturnValue:
    """Show the best assignment and what it would change; accept it whole or for one state."""
    form = ProposeForm()
    wishes = _wishes()
    status = 200
    if form.is_sent():
        try:
            return _accepted(competition, form, wishes)
        except Refused as refusal:
            form.refuse(refusal)
            status = refusal.status if isinstance(refusal, MoveRefused) else 422
    elif request.args.get("draw") == "new":
        seed = str(1 + secrets.randbelow(SEEDS))
        asked = {name: value for name, value in _asked().items() if name != "seed"}
        return go("staff.reviews.propose", number=competition.number, seed=seed, **asked)
    with current.reading() as session:
        standing = posed(session, competition, without=current.actor().barred)
    job = _job(request.values.get("job", ""))
    outcome, is_stale = _outcome(standing, wishes, job)
    found = proposing.shown(standing, outcome) if outcome else None
    return page(
        form=form,
        competition=competition,
        standing=standing,
        found=found,
        wishes=wishes,
        asked=_asked(),
        job=job,
        is_stale=is_stale,
        most_shown=MOST_SHOWN,
        status=status,
    )


@pages.page(
    "/<number>/propose/ask",
    "ask",
    permission="assignment.manage",
    load=competition_by_number,
    by=("number",),
    methods=("POST",),
)
def ask(competition: Competition) -> ResponseReturnValue:
    """Have the worker look for the best assignment where that takes long."""
    form = DeedForm()
    if form.is_sent():
        with current.writing() as session:
            job = proposing.ask(session, competition, _wishes(), actor=current.actor(), now=current.now())
        return go("staff.reviews.propose", number=competition.number, job=job.uid, **_asked())
    return go("staff.reviews.propose", number=competition.number, **_asked())


def _accepted(competition: Competition, form: ProposeForm, wishes: Wishes) -> ResponseReturnValue:
    job = _job(str(form.job.data or ""))
    with current.writing() as session:
        count = proposing.accept(
            session,
            competition,
            fingerprint=str(form.fingerprint.data or ""),
            state=str(form.state.data or "") or None,
            wishes=wishes,
            outcome=Outcome.from_json(job.result) if job and job.result else None,
            actor=current.actor(),
            now=current.now(),
        )
    said = f"Made {count} changes as drafts. Nobody is told before you send them."
    return go("staff.reviews.assign", number=competition.number, said=said)


def _wishes() -> Wishes:
    """Read what is asked from the address; a number that is none is no seed."""
    seed = request.args.get("seed", "")
    return Wishes(
        mix=request.args.get("mix") == "yes",
        one_each=request.args.get("one") != "no",
        panel=request.args.get("panel") == "yes",
        seed=int(seed) if re.fullmatch(r"[0-9]{1,7}", seed) else None,
    )


def _asked() -> dict[str, str]:
    """Return the wishes as the address has them."""
    return {name: request.args[name] for name in ("mix", "one", "panel", "seed") if request.args.get(name)}


def _job(uid: str) -> Job | None:
    """Return the actor's own job; that of another is not there."""
    if not uid:
        return None
    with current.reading() as session:
        job = job_by_uid(session, uid)
    if job is None or job.kind != proposing.JOB or job.person_id != current.actor().person_id:
        raise NotFound
    return job


def _outcome(standing: Posed, wishes: Wishes, job: Job | None) -> tuple[Outcome | None, bool]:
    """Return what was found, by the job or here, and whether it is out of date."""
    if job is None:
        return (None, False) if standing.is_large else (proposing.outcome_of(standing, wishes), False)
    if job.progress is not JobProgress.DONE:
        return None, False
    outcome = Outcome.from_json(job.result)
    if outcome.fingerprint != proposing.fingerprint_of(standing, wishes):
        return None, True
    return outcome, False
