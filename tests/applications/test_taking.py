"""A file is taken, known again, refused by the scanner, or cannot be taken because of us."""

import errno
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.test import TestResponse

from grants.adapters.files import Files, kept_or_said
from grants.adapters.scanner import scanner
from grants.applications.queries import drafts
from grants.config import Settings
from grants.database import Database
from grants.lifecycle.models import Event
from tests.factories import applications as make
from tests.factories.clamd import SIGNATURE, clamd
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
INFECTED = make.pdf().replace(b"%%EOF", b"%" + SIGNATURE + b"\n%%EOF")


class Draft:
    """A started application, its applicant's client, and what was written of it."""

    def __init__(self, app: Flask, act_as: ActAs) -> None:
        self.app = app
        self.database: Database = app.extensions["grants.database"]
        with self.database.writing() as session:
            scene = make.make_scene(session)
            self.application = make.start(session, scene)
        self.client: FlaskClient = act_as(scene.writer)

    def send(self, content: bytes, key: str = "letters", name: str = "a.pdf") -> TestResponse:
        """Send a file by the plain form."""
        url = f"/applicant/applications/{self.application.uid}/documents"
        return self.client.post(url, data={"key": key, "file": (io.BytesIO(content), name)})

    def send_piece(self, content: bytes) -> TestResponse:
        """Send a file of one piece, as the script does."""
        url = f"/applicant/applications/{self.application.uid}/documents/letters/pieces"
        size = len(content)
        headers = {
            "Content-Range": f"bytes 0-{size - 1}/{size}",
            "X-File-Name": "a.pdf",
            "X-Requested-With": "fetch",
        }
        return self.client.put(url, data=content, headers=headers)

    def attached(self) -> list[str]:
        """Names of the files that the draft holds."""
        with self.database.reading() as session:
            return [row.file.name for row in drafts.attached_documents(session, self.application.id)]

    def said(self) -> str:
        """The documents page, after what was done."""
        page = self.client.get(f"/applicant/applications/{self.application.uid}/documents")
        return page.get_data(as_text=True)

    def events(self) -> list[str]:
        """Kinds of what the record holds of it and of the installation."""
        with self.database.reading() as session:
            return list(session.exec(select(Event.kind).order_by(col(Event.seq))).all())


@pytest.fixture
def draft(app: Flask, act_as: ActAs) -> Draft:
    return Draft(app, act_as)


@pytest.fixture
def scanned(draft: Draft) -> Iterator[Draft]:
    with clamd() as url:
        draft.app.extensions["grants.scanner"] = scanner(url)
        yield draft


@pytest.mark.parametrize("way", ["send", "send_piece"])
def test_an_infected_file_is_refused_in_both_ways_and_stands_in_the_record(scanned: Draft, way: str) -> None:
    answer = getattr(scanned, way)(INFECTED)

    assert answer.status_code == 422
    assert "The virus scanner found something in this file" in answer.get_data(as_text=True)
    assert scanned.attached() == []
    assert scanned.events()[-1] == "document.infected"


def test_a_clean_file_says_by_whom_it_was_scanned(scanned: Draft) -> None:
    assert scanned.send(make.pdf()).status_code == 303

    with scanned.database.reading() as session:
        (row,) = drafts.attached_documents(session, scanned.application.id)
    assert row.file.scanned_by == "clamd"


@pytest.mark.parametrize("way", ["send", "send_piece"])
def test_a_scanner_that_is_away_takes_no_file_and_loses_none(draft: Draft, way: str) -> None:
    draft.app.extensions["grants.scanner"] = scanner("tcp://127.0.0.1:1")
    away = getattr(draft, way)(make.pdf())
    draft.app.extensions["grants.scanner"] = None
    again = getattr(draft, way)(make.pdf())

    assert away.status_code == 503
    assert "The virus scanner does not answer" in away.get_data(as_text=True)
    assert again.status_code in {200, 303}
    assert draft.attached() == ["a.pdf"]
    assert "installation.file_not_taken" in draft.events()


class Full(Files):
    """A store on a disk without room."""

    def put(self, content: bytes) -> str:
        """Fail as a disk does."""
        with kept_or_said():
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().put(content)


@pytest.mark.parametrize("way", ["send", "send_piece"])
def test_a_full_disk_is_said_to_both_who_sent_and_who_must_know(
    draft: Draft, settings: Settings, way: str
) -> None:
    kept = draft.app.extensions["grants.files"]
    draft.app.extensions["grants.files"] = Full(settings.files_url)
    full = getattr(draft, way)(make.pdf())
    draft.app.extensions["grants.files"] = kept
    again = getattr(draft, way)(make.pdf())

    assert full.status_code == 507
    assert "There is no room left to store this file" in full.get_data(as_text=True)
    assert again.status_code in {200, 303}
    assert draft.attached() == ["a.pdf"]
    assert "installation.file_not_taken" in draft.events()


def test_a_store_that_is_gone_is_said_and_nothing_else_stops(draft: Draft, settings: Settings) -> None:
    folder = Path(settings.files_url.removeprefix("file://"))
    shutil.rmtree(folder)
    folder.write_text("no folder any more")

    answer = draft.send(make.pdf())

    assert answer.status_code == 503
    assert "The place where files are stored does not answer" in answer.get_data(as_text=True)
    assert "Documents" in draft.said()


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("away", "This file cannot be read now"),
        ("gone", "the store does not hold it"),
        ("changed", "the store does not hold it"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_before_a_byte_is_sent(
    draft: Draft, settings: Settings, broken: str, sentence: str
) -> None:
    draft.send(make.pdf())
    address = re.search(r'href="([^"]+)">a\.pdf<', draft.said())
    assert address is not None
    assert draft.client.get(address[1]).status_code == 200
    folder = Path(settings.files_url.removeprefix("file://"))
    (place,) = (path for path in folder.rglob("*") if path.is_file())
    place.unlink()
    if broken == "away":
        place.parent.rmdir()
        place.parent.write_text("no folder any more")
    elif broken == "changed":
        place.write_bytes(b"%PDF-1.7 of somebody else")

    answer = draft.client.get(address[1])

    assert answer.status_code == 503
    assert sentence in answer.get_data(as_text=True)


def test_a_full_disk_anywhere_else_is_a_sentence_too(draft: Draft) -> None:
    def full(_session: object) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    draft.app.extensions["grants.clock"] = full
    answer = draft.client.get("/competitions", headers={"X-Requested-With": "fetch"})

    assert answer.status_code == 507
    assert "There is no room left here" in answer.get_json()["findings"][0]["message"]


def test_the_same_file_again_is_named_as_what_it_is_here_already(draft: Draft) -> None:
    draft.send(make.pdf(), name="b.pdf")
    again = draft.send(make.pdf(), name="c.pdf")
    here = draft.said()
    elsewhere = draft.send(make.pdf(), key="proposal", name="d.pdf")
    there = draft.said()

    assert (again.status_code, elsewhere.status_code) == (303, 303)
    assert "This file is here already as “b.pdf”; nothing was added." in here
    assert "The same file is also here as “b.pdf” under" in there
    assert sorted(draft.attached()) == ["b.pdf", "d.pdf"]


def test_a_file_of_pictures_is_taken_with_a_word_about_its_text(draft: Draft) -> None:
    draft.send(make.pdf())

    assert "It holds pictures of pages and no text" in draft.said()
