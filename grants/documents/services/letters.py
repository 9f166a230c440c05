"""Letters: drafted from a frozen snapshot, made into PDF/UA by the worker, released together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.chance import word
from grants.documents.models import Batch, Letter, StoredFile, Template
from grants.documents.queries import newest_template
from grants.documents.rules import LetterKind, template_faults
from grants.documents.services.storing import FileReady, record_file
from grants.errors import Refused, StaleVersion
from grants.findings import Finding
from grants.jobs.queue import enqueue
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Addressee:
    """Whom a letter goes to and what it is about."""

    organization_id: int | None
    competition_id: int | None
    application_id: int | None
    subject_type: str
    subject_id: int
    name: str


@dataclass(frozen=True)
class Words:
    """The words of a kind of letter, as typed."""

    title: str
    body: str
    mail_subject: str


def save_template(
    session: Session, kind: LetterKind, words: Words, *, version: int, actor: Actor, now: datetime
) -> Template:
    """Keep new words of a kind of letter as its next version; unknown fields are refused by name."""
    require(actor, "template.edit")
    newest = _held_template(session, kind, now=now)
    if newest.version != version:
        raise StaleVersion(
            f"Somebody saved version {newest.version} while you wrote. Both texts are below.",
            current={"body": newest.body},
            offered={"body": words.body},
            version=newest.version,
        )
    findings = template_faults(words.body, words.mail_subject, kind.fields)
    if findings:
        raise Refused(findings)
    if Words(newest.title, newest.body, newest.mail_subject) == words:
        return newest
    template = Template(
        kind=kind.kind,
        version=version + 1,
        title=words.title,
        body=words.body,
        mail_subject=words.mail_subject,
        edited_by_id=actor.person_id,
        edited_at=now,
    )
    session.add(template)
    session.flush()
    record(
        session,
        "letter_template.edited",
        template,
        happened="edited the letter template",
        actor=actor,
        now=now,
        facts={"kind": kind.kind, "version": template.version},
    )
    return template


def acting_template(session: Session, kind: LetterKind, *, now: datetime) -> Template:
    """Return the newest words of a kind; the first call keeps the words the kind begins with."""
    template = words_in_force(session, kind, now=now)
    session.add(template)
    session.flush()
    return template


def _held_template(session: Session, kind: LetterKind, *, now: datetime) -> Template:
    """Return the newest words, locked: who waited behind another's save sees what that one kept."""
    waited_for = acting_template(session, kind, now=now)
    lock(session, waited_for)
    return acting_template(session, kind, now=now)


def words_in_force(session: Session, kind: LetterKind, *, now: datetime) -> Template:
    """Return the newest words of a kind; where nobody edited, those it begins with, not stored."""
    return newest_template(session, kind.kind) or Template(
        kind=kind.kind,
        version=1,
        title=kind.title,
        body=kind.body,
        mail_subject=kind.mail_subject,
        edited_at=now,
    )


def draft_letter(
    session: Session,
    kind: LetterKind,
    addressee: Addressee,
    values: Mapping[str, str],
    *,
    batch: Batch | None,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
) -> Letter:
    """Freeze the values of one letter with the words that act now; the worker makes the PDF."""
    template = acting_template(session, kind, now=now)
    missing = [field.what for field in kind.fields if field.name not in values]
    if missing:
        raise Refused([Finding("letter", f"The letter to {addressee.name} lacks: {', '.join(missing)}.")])
    letter = Letter(
        number=new_number(),
        kind=kind.kind,
        title=f"{kind.title}: {addressee.name}"[:300],
        organization_id=addressee.organization_id,
        competition_id=addressee.competition_id,
        application_id=addressee.application_id,
        subject_type=addressee.subject_type,
        subject_id=addressee.subject_id,
        template_id=template.id,
        batch_id=batch.id if batch else None,
        snapshot={
            "values": dict(values),
            "title": template.title,
            "body": template.body,
            "mail_subject": template.mail_subject,
            "to": addressee.name,
            **(extra or {}),
        },
    )
    session.add(letter)
    session.flush()
    return letter


def ask_to_make(session: Session, batch: Batch, *, actor: Actor, now: datetime) -> Batch:
    """Ask the worker for the PDFs of a batch; asking again makes only what is not made."""
    perform(session, batch, "begin", actor=actor, now=now)
    job = enqueue(
        session,
        "documents.make_letters",
        {"batch_uid": batch.uid},
        actor=actor,
        now=now,
        label=f"Make letters: {batch.title}",
    )
    batch.job_uid = job.uid
    session.add(batch)
    return batch


def keep_made(
    session: Session, letter: Letter, ready: FileReady, *, actor: Actor, now: datetime
) -> StoredFile:
    """Record the PDF of a letter that the worker made."""
    file = record_file(session, ready, actor=actor, now=now)
    letter.file_id = file.id
    letter.sha256 = file.sha256
    letter.made_at = now
    session.add(letter)
    session.flush()
    perform(session, letter, "make", actor=actor, now=now, noted={"sha256": file.sha256})
    return file


def new_number() -> str:
    """Make a letter's number: it does not tell how many letters there are."""
    return f"L-{word(ALPHABET, 8)}"
