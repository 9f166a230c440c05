"""Keeping every saved version of a section, and putting it into the rows."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions import queries
from grants.competitions.models import Competition, SectionSave
from grants.competitions.rules import notice as n
from grants.competitions.rules.plain import encode_json
from grants.competitions.services.rows import write_section


def store(
    session: Session,
    competition: Competition,
    section: str,
    content: n.SectionContent,
    *,
    version: int = 1,
    actor: Actor,
    now: datetime,
) -> SectionSave:
    """Keep one version of a section of the notice and write its values into the rows."""
    save = keep(session, competition, section, content, version=version, edition=0, actor=actor, now=now)
    write_section(session, competition, section, content)
    return save


def keep(
    session: Session,
    competition: Competition,
    section: str,
    content: n.SectionContent,
    *,
    version: int,
    edition: int,
    actor: Actor,
    now: datetime,
) -> SectionSave:
    """Keep one version of a section without changing the notice."""
    save = SectionSave(
        competition_id=competition.id,
        edition=edition,
        section=section,
        version=version,
        content=encode_json(content),
        saved_by_id=actor.person_id,
        saved_by_name=actor.name,
        saved_at=now,
    )
    session.add(save)
    competition.version += 1
    session.add(competition)
    return save


def save_all(
    session: Session, competition: Competition, notice: n.Notice, *, actor: Actor, now: datetime
) -> None:
    """Save every section of a notice whose values differ from what stands."""
    standing = queries.notice_of(session, competition)
    saves = queries.last_saves(session, competition.id)
    for section in n.SECTIONS:
        content = n.section_of(notice, section)
        if content != n.section_of(standing, section):
            version = saves[section].version + 1 if section in saves else 1
            store(session, competition, section, content, version=version, actor=actor, now=now)
