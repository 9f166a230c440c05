"""How much a page of reviews asks of the database: bounded, and the same at one row as at three."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from grants.accounts.models import Person
from grants.database import Database
from grants.reviews.models import PanelMember, Sheet
from grants.reviews.queries import panels
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.workflow import MemberStatus
from tests.factories.reviews import NOW, Round, fill, make_round, open_door, spread
from tests.plugins.people import SignedIn
from tests.reviews.streaming import bar, counted, make_panel, submit

MOST = 10


@pytest.fixture
def called(database: Database, app: object, at_review: object) -> Round:
    """Colorado's panel is open; three reviewers scored each of the two finalists."""
    with database.writing() as session:
        return make_panel(session)


@pytest.fixture
def reading(
    database: Database, app: object, at_review: object, signed_in: SignedIn
) -> tuple[FlaskClient, Sheet]:
    """A reviewer signed in, with three applications, one sheet half filled."""
    with database.writing() as session:
        made: Round = make_round(session, states={"CO": 3}, reviewers=1)
        rows = [open_door(session, one, made.reviewers[0]) for one in made.applications.values()]
        fill(session, rows[0], dict(list(spread(80).items())[:4]))
    return signed_in("reviewer1@panel.example"), rows[0]


def of_app(client: FlaskClient) -> Database:
    """The database of the client's app."""
    database: Database = client.application.extensions["grants.database"]
    return database


def test_a_review_page_asks_at_most_ten_times(reading: tuple[FlaskClient, Sheet]) -> None:
    client, sheet = reading
    path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
    client.get(path)

    with counted(of_app(client)) as said:
        assert client.get(path).status_code == 200

    assert len(said) <= MOST, said


def test_a_save_asks_at_most_ten_times(reading: tuple[FlaskClient, Sheet]) -> None:
    client, sheet = reading
    path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
    fetch = {"X-Requested-With": "fetch"}
    client.post(path, data={"points": "12", "version": "0"}, headers=fetch)

    with counted(of_app(client)) as said:
        answer = client.post(path, data={"points": "11", "version": "1"}, headers=fetch)

    assert answer.status_code == 200
    assert len(said) <= MOST, said


def asked_for(client: FlaskClient, path: str) -> list[str]:
    """Open a page twice, the first time to warm up; what the second time asked, who acts included."""
    client.get(path)
    with counted(of_app(client)) as said:
        assert client.get(path).status_code == 200
    return said


@pytest.mark.parametrize("revised", [0, 3])
def test_the_comments_side_by_side_ask_at_most_ten_times(
    called: Round, signed_in: SignedIn, database: Database, revised: int
) -> None:
    for seat in range(1, revised + 1):
        submit(database, called, "CO-2", seat)
    path = f"/staff/reviews/panels/applications/{called.applications['CO-2'].uid}"

    said = asked_for(signed_in("chair@agency.example"), path)

    assert len(said) <= MOST, said


def test_the_comments_ask_at_most_ten_times_of_a_chair_who_reviews_elsewhere(
    called: Round, signed_in: SignedIn, database: Database
) -> None:
    with database.writing() as session:
        chair = session.get_one(Person, called.chair.person_id)
        invite(session, called, chair)
    path = f"/staff/reviews/panels/applications/{called.applications['CO-1'].uid}"

    said = asked_for(signed_in("chair@agency.example"), path)

    assert len(said) <= MOST, said


def invite(session: Session, made: Round, person: Person) -> None:
    """A person accepted to review in the competition and has nothing assigned so far."""
    session.add(
        PanelMember(
            competition_id=made.competition.id,
            person_id=person.id,
            email=person.email,
            name=person.name,
            kind=ReviewerKind.FEDERAL,
            cap=4,
            invited_by_id=made.officer.person_id or 0,
            invited_at=NOW,
            expires_at=NOW + timedelta(days=10),
            answered_at=NOW,
            status=MemberStatus.ACCEPTED,
        )
    )


def test_a_reviewers_panel_page_asks_the_same_at_one_finalist_and_at_two(
    called: Round, signed_in: SignedIn, database: Database
) -> None:
    with database.reading() as session:
        panel = panels.panel_of(session, called.competition.id, "CO")
    assert panel is not None
    client = signed_in("reviewer1@panel.example")

    two = asked_for(client, f"/reviewer/reviews/panels/{panel.uid}")
    bar(database, called, called.reviewers[0].id, "CO-1")
    one = asked_for(client, f"/reviewer/reviews/panels/{panel.uid}")

    assert len(one) == len(two) <= MOST, two
