"""The staff's list of applications as a file: the same rows as the list, and nothing in it is a formula."""

import csv
import io
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import select

from grants.applications.models import Application
from grants.clock import StoppedClock
from grants.database import Database
from grants.lifecycle.models import Reading
from tests.factories import applications as make
from tests.plugins.web import ActAs

HERE = "/staff/applications/download"
TITLE = '=HYPERLINK("https://elsewhere.example")'


@pytest.fixture
def two(database: Database, clock: StoppedClock, settings: object) -> tuple[make.Scene, list[Application]]:
    """Two submitted applications, one with a title that would be a formula, and a draft."""
    clock.put(make.NOW)
    with database.writing() as session:
        scene = make.make_scene(session)
        rows = [make.start(session, scene, state) for state in ("CO", "CT")]
        for row, title in zip(rows, (TITLE, "A plain title"), strict=True):
            row.project_title = title
            row.submitted_at = make.NOW
            session.add(row)
            session.flush()
            session.connection().exec_driver_sql(
                f"UPDATE application SET status = 'submitted' WHERE id = {row.id}"  # noqa: S608
            )
    return scene, rows


def csv_rows(client: FlaskClient, query: str = "") -> list[list[str]]:
    answer = client.get(f"{HERE}/csv{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def excel_rows(client: FlaskClient) -> list[list[object]]:
    answer = client.get(f"{HERE}/xlsx")
    page = load_workbook(io.BytesIO(answer.get_data())).active
    assert page is not None
    assert "f" not in {cell.data_type for row in page.iter_rows() for cell in row}
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_both_files_hold_the_rows_of_the_list_and_no_formula(
    act_as: ActAs, two: tuple[make.Scene, list[Application]]
) -> None:
    scene, rows = two
    client = act_as(scene.officer)

    listed, sheet = csv_rows(client), excel_rows(client)

    assert [row[0] for row in listed[1:]] == [row.number for row in reversed(rows)]
    assert [row[5] for row in listed[1:]] == ["A plain title", f"'{TITLE}"]
    assert [row[5] for row in sheet[1:]] == ["A plain title", TITLE]
    assert listed[0] == sheet[0]


def test_the_filter_of_the_list_is_that_of_the_file(
    act_as: ActAs, two: tuple[make.Scene, list[Application]]
) -> None:
    client = act_as(two[0].officer)

    assert [row[1] for row in csv_rows(client, "?state=CO")[1:]] == ["CO"]
    assert client.get(f"{HERE}/csv?competition=NONE-1").status_code == 404


def test_an_application_closed_to_the_reader_is_in_neither_file(
    act_as: ActAs, two: tuple[make.Scene, list[Application]]
) -> None:
    scene, rows = two
    client = act_as(replace(scene.officer, barred=frozenset({rows[0].id})))

    assert [row[1] for row in csv_rows(client)[1:]] == ["CT"]
    assert [row[1] for row in excel_rows(client)[1:]] == ["CT"]


def test_who_may_not_see_the_list_gets_no_file_and_who_does_is_written_down(
    act_as: ActAs, database: Database, two: tuple[make.Scene, list[Application]]
) -> None:
    refused = act_as(two[0].writer).get(f"{HERE}/csv").status_code

    csv_rows(act_as(two[0].officer))

    with database.reading() as session:
        read = session.exec(select(Reading.what, Reading.person_name)).all()
    assert (refused, read) == (404, [("list of applications", "Rosa Ortiz")])
