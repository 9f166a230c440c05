"""Adding and removing the files of an application; bytes were looked at before the transaction opens."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.applications.models import Application, ApplicationDocument
from grants.applications.queries.drafts import attached_by_uid, attached_documents
from grants.applications.rules.completeness import page_limit_finding
from grants.applications.services.drafting import require_editable
from grants.competitions.models import RequiredDocument
from grants.competitions.queries import documents_of
from grants.documents.services.storing import FileReady, record_file
from grants.errors import NotFound, Refused
from grants.lifecycle.record import record


def add_document(
    session: Session, application: Application, key: str, ready: FileReady, *, actor: Actor, now: datetime
) -> ApplicationDocument:
    """Attach a checked file for one kind of document.

    A kind with a page limit holds one file, which a new one replaces; other kinds hold several. The same
    bytes again for the same kind are the file that is there. Raises `Refused` over the page limit.
    """
    competition = require_editable(session, application, actor=actor, now=now)
    kind = _kind(documents_of(session, competition.id), key)
    if kind.page_limit is not None and (ready.pages or 0) > kind.page_limit:
        raise Refused([page_limit_finding(ready.pages or 0, kind.page_limit, field="file")])
    standing = [
        row for row in attached_documents(session, application.id) if row.document.required_key == key
    ]
    for row in standing:
        if row.file.sha256 == ready.sha256:
            return row.document
    if kind.page_limit is not None:
        for row in standing:
            _take_out(session, row.document, actor=actor, now=now)
    file = record_file(session, ready, actor=actor, now=now)
    document = ApplicationDocument(
        application_id=application.id,
        required_key=key,
        file_id=file.id,
        added_by_id=actor.person_id,
        added_at=now,
    )
    session.add(document)
    session.flush()
    record(
        session,
        "application.document_added",
        application,
        happened=f"added “{file.name}” as {kind.title}"[:400],
        actor=actor,
        now=now,
        facts={"document": key, "sha256": file.sha256, "pages": file.pages, "size": file.size},
    )
    return document


def same_file(session: Session, application: Application, key: str, ready: FileReady) -> str:
    """Say that the draft holds these bytes already, and where; nothing where it does not."""
    kinds = {kind.key: kind.title for kind in documents_of(session, application.competition_id)}
    found = {
        row.document.required_key: row.file.name
        for row in attached_documents(session, application.id)
        if row.file.sha256 == ready.sha256
    }
    if key in found:
        return f"This file is here already as “{found[key]}”; nothing was added."
    elsewhere = [f"“{name}” under {kinds[other]}" for other, name in found.items() if other in kinds]
    if not elsewhere:
        return ""
    return f"The file is received and checked. The same file is also here as {' and '.join(elsewhere)}."


def remove_document(
    session: Session, application: Application, uid: str, *, actor: Actor, now: datetime
) -> ApplicationDocument:
    """Take a file out of the draft; submissions that hold it keep it."""
    require_editable(session, application, actor=actor, now=now)
    found = attached_by_uid(session, application.id, uid)
    if found is None:
        raise NotFound
    if found.document.removed_at is None:
        _take_out(session, found.document, actor=actor, now=now)
        record(
            session,
            "application.document_removed",
            application,
            happened=f"removed “{found.file.name}”"[:400],
            actor=actor,
            now=now,
            facts={"document": found.document.required_key, "sha256": found.file.sha256},
        )
    return found.document


def _take_out(session: Session, document: ApplicationDocument, *, actor: Actor, now: datetime) -> None:
    document.removed_at = now
    document.removed_by_id = actor.person_id
    session.add(document)


def _kind(kinds: list[RequiredDocument], key: str) -> RequiredDocument:
    for kind in kinds:
        if kind.key == key:
            return kind
    raise NotFound
