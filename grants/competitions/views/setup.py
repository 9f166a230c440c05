"""Staff pages of setting a competition up: the home, its sections, the notice as others will see it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules import notice as n
from grants.competitions.rules.amendment import AMENDABLE
from grants.competitions.rules.confirming import confirmed_rules
from grants.competitions.rules.differences import summary_of
from grants.competitions.rules.publication import PublicationFacts, publication_findings, rules_proposed
from grants.competitions.rules.reading import reading_of
from grants.competitions.services.sections import save_section
from grants.competitions.views.doors import BY_NUMBER, load, staff
from grants.competitions.views.editing import Desk, Save, pages_of_sections, state_of
from grants.competitions.workflow import CompetitionStatus
from grants.errors import NotFound
from grants.findings import stops
from grants.policies.rule_set import RuleSet
from grants.web import current
from grants.web.render import page


@staff.page("/<number>/setup", "setup", permission="competition.read", load=load, by=BY_NUMBER)
def setup(competition: Competition) -> ResponseReturnValue:
    """Show what is complete, what is missing, and how each section differs from last year's."""
    with current.reading() as session:
        desk = desk_of(session, competition)
    found = publication_findings(None, desk.facts, current.now())
    rows = [
        {
            "section": section,
            "heading": heading,
            "state": state_of(desk.findings(section)),
            "stops": stops(desk.findings(section)),
            "differs": summary_of(desk.changes(section)),
            "last": desk.saves.get(section),
        }
        for section, heading in n.SECTIONS.items()
    ]
    return page(
        competition=competition,
        desk=desk,
        rows=rows,
        complete=sum(not row["stops"] for row in rows),
        stopping=stops(found),
        warnings=[finding for finding in found if finding.level != "stop"],
        links={section: (desk.url(section), f"Go to {heading}") for section, heading in n.SECTIONS.items()},
        is_draft=competition.status is CompetitionStatus.DRAFT,
    )


@staff.page("/<number>/preview", "preview", permission="competition.read", load=load, by=BY_NUMBER)
def preview(competition: Competition) -> ResponseReturnValue:
    """Show the notice as applicants will see it."""
    with current.reading() as session:
        notice = queries.as_published(session, competition, queries.notice_of(session, competition))
        amendments = queries.amendments_of(session, competition.id)
        facts = queries.facts_of(session, competition, current.now())
        rules = queries.public_rules(session, competition)
    if rules is None and (proposed := rules_if_published(notice, current.now())):
        rules = confirmed_rules(proposed, facts.confirmed)
    return page(
        competition=competition,
        notice=notice,
        reading=reading_of(notice, rules),
        amendments=amendments,
        is_draft=competition.status is CompetitionStatus.DRAFT,
    )


def desk_of(session: Session, competition: Competition) -> Desk:
    """Put together what the pages of a draft need."""
    notice = queries.notice_of(session, competition)
    source = (
        queries.competition_by_id(session, competition.copied_from_id) if competition.copied_from_id else None
    )
    return Desk(
        competition=competition,
        notice=notice,
        saves=queries.last_saves(session, competition.id),
        facts=queries.facts_of(session, competition, meant_for(notice, current.now()), notice),
        compared=queries.notice_of(session, source) if source else None,
        compared_with=source.number if source else "",
        sections=AMENDABLE,
        save=_saver(competition.id),
        home="staff.competitions.setup",
        page_of_section="staff.competitions.section",
        page_of_criterion="staff.competitions.criterion",
    )


def meant_for(notice: n.Notice, now: datetime) -> datetime:
    """Return when the notice is meant to go out: the planned day if it is still ahead, else now."""
    planned: date | None = notice.dates.planned_publication
    if planned is None:
        return now
    morning = datetime.combine(planned, time(0), ZoneInfo(notice.dates.zone)).astimezone(UTC)
    return max(morning, now)


def rules_if_published(notice: n.Notice, now: datetime) -> RuleSet | None:
    """Return the rules that publication would copy; None where the catalogue has none for the dates."""
    return rules_proposed(PublicationFacts(notice, meant_for(notice, now)))


def _saver(competition_id: int) -> Save:
    def save(session: Session, section: str, content: n.SectionContent, version: int) -> Competition:
        standing = queries.competition_by_id(session, competition_id)
        if standing is None:
            raise NotFound
        save_section(
            session,
            standing,
            section=section,
            content=content,
            version=version,
            actor=current.actor(),
            now=current.now(),
        )
        return standing

    return save


pages_of_sections("setup", "section", "criterion", permission="competition.edit", desk_of=desk_of)
