"""Bytes that no row names, and uploads that were never finished, go; nothing that anybody names does."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from grants.access.actor import SYSTEM
from grants.adapters.files import FileMissing, Files
from grants.clock import real_now
from grants.config import Settings
from grants.database import Database
from grants.documents.models import Upload
from grants.documents.services import sweeping
from grants.documents.services.storing import prepare_made, record_file
from grants.documents.services.uploads import part_path
from tests.factories.applications import make_person

LONG_AGO = real_now() - timedelta(days=3)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(f"file://{tmp_path / 'files'}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def age(folder: Path) -> None:
    """Let everything in the store lie there for three days."""
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def record(session: Session, files: Files, content: bytes) -> str:
    return record_file(
        session, prepare_made(files, "a.txt", content, media_type="text/plain"), actor=SYSTEM, now=real_now()
    ).sha256


def test_what_no_row_names_is_put_aside_and_dropped_a_day_later(
    database: Database, files: Files, folder: Path
) -> None:
    with database.writing() as session:
        kept = record(session, files, b"named")
    lost = files.put(b"unnamed")
    age(folder)
    young = files.put(b"unnamed and young")

    assert sweeping.sweep(database, files, now=real_now()) == (1, 0)
    assert files.get(lost) == b"unnamed"
    assert b"".join(files.stream(lost)) == b"unnamed"
    assert files.has(lost)
    assert sweeping.sweep(database, files, now=real_now()) == (0, 0), (
        "its day aside begins when it is put there"
    )

    age(folder)
    os.utime(folder / young[:2] / young)
    assert sweeping.sweep(database, files, now=real_now()) == (0, 1)
    assert (files.has(kept), files.has(lost), files.has(young)) == (True, False, True)
    with pytest.raises(FileMissing):
        files.get(lost)


def test_old_bytes_that_are_sent_again_while_the_sweep_runs_stay(
    database: Database, files: Files, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = files.put(b"sent twice")
    age(folder)
    really = sweeping.named

    def sent_just_after(session: Session, hashes: set[str]) -> set[str]:
        found = really(session, hashes)
        with database.writing() as other:
            assert record(other, files, b"sent twice") == sha256
        return found

    monkeypatch.setattr(sweeping, "named", sent_just_after)
    sweeping.sweep(database, files, now=real_now())
    monkeypatch.setattr(sweeping, "named", really)

    assert files.get(sha256) == b"sent twice"
    age(folder)
    assert sweeping.sweep(database, files, now=real_now()) == (0, 0)
    assert (folder / sha256[:2] / sha256).read_bytes() == b"sent twice"
    assert not list((folder / "unnamed").iterdir())


def test_bytes_that_are_sent_again_while_they_are_aside_lose_nothing(
    database: Database, files: Files, folder: Path
) -> None:
    sha256 = files.put(b"sent twice")
    age(folder)
    sweeping.sweep(database, files, now=real_now())

    with database.writing() as session:
        record(session, files, b"sent twice")
    for _ in range(2):
        age(folder)
        sweeping.sweep(database, files, now=real_now())

    assert files.get(sha256) == b"sent twice"


def test_every_column_of_hashes_counts_as_a_name() -> None:
    names = {f"{column.table.name}.{column.name}" for column in sweeping.hash_columns()}

    assert {"stored_file.sha256", "ranking.sha256", "submission.sha256", "letter.sha256"} <= names


def test_an_upload_of_yesterday_goes_with_its_bytes(database: Database, settings: Settings) -> None:
    now = real_now()
    with database.writing() as session:
        person = make_person(session, "a@host.example", "Ann Abel")
        rows = [  # begun one and twenty-five hours ago
            Upload(
                person_id=person.id, place="x", name="a.pdf", size=9, started_at=now - timedelta(hours=hours)
            )
            for hours in (1, 25)
        ]
        session.add_all(rows)
        session.flush()
        young, old = (part_path(settings, row) for row in rows)
        stray = young.parent / "stray"
        for path in (young, old, stray):
            path.write_bytes(b"some")
            os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))

        sweeping.end_uploads(session, settings, now=now)

        assert [row.started_at for row in session.exec(select(Upload)).all()] == [rows[0].started_at]
    assert [path.exists() for path in (young, old, stray)] == [True, False, False]
