"""The event chain: deeds are queued in the transaction and chained by the last statement before commit."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy.event import listens_for
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from grants.access.actor import Actor
from grants.clock import real_now
from grants.database import before_commit
from grants.lifecycle.models import Event, Installation
from grants.lifecycle.queries import locked_chain_head

FIRST_HASH = "0" * 64


def record(
    session: Session,
    kind: str,
    subject: Any,
    *,
    happened: str,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    facts: dict[str, Any] | None = None,
    before: str | None = None,
    after: str | None = None,
) -> Event:
    """Write one deed into the record, within the caller's transaction.

    `kind` is `noun.past_tense`, `happened` a sentence without the person, `facts` JSON values
    (amounts as text). The event has its number and hash only after the commit; what was recorded
    inside a savepoint that is rolled back never happened.
    """
    event = Event(
        kind=kind,
        happened=happened,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        subject_uid=subject.uid,
        subject_label=str(getattr(subject, "label", subject.uid))[:300],
        competition_id=getattr(subject, "competition_id", None),
        application_id=getattr(subject, "application_id", None),
        organization_id=getattr(subject, "organization_id", None),
        person_id=actor.person_id,
        person_name=actor.name,
        person_role=actor.role_label,
        before=before,
        after=after,
        reason=reason,
        facts=_as_read_back(facts or {}),
        at=now,
        real_at=real_now(),
        seq=0,
        previous_hash="",
        hash="",
    )
    session.info.setdefault("events", []).append(event)
    before_commit(session, _chain)
    return event


class InstallationSubject:
    """The installation as the subject of an event, under the name of what is told of it."""

    __tablename__ = "installation"
    uid = "installation"

    def __init__(self, house: Installation, label: str) -> None:
        self.id = house.id
        self.label = label


def event_hash(event: Event) -> str:
    """Return the SHA-256 over every field of the event but its hash, the previous hash included.

    The id is the number once more, and `lifecycle.verify` compares the two.
    """
    fields = {name: plain(getattr(event, name)) for name in Event.model_fields if name not in {"id", "hash"}}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _chain(session: Session) -> None:
    head = locked_chain_head(session)
    acting = {event.person_id for event in session.info.get("events", [])} - {None}
    ask = session.info.get("asks_again")
    if ask is not None and acting - session.info.get("ended_here", set()):
        ask(session)
    for event in session.info.pop("events", []):
        head.seq += 1
        event.id = event.seq = head.seq
        event.previous_hash = head.hash
        event.hash = head.hash = event_hash(event)
        session.add(event)
    session.add(head)
    session.flush()


def _as_read_back(facts: dict[str, Any]) -> dict[str, Any]:
    """Turn facts into what both databases give back: keys are text, lists are lists, fractions are text."""
    return cast("dict[str, Any]", json.loads(json.dumps(facts), parse_float=str))


@listens_for(Session, "after_transaction_create")
def _mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("event_marks", {})[transaction] = len(session.info.get("events", []))


@listens_for(Session, "after_soft_rollback")
def _forget_what_was_rolled_back(session: Session, transaction: SessionTransaction) -> None:
    mark = session.info.get("event_marks", {}).pop(transaction, None)
    if mark is not None:
        del session.info.get("events", [])[mark:]


def plain(value: object) -> object:
    """Write a stored value as it goes into a hash: an instant as text, everything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value
