"""Making the packet of a panel: totals, points by criterion, everybody's comments, the chair's records."""

from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render
from grants.adapters.pdf_files import inspect
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id
from grants.competitions.rules.states import POSTAL_CODES
from grants.documents.models import Packet
from grants.documents.services.storing import prepare_made
from grants.jobs.runner import Work
from grants.reviews.models import PanelRecord
from grants.reviews.queries import panels
from grants.reviews.queries.applications import Candidate
from grants.reviews.queries.doors import barred_of
from grants.reviews.queries.packets import any_packet
from grants.reviews.services.acting import ActingSheet, gather
from grants.reviews.services.packets import keep_packet
from grants.reviews.services.ranking import round_of, state_rankings
from grants.reviews.services.rubric import rubric_of
from scoring.exact import show, show_exact


@dataclass(frozen=True)
class PaneledApplication:
    """One finalist with everything that was said."""

    candidate: Candidate
    sheets: tuple[ActingSheet, ...]
    record: PanelRecord | None

    @property
    def mean(self) -> str:
        """Return the mean of the acting totals."""
        totals = [one.total for one in self.sheets]
        return show(sum(totals, Fraction(0)) / len(totals)) if totals else "–"

    @property
    def range(self) -> str:
        """Return how far the highest total lies from the lowest."""
        totals = [one.total for one in self.sheets]
        return show_exact(max(totals) - min(totals)) if totals else "–"


def make_panel_packet(work: Work) -> None:
    """Write the papers of one panel for one reader; a conflict declared meanwhile leaves them unmade."""
    with work.database.reading() as session:
        packet = any_packet(session, str(work.payload["packet"]))
        competition = competition_by_id(session, packet.competition_id) if packet else None
        if packet is None or competition is None or packet.made_at is not None:
            return
        found = _finalists(session, competition, packet)
        leaves = rubric_of(session, competition).leaves
        early = _early(session, packet)
    if found is None:
        work.finish({"made": 0})
        return
    work.progress(0, 2)
    content = render(
        work.render(
            "pdf/panel_packet.html",
            packet=packet,
            competition=competition,
            name=POSTAL_CODES[packet.state],
            found=found,
            seats=_seats(found),
            early=early,
            leaves=leaves,
            at=work.now(),
        )
    )
    work.progress(1, 2)
    ready = prepare_made(
        work.files,
        f"{competition.number}-panel-{packet.state}.pdf",
        content,
        media_type="application/pdf",
        pages=inspect(content).pages,
    )
    with work.database.writing() as session:
        stored = any_packet(session, packet.uid)
        if stored is not None:
            keep_packet(session, stored, ready, actor=SYSTEM, now=work.now())
    work.finish({"made": 1})


def _early(session: Session, packet: Packet) -> list[panels.EarlyDeed]:
    """Return what came before the call; a reader to whom one application is closed gets no packet."""
    panel = panels.panel_of(session, packet.competition_id or 0, packet.state)
    return panels.early_deeds(session, panel, without=())


def _finalists(session: Session, competition: Competition, packet: Packet) -> list[PaneledApplication] | None:
    """Return the finalists of the state; None where one application of it is closed to the reader."""
    found = round_of(session, competition, state=packet.state)
    candidates = {one.id: one for one in found.applications.values() if one.state == packet.state}
    if candidates.keys() & barred_of(session, packet.person_id):
        return None
    panel = panels.panel_of(session, competition.id, packet.state)
    standing = state_rankings(found).get(packet.state)
    if panel is None or standing is None:
        return None
    records = panels.records_of(session, panel.id)
    finalists = [one for one in candidates.values() if one.number in standing.finalists]
    gathered = gather(session, competition.id, [one.id for one in finalists])
    return [
        PaneledApplication(one, gathered[one.id].sheets, records.get(one.id))
        for one in sorted(finalists, key=lambda one: one.number)
    ]


def _seats(found: list[PaneledApplication]) -> list[tuple[str, str]]:
    seats = {one.seat: one.name for row in found for one in row.sheets}
    return sorted(seats.items(), key=lambda item: int(item[0].removeprefix("R") or 0))
