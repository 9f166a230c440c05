"""A conflict closes every door: pages, lists, searches, counts, exports, files and mail."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlmodel import Session, col, select

from grants import wiring
from grants.accounts.queries import person_by_email
from grants.applications.models import Application
from grants.awards.models import Award
from grants.competitions.models import Competition
from grants.database import Database, metadata
from grants.lifecycle.models import Event, Notice
from grants.reviews.models import Assignment, Conflict, ConflictSource, Panel
from grants.reviews.queries.panels import panel_of
from grants.reviews.workflow import ConflictStatus, PanelStatus
from tests.architecture import crawl, doors
from tests.architecture.test_walk import copied_site
from tests.plugins.people import client_of

pytestmark = [pytest.mark.xdist_group("walk"), pytest.mark.slow]
STAFF = ("officer", "grants-officer", "chair")
OTHERS = ("center", "reviewer1")
WHO = (*STAFF, "the reviewer")
each_person = pytest.mark.parametrize("who", WHO)
COUNT = re.compile(r"(\d[\d,]*) applications?\b")
LIVE = re.compile(r'data-stream="([^"]+)"')
NOW = datetime(2015, 1, 20, 14, 0, tzinfo=UTC)


@dataclass
class Closed:
    """The site after the conflict, and what was there before it."""

    site: Flask
    application: Application
    competition: Competition
    emails: dict[str, str]
    paths: set[str]
    words: set[str]
    counts: dict[str, int]

    @property
    def database(self) -> Database:
        """The database of the site."""
        found: Database = self.site.extensions["grants.database"]
        return found


@pytest.fixture(scope="module")
def closed(
    demonstration_builder: Callable[[str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Closed:
    """Close an awarded application to a reviewer who scored it and to staff of three roles."""
    site = copied_site(demonstration_builder("sqlite", ""), tmp_path_factory.mktemp("conflict"))
    database: Database = site.extensions["grants.database"]
    with database.reading() as session:
        application, competition, reviewer = _scored_and_awarded(session)
        words = _names_of(session, application)
    emails = {who: f"{who}@demo.example" for who in STAFF} | {"the reviewer": reviewer}
    everybody = {*emails.values(), *(f"{who}@demo.example" for who in OTHERS)}
    found = {
        path
        for email in sorted(everybody)
        for visit in crawl.walk(site, client_of(site, email), most=4)
        for path in (visit.path, *crawl.links(visit), *crawl.forms(visit))
    }
    with database.reading() as session:
        paths = {path for path in found if doors.application_behind(site, session, path) == application.id}
    counts = {who: _count(site, emails[who]) for who in STAFF}
    with database.writing() as session:
        for email in emails.values():
            _bar(session, email, application)
    return Closed(site, application, competition, emails, paths, words, counts)


def _scored_and_awarded(session: Session) -> tuple[Application, Competition, str]:
    rows = (
        select(Application, Competition, Assignment)
        .join(Award, col(Award.application_id) == col(Application.id))
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(col(Assignment.status) == "sent")
        .order_by(col(Application.id).desc(), col(Assignment.id))
    )
    application, competition, assignment = session.exec(rows).first() or pytest.fail("none is awarded")
    people = metadata.tables["person"]
    email = session.connection().scalar(select(people.c.email).where(people.c.id == assignment.person_id))
    return application, competition, str(email)


def _names_of(session: Session, application: Application) -> set[str]:
    """Every name by which the application or a record of it could be told."""
    names = {application.uid, application.number, application.project_title}
    for table in metadata.sorted_tables:
        if {"uid", "application_id"} <= set(table.columns.keys()) and table.name != "event":
            rows = select(table.c.uid).where(table.c.application_id == application.id)
            names |= set(session.connection().scalars(rows))
    return names


def _count(site: Flask, email: str) -> int:
    page = client_of(site, email).get("/staff/applications").get_data(as_text=True)
    found = COUNT.search(page)
    assert found is not None
    return int(found.group(1).replace(",", ""))


def _bar(session: Session, email: str, application: Application) -> None:
    person = person_by_email(session, email)
    assert person is not None
    known = select(Conflict).where(
        col(Conflict.person_id) == person.id, col(Conflict.application_id) == application.id
    )
    assert session.exec(known).first() is None
    session.add(
        Conflict(
            person_id=person.id,
            application_id=application.id,
            competition_id=application.competition_id,
            source=ConflictSource.FOUND,
            kind="employment",
            reason="The person worked for the host until last year.",
            noticed_at=NOW,
            status=ConflictStatus.FOUND,
        )
    )


def test_the_application_has_pages_of_every_kind(closed: Closed) -> None:
    nouns = {path.split("/")[2] for path in closed.paths if path.startswith("/staff/")}

    assert {"applications", "awards", "reviews", "documents"} - nouns == set()


@each_person
def test_every_path_to_the_application_is_not_found(closed: Closed, who: str, tmp_path: Path) -> None:
    client = client_of(closed.site, closed.emails[who])
    paths = [path for path in sorted(closed.paths) if not path.startswith("/applicant/")]

    open_ = {path for path in paths if client.get(path).status_code not in {404, 405}}

    assert open_ == set()


@each_person
def test_no_deed_on_the_application_is_let_through(closed: Closed, who: str) -> None:
    client = client_of(closed.site, closed.emails[who])

    answers = {path: client.post(path, data={}).status_code for path in sorted(closed.paths)}

    assert {path: status for path, status in answers.items() if status not in {404, 405}} == {}


@each_person
def test_no_page_list_or_search_names_the_application(closed: Closed, who: str) -> None:
    client = client_of(closed.site, closed.emails[who])
    asked = closed.application.number
    starts = [
        "/",
        f"/staff/applications?words={asked}",
        f"/staff/applications?state={closed.application.state}",
        f"/staff/home/events?thing={asked}",
        f"/staff/home/search?words={asked}",
        "/reviewer/reviews/declarations",
    ]

    named = {
        f"{visit.path}: {word}"
        for visit in crawl.walk(closed.site, client, starts=starts, most=5)
        for word in closed.words
        if visit.status == 200 and word in _without_question(visit, asked)
    }

    assert named == set()


def _without_question(visit: crawl.Visit, asked: str) -> str:
    """Take out what the reader typed: a search shows its own words."""
    return visit.body.replace(asked, "") if asked in visit.path else visit.body


@pytest.mark.parametrize("who", STAFF)
def test_the_application_is_not_counted(closed: Closed, who: str) -> None:
    assert _count(closed.site, closed.emails[who]) == closed.counts[who] - 1


@pytest.mark.parametrize("who", STAFF)
def test_the_export_of_scores_leaves_the_application_out(closed: Closed, who: str) -> None:
    path = f"/staff/reviews/{closed.competition.number}/scores.xlsx"

    with client_of(closed.site, closed.emails[who]).get(path) as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.get_data()), read_only=True)

    told = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {word for word in closed.words if any(word in cell for cell in told)} == set()


@each_person
def test_the_live_panel_of_the_state_tells_nothing_of_the_application(closed: Closed, who: str) -> None:
    panel = f"/staff/reviews/{closed.competition.number}/panels/{closed.application.state}"
    with closed.database.writing() as session:
        row = panel_of(session, closed.competition.id, closed.application.state)
        if row is not None:
            row.status, row.closed_at = PanelStatus.OPEN, None  # a closed one has no stream
            session.add(row)
    client = client_of(closed.site, closed.emails[who])

    page = client.get(panel)
    live = LIVE.search(page.get_data(as_text=True))
    address = html.unescape(live.group(1)) if live else f"{panel}/live"
    with client.get(address) as answer:
        pieces = answer.iter_encoded()
        told = b"".join(next(pieces) for _piece in range(2)) if answer.status_code == 200 else b""

    assert answer.status_code == page.status_code
    assert answer.status_code in {200, 404}
    assert who != "the reviewer" or answer.status_code == 404
    assert {word for word in closed.words if word in told.decode()} == set()


def test_the_live_panel_of_the_barred_reviewer_tells_nothing_of_the_application(closed: Closed) -> None:
    with closed.database.writing() as session:
        state = closed.application.state
        row = panel_of(session, closed.competition.id, state)
        row = row or Panel(competition_id=closed.competition.id, state=state)
        row.opened_at = row.opened_at or NOW
        row.status, row.closed_at = PanelStatus.OPEN, None  # a closed one has no stream
        session.add(row)
        panel = f"/reviewer/reviews/panels/{row.uid}"
    client = client_of(closed.site, closed.emails["the reviewer"])

    page = client.get(panel)
    with client.get(f"{panel}/live") as answer:
        pieces = answer.iter_encoded()
        told = b"".join(next(pieces) for _piece in range(2)) if answer.status_code == 200 else b""

    assert answer.status_code == page.status_code
    assert answer.status_code in {200, 404}
    assert {word for word in closed.words if word in told.decode() + page.get_data(as_text=True)} == set()


def test_no_mail_about_the_application_goes_to_a_barred_person(closed: Closed) -> None:
    with closed.database.reading() as session:
        told = session.exec(
            select(Notice, Event)
            .join(Event, col(Event.uid) == col(Notice.event_uid))
            .where(col(Event.application_id) == closed.application.id)
        ).all()
        addresses = {
            (notice.name, mail.address)
            for notice, event in told
            for mail in wiring.NOTICES[notice.name](session, event)
        }

    assert len({notice.name for notice, _event in told}) > 1
    assert {pair for pair in addresses if pair[1] in closed.emails.values()} == set()
