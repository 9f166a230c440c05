"""Changing a published notice by numbered amendments, prepared in the same forms."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions import queries
from grants.competitions.models import Amendment, Competition, SectionSave
from grants.competitions.rules import notice as n
from grants.competitions.rules.amendment import Proposal, amendment_findings
from grants.competitions.rules.amendment import grants_gov_text as text_of
from grants.competitions.rules.confirming import confirmed_rules
from grants.competitions.rules.differences import changes_between
from grants.competitions.rules.plain import decode_section
from grants.competitions.rules.publication import proposed_rule_set
from grants.competitions.rules.wellformed import faults_of
from grants.competitions.services.editions import keep_edition
from grants.competitions.services.saves import keep, store
from grants.competitions.services.sections import fresh_content
from grants.errors import Refused, StaleVersion, refuse
from grants.findings import stops
from grants.lifecycle.perform import tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record


def prepare(session: Session, competition: Competition, *, actor: Actor, now: datetime) -> Amendment:
    """Start an amendment, or return the one that is being prepared."""
    lock(session, competition)
    require(actor, "competition.amend", competition)
    standing = queries.amendment_in_preparation(session, competition.id)
    if standing is not None:
        return standing
    amendment = Amendment(
        competition_id=competition.id,
        number=queries.next_amendment_number(session, competition.id),
        prepared_at=now,
        prepared_by_id=actor.person_id,
    )
    session.add(amendment)
    session.flush()
    return amendment


def proposal_of(session: Session, competition: Competition, amendment: Amendment) -> Proposal:
    """Return the notice before and after an amendment in preparation, with what differs."""
    before = queries.notice_of(session, competition)
    after = queries.proposed_notice(session, competition, amendment)
    if competition.published_at is None:
        raise refuse("competition.not_published", "A draft is changed without an amendment.")
    changes = changes_between(before, after)
    facts = queries.facts_of(session, competition, competition.published_at, after)
    return Proposal(before, changes, amendment.why, facts)


def propose_section(
    session: Session,
    competition: Competition,
    amendment: Amendment,
    *,
    section: str,
    content: n.SectionContent,
    version: int,
    actor: Actor,
    now: datetime,
) -> SectionSave | None:
    """Save one section of what an amendment proposes; the notice stays as it is.

    `version` is 0 where the page was made before the amendment touched the section. Raises as
    `services.sections.save_section` does.
    """
    lock(session, competition)
    require(actor, "competition.amend", competition)
    _require_open(session, amendment)
    faults = faults_of(content)
    if faults:
        raise Refused(faults)
    last = queries.last_saves(session, competition.id, amendment.number).get(section)
    standing = n.section_of(queries.notice_of(session, competition), section)
    fresh = _fresh(session, competition, amendment, last, content, version=version)
    if fresh == (decode_section(section, last.content) if last else standing):
        return None
    next_version = last.version + 1 if last else 1
    return keep(
        session,
        competition,
        section,
        fresh,
        version=next_version,
        edition=amendment.number,
        actor=actor,
        now=now,
    )


def explain(
    session: Session,
    competition: Competition,
    amendment: Amendment,
    *,
    why: str,
    grants_gov_text: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> Amendment:
    """Save the reason and the text for Grants.gov of an amendment in preparation."""
    lock(session, amendment)
    require(actor, "competition.amend", competition)
    _require_open(session, amendment)
    if (amendment.why, amendment.grants_gov_text) == (why, grants_gov_text):
        return amendment
    if version != amendment.version:
        raise StaleVersion(
            "Somebody saved this reason while you wrote. Both texts are below; nothing is lost.",
            current={"Why": amendment.why, "Text for Grants.gov": amendment.grants_gov_text},
            offered={"Why": why, "Text for Grants.gov": grants_gov_text},
            version=amendment.version,
        )
    amendment.why, amendment.grants_gov_text = why, grants_gov_text
    amendment.version += 1
    session.add(amendment)
    return amendment


def publish_amendment(
    session: Session, competition: Competition, amendment: Amendment, *, actor: Actor, now: datetime
) -> Amendment:
    """Publish an amendment: the notice changes at this instant and everyone with a draft is told.

    Raises `Refused` with everything that stands against it.
    """
    lock(session, competition)
    require(actor, "competition.amend", competition)
    _require_open(session, amendment)
    proposal = proposal_of(session, competition, amendment)
    refusals = stops(amendment_findings(proposal, now))
    if refusals:
        raise Refused(refusals)
    _apply(session, competition, proposal, actor=actor, now=now)
    amendment.changes = [change.to_json() for change in proposal.changes]
    amendment.grants_gov_text = amendment.grants_gov_text or text_of(amendment.number, proposal)
    amendment.published_at = amendment.effective_at = now
    amendment.published_by_id = actor.person_id
    session.add(amendment)
    event = record(
        session,
        "competition.amended",
        competition,
        happened=f"published amendment {amendment.number}",
        actor=actor,
        now=now,
        reason=amendment.why,
        facts={"amendment": amendment.uid, "number": amendment.number, "changes": amendment.changes},
    )
    tell(session, event, "competitions.amended")
    out = queries.as_published(session, competition, proposal.after)
    keep_edition(session, competition, out, edition=amendment.number, actor=actor, now=now)
    return amendment


def withdraw(
    session: Session, competition: Competition, amendment: Amendment, *, actor: Actor, now: datetime
) -> None:
    """Drop an amendment in preparation; its number is not used again."""
    lock(session, amendment)
    require(actor, "competition.amend", competition)
    _require_open(session, amendment)
    amendment.withdrawn_at = now
    session.add(amendment)
    record(
        session,
        "competition.amendment_dropped",
        competition,
        happened=f"dropped amendment {amendment.number} before it was published",
        actor=actor,
        now=now,
    )


def _apply(
    session: Session, competition: Competition, proposal: Proposal, *, actor: Actor, now: datetime
) -> None:
    saves = queries.last_saves(session, competition.id)
    changed = dict.fromkeys(change.section for change in proposal.changes)
    for section in changed:
        content = n.section_of(proposal.after, section)
        version = saves[section].version + 1 if section in saves else 1
        store(session, competition, section, content, version=version, actor=actor, now=now)
    if "rules" in changed:
        published_on = queries.published_on(competition)
        rules = confirmed_rules(proposed_rule_set(proposal.after, published_on), proposal.facts.confirmed)
        competition.rule_set = rules.to_json()
        session.add(competition)


def _fresh(
    session: Session,
    competition: Competition,
    amendment: Amendment,
    last: SectionSave | None,
    content: n.SectionContent,
    *,
    version: int,
) -> n.SectionContent:
    if last is None:
        return content
    return fresh_content(session, competition, last, content, version=version, edition=amendment.number)


def _require_open(session: Session, amendment: Amendment) -> None:
    lock(session, amendment)
    if amendment.published_at is not None or amendment.withdrawn_at is not None:
        raise refuse(
            "competition.amendment.closed", f"Amendment {amendment.number} is no longer in preparation."
        )
