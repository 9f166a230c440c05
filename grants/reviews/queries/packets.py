"""Reads of packets: one to take, the newest of each reader, and who took which when."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from grants.documents.models import Packet
from grants.jobs.models import Job
from grants.lifecycle.models import Event

APPLICATION, PANEL = "application", "panel"
TAKEN = "packet.taken"


def packet_by_uid(session: Session, uid: str) -> Packet | None:
    """Return a reviewer's packet of one application by its name in URLs."""
    return session.exec(select(Packet).where(col(Packet.uid) == uid, col(Packet.kind) == APPLICATION)).first()


def panel_packet_by_uid(session: Session, uid: str) -> Packet | None:
    """Return the packet of a panel by its name in URLs."""
    return session.exec(select(Packet).where(col(Packet.uid) == uid, col(Packet.kind) == PANEL)).first()


def any_packet(session: Session, uid: str) -> Packet | None:
    """Return a packet of either kind, for the worker that makes it."""
    return session.exec(select(Packet).where(col(Packet.uid) == uid)).first()


def newest_own(session: Session, application_id: int, person_id: int) -> Packet | None:
    """Return the packet of one application that a reader asked for last."""
    return session.exec(
        select(Packet)
        .where(
            col(Packet.application_id) == application_id,
            col(Packet.person_id) == person_id,
            col(Packet.kind) == APPLICATION,
        )
        .order_by(col(Packet.id).desc())
    ).first()


def packets_of(session: Session, competition_id: int, *, without: Iterable[int] = ()) -> list[Packet]:
    """Return the packets of reviewers in a competition, newest first, without applications closed to one."""
    rows = select(Packet).where(
        col(Packet.competition_id) == competition_id,
        col(Packet.kind) == APPLICATION,
        col(Packet.application_id).not_in(list(without)),
    )
    return list(session.exec(rows.order_by(col(Packet.id).desc())).all())


def panel_packets_of(session: Session, competition_id: int, state: str) -> list[Packet]:
    """Return the packets made of a state's panel, newest first."""
    rows = select(Packet).where(
        col(Packet.competition_id) == competition_id, col(Packet.kind) == PANEL, col(Packet.state) == state
    )
    return list(session.exec(rows.order_by(col(Packet.id).desc())).all())


def takings_of(session: Session, packets: Iterable[int]) -> dict[int, list[datetime]]:
    """Return when each packet was taken, in order."""
    rows = (
        select(Event.subject_id, Event.at)
        .where(
            col(Event.subject_type) == Packet.__tablename__,
            col(Event.kind) == TAKEN,
            col(Event.subject_id).in_(list(packets)),
        )
        .order_by(col(Event.id))
    )
    found: dict[int, list[datetime]] = {}
    for packet_id, at in session.exec(rows).all():
        found.setdefault(packet_id, []).append(at)
    return found


def jobs_of(session: Session, uids: Iterable[str | None]) -> dict[str, Job]:
    """Return the jobs of these names, by name."""
    rows = select(Job).where(col(Job.uid).in_([uid for uid in uids if uid]))
    return {row.uid: row for row in session.exec(rows).all()}
