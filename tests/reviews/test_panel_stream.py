"""The stream of a live panel: what it tells, to whom, when it ends, and what it costs."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person, SignIn, StaffRole
from grants.accounts.services import sessions
from grants.accounts.services.roles import end_role
from grants.clock import StoppedClock, real_now
from grants.config import Settings
from grants.database import Database
from grants.errors import MoveRefused
from grants.reviews.models import Panel
from grants.reviews.queries import panels
from grants.reviews.services import panels as chairing
from grants.reviews.services import scoring
from grants.web import streams
from tests.bench.serving import cookie_of, put_clock, serving
from tests.factories.reviews import NOW, Round, make_person
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
    revision,
    shown_by,
    submit,
    type_in,
)

LIVE = f"{PANEL}/live"
OFFICER = "officer@agency.example"
GRACE = 30
"""Seconds the server waits for requests under way when it is told to stop."""
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Listen = Callable[..., Listener]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read ten times a second and give a sign of life twice a second."""
    quicken(monkeypatch)


@pytest.fixture
def called(database: Database, at_review: StoppedClock) -> Round:
    """Colorado's panel is open, with two finalists."""
    with database.writing() as session:
        return make_panel(session)


@pytest.fixture
def listen(server: Server, called: Round) -> Iterator[Listen]:
    """Open streams; all hang up when the test ends. They start from what the page shows now."""
    opened: list[Listener] = []

    def start(email: str = OFFICER, *, fresh: bool = True, **asked: str) -> Listener:
        cookie = cookie_of(server.app, email)
        if fresh:
            asked = {**shown_by(server.app, cookie, PANEL), **asked}
        opened.append(Listener(server.url, f"{LIVE}?{urlencode(asked)}", cookie))
        return opened[-1]

    yield start
    for one in opened:
        one.hang_up()


def test_what_is_typed_moves_nothing_and_what_is_submitted_arrives(
    called: Round, listen: Listen, database: Database
) -> None:
    listener = listen()
    uid = called.applications["CO-2"].uid

    type_in(database, called, "CO-2", 3, "14")
    time.sleep(0.8)
    submit(database, called, "CO-2", 3)
    told = listener.next()

    assert listener.beats >= 1
    assert told is not None
    assert told.event == "parts"
    assert set(told.data["parts"]) == {
        *(f"cell-{uid}-R2", f"cell-{uid}-R3", f"mean-{uid}", f"spread-{uid}"),
        *("last-change", "far", "lacking", "lacking-count"),
    }
    assert told.data["parts"][f"cell-{uid}-R3"]["value"] == "74.4"


def test_a_browser_that_comes_back_hears_what_it_missed_and_nothing_else(
    called: Round, listen: Listen, server: Server, database: Database
) -> None:
    cookie = cookie_of(server.app, OFFICER)
    known = shown_by(server.app, cookie, PANEL)
    type_in(database, called, "CO-2", 3, "14")
    submit(database, called, "CO-2", 3)

    told = listen(**known).next()
    assert told is not None
    path = f"{LIVE}?{urlencode(known)}"
    again = Listener(server.url, path, cookie, {"Last-Event-ID": told.id})
    submit_stands(database, called)
    after = again.next()

    cell = f"cell-{called.applications['CO-2'].uid}-R3"
    assert cell in told.data["parts"]
    assert after is not None
    assert cell not in after.data["parts"]
    again.hang_up()


def submit_stands(database: Database, made: Round) -> None:
    """The first reviewer lets the scores on CO-1 stand."""
    with database.writing() as session:
        sheet = revision(session, made, "CO-1", 1)
        scoring.stand(
            session,
            made.competition,
            sheet,
            actor=made.reviewer(session, 1),
            now=NOW + timedelta(minutes=7),
        )


def test_a_page_just_loaded_is_not_told_what_an_older_page_was_shown(
    called: Round, listen: Listen, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "READ_EVERY", 2.0)
    older = listen()
    time.sleep(0.3)  # its read is shared from now on
    type_in(database, called, "CO-2", 3, "14")
    submit(database, called, "CO-2", 3)
    newer = listen()
    time.sleep(0.3)
    submit_stands(database, called)

    told, after = older.next(), newer.next()

    cell = f"cell-{called.applications['CO-2'].uid}-R3"
    assert told is not None
    assert cell in told.data["parts"]
    assert after is not None
    assert cell not in after.data["parts"]


def test_a_page_of_another_shape_is_told_to_refresh_and_the_stream_ends(
    called: Round, listen: Listen, database: Database
) -> None:
    other = listen(shape="open-0123456789abcdef")
    listener = listen()

    close(database, called)

    told, after = listener.next(), listener.next()
    first = other.next()
    assert told is not None
    assert after is None
    assert (told.event, told.data["words"]) == ("stale", "The panel was closed.")
    assert first is not None
    assert first.data["words"] == "The finalists or their reviewers changed."
    assert listen(fresh=False).status == 204


def test_a_conflict_declared_meanwhile_ends_the_stream_without_another_message(
    called: Round, listen: Listen, database: Database
) -> None:
    chair, officer = listen("chair@agency.example"), listen()

    bar(database, called, called.chair.person_id, "CO-1")
    type_in(database, called, "CO-2", 3, "14")
    submit(database, called, "CO-2", 3)

    assert officer.next() is not None
    assert chair.next() is None
    assert not any(called.applications["CO-1"].uid in part for part in parts_for(listen))


def parts_for(listen: Listen) -> list[str]:
    """The parts that the chair hears of when the page is opened again with nothing on it."""
    told = listen("chair@agency.example", fresh=False).next()
    assert told is not None
    return [*told.data.get("parts", {}), str(told.data)]


