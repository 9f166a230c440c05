import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as listening
from sqlalchemy import text
from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.database import Database
from grants.home.queries.record import EventFilter
from grants.home.queries.record import events as events_of
from grants.lifecycle.models import Event, Reading
from grants.lifecycle.record import record
from grants.lifecycle.verify import Walk
from tests.database.test_sessions import READING
from tests.factories.reviews import NOW, make_round
from tests.plugins.reading import words_of

ActAs = Callable[[Actor], FlaskClient]
AUDITOR = Actor(9, "Aurelio Tamm", staff_roles=frozenset({Role.AUDITOR}))


class Thing:
    """Something that happened to an application."""

    __tablename__ = "application"

    def __init__(self, number: int) -> None:
        self.id = self.application_id = number
        self.uid = f"thing-{number}"
        self.label = f"CO-{number:02d}"


def write(session: Session, clock: StoppedClock, number: int, kind: str = "application.submit") -> None:
    record(
        session,
        kind,
        Thing(number),
        happened="submitted the application",
        actor=Actor(1, "Joan_Lind", memberships={1: Role.REPRESENTATIVE}),
        now=clock.now(),
        before="draft",
        after="submitted",
        facts={"before": {"pages_counted": 24}, "after": {"pages_counted": 25}},
    )


@pytest.fixture
def events(database: Database, clock: StoppedClock) -> Database:
    """Fifty-two events about applications 1 and 2."""
    with database.writing() as session:
        for _ in range(26):
            write(session, clock, 1)
            write(session, clock, 2, "application.withdraw")
    return database


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'data-label="Number" class="number">([\d,]+)<', page)]


@pytest.mark.parametrize(
    ("query", "shown", "count"),
    [
        ("", list(range(52, 2, -1)), "52 events, 50 shown"),
        ("page=2", [2, 1], "52 events, 2 shown"),
        ("thing=co-01", list(range(51, 0, -2)), "26 events"),
        ("kind=application.withdraw", list(range(52, 0, -2)), "26 events"),
        ("person=joan_", list(range(52, 2, -1)), "52 events, 50 shown"),
        ("person=joan%25", [], ""),
        ("subject=thing-1&kind=application.withdraw", [], ""),
    ],
)
def test_the_record_is_narrowed_by_thing_person_and_kind(
    act_as: ActAs, events: Database, query: str, shown: list[int], count: str
) -> None:
    page = act_as(AUDITOR).get(f"/staff/home/events?{query}").get_data(as_text=True)

    assert numbers(page) == shown
    assert count in page
    assert ("No event fits." in page) is (not shown)


def test_what_a_conflict_closes_is_neither_listed_nor_counted(act_as: ActAs, events: Database) -> None:
    barred = Actor(9, "Aurelio Tamm", staff_roles=frozenset({Role.AUDITOR}), barred=frozenset({2}))

    page = act_as(barred).get("/staff/home/events").get_data(as_text=True)

    assert numbers(page) == list(range(51, 0, -2))
    assert "CO-02" not in words_of(page)
    assert "26 events" in page


def test_before_and_after_stand_in_words(act_as: ActAs, events: Database) -> None:
    page = act_as(AUDITOR).get("/staff/home/events?page=2").get_data(as_text=True)

    words = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"status\s+draft\s+became\s+submitted\s+pages counted\s+24\s+became\s+25", words)


@pytest.mark.parametrize("role", [Role.SELECTING_OFFICIAL, Role.PANEL_CHAIR])
def test_the_record_is_not_open_to_every_role(act_as: ActAs, role: Role) -> None:
    assert (
        act_as(Actor(9, "Somebody", staff_roles=frozenset({role}))).get("/staff/home/events").status_code
        == 404
    )


def test_the_chain_is_verified_by_a_button_and_the_record_says_so(act_as: ActAs, events: Database) -> None:
    client = act_as(AUDITOR)

    page = client.post("/staff/home/events/verify").get_data(as_text=True)

    assert "Unbroken through event 52." in page
    assert "Aurelio Tamm: unbroken through event 52" in client.get("/staff/home/events").get_data(
        as_text=True
    )


def test_nobody_waits_to_write_while_the_chain_is_read(
    act_as: ActAs, events: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def seen(walk: Walk, number: int, event: Event | None) -> None:
        with events.writing() as session:
            session.add(Reading(**READING | {"subject_uid": f"uid-{number}"}))
        written.append(number)
        see(walk, number, event)

    see = Walk.see
    monkeypatch.setattr(Walk, "see", seen)

    page = act_as(AUDITOR).post("/staff/home/events/verify").get_data(as_text=True)

    assert written == list(range(1, 53))
    assert "Unbroken through event 52." in page


def test_a_changed_byte_is_found_by_the_button(act_as: ActAs, events: Database) -> None:
    with events.engine.begin() as connection:
        connection.execute(text("UPDATE event SET happened = 'withdrew the application' WHERE seq = 7"))

    page = act_as(AUDITOR).post("/staff/home/events/verify").get_data(as_text=True)

    assert "The chain is broken" in page
    assert "7" in page


def test_the_list_takes_as_many_queries_at_fifty_rows_as_at_one(
    act_as: ActAs, events: Database, clock: StoppedClock
) -> None:
    client = act_as(AUDITOR)
    engine = client.application.extensions["grants.database"].engine
    asked: list[str] = []
    listening.listen(engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))

    client.get("/staff/home/events")
    many = len(asked)
    client.get("/staff/home/events?subject=thing-1&page=1&kind=nothing")

    assert many == len(asked) - many


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_panels_deed_that_names_a_closed_application_is_not_listed(database: Database) -> None:
    with database.writing() as session:
        made = make_round(session, states={"CO": 2}, reviewers=1)
        one, other = (made.applications[name] for name in ("CO-1", "CO-2"))
        for named in ([one.number, other.number], [other.number]):
            record(
                session,
                "panel.open",
                made.competition,
                happened="opened it",
                actor=made.chair,
                now=NOW,
                facts={"finalists": named},
            )
        ids = (one.id, other.id)

    def listed(*barred: int) -> int:
        auditor = Actor(9, "Aurelio Tamm", staff_roles=frozenset({Role.AUDITOR}), barred=frozenset(barred))
        with database.reading() as session:
            return events_of(session, auditor, EventFilter(kind="panel.open"))[1]

    assert (listed(), listed(ids[0]), listed(ids[1])) == (2, 1, 0)
