"""The notice as PDF and as mail: made by the worker from the kept edition."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from grants.access.actor import Actor
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.services import amending
from grants.database import Database
from grants.documents.queries import file_by_id

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_the_notice_and_its_amendment_are_accessible_pdfs(
    app: Flask,
    database: Database,
    published: Competition,
    officer: Actor,
    clock: StoppedClock,
    verapdf: Callable[[bytes], list[str]],
    pdf_image: Callable[..., Path],
) -> None:
    clock.put(datetime(2014, 9, 2, 13, tzinfo=UTC))
    _extend(database, published, officer, clock)

    Worker(app, clock=lambda: clock).run_once()

    with database.reading() as session:
        editions = queries.editions_of(session, published.id)
        files = [file_by_id(session, edition.file_id or 0) for edition in editions]
    made = [app.extensions["grants.files"].get(file.sha256) for file in files]
    assert [verapdf(content) for content in made] == [[], []]
    assert [file.name for file in files] == [
        "2014-NIST-MEP-01-notice-amendment-1.pdf",
        "2014-NIST-MEP-01-notice.pdf",
    ]
    assert _title(made[0]).startswith("Notice of Funding Opportunity 2014-NIST-MEP-01")
    assert pdf_image(made[0], "notice").exists()


def _title(content: bytes) -> str:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return str(pdf.docinfo["/Title"])


def _extend(database: Database, published: Competition, officer: Actor, clock: StoppedClock) -> None:
    with database.writing() as session:
        held = session.get_one(Competition, published.id)
        amendment = amending.prepare(session, held, actor=officer, now=clock.now())
        dates = queries.notice_of(session, held).dates
        later = replace(dates, deadline=datetime(2014, 10, 31, 3, 59, tzinfo=UTC))
        amending.propose_section(
            session,
            held,
            amendment,
            section="dates",
            content=later,
            version=0,
            actor=officer,
            now=clock.now(),
        )
        amending.explain(
            session,
            held,
            amendment,
            why="Two weeks more.",
            grants_gov_text="",
            version=1,
            actor=officer,
            now=clock.now(),
        )
        amending.publish_amendment(session, held, amendment, actor=officer, now=clock.now())
