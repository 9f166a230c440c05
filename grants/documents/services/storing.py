"""Taking a file in: looked at and stored before the write transaction, recorded within it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from sqlmodel import Session

from grants.access.actor import Actor
from grants.adapters.files import Files
from grants.adapters.pdf_files import inspect
from grants.adapters.scanner import Clamd
from grants.documents.models import StoredFile
from grants.errors import Refused
from grants.findings import Finding


@dataclass(frozen=True)
class FileReady:
    """A file that passed every check and lies in the store, to be recorded by `record_file`."""

    sha256: str
    size: int
    media_type: str
    name: str
    pages: int | None
    scanned_by: str | None
    has_text: bool = True


class Infected(Refused):
    """The scanner found something; `found` is its name for it and `sha256` the file's."""

    def __init__(self, found: str, sha256: str) -> None:
        sentence = (
            "The virus scanner found something in this file, so it was not stored. Check your computer."
        )
        super().__init__([Finding("virus", sentence)])
        self.found, self.sha256 = found, sha256


def prepare_pdf(files: Files, name: str, content: bytes, *, scanner: Clamd | None) -> FileReady:
    """Scan, check and store an uploaded PDF; call it with no transaction open.

    Raises `Infected`, `Refused` with every fault of the file, or `Unavailable` where it cannot be taken
    just now.
    """
    if scanner is not None and (found := scanner.look(content).found):
        raise Infected(found, hashlib.sha256(content).hexdigest())
    facts = inspect(content)
    if facts.findings:
        raise Refused(facts.findings)
    return FileReady(
        sha256=files.put(content),
        size=len(content),
        media_type="application/pdf",
        name=plain_name(name),
        pages=facts.pages,
        scanned_by=scanner.name if scanner else None,
        has_text=facts.has_text,
    )


def prepare_made(
    files: Files, name: str, content: bytes, *, media_type: str, pages: int | None = None
) -> FileReady:
    """Store bytes that this system made itself: a letter, a receipt, a decision record."""
    return FileReady(files.put(content), len(content), media_type, plain_name(name), pages, None)


def record_file(session: Session, ready: FileReady, *, actor: Actor, now: datetime) -> StoredFile:
    """Write the row of a prepared file."""
    row = StoredFile(
        sha256=ready.sha256,
        size=ready.size,
        media_type=ready.media_type,
        name=ready.name,
        pages=ready.pages,
        scanned_by=ready.scanned_by,
        uploaded_by_id=actor.person_id,
        uploaded_at=now,
    )
    session.add(row)
    session.flush()
    return row


def plain_name(name: str) -> str:
    """Reduce a file name from outside to its last part, printable and at most 200 characters long."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(sign for sign in last if sign.isprintable() and sign not in '/\\:*?"<>|').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return (f"{stem[:190]}{dot}{ending[:9]}" if dot else kept[:200]) or "file.pdf"
