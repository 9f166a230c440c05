"""Reads of files, uploads, templates and letters."""

from sqlmodel import Session, col, select

from grants.documents.models import Batch, Letter, StoredFile, Template, Upload


def file_by_uid(session: Session, uid: str) -> StoredFile | None:
    """Return a stored file by its random name."""
    return session.exec(select(StoredFile).where(col(StoredFile.uid) == uid)).first()


def file_by_id(session: Session, file_id: int) -> StoredFile:
    """Return a stored file."""
    return session.exec(select(StoredFile).where(col(StoredFile.id) == file_id)).one()


def files_by_id(session: Session, ids: set[int]) -> dict[int, StoredFile]:
    """Return stored files by their ids."""
    rows = session.exec(select(StoredFile).where(col(StoredFile.id).in_(ids)).order_by(col(StoredFile.id)))
    return {row.id: row for row in rows}


def upload_by_uid(session: Session, uid: str) -> Upload | None:
    """Return an upload under way by its random name."""
    return session.exec(select(Upload).where(col(Upload.uid) == uid)).first()


def newest_template(session: Session, kind: str) -> Template | None:
    """Return the acting words of a kind of letter."""
    versions = select(Template).where(col(Template.kind) == kind).order_by(col(Template.version).desc())
    return session.exec(versions.limit(1)).first()


def letter_by_uid(session: Session, uid: str) -> Letter | None:
    """Return a letter by its random name."""
    return session.exec(select(Letter).where(col(Letter.uid) == uid)).first()


def batch_by_uid(session: Session, uid: str) -> Batch | None:
    """Return a batch by its random name."""
    return session.exec(select(Batch).where(col(Batch.uid) == uid)).first()


def letters_of_batch(session: Session, batch_id: int) -> list[Letter]:
    """Return the letters of a batch in the order of their numbers."""
    rows = select(Letter).where(col(Letter.batch_id) == batch_id).order_by(col(Letter.number))
    return list(session.exec(rows).all())
