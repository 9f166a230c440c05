"""The reviewer's pages: save, clash, check, submit, and doors that a conflict closes."""

import pytest
from flask.testing import FlaskClient

from grants.database import Database
from grants.reviews.models import Sheet
from tests.factories.reviews import Round, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn

FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def opened(database: Database, at_review: object) -> tuple[Round, Sheet, Sheet]:
    """Two applications open to the first reviewer, one of them scored."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 2}, reviewers=2)
        first = open_door(session, made.applications["CO-1"], made.reviewers[0])
        second = open_door(session, made.applications["CO-2"], made.reviewers[0])
        fill(session, second, spread(84))
    return made, first, second


@pytest.fixture
def reviewer(opened: tuple[Round, Sheet, Sheet], signed_in: SignedIn) -> FlaskClient:
    """The first reviewer's browser."""
    return signed_in("reviewer1@panel.example")


def test_every_page_of_a_reviewer_answers(reviewer: FlaskClient, opened: tuple[Round, Sheet, Sheet]) -> None:
    made, first, second = opened
    here = "/reviewer/reviews"
    pages = {
        here: 200,
        f"{here}/panels": 200,
        f"{here}/declarations": 200,
        f"{here}/compare/{made.competition.number}": 200,
        f"{here}/sheets/{first.uid}": 303,
        f"{here}/sheets/{first.uid}/score/budget": 200,
        f"{here}/sheets/{first.uid}/score/budget?read=budget": 200,
        f"{here}/sheets/{first.uid}/score/budget?read=all": 200,
        f"{here}/sheets/{first.uid}/check": 200,
        f"{here}/sheets/{second.uid}/submit": 200,
        f"{here}/applications/{made.applications['CO-1'].uid}/conflict": 200,
        f"{here}/applications/{made.applications['CO-1'].uid}/packet": 200,
        f"{here}/applications/{made.applications['CO-1'].uid}/text?words=four+regional": 200,
        f"{here}/sheets/{first.uid}/score/budget?read=find&words=colleges": 200,
        f"{here}/list/{made.competition.number}": 200,
    }

    answers = {path: reviewer.get(path).status_code for path in pages}

    assert answers == pages


def test_a_save_by_script_says_version_instant_and_total(
    reviewer: FlaskClient, opened: tuple[Round, Sheet, Sheet]
) -> None:
    _made, first, _second = opened

    answer = reviewer.post(
        f"/reviewer/reviews/sheets/{first.uid}/score/budget",
        data={"points": "12.5", "strengths": "Clear.", "version": "0"},
        headers=FETCH,
    )

    said = answer.json or {}
    assert answer.status_code == 200
    assert {name: said[name] for name in ("version", "saved", "total", "out_of", "given")} == {
        "version": 1,
        "saved": "9:00:00 a.m. EST",
        "total": "12.5",
        "out_of": "15",
        "given": "1 of 8",
    }


def test_words_are_found_in_the_whole_application(
    reviewer: FlaskClient, opened: tuple[Round, Sheet, Sheet]
) -> None:
    _made, first, _second = opened
    here = f"/reviewer/reviews/sheets/{first.uid}/score/budget"

    found = reviewer.get(f"{here}?read=find&words=FOUR++regional+offices").get_data(as_text=True)
    nothing = reviewer.get(f"{here}?read=find&words=helicopter").get_data(as_text=True)

    assert ("8 places: “FOUR  regional offices”" in found, "<mark>four regional offices</mark>" in found) == (
        True,
        True,
    )
    assert "Not found: “helicopter”" in nothing


def test_the_own_list_is_a_csv_of_ones_own_points_alone(
    reviewer: FlaskClient, opened: tuple[Round, Sheet, Sheet]
) -> None:
    made, _first, _second = opened

    lines = (
        reviewer.get(f"/reviewer/reviews/list/{made.competition.number}").get_data(as_text=True).splitlines()
    )

    assert lines[0].startswith(
        "\ufeffCompetition,State,Application,Applicant,State of the sheet,Total,Due (UTC)"
    )
    assert [line.split(",")[2:6] for line in lines[1:]] == [
        ["CO-1", "Front Range Manufacturing Alliance of CO", "Not started", "0"],
        ["CO-2", "Mesa Works of CO", "In progress", "84"],
    ]
