"""A save that cannot be taken: the right status, one sentence, nothing typed is lost; by script and form."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import (
    Assignment,
    Conflict,
    ConflictSource,
    Panel,
    Score,
    ScoreAside,
    Sheet,
)
from grants.reviews.queries import sheets
from grants.reviews.services import scoring
from grants.reviews.services.assigning import unassign
from grants.reviews.workflow import ConflictStatus, PanelStatus
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn

FETCH = {"X-Requested-With": "fetch"}
TYPED = "Outreach is concrete, and I typed it for an hour."
GIVEN = {"points": "7", "strengths": TYPED, "weaknesses": "Fees.", "version": "0"}


@dataclass
class Desk:
    """A reviewer with one sheet that is filled, and its page."""

    made: Round
    sheet: Sheet
    client: FlaskClient
    path: str


@pytest.fixture
def desk(database: Database, at_review: StoppedClock, signed_in: SignedIn) -> Desk:
    """The first reviewer at the sheet on CO-1, everything filled but the budget."""
    with database.writing() as session:
        made = make_round(session, states={"CO": 2}, reviewers=3)
        sheet = open_door(session, made.applications["CO-1"], made.reviewers[0])
        fill(session, sheet, {key: value for key, value in spread(80).items() if key != "budget"})
    path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
    return Desk(made, sheet, signed_in("reviewer1@panel.example"), path)


def submit(session: Session, desk: Desk) -> None:
    """Submit the sheet from elsewhere."""
    scoring.save_score(
        session,
        desk.made.competition,
        session.get_one(Sheet, desk.sheet.id),
        "budget",
        fields={"points": "10", "strengths": "Clear.", "weaknesses": "None."},
        version=0,
        actor=desk.made.reviewer(session, 1),
        now=NOW,
    )
    row = session.get_one(Sheet, desk.sheet.id)
    scoring.submit(session, desk.made.competition, row, actor=desk.made.reviewer(session, 1), now=NOW)


def close_panel(session: Session, desk: Desk) -> None:
    """Close the panel of the state while the sheet is still open."""
    panel = Panel(
        competition_id=desk.made.competition.id,
        state="CO",
        opened_at=NOW,
        closed_at=NOW,
        status=PanelStatus.CLOSED,
    )
    session.add(panel)
    session.flush()


def declare(session: Session, desk: Desk) -> None:
    """A conflict is declared."""
    session.add(
        Conflict(
            person_id=desk.made.reviewers[0].id,
            application_id=desk.made.applications["CO-1"].id,
            competition_id=desk.made.competition.id,
            source=ConflictSource.DECLARED,
            kind="employer",
            reason="They hired my wife.",
            noticed_at=NOW,
            status=ConflictStatus.DECLARED,
        )
    )


def withdraw(session: Session, desk: Desk) -> None:
    """The assignment is taken back."""
    row = session.exec(select(Assignment)).one()
    unassign(session, row, reason="Too many.", actor=desk.made.officer, now=NOW)


def test_first_saves_of_eight_tabs_at_once_are_merged(desk: Desk, database: Database) -> None:
    with database.reading() as session:
        actor = desk.made.reviewer(session, 1)

    def save(field: str) -> None:
        given = {"points": "7", field: TYPED}
        with database.writing() as session:
            scoring.save_score(
                session, desk.made.competition, desk.sheet, "budget",
                fields=given, version=0, actor=actor, now=NOW,
            )  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, ["strengths", "weaknesses"] * 4))

    with database.reading() as session:
        score = sheets.scores_of(session, desk.sheet.id)["budget"]
    assert (score.strengths, score.weaknesses, score.version) == (TYPED, TYPED, 2)


LOCKED = "You submitted this sheet on November 10, 2014, 9:00 a.m. EST."
CLOSED = "The panel closed on November 10, 2014, 9:00 a.m. EST."
REFUSALS: list[tuple[Callable[[Session, Desk], None], dict[str, str], int, str]] = [
    (submit, GIVEN, 409, LOCKED),
    (close_panel, GIVEN, 409, CLOSED),
    (declare, GIVEN, 404, ""),
    (withdraw, GIVEN, 404, ""),
    (lambda _session, _desk: None, {**GIVEN, "points": "16"}, 422, "most"),
    (lambda _session, _desk: None, {**GIVEN, "points": "-1"}, 422, "of zero or more. The most here is 15."),
    *(
        (lambda _session, _desk: None, {**GIVEN, "points": typed}, 422, sentence)
        for typed, sentence in {
            "seven": "“seven” is not a number. Write it for example as 7.5. The most here is 15.",
            "NaN": "“NaN” is not a number. Write it for example as 7.5. The most here is 15.",
            "1,5": "“1,5” has a comma. Write 1.5. The most here is 15.",
            "1e1": "“1e1” has an exponent. Write 10. The most here is 15.",
            "\u0667": "“\u0667” is not in the digits 0 to 9. Write 7. The most here is 15.",
            "50%": "“50%” is a percentage. Enter points, for example 7.5. The most here is 15.",
            "9" * 40: "Enter at most 100,000 points. The most here is 15.",
        }.items()
    ),
]


@pytest.mark.parametrize("way", ["script", "form"])
@pytest.mark.parametrize(("happens", "sent", "status", "sentence"), REFUSALS)
def test_a_save_is_refused_with_one_sentence_and_what_was_typed_is_given_back(
    happens: Callable[[Session, Desk], None],
    sent: dict[str, str],
    status: int,
    sentence: str,
    way: str,
    desk: Desk,
    database: Database,
) -> None:
    with database.writing() as session:
        happens(session, desk)

    answer = desk.client.post(desk.path, data=sent, headers=FETCH if way == "script" else {})

    text = answer.get_data(as_text=True)
    assert answer.status_code == status
    if way == "script" and status != 404:
        assert answer.json is not None
        said = [finding["message"] for finding in answer.json["findings"]]
        assert len(said) == 1
        assert sentence in said[0]
    elif way == "form" and status != 404:
        assert sentence in text
        assert TYPED in text
    with database.reading() as session:
        stored = session.exec(select(Score).where(col(Score.criterion_key) == "budget")).all()
    given = [(row.strengths, row.points) for row in stored if row.strengths == TYPED]
    assert given == ([(TYPED, None)] if status == 422 else [])  # a figure that is none stops no words


@pytest.mark.parametrize("way", ["script", "form"])
def test_a_session_that_ended_answers_401_and_a_form_gives_back_what_was_typed(
    way: str, desk: Desk, database: Database
) -> None:
    with desk.client.session_transaction() as cookie:
        cookie.clear()

    answer = desk.client.post(desk.path, data=GIVEN, headers=FETCH if way == "script" else {})

    assert answer.status_code == 401
    with database.reading() as session:
        assert session.exec(select(Score).where(col(Score.criterion_key) == "budget")).first() is None


@pytest.mark.parametrize("way", ["script", "form"])
def test_a_save_from_an_old_tab_names_the_others_instant_and_keeps_both_texts(
    way: str, desk: Desk, database: Database, at_review: StoppedClock
) -> None:
    first = desk.client.post(desk.path, data={**GIVEN, "strengths": "From the other tab."}, headers=FETCH)
    at_review.put(NOW + timedelta(minutes=5))

    answer = desk.client.post(desk.path, data=GIVEN, headers=FETCH if way == "script" else {})

    assert first.status_code == 200
    where = f"{desk.path}/versions"
    if way == "script":
        assert answer.json is not None
        assert (answer.status_code, answer.json["difference"]) == (409, where)
        assert answer.json["message"] == (
            "You saved this in another tab or on another machine at 9:00:00 a.m. EST while you wrote here. "
            "Nothing is lost."
        )
    else:
        assert (answer.status_code, answer.location) == (303, where)
    page = desk.client.get(where).get_data(as_text=True)
    assert [words in page for words in ("at 9:00:00 a.m. EST", "From", TYPED.rsplit(maxsplit=1)[-1])] == [
        True
    ] * 3
    with database.reading() as session:
        assert session.exec(select(ScoreAside)).one().fields["strengths"] == TYPED


def test_changes_of_different_fields_in_two_tabs_are_merged(desk: Desk, database: Database) -> None:
    desk.client.post(desk.path, data={"points": "7", "version": "0"}, headers=FETCH)
    desk.client.post(desk.path, data={"points": "7", "strengths": "Here.", "version": "1"}, headers=FETCH)

    answer = desk.client.post(
        desk.path, data={"points": "7", "weaknesses": "There.", "version": "1"}, headers=FETCH
    )

    with database.reading() as session:
        row = session.exec(select(Score).where(col(Score.criterion_key) == "budget")).one()
    assert (answer.status_code, row.strengths, row.weaknesses) == (200, "Here.", "There.")


def test_what_stands_against_a_stored_text_is_named_around_it_and_chosen_one_by_one(desk: Desk) -> None:
    desk.client.post(desk.path, data={**GIVEN, "strengths": "From the other tab."}, headers=FETCH)
    for words in ("Typed", "Typed and typed on.", "Something else."):
        desk.client.post(desk.path, data={**GIVEN, "strengths": words}, headers=FETCH)
    check = f"{desk.path.split('/score/')[0]}/check"
    link = f'href="{desk.path}/versions"'

    named = [desk.client.get(page).get_data(as_text=True).count(link) for page in (desk.path, check)]
    shown = desk.client.get(f"{desk.path}/versions").get_data(as_text=True)
    aside = shown.split('name="aside" value="')[1].split('"')[0]
    desk.client.post(f"{desk.path}/versions", data={"keep": "stored", "version": "1", "aside": aside})

    assert named == [2, 2], "what was typed on covers what was typed before"
    assert "Something else." in shown
    assert desk.client.get(check).get_data(as_text=True).count(link) == 1
    assert "Typed and typed on." in desk.client.get(f"{desk.path}/versions").get_data(as_text=True)
