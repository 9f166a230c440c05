"""Reads and row locks of the record."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from grants.lifecycle.models import ChainHead, Event, Installation, Reading


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
