"""Evaluating a request by three factors, sending it on to the grants officer or back to the center."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.awards.services.awarding import FIVE
from grants.continuations.models import Evaluation, Request
from grants.continuations.queries.requests import locked_evaluation
from grants.continuations.rules.gates import EvaluationFacts, Proposal
from grants.continuations.services.dossier import sent_dossier
from grants.continuations.workflow import RequestStatus
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform, tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record
from grants.money import dollars

COMMENTED = "continuation_request.commented"
OPEN_FOR_EVALUATION = (RequestStatus.DRAFT_SENT, RequestStatus.FINAL_SENT, RequestStatus.DEFERRED)


@dataclass(frozen=True)
class Reading:
    """What the program officer wrote of the three factors, and what they propose."""

    federal_budget: str
    annual_plan: str
    match_delivered: str
    proposal: Proposal

    @property
    def texts(self) -> tuple[str, str, str]:
        """Return the texts in the order of the factors."""
        return self.federal_budget, self.annual_plan, self.match_delivered


def save(
    session: Session, request: Request, reading: Reading, *, version: int, actor: Actor, now: datetime
) -> Evaluation:
    """Keep the evaluation as far as it is; a save from a stale page is shown both texts."""
    evaluation = _open(session, request, actor=actor, now=now)
    if _reading_of(evaluation) == reading:
        return evaluation
    if version != evaluation.version:
        raise StaleVersion(
            "Somebody saved this evaluation while you wrote. Both texts are below; nothing is lost.",
            current=_shown(_reading_of(evaluation)),
            offered=_shown(reading),
            version=evaluation.version,
        )
    evaluation.federal_budget, evaluation.annual_plan, evaluation.match_delivered = reading.texts
    evaluation.choice, evaluation.amount = reading.proposal.choice, reading.proposal.amount
    evaluation.defer_until, evaluation.ground = reading.proposal.defer_until, reading.proposal.ground
    evaluation.reason = reading.proposal.reason
    return _touched(session, evaluation, actor=actor, now=now)


def add_condition(
    session: Session, request: Request, condition: dict[str, str], *, actor: Actor, now: datetime
) -> Evaluation:
    """Propose a specific condition; it tells the five things of 2 CFR 200.208(d)."""
    findings = [
        Finding(f"condition_{name}", sentence, field=name, authority="2 CFR 200.208(d)")
        for name, sentence in FIVE.items()
        if not condition.get(name, "").strip()
    ]
    if findings:
        raise Refused(findings)
    evaluation = _open(session, request, actor=actor, now=now)
    if condition not in evaluation.conditions:
        evaluation.conditions = [*evaluation.conditions, condition]
    return _touched(session, evaluation, actor=actor, now=now)


def remove_condition(
    session: Session, request: Request, number: int, *, actor: Actor, now: datetime
) -> Evaluation:
    """Take a proposed condition out, by its number from 1."""
    evaluation = _open(session, request, actor=actor, now=now)
    if not 1 <= number <= len(evaluation.conditions):
        raise NotFound
    left = list(evaluation.conditions)
    del left[number - 1]
    evaluation.conditions = left
    return _touched(session, evaluation, actor=actor, now=now)


def send_on(
    session: Session, request: Request, reading: Reading, *, version: int, actor: Actor, now: datetime
) -> Evaluation:
    """Send the evaluation to the grants officer.

    Raises `Refused` with everything that it lacks, the gates of the year included.
    """
    evaluation = save(session, request, reading, version=version, actor=actor, now=now)
    dossier = sent_dossier(session, request, now=now)
    facts = EvaluationFacts(
        proposal=reading.proposal,
        texts=reading.texts,
        requested=dossier.requested,
        today=dossier.basis.today,
        gates=dossier.basis.gates,
        money=dossier.money_faults(reading.proposal),
    )
    request.evaluated_by_id, request.decided_by_id = actor.person_id, None
    session.add(request)
    choice = reading.proposal.choice
    noted = {"recommendation": choice.value if choice else "", "evaluation": evaluation.number}
    perform(session, request, "evaluate", actor=actor, now=now, facts=facts, noted=noted)
    evaluation.evaluated_by_id, evaluation.evaluated_by_name = actor.person_id, actor.name
    evaluation.evaluated_at = now
    session.add(evaluation)
    session.flush()
    return evaluation


def send_back(session: Session, request: Request, *, reason: str, actor: Actor, now: datetime) -> None:
    """Send the request back to the center, which may then change and send it again."""
    require(actor, "continuation.evaluate", request)
    if not reason.strip():
        raise refuse("reason", "Write what the center should change.", field="reason")
    request.sent_back_reason = reason.strip()
    session.add(request)
    perform(session, request, "send_back", actor=actor, now=now, reason=reason.strip())
    request.evaluated_by_id = None
    session.add(request)
    session.flush()


def comment(session: Session, request: Request, *, text: str, actor: Actor, now: datetime) -> None:
    """Comment on a draft that is in; the words stand in the record and the center is told."""
    require(actor, "continuation.evaluate", request)
    lock(session, request)
    if request.status is not RequestStatus.DRAFT_SENT:
        raise MoveRefused([Finding("status", "Only a draft that is in can be commented on.")])
    if not text.strip():
        raise refuse("comment", "Write your comment.", field="comment")
    event = record(
        session,
        COMMENTED,
        request,
        happened="commented on the draft",
        actor=actor,
        now=now,
        reason=text.strip(),
    )
    tell(session, event, "continuations.commented")


def _open(session: Session, request: Request, *, actor: Actor, now: datetime) -> Evaluation:
    """Return the evaluation that may be written, locked; after a sent one, a new one with its words."""
    require(actor, "continuation.evaluate", request)
    lock(session, request)
    if request.status not in OPEN_FOR_EVALUATION:
        words = str(request.status).replace("_", " ")
        sentence = f"This request is “{words}”; it is evaluated once it was sent and before it is decided."
        raise MoveRefused([Finding("status", sentence)])
    known = locked_evaluation(session, request.id)
    if known is not None and known.evaluated_at is None:
        return known
    fresh = Evaluation(request_id=request.id, number=(known.number if known else 0) + 1, updated_at=now)
    if known is not None:
        for name in ("federal_budget", "annual_plan", "match_delivered", "choice", "amount", "ground"):
            setattr(fresh, name, getattr(known, name))
        fresh.reason, fresh.defer_until = known.reason, known.defer_until
        fresh.conditions, fresh.version = list(known.conditions), known.version
    session.add(fresh)
    session.flush()
    return fresh


def _touched(session: Session, evaluation: Evaluation, *, actor: Actor, now: datetime) -> Evaluation:
    evaluation.version += 1
    evaluation.updated_at, evaluation.updated_by_id = now, actor.person_id
    session.add(evaluation)
    session.flush()
    return evaluation


def _reading_of(evaluation: Evaluation) -> Reading:
    return Reading(
        evaluation.federal_budget,
        evaluation.annual_plan,
        evaluation.match_delivered,
        Proposal(
            evaluation.choice,
            evaluation.amount,
            evaluation.defer_until,
            evaluation.ground,
            evaluation.reason,
        ),
    )


def _shown(reading: Reading) -> dict[str, str]:
    proposal = reading.proposal
    return {
        "Federal budget": reading.federal_budget,
        "Annual plan achieved": reading.annual_plan,
        "Match delivered": reading.match_delivered,
        "Recommendation": proposal.choice.words if proposal.choice else "",
        "Amount": "" if proposal.amount is None else dollars(proposal.amount),
        "Reason": proposal.reason,
    }
