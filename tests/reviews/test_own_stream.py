"""The stream of a reviewer's own panel page: what it tells, to whom, and who gets a place."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from sqlmodel import Session, col, select

from grants.accounts.models import Person
from grants.accounts.services import sessions
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import PanelMember, Phase, Sheet
from grants.reviews.queries import panels
from grants.reviews.workflow import MemberStatus
from grants.web import streams
from tests.bench.serving import cookie_of
from tests.factories.reviews import Round, make_reviewer, open_door
from tests.plugins.people import SignedIn
from tests.plugins.web import Server
from tests.reviews.streaming import (
    PANEL,
    Listener,
    bar,
    close,
    counted,
    make_panel,
    quicken,
    shown_by,
    submit,
    type_in,
)

FIRST, SECOND, THIRD = (f"reviewer{seat}@panel.example" for seat in (1, 2, 3))
OFFICER = "officer@agency.example"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Listen = Callable[..., Listener]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read ten times a second and give a sign of life twice a second."""
    quicken(monkeypatch)


@pytest.fixture
def called(database: Database, at_review: StoppedClock) -> Round:
    """Colorado's panel is open, with two finalists and three reviewers."""
    with database.writing() as session:
        return make_panel(session)


@pytest.fixture
def own(called: Round, database: Database) -> str:
    """The page of the panel for its reviewers."""
    with database.reading() as session:
        panel = panels.panel_of(session, called.competition.id, "CO")
    assert panel is not None
    return f"/reviewer/reviews/panels/{panel.uid}"


@pytest.fixture
def listen(server: Server, own: str) -> Iterator[Listen]:
    """Open streams; all hang up when the test ends. They start from what the page shows now."""
    opened: list[Listener] = []

    def start(email: str = FIRST, *, page: str = own, fresh: bool = True, **asked: str) -> Listener:
        cookie = cookie_of(server.app, email)
        if fresh:
            asked = {**shown_by(server.app, cookie, page), **asked}
        opened.append(Listener(server.url, f"{page}/live?{urlencode(asked)}", cookie))
        return opened[-1]

    yield start
    for one in opened:
        one.hang_up()


def parts_of(listener: Listener) -> dict[str, dict[str, str]]:
    """The parts that come with the next event."""
    told = listener.next()
    assert told is not None
    assert told.event == "parts"
    parts: dict[str, dict[str, str]] = told.data["parts"]
    return parts


def test_what_is_typed_moves_nothing_and_a_revision_lands_in_its_cells(
    called: Round, listen: Listen, database: Database
) -> None:
    listener = listen()
    uid = called.applications["CO-2"].uid

    type_in(database, called, "CO-2", 3, "14")
    time.sleep(0.8)
    submit(database, called, "CO-2", 3)
    parts = parts_of(listener)

    assert listener.beats >= 1
    assert set(parts) == {"last-change", f"points-{uid}-budget-2", f"total-{uid}-2"}
    assert parts[f"total-{uid}-2"]["value"] == "74.4"


def test_the_stream_tells_what_the_page_shows(
    called: Round, listen: Listen, database: Database, signed_in: SignedIn, own: str
) -> None:
    listener = listen(SECOND)

    type_in(database, called, "CO-1", 1, "13")
    submit(database, called, "CO-1", 1)
    parts = parts_of(listener)

    page = signed_in(SECOND).get(own).get_data(as_text=True)
    assert [name for name, part in parts.items() if part["html"] not in page] == []


def test_ones_own_revision_in_another_window_arrives_with_the_way_to_the_sheet(
    called: Round, listen: Listen, database: Database
) -> None:
    listener = listen(THIRD)
    uid = called.applications["CO-1"].uid

    submit(database, called, "CO-1", 3)
    parts = parts_of(listener)

    assert "Revised" in parts[f"own-{uid}"]["html"]
    assert "See my sheet" in parts[f"way-{uid}"]["html"]


def test_a_conflict_declared_meanwhile_closes_that_application_and_no_other(
    called: Round, listen: Listen, database: Database, signed_in: SignedIn
) -> None:
    page_before = listen()
    other = listen(SECOND)
    closed, left = called.applications["CO-1"], called.applications["CO-2"]

    said = signed_in(FIRST).post(
        f"/reviewer/reviews/applications/{closed.uid}/conflict",
        data={"kind": "employer", "note": "They hired my wife."},
    )
    submit(database, called, "CO-1", 2)
    after = page_before.next()
    told = listen(fresh=False, shape="open-0123456789abcdef").next()

    assert said.status_code == 303
    assert after is None
    assert told is not None
    assert told.data == {
        "words": "The applications or the reviewers that you see here changed.",
        "open": [f"finalist-{left.uid}"],
    }
    assert closed.uid not in str(told)
    assert any(closed.uid in part for part in parts_of(other))


def test_a_conflict_found_by_the_agency_closes_it_with_the_next_message(
    called: Round, listen: Listen, database: Database
) -> None:
    listener = listen()

    bar(database, called, called.reviewers[0].id, "CO-1")
    type_in(database, called, "CO-2", 3, "14")
    submit(database, called, "CO-2", 3)
    ended = listener.next()
    everything = parts_of(listen(fresh=True, since=""))

    assert ended is None
    assert not any(called.applications["CO-1"].uid in part for part in everything)
    assert any(called.applications["CO-2"].uid in part for part in everything)


def test_who_is_barred_from_all_finds_no_stream(called: Round, listen: Listen, database: Database) -> None:
    for number in called.applications:
        bar(database, called, called.reviewers[0].id, number)

    assert listen(fresh=False).status == 404
    assert listen(OFFICER, fresh=False).status == 404


