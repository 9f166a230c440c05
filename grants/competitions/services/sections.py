"""Saving one section of a draft, so that two people never overwrite each other unseen."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions import queries
from grants.competitions.models import Competition, SectionSave
from grants.competitions.rules import notice as n
from grants.competitions.rules.differences import merged
from grants.competitions.rules.plain import decode_section
from grants.competitions.rules.wellformed import faults_of
from grants.competitions.rules.wording import lines_of
from grants.competitions.services.opening import number_taken
from grants.competitions.services.saves import store
from grants.errors import Refused, StaleVersion
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record


def save_section(
    session: Session,
    competition: Competition,
    *,
    section: str,
    content: n.SectionContent,
    version: int,
    actor: Actor,
    now: datetime,
) -> SectionSave | None:
    """Save one section of a draft; None where the same values already stand.

    `version` is the one the page was made from. Where somebody saved meanwhile, two changes of
    different values are put together; two changes of one value raise `StaleVersion` with both.
    Raises `Refused` where a value may not be stored at all.
    """
    lock(session, competition)
    require(actor, "competition.edit", competition)
    _require_wellformed(session, competition, section, content)
    last = queries.last_saves(session, competition.id)[section]
    fresh = fresh_content(session, competition, last, content, version=version, edition=0)
    if fresh == decode_section(section, last.content):
        return None
    save = store(session, competition, section, fresh, version=last.version + 1, actor=actor, now=now)
    record(
        session,
        "competition.edited",
        competition,
        happened=f"changed the section “{n.SECTIONS[section]}”",
        actor=actor,
        now=now,
        facts={"section": section, "version": save.version},
    )
    return save


def fresh_content(
    session: Session,
    competition: Competition,
    last: SectionSave,
    offered: n.SectionContent,
    *,
    version: int,
    edition: int,
) -> n.SectionContent:
    """Put what was offered together with what others saved meanwhile; raise `StaleVersion` if they clash."""
    if version == last.version:
        return offered
    current = decode_section(last.section, last.content)
    if offered == current:
        return current
    base = queries.save_of_version(session, competition.id, edition, last.section, version)
    if base is not None:
        together = merged(decode_section(last.section, base.content), current, offered)
        if together is not None:
            return together
    raise stale(session, competition, last, current, offered)


def stale(
    session: Session,
    competition: Competition,
    last: SectionSave,
    current: n.SectionContent,
    offered: n.SectionContent,
) -> StaleVersion:
    """Make the refusal that carries both texts."""
    notice = queries.notice_of(session, competition)
    name = n.SECTIONS[last.section]
    return StaleVersion(
        f"{last.saved_by_name} saved “{name}” while you wrote. Both are below; nothing is lost.",
        current=_in_words(notice, last.section, current),
        offered=_in_words(notice, last.section, offered),
        version=last.version,
    )


def _in_words(notice: n.Notice, section: str, content: n.SectionContent) -> dict[str, str]:
    lines = lines_of(n.with_sections(notice, {section: content}), section)
    return {line.label: line.shown for line in lines.values()}


def _require_wellformed(
    session: Session, competition: Competition, section: str, content: n.SectionContent
) -> None:
    faults = faults_of(content)
    if isinstance(content, n.Identity) and content.number != competition.number and not faults:
        taken = queries.competition_by_number(session, content.number)
        faults = [number_taken(content.number)] if taken else []
    if faults:
        raise Refused(faults)
