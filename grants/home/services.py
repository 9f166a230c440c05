"""Moving the demonstration's clock, proving the event chain, and saying whom to ask."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.clock import real_now
from grants.config import Mode
from grants.database import Database
from grants.errors import NotFound, refuse
from grants.home.queries import administration as house_queries
from grants.lifecycle import outbox
from grants.lifecycle.models import Installation, Message, MessageStatus
from grants.lifecycle.record import record
from grants.lifecycle.verify import Verdict, verify_chain


class House:
    """The installation as the subject of an event."""

    __tablename__ = "installation"
    uid = "installation"

    def __init__(self, row: Installation, label: str) -> None:
        self.id = row.id
        self.label = label


def move_clock(session: Session, to: datetime, *, mode: Mode, actor: Actor, now: datetime) -> None:
    """Move the demonstration's clock forward to an instant; never back, and never in production."""
    row = house_queries.house(session)
    if mode is Mode.PRODUCTION or row is None or row.mode == Mode.PRODUCTION:
        raise NotFound
    require(actor, "clock.move")
    if to <= now:
        raise refuse("clock", "The clock only goes forward. Choose a later date or hour.", field="date")
    row.clock_offset_seconds = (to - real_now()).total_seconds()
    session.add(row)
    mover = actor if actor.is_signed_in else replace(actor, name="A visitor")
    record(
        session,
        "clock.moved",
        House(row, "The demonstration's clock"),
        happened="moved the clock forward",
        actor=mover,
        now=to,
        facts={"before": {"clock": now.isoformat()}, "after": {"clock": to.isoformat()}},
    )


def set_contact(session: Session, contact: dict[str, str], *, actor: Actor, now: datetime) -> None:
    """Keep whom people may ask, and record what it was before."""
    if actor is not SYSTEM:
        require(actor, "people.manage")
    row = house_queries.house(session)
    if row is None:
        raise NotFound
    before = row.notes.get("contact") or {}
    if before == contact:
        return
    row.notes = {**row.notes, "contact": contact}
    session.add(row)
    record(
        session,
        "contact.changed",
        House(row, "Whom to ask"),
        happened="changed whom people may ask",
        actor=actor,
        now=now,
        facts={"before": before, "after": contact},
    )


def send_mail_again(session: Session, message: Message, *, address: str, actor: Actor, now: datetime) -> None:
    """Have a mail that was refused or stranded handed over once more."""
    fresh = _undelivered(session, message, actor)
    outbox.send_again(session, fresh, address=address)
    _record_mail(session, fresh, "sent_again", f"had a mail sent again, to {address}", actor=actor, now=now)


def end_mail(session: Session, message: Message, *, address: str, actor: Actor, now: datetime) -> None:
    """End a mail as sent, because a person knows that it arrived."""
    fresh = _undelivered(session, message, actor)
    outbox.close(session, fresh)
    _record_mail(session, fresh, "ended", f"ended a mail to {fresh.address} as arrived", actor=actor, now=now)


def _undelivered(session: Session, message: Message, actor: Actor) -> Message:
    require(actor, "outbox.manage")
    fresh = session.get_one(Message, message.id, with_for_update=True)
    if fresh.progress not in {MessageStatus.REFUSED, MessageStatus.UNKNOWN}:
        raise refuse("mail", f"This mail is {fresh.progress} meanwhile; there is nothing to decide.")
    return fresh


def _record_mail(
    session: Session, message: Message, kind: str, happened: str, *, actor: Actor, now: datetime
) -> None:
    row = house_queries.house(session)
    if row is not None:
        record(
            session,
            f"mail.{kind}",
            House(row, "Mail"),
            happened=happened,
            actor=actor,
            now=now,
            facts={"message": message.message_id},
        )


def verify(database: Database, *, actor: Actor, now: datetime) -> Verdict:
    """Prove the chain from its first event to its last, and record that and what came of it.

    The chain is read in a snapshot of its own, which keeps nobody from writing; only the event that tells of
    it is written.
    """
    require(actor, "events.read")
    with database.snapshot() as session:
        verdict = verify_chain(session)
    with database.writing() as session:
        _note_verdict(session, verdict, actor=actor, now=now)
    return verdict


def _note_verdict(session: Session, verdict: Verdict, *, actor: Actor, now: datetime) -> None:
    row = house_queries.house(session)
    if row is None:
        return
    said = f"unbroken through event {verdict.events:,}" if verdict.holds else "broken"
    record(
        session,
        "chain.verified",
        House(row, "The record"),
        happened=f"verified the chain: {said}",
        actor=actor,
        now=now,
        facts={"events": verdict.events, "head": verdict.head, "faults": list(verdict.faults[:20])},
    )
