"""Publishing a competition, and ending one."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules.confirming import confirmed_rules
from grants.competitions.rules.publication import proposed_rule_set, publication_findings
from grants.competitions.services.editions import keep_edition
from grants.errors import Refused, StaleVersion, refuse
from grants.findings import Finding, stops
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock


def findings_if_published(session: Session, competition: Competition, now: datetime) -> list[Finding]:
    """Return what publication at this instant would find; nothing is changed."""
    return publication_findings(None, queries.facts_of(session, competition, now), now)


def publish(
    session: Session,
    competition: Competition,
    *,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Competition:
    """Publish a draft: from this instant only amendments change it.

    The rules of the catalogue are copied for ever, by the day of publication and of the expected
    award. `version` is the one that was checked; another raises `StaleVersion`. Raises `Refused` with
    everything that is missing or wrong.
    """
    lock(session, competition)
    require(actor, "competition.publish", competition)
    if version is not None and version != competition.version:
        raise StaleVersion(
            "The competition was changed after you checked it. Look at it once more.",
            current={},
            offered={},
            version=competition.version,
        )
    facts = queries.facts_of(session, competition, now)
    refusals = stops(publication_findings(competition, facts, now))
    if refusals:
        raise Refused(refusals)
    rules = confirmed_rules(proposed_rule_set(facts.notice, facts.published_on), facts.confirmed)
    competition.published_at = now
    competition.opens_at = competition.opens_at or now
    competition.rule_set = rules.to_json()
    noted = {"deadline": str(competition.deadline_at), "cost_share": rules.cost_share.id}
    perform(session, competition, "publish", actor=actor, now=now, facts=facts, noted=noted)
    out = queries.as_published(session, competition, queries.notice_of(session, competition))
    keep_edition(session, competition, out, edition=0, actor=actor, now=now)
    return competition


def cancel(
    session: Session, competition: Competition, *, reason: str, actor: Actor, now: datetime
) -> Competition:
    """Cancel a published competition; everyone with a draft is told the reason."""
    if not reason.strip():
        raise refuse(
            "competition.reason", "Say why the competition is canceled; applicants read it.", field="reason"
        )
    perform(session, competition, "cancel", actor=actor, now=now, reason=reason)
    return competition


def decide(session: Session, competition: Competition, *, actor: Actor, now: datetime) -> Competition:
    """Close a competition in which every state is decided; the caller has checked that."""
    perform(session, competition, "decide", actor=actor, now=now)
    return competition
