"""Running a self-check and keeping what it said."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.competitions.queries import rule_set_of, states_of
from grants.eligibility.models import SelfCheck
from grants.eligibility.rules.self_check import Facts, Result, run
from grants.errors import NotFound
from grants.lifecycle.record import record
from grants.policies.codec import encode
from grants.policies.rows import ApplicantKind


def check(
    session: Session,
    competition: Competition,
    answers: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    today: date,
) -> SelfCheck:
    """Judge what somebody answered by the competition's own rules and keep it; no account is needed."""
    require(actor, "self_check.run")
    rule_set = rule_set_of(competition)
    if rule_set is None:
        raise NotFound
    facts = facts_of(answers, [row.state for row in states_of(session, competition.id)])
    results = run(facts, rule_set.eligible_applicants, today)
    kept = SelfCheck(
        person_id=actor.person_id,
        organization_id=_organization(actor),
        competition_id=competition.id,
        state=facts.chosen_state,
        facts=dict(answers),
        results=[result_json(result) for result in results],
        at=now,
    )
    session.add(kept)
    session.flush()
    if actor.is_signed_in:
        _note(session, kept, actor=actor, now=now)
    return kept


def keep(session: Session, kept: SelfCheck, *, actor: Actor, now: datetime) -> SelfCheck:
    """Put a result that belongs to nobody into the actor's account; one's own stays as it is."""
    session.refresh(kept)
    require(actor, "self_check.keep", kept)
    if kept.person_id is None:
        kept.person_id = actor.person_id
        kept.organization_id = _organization(actor)
        session.add(kept)
        _note(session, kept, actor=actor, now=now)
    return kept


def facts_of(answers: Mapping[str, str], targets: list[str]) -> Facts:
    """Return the facts that the rules judge; an answer that is missing is an open question."""
    kind = answers.get("kind", "")
    return Facts(
        chosen_state=answers.get("chosen_state", "")[:2],
        target_states=tuple(targets),
        kind=ApplicantKind(kind) if kind in set(ApplicantKind) else None,
        us_based=_answer(answers, "us_based"),
        state=answers.get("state") or None,
        serves_whole_state=_answer(answers, "serves_whole_state"),
        ein=answers.get("ein", ""),
        uei=answers.get("uei", ""),
        excluded_by_own_answer=_answer(answers, "excluded"),
        assures_share=_answer(answers, "assures_share"),
        has_board=_answer(answers, "has_board"),
        plans_board=_answer(answers, "plans_board"),
        has_ip_plan=_answer(answers, "has_ip_plan"),
        has_another_application=_answer(answers, "has_another"),
    )


def result_json(result: Result) -> dict[str, Any]:
    """Return a result as JSON values."""
    encoded = encode(result)
    if not isinstance(encoded, dict):
        raise TypeError("a result is a record")
    return encoded


def _answer(answers: Mapping[str, str], name: str) -> bool | None:
    return {"yes": True, "no": False}.get(answers.get(name, ""))


def _organization(actor: Actor) -> int | None:
    return min(actor.memberships) if actor.memberships else None


def _note(session: Session, kept: SelfCheck, *, actor: Actor, now: datetime) -> None:
    outcomes = [result["outcome"] for result in kept.results]
    record(
        session,
        "self_check.kept",
        kept,
        happened=f"kept a self-check for {kept.state}",
        actor=actor,
        now=now,
        facts={name: outcomes.count(name) for name in ("pass", "fail", "look")},
    )
