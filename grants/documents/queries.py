"""Reads of files, uploads, templates and letters."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

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


def letter_by_id(session: Session, letter_id: int) -> Letter:
    """Return a letter."""
    return session.exec(select(Letter).where(col(Letter.id) == letter_id)).one()


def released_letter_by_uid(session: Session, uid: str) -> Letter | None:
    """Return a letter by its random name if it was released, superseded or not."""
    return session.exec(select(Letter).where(col(Letter.uid) == uid, _was_released())).first()


def released_letter_by_number(session: Session, number: str) -> Letter | None:
    """Return a released letter by its printed number."""
    return session.exec(select(Letter).where(col(Letter.number) == number, _was_released())).first()


def released_letters_of(session: Session, organization_ids: Sequence[int]) -> list[Letter]:
    """Return the released letters to organizations, newest first."""
    rows = select(Letter).where(col(Letter.organization_id).in_(organization_ids), _was_released())
    return list(session.exec(rows.order_by(col(Letter.released_at).desc(), col(Letter.id))).all())


def batches_of(session: Session, competition_id: int) -> list[Batch]:
    """Return the batches of a competition, newest first."""
    rows = select(Batch).where(col(Batch.competition_id) == competition_id).order_by(col(Batch.id).desc())
    return list(session.exec(rows).all())


def letters_of_competition(session: Session, competition_id: int) -> list[Letter]:
    """Return the letters of a competition by kind and number."""
    rows = select(Letter).where(col(Letter.competition_id) == competition_id)
    return list(session.exec(rows.order_by(col(Letter.kind), col(Letter.number))).all())


def _was_released() -> ColumnElement[bool]:
    return col(Letter.released_at).is_not(None)


def open_upload(session: Session, person_id: int, place: str) -> Upload | None:
    """Return the upload that a person has under way for a place, the latest if there are several."""
    rows = (
        select(Upload)
        .where(col(Upload.person_id) == person_id, col(Upload.place) == place, col(Upload.ended_at).is_(None))
        .order_by(col(Upload.id).desc())
    )
    return session.exec(rows).first()


def letters_of_kind(session: Session, kind: str, *, without: Collection[int], most: int = 50) -> list[Letter]:
    """Return the newest letters of a kind, without those about applications closed to the reader."""
    rows = select(Letter).where(col(Letter.kind) == kind).order_by(col(Letter.id).desc()).limit(most)
    if without:
        rows = rows.where(
            or_(col(Letter.application_id).is_(None), col(Letter.application_id).not_in(without))
        )
    return list(session.exec(rows).all())
