"""Long files of scores: made by the worker for one reader, and given only while all in it is open to them."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import roles_held
from grants.accounts.services.roles import end_role
from grants.database import Database
from grants.documents.models import StoredFile
from grants.jobs.models import Job, JobProgress
from grants.lifecycle.models import Reading
from grants.reviews.models import Conflict, ConflictSource
from grants.reviews.queries import sheets
from grants.reviews.services import exporting
from tests.factories.reviews import NOW, Round, fill, make_reviewer, open_door, spread
from tests.plugins.people import SignedIn
from tests.reviews.rounds import HERE, OFFICER, make_scored
from tests.reviews.test_ranking_pages import FOUR

Work = Callable[[], int]
WORDS = "Nobody has submitted this yet."


@pytest.fixture
def made(database: Database, at_review: object, monkeypatch: pytest.MonkeyPatch) -> Round:
    """Colorado, scored, with a limit so low that its 128 lines are a long file."""
    monkeypatch.setattr(exporting, "LARGE", 100)
    monkeypatch.setattr(exporting, "STEP", 50)
    with database.writing() as session:
        return make_scored(session, FOUR)


@pytest.fixture
def officer(made: Round, signed_in: SignedIn) -> FlaskClient:
    """The program officer."""
    return signed_in(OFFICER)


def asked(database: Database) -> Job:
    """The job that was asked for last."""
    with database.reading() as session:
        return session.exec(
            select(Job).where(col(Job.kind) == exporting.KIND).order_by(col(Job.id).desc())
        ).all()[0]


def readings(database: Database) -> list[str]:
    """What was read of the scores."""
    with database.reading() as session:
        rows = session.exec(select(Reading).where(col(Reading.what) == "scores of a competition"))
        return [row.subject_uid for row in rows.all()]


def ask(client: FlaskClient, ending: str = "xlsx", query: str = "") -> None:
    """Press the button."""
    assert client.post(f"{HERE}/scores{query}", data={"ending": ending}).status_code == 303


def close(session: Session, made: Round, number: str) -> None:
    """A conflict closes one application to the officer."""
    session.add(
        Conflict(
            person_id=made.officer.person_id or 0,
            application_id=made.applications[number].id,
            competition_id=made.competition.id,
            source=ConflictSource.FOUND,
            kind="same organization",
            reason="Sat on its board.",
            noticed_at=NOW,
        )
    )


def leave_office(database: Database, made: Round) -> None:
    """The officer's roles end."""
    admin = replace(made.chair, staff_roles=frozenset({Role.ADMINISTRATOR}))
    with database.writing() as session:
        person = session.get_one(Person, made.officer.person_id)
        for held in roles_held(session, person.id):
            end_role(session, person, held, actor=admin, now=NOW)


def applications_in(content: bytes) -> set[object]:
    """The applications that a workbook names in its lists."""
    book = load_workbook(BytesIO(content), read_only=True)
    return {
        row[column]
        for name, column in (("Scores", 2), ("Ranks", 2))
        for row in list(book[name].iter_rows(values_only=True))[1:]
    }


def test_a_long_file_is_asked_for_watched_and_taken(
    officer: FlaskClient, made: Round, database: Database, work: Work
) -> None:
    sent_on = officer.get(f"{HERE}/scores.xlsx?state=CO")
    assert (sent_on.status_code, sent_on.location) == (303, f"{HERE}/scores?state=CO")
    assert readings(database) == []

    ask(officer, query="?state=CO")
    ask(officer, query="?state=CO")
    waiting = officer.get(f"{HERE}/scores?state=CO").text
    early = officer.get(f"{HERE}/scores/{asked(database).uid}").status_code
    work()
    ready = officer.get(f"{HERE}/scores?state=CO").text
    answer = officer.get(f"{HERE}/scores/{asked(database).uid}")

    assert (waiting.count("Check progress"), early) == (1, 404)
    assert ("Download Excel, Colorado" in ready, "128 lines" in ready) == (True, True)
    assert (asked(database).done, asked(database).total) == (128, 128)
    assert (
        answer.headers["Content-Disposition"]
        == "attachment; filename*=UTF-8''scores-2014-NIST-MEP-01-CO.xlsx"
    )
    assert applications_in(answer.data) == {"CO-1", "CO-2", "CO-3", "CO-4"}
    assert readings(database) == [made.competition.uid]


