"""Three equal sub-criteria of 40 points: 13 1/3 each, whatever page, file or record tells of them."""

import re
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlmodel import Session, col, delete, select

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.competitions.models import Competition, Criterion
from grants.database import Database
from grants.errors import Refused
from grants.reviews.models import Phase, Score, Sheet
from grants.reviews.queries import sheets as stored_sheets
from grants.reviews.services import freezing, scoring
from grants.reviews.services.rubric import rubric_of
from scoring.record import verify
from tests.factories.reviews import NOW, Round, fill, make_round, open_door
from tests.plugins.people import SignedIn
from tests.plugins.reading import words_of
from tests.reviews.rounds import HERE, OFFICER, hold_panel, work
from tests.reviews.test_reviewer_pages import FETCH

KEY = "business_model"
SHARE = "13 1/3"
ROUNDED = ("13.333", "40/3", "39.99", "98.66", "98.667")
COMPUTED = {f"{HERE}/panels/CO?view=criteria": 5, f"{HERE}/ranking/CO": 1}
"""Means by criterion and the smallest change of weights are rounded to two decimals, as every such figure."""
TEXT = {"strengths": "Concrete.", "weaknesses": "Fees untested."}


def thirds(session: Session, applications: int, reviewers: int) -> Round:
    """A round whose first criterion of 40 points has three equal sub-criteria."""
    made = make_round(session, states={"CO": applications}, reviewers=reviewers)
    session.exec(delete(Criterion).where(col(Criterion.key) == "performance"))
    made.competition.feedback_points = True
    session.add(made.competition)
    for actor, role in ((made.officer, Role.PROGRAM_OFFICER), (made.chair, Role.PANEL_CHAIR)):
        grant_role(session, session.get_one(Person, actor.person_id), role, actor=SYSTEM, now=NOW)
    return made


def full(session: Session, competition: Competition) -> dict[str, Fraction]:
    return {leaf.key: leaf.points for leaf in rubric_of(session, competition).leaves}


@pytest.fixture
def one_sheet(session: Session) -> tuple[Round, Sheet]:
    """One open sheet."""
    made = thirds(session, 1, 1)
    return made, open_door(session, made.applications["CO-1"], made.reviewers[0])


def save(session: Session, made: Round, sheet: Sheet, points: str, version: int = 0) -> scoring.Saved:
    return scoring.save_score(
        session,
        made.competition,
        sheet,
        KEY,
        fields={**TEXT, "points": points},
        version=version,
        actor=made.reviewer(session, 1),
        now=NOW,
    )


