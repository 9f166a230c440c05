"""Packets for reading offline: asked for by their reader, made by the worker, every taking recorded."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.documents.models import Packet
from grants.documents.services.storing import FileReady, record_file
from grants.errors import NotFound
from grants.jobs.models import Job, JobProgress
from grants.jobs.queries import job_by_uid
from grants.jobs.queue import enqueue
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record
from grants.reviews.models import Panel
from grants.reviews.queries import applications as material
from grants.reviews.queries import packets, pool
from grants.reviews.queries.packets import APPLICATION, PANEL, TAKEN

MAKE = "reviews.packet"
MAKE_PANEL = "reviews.panel_packet"


def ask_for_packet(session: Session, application: Application, *, actor: Actor, now: datetime) -> Packet:
    """Ask for one's packet of an application; the one at hand is given while nothing in it has changed."""
    require(actor, "application.review", application)
    submission = material.current_submission(session, application.id)
    if submission is None or actor.person_id is None:
        raise NotFound
    standing = packets.newest_own(session, application.id, actor.person_id)
    if standing is not None and standing.submission_id == submission.id and not has_failed(session, standing):
        return standing
    seat = pool.seats(pool.members_of(session, application.competition_id)).get(actor.person_id, "")
    packet = Packet(
        kind=APPLICATION,
        competition_id=application.competition_id,
        state=application.state,
        application_id=application.id,
        submission_id=submission.id,
        person_id=actor.person_id,
        reader=actor.name,
        seat=seat,
        asked_at=now,
    )
    return _asked(session, packet, MAKE, f"Packet for {actor.name}", actor=actor, now=now)


def ask_for_panel_packet(
    session: Session, competition: Competition, panel: Panel, *, actor: Actor, now: datetime
) -> Packet:
    """Ask for the papers of a panel as they are now; each asking makes a new packet for who asked."""
    require(actor, "panel.run", panel)
    packet = Packet(
        kind=PANEL,
        competition_id=competition.id,
        state=panel.state,
        person_id=actor.person_id or 0,
        reader=actor.name,
        asked_at=now,
    )
    label = f"Packet of the panel of {panel.state}, {competition.number}"
    return _asked(session, packet, MAKE_PANEL, label, actor=actor, now=now)


def keep_packet(session: Session, packet: Packet, ready: FileReady, *, actor: Actor, now: datetime) -> None:
    """Keep the file that the worker made; the packet can be taken from now on."""
    lock(session, packet)
    if packet.made_at is not None:
        return
    file = record_file(session, ready, actor=actor, now=now)
    packet.made_at, packet.file_id = now, file.id
    packet.sha256, packet.pages = file.sha256, file.pages
    session.add(packet)
    session.flush()
    record(
        session,
        "packet.made",
        packet,
        happened=f"made the packet for {packet.reader}",
        actor=actor,
        now=now,
        facts={"sha256": file.sha256, "pages": file.pages},
    )


def take_packet(session: Session, packet: Packet, *, actor: Actor, now: datetime) -> int:
    """Record that a packet leaves the house, and return its file; there is none before it is made."""
    if packet.file_id is None or packet.person_id != actor.person_id:
        raise NotFound
    record(
        session,
        TAKEN,
        packet,
        happened="took the packet for reading offline",
        actor=actor,
        now=now,
        facts={"sha256": packet.sha256, "pages": packet.pages, "seat": packet.seat},
    )
    return packet.file_id


def has_failed(session: Session, packet: Packet) -> bool:
    """Ask whether the worker gave a packet up."""
    job = job_by_uid(session, packet.job_uid) if packet.job_uid else None
    return is_given_up(packet, job)


def is_given_up(packet: Packet, job: Job | None) -> bool:
    """Ask whether nothing more comes of a packet that was asked for."""
    return packet.made_at is None and (job is None or job.progress in {JobProgress.FAILED, JobProgress.DONE})


def _asked(session: Session, packet: Packet, kind: str, label: str, *, actor: Actor, now: datetime) -> Packet:
    session.add(packet)
    session.flush()
    job = enqueue(session, kind, {"packet": packet.uid}, actor=actor, now=now, label=label)
    packet.job_uid = job.uid
    session.add(packet)
    record(
        session,
        "packet.asked",
        packet,
        happened="asked for a packet for reading offline",
        actor=actor,
        now=now,
    )
    return packet
