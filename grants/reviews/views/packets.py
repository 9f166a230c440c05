"""Packets for reading offline: the reviewer asks and takes, staff see who took which and when."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.documents.models import Packet, StoredFile
from grants.documents.queries import files_by_id
from grants.documents.views.sending import send_file_row
from grants.errors import NotFound
from grants.jobs.models import Job
from grants.reviews.forms.joining import DeedForm
from grants.reviews.models import Panel
from grants.reviews.queries import applications as material
from grants.reviews.queries import packets, panels
from grants.reviews.queries.applications import Candidate
from grants.reviews.services import packets as packing
from grants.reviews.services.seeing import require_own_in
from grants.reviews.views.audiences import reviewer, staff
from grants.web import current
from grants.web.render import go, page


@dataclass(frozen=True)
class Shown:
    """A packet with the job that makes it, its file, and when it was taken."""

    packet: Packet
    job: Job | None
    file: StoredFile | None
    taken: tuple[datetime, ...]

    @property
    def is_given_up(self) -> bool:
        """Ask whether nothing more comes of it."""
        return packing.is_given_up(self.packet, self.job)


def shown(session: Session, rows: list[Packet]) -> list[Shown]:
    """Return packets as pages show them, in three queries."""
    jobs = packets.jobs_of(session, [row.job_uid for row in rows])
    files = files_by_id(session, {row.file_id for row in rows if row.file_id})
    taken = packets.takings_of(session, [row.id for row in rows])
    return [
        Shown(row, jobs.get(row.job_uid or ""), files.get(row.file_id or 0), tuple(taken.get(row.id, ())))
        for row in rows
    ]


@reviewer.page(
    "/applications/<uid>/packet",
    "packet",
    permission="application.review",
    load=material.application_by_uid,
    methods=("GET", "POST"),
)
def packet(application: Application) -> ResponseReturnValue:
    """Ask for one's packet of an application, see how far it is, and take it."""
    form = DeedForm()
    actor = current.actor()
    if form.is_sent():
        with current.writing() as session:
            packing.ask_for_packet(session, application, actor=actor, now=current.now())
        return go("reviewer.reviews.packet", uid=application.uid)
    with current.reading() as session:
        standing = packets.newest_own(session, application.id, actor.person_id or 0)
        found = shown(session, [standing])[0] if standing is not None else None
        candidate = material.candidates_by_id(session, [application.id])[application.id]
        competition = _competition(session, application.competition_id)
    return page(form=form, found=found, candidate=candidate, competition=competition)


@reviewer.page(
    "/packets/<uid>", "packet_file", permission="packet.take", load=packets.packet_by_uid, reads="packet"
)
def packet_file(row: Packet) -> ResponseReturnValue:
    """Send one's packet; that it left the house is recorded with its hash."""
    return _taken(row)


@staff.page(
    "/<number>/packets", "packets", permission="pool.read", load=competition_by_number, by=("number",)
)
def packet_list(competition: Competition) -> ResponseReturnValue:
    """List who took which packet when."""
    with current.reading() as session:
        found = shown(session, packets.packets_of(session, competition.id, without=current.actor().barred))
        names: dict[int, Candidate] = material.candidates_by_id(
            session, {one.packet.application_id for one in found if one.packet.application_id}
        )
    return page(competition=competition, found=found, names=names)


@staff.page(
    "/<number>/panels/<state>/packet",
    "panel_packet",
    permission="panel.run",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def panel_packet(competition: Competition, state: str) -> ResponseReturnValue:
    """Ask for the papers of a panel as one PDF, and see who took which when."""
    form = DeedForm()
    actor = current.actor()
    with current.reading() as session:
        panel = _open_panel(session, competition, state)
    if form.is_sent():
        with current.writing() as session:
            packing.ask_for_panel_packet(session, competition, panel, actor=actor, now=current.now())
        return go("staff.reviews.panel_packet", number=competition.number, state=state)
    with current.reading() as session:
        found = shown(session, packets.panel_packets_of(session, competition.id, state))
    return page(form=form, competition=competition, state=state, name=POSTAL_CODES[state], found=found)


@staff.page(
    "/panel-packets/<uid>",
    "panel_packet_file",
    permission="panel.run",
    load=packets.panel_packet_by_uid,
    reads="panel packet",
)
def panel_packet_file(row: Packet) -> ResponseReturnValue:
    """Send the papers of a panel to who asked for them, while the panel is open to them."""
    with current.reading() as session:
        _open_panel(session, _competition(session, row.competition_id), row.state)
    return _taken(row)


def _taken(row: Packet) -> Response:
    with current.writing() as session:
        if request.method != "GET":
            raise NotFound
        file_id = packing.take_packet(session, row, actor=current.actor(), now=current.now())
    return send_file_row(file_id, download=True)


def _open_panel(session: Session, competition: Competition, state: str) -> Panel:
    """Return a state's panel if nothing of it is closed to the actor and no sheet of theirs is owed."""
    actor = current.actor()
    ids = [one.id for one in material.candidates(session, competition.id, state=state)]
    panel = panels.panel_of(session, competition.id, state)
    if panel is None or not ids or any(number in actor.barred for number in ids):
        raise NotFound
    require_own_in(session, actor, ids)
    return panel


def _competition(session: Session, competition_id: int) -> Competition:
    found = competition_by_id(session, competition_id)
    if found is None:
        raise NotFound
    return found