@pytest.mark.parametrize("typed", ["full", " FULL ", SHARE, "13\u00a01/3", " 13  1/3 "])
def test_full_marks_are_a_word_or_the_printed_most(
    session: Session, one_sheet: tuple[Round, Sheet], typed: str
) -> None:
    saved = save(session, *one_sheet, typed)
    again = save(session, *one_sheet, "full", saved.version)
    row = session.exec(select(Score)).one()

    assert (saved.fields["points"], saved.so_far, saved.out_of) == (SHARE, Fraction(40, 3), Fraction(40, 3))
    assert (again.version, row.earned, str(row.points)) == (saved.version, Fraction(40, 3), "13.333")
    lower = save(session, *one_sheet, "13.25", saved.version)
    session.refresh(row)
    assert (lower.fields["points"], row.earned, row.exact) == ("13.25", Fraction("13.25"), None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("13.334", "“Business model” has at most 13 1/3 points; you gave 13.334."),
        ("13 1/4", "“13 1/4” is a fraction. Write at most three decimals. The most here is 13 1/3."),
        ("1/2", "“1/2” is a fraction. Write at most three decimals. The most here is 13 1/3."),
        ("13.3333", "Points have at most three decimals. The most here is 13 1/3."),
        ("fully", "“fully” is not a number. Write it for example as 7.5. The most here is 13 1/3."),
    ],
)
def test_another_fraction_is_refused_by_name(
    session: Session, one_sheet: tuple[Round, Sheet], typed: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(session, *one_sheet, typed)

    assert [one.message for one in refused.value.findings] == [sentence]


@pytest.fixture
def scored(database: Database, at_review: object) -> Round:
    """Two applications with every sheet in, a held panel: one with full marks, one with 12 for a third."""
    with database.writing() as session:
        made = thirds(session, 2, 3)
        most = full(session, made.competition)
        for number, changes in (("CO-1", {}), ("CO-2", {KEY: Fraction(12)})):
            for seat in (1, 2, 3):
                sheet = open_door(session, made.applications[number], made.reviewers[seat - 1])
                fill(session, sheet, {**most, **changes})
                scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=NOW)
        hold_panel(session, made, "CO")
    return made


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_and_no_file_rounds_a_share(
    app: Flask, database: Database, scored: Round, signed_in: SignedIn
) -> None:
    work(app)
    with database.reading() as session:
        one = scored.applications["CO-1"]
        sheet = stored_sheets.sheet_in_phase(session, one.id, scored.reviewers[0].id, Phase.FINAL)
        assert sheet is not None
        uid = sheet.uid
    own, number = "/reviewer/reviews", scored.competition.number
    staff = {
        f"{HERE}/panels/CO?view=criteria": (SHARE, "98 2/3"),
        f"/staff/reviews/panels/applications/{one.uid}": (SHARE, "100"),
        f"/staff/reviews/sheets/{uid}": (SHARE, "100"),
        f"/staff/reviews/feedback/applications/{one.uid}": (f"{SHARE} of {SHARE} points",),
        f"{HERE}/ranking": ("100.00", "98.67"),
        f"{HERE}/ranking/CO": (SHARE, "98 2/3"),
        f"{HERE}/scores.csv": (f",{SHARE},{SHARE},", f",{SHARE},12,"),
    }
    reviewer = {
        f"{own}/sheets/{uid}/score/{KEY}": (f"{SHARE} of {SHARE}",),
        f"{own}/sheets/{uid}/check": (SHARE, "100"),
        f"{own}/compare/{number}": (SHARE, "98 2/3"),
        f"{own}/list/{number}": (SHARE, "98 2/3"),
    }

    for person, pages in ((OFFICER, staff), ("reviewer1@panel.example", reviewer)):
        client = signed_in(person)
        for path, expected in pages.items():
            answer = client.get(path)
            told = words_of(answer.text) if answer.mimetype == "text/html" else answer.text
            assert answer.status_code == 200, path
            assert [text for text in expected if text not in told] == [], path
            assert [text for text in ROUNDED if text in told] == [], path
            assert told.count("13.33") == COMPUTED.get(path, 0), path
    book = load_workbook(BytesIO(signed_in(OFFICER).get(f"{HERE}/scores.xlsx").data))
    cells = [
        cell for row in book.worksheets[0].iter_rows() for cell in row if cell.number_format == "# ???/???"
    ]
    assert {f"{cell.value:.9f}" for cell in cells} == {"13.333333333"}


def test_no_page_reads_the_whole_thousandths_of_an_entry(project_root: Path) -> None:
    places = [*(project_root / "templates").rglob("*.html"), *(project_root / "grants/reviews").rglob("*.py")]
    reads = re.compile(
        r"(?:score|before|first|earlier|last|changed\([^)]*\))\.points(?!, (?:score\.)?exact|,\n)"
    )

    assert [place.name for place in places if reads.search(place.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_record_of_a_state_verifies_with_full_marks_first(
    app: Flask, database: Database, scored: Round
) -> None:
    files = app.extensions["grants.files"]
    with database.writing() as session:
        frozen = freezing.freeze_state(
            session, files, scored.competition, "CO", actor=scored.officer, now=NOW
        )
        found = [(place["number"], place["mean"]) for place in frozen.content["summary"]["places"]]
        content = files.get(frozen.sha256)

    assert found == [("CO-1", "100.00"), ("CO-2", "98.67")]
    assert verify(content).differences == ()
    assert b'"business_model":"40/3"' in content


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_save_by_script_answers_with_the_share(
    database: Database, at_review: object, signed_in: SignedIn
) -> None:
    with database.writing() as session:
        made = thirds(session, 1, 1)
        sheet = open_door(session, made.applications["CO-1"], made.reviewers[0])
    client = signed_in("reviewer1@panel.example")
    here = f"/reviewer/reviews/sheets/{sheet.uid}/score/{KEY}"

    answer = client.post(here, data={**TEXT, "points": "full", "version": "0"}, headers=FETCH).json or {}

    assert (answer["total"], answer["out_of"]) == (SHARE, SHARE)
    assert f"For all {SHARE} points write: full" in words_of(client.get(here).text)
    assert "write: full" not in client.get(here.replace(KEY, "budget")).text