def test_who_is_barred_from_every_application_of_the_state_finds_no_stream(
    called: Round, listen: Listen, database: Database
) -> None:
    for number in called.applications:
        bar(database, called, called.chair.person_id, number)

    assert listen("chair@agency.example", fresh=False).status == 404
    assert listen("reviewer1@panel.example", fresh=False).status == 404


def test_a_barred_officer_sees_the_rest_of_the_panel_and_no_button_of_it(
    called: Round, signed_in: SignedIn, database: Database
) -> None:
    client = signed_in(OFFICER)
    before = client.get(PANEL).get_data(as_text=True)
    bar(database, called, called.officer.person_id, "CO-1")
    after = client.get(PANEL).get_data(as_text=True)

    assert f"{PANEL}/close" in before
    assert "CO-1" in before
    assert [word for word in (f"{PANEL}/close", f"{PANEL}/call", "CO-1") if word in after] == []
    assert "Another person runs the panel of CO." in after
    assert client.get(f"{PANEL}/close").status_code == 404


@pytest.mark.parametrize("how", ["signs out", "loses the role"])
def test_who_may_no_longer_look_hears_nothing_more(
    called: Round, listen: Listen, database: Database, how: str
) -> None:
    listener = listen()

    with database.writing() as session:
        person = session.get_one(Person, called.officer.person_id)
        if how == "signs out":
            sessions.end_all(session, person)
        else:
            held = session.exec(select(StaffRole).where(col(StaffRole.person_id) == person.id)).one()
            end_role(session, person, held, actor=administrator(session), now=NOW)
    type_in(database, called, "CO-2", 3, "14")
    submit(database, called, "CO-2", 3)

    assert listener.next() is None


def administrator(session: Session) -> Actor:
    """Somebody who ends roles."""
    person = make_person(session, "admin@agency.example", "Ada Min")
    return Actor(person_id=person.id, name=person.name, staff_roles=frozenset({Role.ADMINISTRATOR}))


def test_all_streams_of_a_process_share_one_read_and_hold_nothing(
    called: Round, listen: Listen, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "READ_EVERY", 0.5)
    monkeypatch.setattr(streams, "BEAT_EVERY", 60.0)
    database: Database = server.app.extensions["grants.database"]
    for _number in range(6):
        listen()
    time.sleep(1)

    with counted(database) as said:
        time.sleep(2.1)
        held = database.engine.pool.checkedout()  # type: ignore[attr-defined]  # of the pool that we use

    assert 3 <= len(said) <= 6
    assert held == 0


@ONE_DATABASE
def test_the_seventeenth_stream_is_told_to_refresh_and_a_place_comes_free(
    called: Round, listen: Listen, server: Server
) -> None:
    sixteen = [listen() for _number in range(streams.MOST)]

    refused = listen()
    sixteen[0].hang_up()
    time.sleep(1.5)

    assert [one.status for one in sixteen] == [200] * streams.MOST
    assert refused.status == 503
    assert refused.answer.headers["Retry-After"] == "60"
    assert listen().status == 200


@ONE_DATABASE
def test_a_stream_ends_by_itself_so_that_the_browser_comes_back(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LONGEST", 0.5)

    assert listen().next() is None


@ONE_DATABASE
def test_a_stream_is_no_sign_of_life(called: Round, listen: Listen, database: Database) -> None:
    with database.writing() as session:
        seen = session.exec(select(Person).where(col(Person.email) == OFFICER)).one()
    listener = listen()
    with database.writing() as session:
        row = session.exec(select(SignIn).where(col(SignIn.person_id) == seen.id)).all()[-1]
        row.seen_at = real_now() - timedelta(minutes=20)
        session.add(row)
        before = row.seen_at
    time.sleep(1)
    with database.reading() as session:
        after = session.exec(select(SignIn).where(col(SignIn.person_id) == seen.id)).all()[-1].seen_at

    assert listener.status == 200
    assert after == before


@ONE_DATABASE
def test_a_server_that_is_told_to_stop_is_not_kept_by_its_streams(
    at_review: StoppedClock, settings: Settings, app: Flask
) -> None:
    database: Database = app.extensions["grants.database"]
    put_clock(database, NOW)
    with database.writing() as session:
        make_panel(session)
    cookie = cookie_of(app, OFFICER)
    path = f"{LIVE}?{urlencode(shown_by(app, cookie, PANEL))}"

    with serving(settings) as (port, process):
        listeners = [Listener(f"http://127.0.0.1:{port}", path, cookie) for _number in range(8)]
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        ends = [one.next() for one in listeners]
        took = time.monotonic() - began
        process.wait(60)
        for one in listeners:
            one.hang_up()

    assert ends == [None] * 8
    assert took < GRACE


def test_of_two_chairs_who_close_at_once_one_closes_and_the_other_is_told_by_whom(
    called: Round, database: Database
) -> None:
    ready = threading.Barrier(2)
    said: list[str] = []

    def press(actor_name: str) -> None:
        actor = called.chair if actor_name == "chair" else called.officer
        with database.reading() as session:
            panel = panels.panel_of(session, called.competition.id, "CO")
        assert panel is not None
        ready.wait(10)
        try:
            with database.writing() as session:
                row = session.get_one(Panel, panel.id)
                chairing.close_panel(
                    session, called.competition, row, left_open="Time is up.", actor=actor, now=NOW
                )
            said.append("closed")
        except MoveRefused as refused:
            said.append(refused.findings[0].message)

    threads = [threading.Thread(target=press, args=(name,)) for name in ("chair", "officer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    first, second = sorted(said, key=lambda words: words != "closed")
    assert first == "closed"
    assert second in {
        f"{name} closed this panel on November 10, 2014, 9:00 a.m. EST. It stands as it was closed then; "
        "nothing of yours was added."
        for name in (called.chair.name, called.officer.name)
    }
