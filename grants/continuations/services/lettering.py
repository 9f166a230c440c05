"""The letter on a decision, from the record: drafted as a batch of one, made by the worker, then released."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.awards.models import Action
from grants.awards.queries import actions_of
from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.table import YearBudget
from grants.competitions.rules.states import CENTER_STATES
from grants.continuations.models import Decision
from grants.continuations.rules import figures
from grants.continuations.rules.gates import AUTHORITY, OBJECTION_AUTHORITY
from grants.continuations.rules.letter_kinds import AMENDMENT, DENIAL
from grants.continuations.services.dossier import Dossier
from grants.documents.models import Batch, Letter
from grants.documents.rules import LetterKind
from grants.documents.services.letters import Addressee, ask_to_make, draft_letter
from grants.money import dollars
from grants.organizations.queries import representatives_of
from grants.web.filters import day

KIND = "continuation"


def draft_amendment(
    session: Session,
    dossier: Dossier,
    content: YearBudget,
    judged: Assessment,
    action: Action,
    conditions: Sequence[dict[str, str]],
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    """Draft the amendment letter of an approved continuation and ask the worker for its PDF."""
    award = dossier.basis.award
    obligated = sum(one.amount for one in actions_of(session, award.id))
    note = figures.lower_notes(content, judged.federal) if judged.federal < dossier.requested else ""
    values = {
        **_common(session, dossier, actor=actor),
        "modification": str(action.modification_number),
        "period": f"{day(award.period_start)} to {day(award.period_end)}",
        "requested": dollars(dossier.requested),
        "federal": dollars(judged.federal),
        "carry_over": _carried(content),
        "obligated_now": dollars(action.amount),
        "obligated_total": dollars(obligated),
        "cost_share": dollars(judged.counted_match),
        "required": dollars(judged.required_match),
        "total": dollars(judged.federal + judged.counted_match),
        "share_rule": judged.why,
        "share_authority": judged.authority,
        "conditions": "; ".join(one["nature"] for one in conditions) or "none",
        "note": note or "Federal money and match pay for the expenses as they stand in your request.",
        "later_periods": str(award.items.get("later_periods", "")) or _LATER,
    }
    return _draft(session, dossier, AMENDMENT, values, actor=actor, now=now)


def draft_denial(
    session: Session, dossier: Dossier, decision: Decision, *, actor: Actor, now: datetime
) -> Letter:
    """Draft the letter of a denial and ask the worker for its PDF."""
    ground = decision.ground
    values = {
        **_common(session, dossier, actor=actor),
        "ground": ground.words if ground else "",
        "authority": AUTHORITY,
        "reason": decision.reason,
        "objection": _objection(decision),
    }
    return _draft(session, dossier, DENIAL, values, actor=actor, now=now)


_LATER = (
    "Later budget periods depend on funds, on authority, on satisfactory performance "
    "and on keeping the terms."
)


def _draft(
    session: Session,
    dossier: Dossier,
    kind: LetterKind,
    values: dict[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> Letter:
    request, name = dossier.request, dossier.basis.organization.name
    batch = Batch(
        kind=KIND,
        competition_id=request.competition_id,
        title=f"{kind.title}: {name}, year {request.ordinal}"[:200],
        made_by_id=actor.person_id,
        asked_at=now,
    )
    session.add(batch)
    session.flush()
    addressee = Addressee(
        request.organization_id,
        request.competition_id,
        request.application_id,
        request.__tablename__,
        request.id,
        name,
    )
    dated = {**values, "date": day(now.astimezone(dossier.basis.zone).date())}
    letter = draft_letter(session, kind, addressee, dated, batch=batch, now=now)
    ask_to_make(session, batch, actor=actor, now=now)
    return letter


def _common(session: Session, dossier: Dossier, *, actor: Actor) -> dict[str, str]:
    basis = dossier.basis
    host, competition, period = basis.organization, basis.competition, basis.period
    people = representatives_of(session, host.id)
    contact = (competition.contact_name, competition.contact_phone, competition.contact_email)
    return {
        "organization": host.name,
        "address": host.address,
        "representative": people[0].name if people else host.name,
        "state": CENTER_STATES.get(basis.award.state, basis.award.state),
        "fain": basis.award.fain,
        "year": str(basis.request.ordinal),
        "budget_period": f"{day(period.starts_on)} to {day(period.ends_on)}",
        "contact": ", ".join(part for part in contact if part) or actor.name,
        "grants_officer": actor.name,
    }


def _carried(content: YearBudget) -> str:
    toward, above = figures.carried(content)
    parts = [f"{dollars(toward)} toward the base"] if toward else []
    parts += [f"{dollars(above)} above the base"] if above else []
    return " and ".join(parts) or "none"


def _objection(decision: Decision) -> str:
    if decision.ground is None or not decision.ground.is_sanction:
        return "You may ask the grants officer for a talk about this decision."
    return f"{decision.objection} You may object until {day(decision.object_by)} ({OBJECTION_AUTHORITY})."