def test_the_file_of_the_worker_is_that_of_a_short_list(
    officer: FlaskClient, database: Database, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(officer, "csv")
    work()
    by_job = officer.get(f"{HERE}/scores/{asked(database).uid}").data
    monkeypatch.setattr(exporting, "LARGE", 128)

    at_once = officer.get(f"{HERE}/scores.csv")

    assert at_once.status_code == 200
    assert at_once.data == by_job
    assert "Download as Excel" in officer.get(f"{HERE}/scores").text


def test_nothing_that_is_not_submitted_is_in_it(
    officer: FlaskClient, made: Round, database: Database, work: Work
) -> None:
    with database.writing() as session:
        late = make_reviewer(
            session,
            made.competition,
            "late@panel.example",
            "Lena Late",
            invited_by=made.officer.person_id or 0,
        )
        sheet = open_door(session, made.applications["CO-1"], late)
        fill(session, sheet, spread(50))
        for score in sheets.scores_of(session, sheet.id).values():
            score.strengths = WORDS
            session.add(score)

    ask(officer, "csv")
    work()

    text = officer.get(f"{HERE}/scores/{asked(database).uid}").text
    assert (WORDS in text, "Lena Late" in text, text.count("CO-1,")) == (False, False, 32)


def test_who_lost_the_permission_before_the_worker_came_gets_nothing(
    officer: FlaskClient, made: Round, database: Database, work: Work
) -> None:
    ask(officer)
    leave_office(database, made)

    work()

    assert (asked(database).progress, asked(database).result) == (JobProgress.DONE, {})
    with database.reading() as session:
        assert session.exec(select(StoredFile)).all() == []
    assert officer.get(f"{HERE}/scores/{asked(database).uid}").status_code == 404


def test_who_lost_the_permission_afterwards_does_not_get_the_file(
    officer: FlaskClient, made: Round, database: Database, work: Work
) -> None:
    ask(officer)
    work()
    leave_office(database, made)

    paths = (f"{HERE}/scores", f"{HERE}/scores/{asked(database).uid}")

    assert [officer.get(path).status_code for path in paths] == [404, 404]
    assert readings(database) == []


def test_a_file_is_for_who_asked_and_for_nobody_else(
    officer: FlaskClient, made: Round, database: Database, work: Work, signed_in: SignedIn
) -> None:
    ask(officer)
    work()

    other = signed_in("chair@agency.example")

    assert other.get(f"{HERE}/scores").status_code == 200
    assert "Download Excel" not in other.get(f"{HERE}/scores").text
    assert other.get(f"{HERE}/scores/{asked(database).uid}").status_code == 404


def test_a_conflict_found_before_the_worker_came_leaves_the_application_out(
    officer: FlaskClient, made: Round, database: Database, work: Work
) -> None:
    ask(officer)
    with database.writing() as session:
        close(session, made, "CO-2")

    work()

    content = officer.get(f"{HERE}/scores/{asked(database).uid}").data
    assert applications_in(content) == {"CO-1", "CO-3", "CO-4"}


def test_a_conflict_found_afterwards_closes_the_file(
    officer: FlaskClient, made: Round, database: Database, work: Work
) -> None:
    ask(officer)
    work()
    with database.writing() as session:
        close(session, made, "CO-2")

    page = officer.get(f"{HERE}/scores").text

    assert ("Not made" in page, "Download Excel" in page, "3 applications" in page) == (True, False, True)
    assert officer.get(f"{HERE}/scores/{asked(database).uid}").status_code == 404
    assert readings(database) == []


def test_what_is_no_kind_of_file_is_refused_in_a_sentence(officer: FlaskClient, database: Database) -> None:
    answer = officer.post(f"{HERE}/scores", data={"ending": "exe"})

    assert (answer.status_code, "Choose Excel or CSV." in answer.text) == (422, True)
    assert officer.get(f"{HERE}/scores?state=TX").status_code == 404
