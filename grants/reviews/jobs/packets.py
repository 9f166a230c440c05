"""Making packets: own pages rendered, the applicant's files bound in, the reader named on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render, render_stamps
from grants.applications.rules.content import SubmissionContent, from_json
from grants.competitions.models import Competition
from grants.competitions.queries import CriterionNode, competition_by_id, criteria_of
from grants.documents.models import Packet
from grants.documents.services.storing import prepare_made
from grants.jobs.runner import Work
from grants.reviews.queries import applications as material
from grants.reviews.queries.applications import Candidate, ReviewFile
from grants.reviews.queries.doors import assignments_of
from grants.reviews.queries.packets import any_packet
from grants.reviews.rules.budget_lines import budget_rows, federal_shares
from grants.reviews.services.packets import keep_packet
from grants.reviews.services.rubric import rubric_from
from scoring.rubric import Leaf

if TYPE_CHECKING:
    from grants.adapters.pdf_binding import Enclosure

BEFORE = "Criteria and score form"
FILES = "Files of the application"
PDF = "application/pdf"


@dataclass(frozen=True)
class Papers:
    """Everything that one packet is made of."""

    packet: Packet
    competition: Competition
    candidate: Candidate
    content: SubmissionContent
    receipt: str
    files: list[ReviewFile]
    leaves: list[tuple[Leaf, CriterionNode]]


def make_packet(work: Work) -> None:
    """Bind the packet of one application for one reader; a door closed meanwhile leaves it unmade."""
    from grants.adapters.pdf_binding import bind

    papers = _papers(work)
    if papers is None:
        work.finish({"made": 0})
        return
    work.progress(0, len(papers.files) + 2)
    enclosures, missing = _enclosures(work, papers.files)
    own = render(_own_pages(work, papers, missing))
    work.progress(len(papers.files) + 1, len(papers.files) + 2)
    bound = bind(
        own,
        enclosures,
        before=BEFORE,
        heading=FILES,
        stamps=lambda across: render_stamps(_stamps(work, papers, across)),
    )
    name = f"{papers.candidate.number}-packet-{papers.packet.seat or 'reader'}.pdf"
    ready = prepare_made(work.files, name, bound.content, media_type=PDF, pages=bound.pages)
    with work.database.writing() as session:
        stored = any_packet(session, papers.packet.uid)
        if stored is not None:
            keep_packet(session, stored, ready, actor=SYSTEM, now=work.now())
    work.finish({"made": 1, "pages": bound.pages})


def _papers(work: Work) -> Papers | None:
    with work.database.reading() as session:
        packet = any_packet(session, str(work.payload["packet"]))
        if packet is None or packet.made_at is not None or packet.application_id is None:
            return None
        if packet.application_id not in assignments_of(session, packet.person_id):
            return None
        competition = competition_by_id(session, packet.competition_id)
        submission = material.current_submission(session, packet.application_id)
        if competition is None or submission is None:
            return None
        criteria = criteria_of(session, competition.id)
        nodes = {node.criterion.key: node for top in criteria for node in top.everything()}
        leaves = rubric_from(criteria, competition.total_points).leaves
        return Papers(
            packet,
            competition,
            material.candidates_by_id(session, [packet.application_id])[packet.application_id],
            from_json(submission.content),
            submission.number,
            material.review_files(session, packet.application_id),
            [(leaf, nodes[leaf.key]) for leaf in leaves],
        )


def _enclosures(work: Work, files: Sequence[ReviewFile]) -> tuple[list["Enclosure"], frozenset[str]]:
    """Return the files that can be bound, and the names in URLs of those that cannot."""
    from grants.adapters.pdf_binding import Enclosure, can_be_bound

    found: list[Enclosure] = []
    missing: set[str] = set()
    for done, file in enumerate(files, start=1):
        content = work.files.get(file.sha256) if file.media_type == PDF else b""
        if can_be_bound(content):
            found.append(Enclosure(file.title, content))
        else:
            missing.add(file.uid)
            work.fail(file.title, "The file could not be bound into the packet. Read it on its page.")
        work.progress(done, len(files) + 2)
    return found, frozenset(missing)


def _own_pages(work: Work, papers: Papers, missing: frozenset[str]) -> str:
    return work.render(
        "pdf/packet.html",
        papers=papers,
        packet=papers.packet,
        competition=papers.competition,
        candidate=papers.candidate,
        content=papers.content,
        missing=missing,
        budget=budget_rows(papers.content),
        shares=federal_shares(papers.content),
        at=work.now(),
        before=BEFORE,
    )


def _stamps(work: Work, papers: Papers, across: Sequence[bool]) -> str:
    return work.render(
        "pdf/stamps.html",
        packet=papers.packet,
        competition=papers.competition,
        about=papers.candidate.number,
        at=work.now(),
        across=across,
    )
