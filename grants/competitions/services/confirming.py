"""Confirming texts of the law and of a notice: who compared which text with which source, until when."""

from collections.abc import Container, Iterator, Sequence
from datetime import date, datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions import queries
from grants.competitions.models import Competition, ConfirmedText
from grants.competitions.rules.confirming import OpenText, texts_of
from grants.competitions.rules.publication import PublicationFacts, rules_proposed
from grants.errors import Refused, refuse
from grants.findings import Finding
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record


def facts_to_confirm(session: Session, competition: Competition, at: datetime) -> PublicationFacts:
    """Return what is confirmed: the draft, the notice as published, or what an amendment makes of it."""
    amendment = queries.amendment_in_preparation(session, competition.id)
    notice = queries.proposed_notice(session, competition, amendment) if amendment else None
    return queries.facts_of(session, competition, competition.published_at or at, notice)


def confirm(
    session: Session,
    competition: Competition,
    *,
    digests: Sequence[str],
    source: str,
    until: date,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> list[ConfirmedText]:
    """Confirm texts as they stand: the actor compared them with `source`; it holds to the day `until`.

    `at` is when the notice goes out or is meant to, which decides whose law is asked. A digest that
    stands for no text any more was looked at before somebody changed it, and is refused by name.
    """
    lock(session, competition)
    require(actor, "competition.confirm", competition)
    facts = facts_to_confirm(session, competition, at)
    texts = {one.digest: one for one in texts_of(facts.notice, rules_proposed(facts))}
    faults = list(_faults(digests, texts, until=until, today=max(now, at).date()))
    if faults:
        raise Refused(faults)
    return [
        _keep(session, competition, texts[digest], source=source, until=until, actor=actor, now=now)
        for digest in dict.fromkeys(digests)
        if digest not in facts.confirmed
    ]


def take_back(
    session: Session,
    competition: Competition,
    kept: ConfirmedText,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a confirmation back, with the reason; the text asks anew. The row stays on the record."""
    lock(session, kept)
    require(actor, "competition.confirm", competition)
    if kept.withdrawn_at is not None:
        raise refuse("competition.confirmed.gone", "This confirmation was taken back already.")
    kept.withdrawn_at, kept.withdrawn_by_name, kept.withdrawn_reason = now, actor.name, reason
    session.add(kept)
    record(
        session,
        "text.doubted",
        kept,
        happened=f"took the confirmation of “{kept.title}” back",
        actor=actor,
        now=now,
        reason=reason,
        facts={"confirmation": kept.uid, "subject": kept.subject, "digest": kept.digest},
    )


def _faults(digests: Sequence[str], known: Container[str], *, until: date, today: date) -> Iterator[Finding]:
    if not digests:
        yield _fault("none", "Tick what you compared with its source.", "texts")
    if any(digest not in known for digest in digests):
        sentence = "A text was changed after you looked. Read it as it stands now, then tick it again."
        yield _fault("changed", sentence, "texts")
    if until < today:
        yield _fault("until", f"Choose a day from {today:%m/%d/%Y} on.", "until")


def _fault(code: str, sentence: str, field: str) -> Finding:
    return Finding(f"competition.confirm.{code}", sentence, field=field)


def _keep(
    session: Session,
    competition: Competition,
    one: OpenText,
    *,
    source: str,
    until: date,
    actor: Actor,
    now: datetime,
) -> ConfirmedText:
    kept = ConfirmedText(
        competition_id=None if one.is_law else competition.id,
        subject=one.subject,
        title=one.title,
        digest=one.digest,
        text=one.text,
        source=source,
        holds_until=until,
        confirmed_by_id=actor.person_id,
        confirmed_by_name=actor.name,
        confirmed_at=now,
    )
    session.add(kept)
    session.flush()
    facts = {"subject": one.subject, "digest": one.digest, "source": source, "holds_until": str(until)}
    record(
        session,
        "text.confirmed",
        kept,
        happened=f"confirmed “{one.title}” against its source, until {until:%B} {until.day}, {until.year}",
        actor=actor,
        now=now,
        facts={**facts, "competition": competition.number},
    )
    return kept
