"""Making the PDF of a notice from the edition that was kept."""

from dataclasses import dataclass, replace

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render
from grants.competitions import queries
from grants.competitions.models import Competition, NoticeEdition
from grants.competitions.rules.notice import Confirmations, Notice
from grants.competitions.rules.plain import decode_notice
from grants.competitions.rules.reading import reading_of
from grants.competitions.services.editions import attach_pdf
from grants.documents.services.storing import prepare_made
from grants.jobs.runner import Work


@dataclass(frozen=True)
class Paper:
    """The page of a notice's PDF, and what it is the notice of."""

    edition: NoticeEdition
    competition: Competition
    html: str

    @property
    def name(self) -> str:
        """Return the name of the file."""
        later = f"-amendment-{self.edition.edition}" if self.edition.edition else ""
        return f"{self.competition.number}-notice{later}.pdf"


def make_notice(work: Work) -> None:
    """Make the PDF of one edition of a notice; made twice, it is kept once."""
    paper = paper_of(work)
    content = render(paper.html)
    ready = prepare_made(work.files, paper.name, content, media_type="application/pdf")
    with work.database.writing() as session:
        standing = queries.edition_by_uid(session, paper.edition.uid)
        if standing is not None:
            attach_pdf(session, standing, ready, actor=SYSTEM, now=work.now())
    work.finish({"sha256": ready.sha256})


def paper_of(work: Work) -> Paper:
    """Render the page of the PDF from the kept edition, so that it says what was published.

    In production no edition is marked as sample data, whenever it was kept.
    """
    with work.database.reading() as session:
        edition = queries.edition_by_uid(session, work.payload["edition"])
        if edition is None:
            raise LookupError("the edition is gone")
        competition = queries.competition_by_id(session, edition.competition_id)
        amendments = queries.amendments_of(session, edition.competition_id)
        rules = queries.public_rules(session, competition) if competition else None
        is_marked = not queries.is_production(session)
    if competition is None or rules is None:
        raise LookupError("the competition is not published")
    notice = _notice(edition, competition)
    if not is_marked:
        notice = replace(notice, confirm=Confirmations())
    html = work.render(
        "pdf/notice.html",
        notice=notice,
        reading=reading_of(notice, rules),
        edition=edition,
        amendments=[amendment for amendment in amendments if amendment.number <= edition.edition],
        published_at=competition.published_at or edition.made_at,
    )
    return Paper(edition, competition, html)


def _notice(edition: NoticeEdition, competition: Competition) -> Notice:
    notice, faults = decode_notice(edition.content)
    if notice is None:
        raise ValueError(f"edition {edition.edition} of {competition.number}: {faults[0].message}")
    return notice
