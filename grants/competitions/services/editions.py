"""Keeping the notice as it went out, and asking the worker for its PDF."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition, NoticeEdition
from grants.competitions.rules import notice as n
from grants.competitions.rules.plain import encode_json
from grants.documents.services.storing import FileReady, record_file
from grants.jobs.queue import enqueue
from grants.lifecycle.queries import lock

NOTICE_JOB: Final = "competitions.notice"


def keep_edition(
    session: Session,
    competition: Competition,
    notice: n.Notice,
    *,
    edition: int,
    actor: Actor,
    now: datetime,
) -> NoticeEdition:
    """Keep the notice as published or amended, for ever, and have its PDF made."""
    kept = NoticeEdition(
        competition_id=competition.id, edition=edition, content=encode_json(notice), made_at=now
    )
    session.add(kept)
    session.flush()
    enqueue(
        session,
        NOTICE_JOB,
        {"edition": kept.uid},
        actor=actor,
        now=now,
        label=f"PDF of the notice {competition.number}" + (f", amendment {edition}" if edition else ""),
        unique=f"{NOTICE_JOB}:{kept.uid}",
    )
    return kept


def attach_pdf(
    session: Session, edition: NoticeEdition, ready: FileReady, *, actor: Actor, now: datetime
) -> NoticeEdition:
    """Record the PDF that the worker made; one that is there already is kept."""
    lock(session, edition)
    if edition.file_id is None:
        edition.file_id = record_file(session, ready, actor=actor, now=now).id
        session.add(edition)
    return edition
