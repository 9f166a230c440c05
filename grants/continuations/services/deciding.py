"""Deciding a request: by a grants officer who did not evaluate it; approval obligates and amends."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.awards.models import Action, ActionKind, Condition
from grants.awards.queries import actions_of
from grants.awards.services.awarding import Obligation, add_condition, fund
from grants.budgets.rules.table import YearBudget
from grants.budgets.services import years as budget_years
from grants.continuations.models import Decision, Evaluation, Request
from grants.continuations.queries.requests import locked_evaluation
from grants.continuations.rules.gates import Choice, DecisionFacts, Proposal
from grants.continuations.services.dossier import Dossier, sent_dossier
from grants.continuations.services.lettering import draft_amendment, draft_denial
from grants.errors import MoveRefused, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock

MOVES = {
    Choice.APPROVE: "approve",
    Choice.LOWER: "approve",
    Choice.DEFER: "defer",
    Choice.DENY: "deny",
}


@dataclass(frozen=True)
class Order:
    """What the grants officer orders, with the chance to object where it is a sanction."""

    proposal: Proposal
    objection: str = ""
    object_by: date | None = None


def decide(session: Session, request: Request, order: Order, *, actor: Actor, now: datetime) -> Decision:
    """Decide a request; an approval funds the budget period by the law of this day.

    Raises `Refused` with every finding at once: the order's own, the gates, the money to the cent; and
    `NotAllowed` to the person who evaluated.
    """
    require(actor, "continuation.decide", request)
    lock(session, request)
    evaluation = _sent_evaluation(session, request)
    dossier = sent_dossier(session, request, now=now)
    proposal = order.proposal
    choice = proposal.choice
    if choice is None:
        raise refuse("choice", "Choose one: approve, a lower amount, defer, or deny.", field="choice")
    facts = DecisionFacts(
        proposal=proposal,
        requested=dossier.requested,
        today=dossier.basis.today,
        objection=order.objection,
        object_by=order.object_by,
        gates=dossier.basis.gates,
        money=dossier.money_faults(proposal),
    )
    noted = {"choice": choice.value, "evaluation": evaluation.number, "reason": proposal.reason[:300]}
    perform(session, request, MOVES[choice], actor=actor, now=now, facts=facts, noted=noted)
    request.decided_by_id = actor.person_id
    decision = _decision(request, evaluation, order, choice, actor=actor, now=now)
    session.add(request)
    if choice.obligates:
        content = dossier.obligated(proposal)
        _obligate(session, dossier, content, evaluation, decision, actor=actor, now=now)
    elif choice is Choice.DENY:
        decision.letter_id = draft_denial(session, dossier, decision, actor=actor, now=now).id
    session.add(decision)
    session.flush()
    return decision


def give_back(session: Session, request: Request, *, reason: str, actor: Actor, now: datetime) -> None:
    """Return the evaluation to the program officer with a reason."""
    require(actor, "continuation.decide", request)
    if not reason.strip():
        raise refuse("reason", "Write what the evaluation lacks.", field="reason")
    lock(session, request)
    evaluation = _sent_evaluation(session, request)
    evaluation.returned_reason = reason.strip()
    session.add(evaluation)
    perform(session, request, "return_evaluation", actor=actor, now=now, reason=reason.strip())


def _sent_evaluation(session: Session, request: Request) -> Evaluation:
    evaluation = locked_evaluation(session, request.id)
    if evaluation is None or evaluation.evaluated_at is None:
        raise MoveRefused(
            [Finding("status", "There is no evaluation to decide on. Look at the request again.")]
        )
    return evaluation


def _decision(
    request: Request, evaluation: Evaluation, order: Order, choice: Choice, *, actor: Actor, now: datetime
) -> Decision:
    denied = choice is Choice.DENY
    return Decision(
        request_id=request.id,
        evaluation_id=evaluation.id,
        choice=choice,
        defer_until=order.proposal.defer_until if choice is Choice.DEFER else None,
        ground=order.proposal.ground if denied else None,
        reason=order.proposal.reason.strip(),
        objection=order.objection.strip() if denied else "",
        object_by=order.object_by if denied else None,
        decided_by_id=actor.person_id or 0,
        decided_by_name=actor.name,
        decided_at=now,
    )


def _obligate(
    session: Session,
    dossier: Dossier,
    content: YearBudget,
    evaluation: Evaluation,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    basis = dossier.basis
    judged = basis.judge(content)
    label = f"Approved year {basis.request.ordinal} {basis.award.fain}"
    budget = budget_years.copy(session, [content], label=label, now=now)
    action: Action = fund(
        session,
        basis.award,
        basis.period,
        judged=judged,
        budget_id=budget.id,
        as_action=_next_action(session, dossier),
        actor=actor,
        now=now,
    )
    decision.amount, decision.rule = judged.federal, dict(basis.period.rule)
    decision.action_id = action.id
    _impose(session, dossier, evaluation, actor=actor, now=now)
    letter = draft_amendment(
        session, dossier, content, judged, action, evaluation.conditions, actor=actor, now=now
    )
    action.letter_id = decision.letter_id = letter.id
    session.add(action)


def _next_action(session: Session, dossier: Dossier) -> Obligation:
    """Return the next modification; money within approved terms needs no countersignature."""
    numbers = [one.modification_number for one in actions_of(session, dossier.basis.award.id)]
    return Obligation(
        ActionKind.CONTINUATION,
        number=max(numbers, default=-1) + 1,
        bilateral=False,
        zone=dossier.basis.competition.zone,
    )


def _impose(
    session: Session, dossier: Dossier, evaluation: Evaluation, *, actor: Actor, now: datetime
) -> None:
    for told in evaluation.conditions:
        condition = Condition(
            award_id=dossier.basis.award.id,
            budget_period_id=dossier.basis.period.id,
            nature=told["nature"],
            reason=told["reason"],
            removal=told["removal"],
            time_allowed=told["time_allowed"],
            reconsideration=told["reconsideration"],
            added_at=now,
        )
        add_condition(session, dossier.basis.award, condition, actor=actor, now=now)