@pytest.fixture
def late(called: Round, database: Database) -> Round:
    """A fourth reviewer was let in afterwards, who owes the first sheet on CO-1."""
    with database.writing() as session:
        person = make_reviewer(
            session,
            called.competition,
            "reviewer4@panel.example",
            "Dora Diaz",
            invited_by=called.officer.person_id or 0,
        )
        called.reviewers.append(person)
        open_door(session, called.applications["CO-1"], person)
    return called


def test_who_owes_the_first_sheet_finds_no_stream(late: Round, listen: Listen) -> None:
    assert listen("reviewer4@panel.example", fresh=False).status == 404


def test_a_first_sheet_that_goes_back_takes_the_others_scores_away(
    called: Round, listen: Listen, database: Database
) -> None:
    listener = listen()

    give_back(database, called, "CO-1", 1)
    submit(database, called, "CO-1", 2)
    ended = listener.next()
    everything = parts_of(listen(since=""))

    assert ended is None
    assert not any(called.applications["CO-1"].uid in part for part in everything)


def test_what_others_revise_where_one_owes_a_sheet_is_not_heard(
    called: Round, listen: Listen, database: Database
) -> None:
    give_back(database, called, "CO-1", 1)
    listener = listen()

    submit(database, called, "CO-1", 2)
    time.sleep(0.8)
    submit(database, called, "CO-2", 3)
    parts = parts_of(listener)

    assert listener.beats >= 1
    assert set(parts) == {"last-change"}


def give_back(database: Database, made: Round, number: str, seat: int) -> None:
    """A reviewer's first sheet is with its author again."""
    with database.writing() as session:
        sheet = first_sheet(session, made, number, seat)
        sheet.status = "returned"  # type: ignore[assignment]  # what no deed does once the panel is open
        sheet.returned_reason = "A page was missing."
        session.add(sheet)


def first_sheet(session: Session, made: Round, number: str, seat: int) -> Sheet:
    """The sheet before the call."""
    return session.exec(
        select(Sheet).where(
            col(Sheet.application_id) == made.applications[number].id,
            col(Sheet.person_id) == made.reviewers[seat - 1].id,
            col(Sheet.phase) == Phase.INITIAL,
        )
    ).one()


@pytest.mark.parametrize("how", ["signs out", "leaves the panel"])
def test_who_may_no_longer_look_hears_nothing_more(
    called: Round, listen: Listen, database: Database, how: str
) -> None:
    listener = listen()

    with database.writing() as session:
        person = session.get_one(Person, called.reviewers[0].id)
        if how == "signs out":
            sessions.end_all(session, person)
        else:
            member = session.exec(select(PanelMember).where(col(PanelMember.person_id) == person.id)).one()
            member.status = MemberStatus.DECLINED
            session.add(member)
    submit(database, called, "CO-2", 3)

    assert listener.next() is None


def test_a_closed_panel_is_told_and_has_no_stream_afterwards(
    called: Round, listen: Listen, database: Database
) -> None:
    listener = listen()

    close(database, called)
    told, after = listener.next(), listener.next()

    assert told is not None
    assert after is None
    assert (told.event, told.data["words"]) == ("stale", "The panel was closed.")
    assert listen(fresh=False).status == 204


def test_reviewers_and_staff_share_one_read(
    called: Round, listen: Listen, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "READ_EVERY", 0.5)
    monkeypatch.setattr(streams, "BEAT_EVERY", 60.0)
    database: Database = server.app.extensions["grants.database"]
    for email in (FIRST, SECOND, THIRD):
        listen(email)
    listen(OFFICER, page=PANEL)
    time.sleep(1)

    with counted(database) as said:
        time.sleep(2.1)

    assert 3 <= len(said) <= 6


@ONE_DATABASE
def test_reviewers_leave_places_to_who_runs_the_panel(
    called: Round, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, of_one = streams.MOST_OF["reviewer"], streams.MOST_OF_ONE["reviewer"]
    reviewers = [listen(email) for email in (FIRST, SECOND, THIRD) for _number in range(of_one)]
    monkeypatch.setattr(streams, "MOST_OF_ONE", {})

    refused = listen(SECOND)
    staff = [listen(OFFICER, page=PANEL) for _number in range(streams.MOST - most)]
    house_full = listen(OFFICER, page=PANEL)

    assert [one.status for one in reviewers] == [200] * most
    assert (refused.status, refused.answer.headers["Retry-After"]) == (503, "60")
    assert [one.status for one in staff] == [200] * (streams.MOST - most)
    assert house_full.status == 503


@ONE_DATABASE
def test_a_reviewer_with_many_windows_leaves_places_to_the_others(called: Round, listen: Listen) -> None:
    windows = [listen() for _number in range(streams.MOST_OF_ONE["reviewer"])]

    one_too_many = listen()
    other = listen(SECOND)
    windows[0].hang_up()
    time.sleep(1.5)

    assert [one.status for one in windows] == [200] * len(windows)
    assert (one_too_many.status, other.status, listen().status) == (503, 200, 200)


@ONE_DATABASE
def test_staff_may_take_every_place(called: Round, listen: Listen) -> None:
    staff = [listen(OFFICER, page=PANEL) for _number in range(streams.MOST)]

    assert [one.status for one in staff] == [200] * streams.MOST
    assert listen().status == 503


@ONE_DATABASE
def test_a_place_comes_free_when_a_reviewer_goes(
    called: Round, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_OF_ONE", {})
    taken = [listen() for _number in range(streams.MOST_OF["reviewer"])]

    taken[0].hang_up()
    time.sleep(1.5)

    assert listen(SECOND).status == 200


@ONE_DATABASE
def test_a_stream_ends_by_itself_so_that_the_browser_comes_back(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LONGEST", 0.5)

    assert listen().next() is None
