"""Making the PDF of a notice from the edition that was kept."""

from datetime import datetime

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render
from grants.competitions import queries
from grants.competitions.models import Amendment, Competition, NoticeEdition
from grants.competitions.rules.plain import decode_notice
from grants.competitions.rules.reading import reading_of
from grants.competitions.services.editions import attach_pdf
from grants.documents.services.storing import prepare_made
from grants.jobs.runner import Work
from grants.policies.rule_set import RuleSet


def make_notice(work: Work) -> None:
    """Make the PDF of one edition of a notice; made twice, it is kept once."""
    with work.database.reading() as session:
        edition = queries.edition_by_uid(session, work.payload["edition"])
        if edition is None:
            raise LookupError("the edition is gone")
        competition = queries.competition_by_id(session, edition.competition_id)
        amendments = queries.amendments_of(session, edition.competition_id)
        rules = queries.rule_set_of(competition) if competition else None
    if competition is None or rules is None:
        raise LookupError("the competition is not published")
    known = [amendment for amendment in amendments if amendment.number <= edition.edition]
    content = render(notice_html(work, competition, edition, known, rules))
    name = f"{competition.number}-notice" + (f"-amendment-{edition.edition}" if edition.edition else "")
    ready = prepare_made(work.files, f"{name}.pdf", content, media_type="application/pdf")
    with work.database.writing() as session:
        standing = queries.edition_by_uid(session, edition.uid)
        if standing is not None:
            attach_pdf(session, standing, ready, actor=SYSTEM, now=work.now())
    work.finish({"sha256": ready.sha256})


def notice_html(
    work: Work,
    competition: Competition,
    edition: NoticeEdition,
    amendments: list[Amendment],
    rules: RuleSet,
) -> str:
    """Render the page of the PDF from the kept edition, so that it says what was published."""
    notice, faults = decode_notice(edition.content)
    if notice is None:
        raise ValueError(f"edition {edition.edition} of {competition.number}: {faults[0].message}")
    published_at: datetime = competition.published_at or edition.made_at
    return work.render(
        "pdf/notice.html",
        notice=notice,
        reading=reading_of(notice, rules),
        edition=edition,
        amendments=amendments,
        published_at=published_at,
    )
