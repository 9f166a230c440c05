"""Selecting one host per state: by the selecting official, approved by the grants officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.awards.models import Choice, Selection
from grants.awards.queries import award_of_selection, current_selections, last_number
from grants.awards.rules.gates import StateFacts, is_in_order
from grants.competitions.models import Competition
from grants.errors import refuse
from grants.lifecycle.perform import perform


@dataclass(frozen=True)
class Decision:
    """What the selecting official decided for one state, as typed."""

    choice: Choice
    application_id: int | None = None
    factor: str | None = None
    justification: str | None = None


def sign_selection(
    session: Session,
    competition: Competition,
    state: str,
    decision: Decision,
    *,
    facts: StateFacts,
    memo: Mapping[str, Any],
    ranking_sha256: str | None,
    actor: Actor,
    now: datetime,
) -> Selection:
    """Sign the selection of one state; an earlier one is superseded and stays visible.

    Raises `Refused` with every finding of the selection gate, and refuses once an award was made
    from the selection that stands.
    """
    require(actor, "selection.decide")
    _supersede_standing(session, competition, state, actor=actor, now=now)
    chosen = decision.application_id if decision.choice is Choice.SELECT else None
    selection = Selection(
        competition_id=competition.id,
        state=state,
        number=last_number(session, competition.id, state) + 1,
        choice=decision.choice,
        application_id=chosen,
        rank_text=_rank_text(chosen, facts),
        in_rank_order=chosen is None or is_in_order(chosen, facts),
        factor=decision.factor or None,
        justification=(decision.justification or "").strip() or None,
        ranking_sha256=ranking_sha256,
        memo=dict(memo),
        made_at=now,
        signed_by_id=actor.person_id,
        signed_by_name=actor.name,
        signed_at=now,
    )
    session.add(selection)
    session.flush()
    noted = {"choice": selection.choice, "rank": selection.rank_text, "factor": selection.factor}
    perform(session, selection, "sign", actor=actor, now=now, facts=facts, noted=noted)
    return selection


def approve(session: Session, selection: Selection, *, actor: Actor, now: datetime) -> None:
    """Approve a signed selection, as another person than the one who signed it."""
    require(actor, "selection.approve", selection)
    selection.approved_by_id = actor.person_id
    selection.approved_by_name = actor.name
    selection.approved_at = now
    session.add(selection)
    perform(session, selection, "approve", actor=actor, now=now)


def give_back(session: Session, selection: Selection, *, reason: str, actor: Actor, now: datetime) -> None:
    """Return a signed selection to the selecting official with a reason."""
    if not reason.strip():
        raise refuse("reason", "Write why the selection goes back.", field="reason")
    selection.returned_reason = reason.strip()
    session.add(selection)
    perform(session, selection, "return", actor=actor, now=now, reason=reason.strip())


def _supersede_standing(
    session: Session, competition: Competition, state: str, *, actor: Actor, now: datetime
) -> None:
    standing = current_selections(session, competition.id).get(state)
    if standing is None:
        return
    if award_of_selection(session, standing.id) is not None:
        raise refuse("award", "An award is being prepared from this selection; it cannot be changed here.")
    perform(session, standing, "supersede", actor=actor, now=now)


def _rank_text(application_id: int | None, facts: StateFacts) -> str:
    if application_id is None:
        return ""
    place = facts.finalists.get(application_id)
    tied = " (tied)" if application_id in facts.tied else ""
    return f"rank {place}{tied}" if place is not None else "no rank"
