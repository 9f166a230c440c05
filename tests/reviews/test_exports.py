"""Scores as Excel and CSV: every version, ranks, method; no formula, nothing of a closed application."""

import csv
from io import BytesIO, StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlmodel import select

from grants.app import create_app
from grants.clock import StoppedClock
from grants.config import Settings
from grants.database import Database
from grants.reviews.models import Conflict, ConflictSource, Score
from tests.factories.reviews import NOW, Round
from tests.plugins.people import SignedIn, client_of
from tests.plugins.reading import words_of
from tests.reviews.rounds import HERE, OFFICER, hold_panel, make_scored
from tests.reviews.test_ranking_pages import FOUR

FORMULA = '=HYPERLINK("http://example.com","Look")'


@pytest.fixture
def made(app: Flask, database: Database, at_review: object) -> Round:
    """Colorado after its call; one reviewer wrote what a program for tables would run."""
    with database.writing() as session:
        made = make_scored(session, FOUR)
        hold_panel(session, made, "CO")
        for score in session.exec(select(Score).where(Score.criterion_key == "budget")).all():
            score.strengths, score.weaknesses = FORMULA, "@SUM(A1)"
            session.add(score)
    return made


@pytest.fixture
def officer(made: Round, signed_in: SignedIn) -> FlaskClient:
    """The program officer."""
    return signed_in(OFFICER)


def sheet_of(client: FlaskClient, name: str, query: str = "") -> list[list[object]]:
    """One sheet of the workbook, as rows."""
    answer = client.get(f"{HERE}/scores.xlsx{query}")
    assert answer.status_code == 200
    page = load_workbook(BytesIO(answer.data))[name]
    assert isinstance(page, Worksheet)
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)
    return [list(row) for row in page.iter_rows(values_only=True)]


def test_the_workbook_has_every_version_and_no_formula(officer: FlaskClient) -> None:
    head, *rows = sheet_of(officer, "Scores")

    phases = {(row[2], row[5], row[6], row[7]) for row in rows}
    assert ("CO-1", "R1", "initial", 1) in phases
    assert ("CO-1", "R1", "final", 1) in phases
    assert len(rows) == 8 * (4 * 4 + 3 * 4)
    assert FORMULA in {row[head.index("Strengths")] for row in rows}


def test_signs_that_no_file_of_excel_can_hold_stop_no_export(
    officer: FlaskClient, database: Database
) -> None:
    with database.writing() as session:
        for score in session.exec(select(Score).where(Score.criterion_key == "performance")).all():
            score.strengths, score.weaknesses = "Named\uffff partners.", "\ufffe"
            session.add(score)

    head, *rows = sheet_of(officer, "Scores")

    written = {(row[head.index("Strengths")], row[head.index("Weaknesses")]) for row in rows}
    assert ("Named partners.", None) in written


def test_the_workbook_has_the_ranks_and_the_method(officer: FlaskClient) -> None:
    _head, *ranks = sheet_of(officer, "Ranks")
    method = {str(row[0]): row[1] for row in sheet_of(officer, "Method")}

    assert [row[:3] for row in ranks[:3]] == [["CO", "1", "CO-1"], ["CO", "2", "CO-2"], ["CO", "3", "CO-3"]]
    assert ranks[3][1] is None
    assert ranks[3][-1] == "not a finalist"
    assert str(method["Published method"]).startswith("sum of each reviewer's ordinal ranks, lowest first")
    assert method["Reviewers at least"] == 3
    assert len(str(method["SHA-256 of what the ranks of CO follow from"])) == 64


def test_the_csv_has_the_same_lines_and_no_formula(officer: FlaskClient) -> None:
    answer = officer.get(f"{HERE}/scores.csv?state=CO")
    lines = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"))))

    assert len(lines) == len(sheet_of(officer, "Scores"))
    assert f"'{FORMULA}" in {line[11] for line in lines}
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert officer.get(f"{HERE}/scores.csv?state=TX").status_code == 404


def test_a_file_takes_one_connection_at_a_time(
    made: Round, settings: Settings, clock: StoppedClock, database_url: str
) -> None:
    database = Database(database_url, pool_size=1)
    client = client_of(create_app(settings, database=database, clock=clock), OFFICER)

    statuses = [client.get(f"{HERE}/scores.{ending}").status_code for ending in ("csv", "xlsx")]

    database.dispose()
    assert statuses == [200, 200]


def test_an_application_closed_to_the_officer_is_in_no_export(
    made: Round, officer: FlaskClient, database: Database
) -> None:
    with database.writing() as session:
        session.add(
            Conflict(
                person_id=made.officer.person_id or 0,
                application_id=made.applications["CO-2"].id,
                competition_id=made.competition.id,
                source=ConflictSource.FOUND,
                kind="same organization",
                reason="Sat on its board.",
                noticed_at=NOW,
            )
        )

    for rows in (sheet_of(officer, "Scores"), sheet_of(officer, "Ranks"), sheet_of(officer, "Method")):
        assert not any("CO-2" in str(cell) for row in rows for cell in row)
    assert "CO-2" not in words_of(officer.get(f"{HERE}/scores.csv").text)
    assert len(sheet_of(officer, "Ranks")) == 1
    assert officer.get(f"{HERE}/ranking/CO").status_code == 404
    assert "CO-2" not in words_of(officer.get(f"{HERE}/ranking").text)
