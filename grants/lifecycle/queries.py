"""Reads and row locks of the record."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from grants.lifecycle.models import (
    ChainHead,
    Event,
    Installation,
    Message,
    MessageStatus,
    Notice,
    NoticeStatus,
    Reading,
)


def lock(session: Session, record: Any) -> None:
    """Lock a record's row and read it again; on SQLite the write transaction is already exclusive."""
    session.flush()
    session.refresh(record, with_for_update=True)


def locked_chain_head(session: Session) -> ChainHead:
    """Return the end of the chain, locked; the first call makes it."""
    head = session.exec(select(ChainHead).where(col(ChainHead.id) == 1).with_for_update()).first()
    if head is None:
        head = ChainHead(id=1)
        session.add(head)
        session.flush()
    return head


def events_in_order(session: Session, *, batch: int = 1000) -> Iterator[Event]:
    """Yield every event by its number, in bounded memory."""
    after = 0
    while True:
        rows = session.exec(
            select(Event).where(col(Event.seq) > after).order_by(col(Event.seq)).limit(batch)
        ).all()
        if not rows:
            return
        yield from rows
        after = rows[-1].seq
        session.expunge_all()


def installation(session: Session) -> Installation | None:
    """Return the one row that says what this database is for."""
    return session.get(Installation, 1)


def unsealed_readings(session: Session) -> list[Reading]:
    """Return the readings that no seal covers, in order."""
    rows = select(Reading).where(col(Reading.sealed).is_(False)).order_by(col(Reading.id))
    return list(session.exec(rows).all())


def readings_sealed_by(session: Session, first: int, last: int) -> list[Reading]:
    """Return the sealed readings of one seal, in order."""
    rows = (
        select(Reading)
        .where(col(Reading.id).between(first, last), col(Reading.sealed).is_(True))
        .order_by(col(Reading.id))
    )
    return list(session.exec(rows).all())


def event_by_uid(session: Session, uid: str) -> Event:
    """Return an event by its random name."""
    return session.exec(select(Event).where(col(Event.uid) == uid)).one()


def next_waiting_notice(session: Session) -> Notice | None:
    """Lock and return the oldest notice whose recipients are not worked out."""
    waiting = select(Notice).where(col(Notice.progress) == NoticeStatus.WAITING)
    return session.exec(waiting.order_by(col(Notice.id)).limit(1).with_for_update(skip_locked=True)).first()


def next_queued_message(session: Session) -> Message | None:
    """Lock and return the message to be handed over next: the least tried, then the oldest."""
    queued = select(Message).where(col(Message.progress) == MessageStatus.QUEUED)
    order = (col(Message.attempts), col(Message.id))
    return session.exec(queued.order_by(*order).limit(1).with_for_update(skip_locked=True)).first()


def message_by_id(session: Session, message_id: int) -> Message:
    """Return a message, locked."""
    return session.exec(select(Message).where(col(Message.id) == message_id).with_for_update()).one()


def messages_sending(session: Session) -> list[Message]:
    """Return the messages that a worker had begun to hand over."""
    rows = select(Message).where(col(Message.progress) == MessageStatus.SENDING).order_by(col(Message.id))
    return list(session.exec(rows).all())


def chain_head(session: Session) -> ChainHead | None:
    """Return the end of the chain as it is stored."""
    return session.get(ChainHead, 1)


def has_outgoing(session: Session) -> bool:
    """Say whether a notice or a message waits, without locking anything."""
    notice = select(Notice.id).where(col(Notice.progress) == NoticeStatus.WAITING).limit(1)
    message = select(Message.id).where(col(Message.progress) == MessageStatus.QUEUED).limit(1)
    return session.exec(notice).first() is not None or session.exec(message).first() is not None


def events_about(session: Session, subject_type: str, subject_id: int, *, most: int = 200) -> list[Event]:
    """Return what happened to one record, newest first."""
    rows = select(Event).where(col(Event.subject_type) == subject_type, col(Event.subject_id) == subject_id)
    return list(session.exec(rows.order_by(col(Event.seq).desc()).limit(most)).all())
