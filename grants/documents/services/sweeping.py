"""What nobody names: bytes that came without their row, and uploads that were never finished.

Bytes are stored before their row is written, so a process that dies between leaves some behind. Whoever sends
the same bytes again meanwhile finds them stored and writes only a row; so they are first put aside, where a
reader still finds them, and dropped a day later only if no row names them then either.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, select
from sqlmodel import Session, SQLModel, col, delete
from sqlmodel import select as select_rows

from grants.adapters.files import Files
from grants.clock import real_now
from grants.config import Settings
from grants.database import Database
from grants.documents.models import Upload
from grants.documents.services.uploads import gathering

A_DAY = timedelta(days=1)


def sweep(database: Database, files: Files, *, now: datetime) -> tuple[int, int]:
    """Put aside what no row names for a day, drop what was aside for another; return how many of each."""
    aside = dropped = 0
    for some in files.old(now - A_DAY):
        with database.reading() as session:
            names = named(session, {one.sha256 for one in some})
        for one in some:
            if one.is_aside and one.sha256 in names:
                files.bring_back(one.sha256)
            elif one.is_aside:
                files.drop(one.sha256)
                dropped += 1
            elif one.sha256 not in names:
                files.put_aside(one.sha256)
                aside += 1
    return aside, dropped


def named(session: Session, hashes: Collection[str]) -> set[str]:
    """Return those of the hashes that any row of any table names."""
    found: set[str] = set()
    for column in hash_columns():
        found |= set(session.scalars(select(column).where(column.in_(hashes))).all())
    return found


def hash_columns() -> Iterator[Column[str]]:
    """Yield every column that holds the SHA-256 of stored bytes, or may."""
    for table in SQLModel.metadata.sorted_tables:
        yield from (column for column in table.columns if column.name.endswith("sha256"))


def end_uploads(session: Session, settings: Settings, *, now: datetime) -> None:
    """Forget uploads that began more than a day ago, finished or not, with the bytes that had gathered."""
    session.exec(delete(Upload).where(col(Upload.started_at) < now - A_DAY))
    live = set(session.exec(select_rows(Upload.uid)).all())
    for path in gathering(settings).iterdir():
        if path.name not in live and _is_old(path):
            path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    return path.is_file() and path.stat().st_mtime < (real_now() - A_DAY).timestamp()
