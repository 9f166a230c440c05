"""Reads and row locks of the record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as select_bare
from sqlmodel import Session, and_, col, or_, select

from grants.clock import Clock
from grants.database import bare_rows, bare_table
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


def now_under_lock(session: Session, asked_at: datetime) -> datetime:
    """Return the instant of a deed that closes something, to be called once its lock is held.

    Who closes may wait for those who still write. Taken before the wait, the instant of the closing would
    stand before writings that were stored in time. Without a clock of the request it is `asked_at`.
    """
    clock: Clock | None = session.info.get("clock")
    return clock.now() if clock is not None else asked_at


def locked_chain_head(session: Session) -> ChainHead:
    """Return the end of the chain, locked and read anew; the first call makes it."""
    end = select(ChainHead).where(col(ChainHead.id) == 1).with_for_update()
    head = session.exec(end.execution_options(populate_existing=True)).first()
    if head is None:
        head = ChainHead(id=1)
        session.add(head)
        session.flush()
    return head


_INSTALLATIONS = bare_table(Installation)
_OFFSET = select_bare(_INSTALLATIONS.c.clock_offset_seconds).where(_INSTALLATIONS.c.id == 1)
"""Built once: every request asks it."""


def clock_offset(session: Session) -> float:
    """Return by how many seconds the demonstration's clock is moved; zero where nothing is installed."""
    offset: float | None = bare_rows(session, _OFFSET, {}).scalar()
    return offset or 0.0


def installation(session: Session) -> Installation | None:
    """Return the one row that says what this database is for."""
    return session.get(Installation, 1)


def unsealed_readings(session: Session) -> list[Reading]:
    """Return the readings that no seal covers, in order."""
    rows = select(Reading).where(col(Reading.seal_uid).is_(None)).order_by(col(Reading.id))
    return list(session.exec(rows).all())


def event_by_uid(session: Session, uid: str) -> Event:
    """Return an event by its random name."""
    return session.exec(select(Event).where(col(Event.uid) == uid)).one()


def next_waiting_notice(session: Session) -> Notice | None:
    """Lock and return the oldest notice whose recipients are not worked out."""
    waiting = select(Notice).where(col(Notice.progress) == NoticeStatus.WAITING)
    return session.exec(waiting.order_by(col(Notice.id)).limit(1).with_for_update(skip_locked=True)).first()


def next_queued_message(session: Session, now: datetime) -> Message | None:
    """Lock and return the message to be handed over next: the least tried, then the oldest."""
    queued = select(Message).where(_is_due(now)).order_by(col(Message.attempts), col(Message.id))
    return session.exec(queued.limit(1).with_for_update(skip_locked=True)).first()


def message_by_id(session: Session, message_id: int) -> Message:
    """Return a message, locked."""
    return session.exec(select(Message).where(col(Message.id) == message_id).with_for_update()).one()


def messages_in_hand(session: Session, workers: Sequence[str]) -> list[Message]:
    """Lock and return the messages that these workers had begun to hand over, or one that wrote no name."""
    theirs = or_(col(Message.worker).in_(workers), col(Message.worker).is_(None))
    rows = select(Message).where(col(Message.progress) == MessageStatus.SENDING, theirs)
    return list(session.exec(rows.order_by(col(Message.id)).with_for_update()).all())


def mail_waits_since(session: Session) -> datetime | None:
    """Return the real instant since which the oldest mail or notice waits; None if nothing does."""
    waiting = (MessageStatus.QUEUED, MessageStatus.SENDING)
    mail = select(func.min(Message.queued_at)).where(col(Message.progress).in_(waiting))
    notice = (
        select(func.min(Event.real_at))
        .join(Notice, col(Notice.event_uid) == col(Event.uid))
        .where(col(Notice.progress) == NoticeStatus.WAITING)
    )
    found = [instant for instant in (session.exec(mail).one(), session.exec(notice).one()) if instant]
    return min(found, default=None)


def last_mail_failure(session: Session) -> str | None:
    """Return what was said when a mail that waits was tried last."""
    queued = select(Message.failure).where(
        col(Message.progress) == MessageStatus.QUEUED, col(Message.failure).is_not(None)
    )
    return session.exec(queued.order_by(col(Message.not_before).desc(), col(Message.id)).limit(1)).first()


def chain_head(session: Session) -> ChainHead | None:
    """Return the end of the chain as it is stored."""
    return session.get(ChainHead, 1)


def has_outgoing(session: Session, now: datetime) -> bool:
    """Say whether a notice or a message waits, without locking anything; `now` is the real instant."""
    notice = select(Notice.id).where(col(Notice.progress) == NoticeStatus.WAITING).limit(1)
    message = select(Message.id).where(_is_due(now)).limit(1)
    return session.exec(notice).first() is not None or session.exec(message).first() is not None


def events_about(session: Session, subject_type: str, subject_id: int, *, most: int = 200) -> list[Event]:
    """Return what happened to one record, newest first."""
    rows = select(Event).where(col(Event.subject_type) == subject_type, col(Event.subject_id) == subject_id)
    return list(session.exec(rows.order_by(col(Event.seq).desc()).limit(most)).all())


def _is_due(now: datetime) -> ColumnElement[bool]:
    may_be_tried = or_(col(Message.not_before).is_(None), col(Message.not_before) <= now)
    return and_(col(Message.progress) == MessageStatus.QUEUED, may_be_tried)
