import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from grants.access.actor import NOBODY, Actor
from grants.access.roles import Role
from grants.app import create_app
from grants.clock import real_now
from grants.config import Mode, Settings
from grants.database import Database
from grants.home.queries import administration as house_queries
from grants.home.queries import waiting as waiting_queries
from grants.home.rules import in_order, instant_in, with_others
from grants.lifecycle.models import Event, Installation
from grants.lifecycle.waiting import DUE, NEWS, OTHERS_WAIT, OVERDUE, WITH_OTHERS, Waiting

ActAs = Callable[[Actor], FlaskClient]
NOW = datetime(2014, 9, 1, 13, 0, tzinfo=UTC)
OFFICER = Actor(9, "Odile Ferrand", staff_roles=frozenset({Role.PROGRAM_OFFICER, Role.PANEL_CHAIR}))


def row(
    verb: str,
    urgency: int = DUE,
    days: int | None = None,
    *,
    role: str = "",
    endpoint: str = "staff.home.index",
) -> Waiting:
    due = None if days is None else NOW + timedelta(days=days)
    return Waiting(verb, "why", due, "CO-01", endpoint, urgency=urgency, role=role)


def test_what_waits_stands_in_the_order_in_which_it_presses() -> None:
    rows = [
        row("news", NEWS),
        row("soon", DUE, 1),
        row("no date", DUE),
        row("theirs", WITH_OTHERS, -3),
        row("late by its date", DUE, -1),
        row("others cannot go on", OTHERS_WAIT),
        row("overdue for longer", OVERDUE, -2),
        row("later", DUE, 5),
    ]

    assert [one.verb for one in in_order(rows, NOW)] == [
        "overdue for longer",
        "late by its date",
        "others cannot go on",
        "soon",
        "later",
        "no date",
        "news",
    ]
    assert [one.verb for one in with_others(rows)] == ["theirs"]


def offering(*rows: Waiting) -> Callable[[Session, Actor, datetime], list[Waiting]]:
    return lambda _session, _actor, _now: list(rows)


def test_a_home_page_shows_its_audience_by_role_with_what_is_late(
    act_as: ActAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        row("Screen 4 applications", DUE, -3, role=Role.PROGRAM_OFFICER),
        row("Write the summary for CO-01", DUE, 2, role=Role.PANEL_CHAIR),
        row("Answer the invitation", NEWS, endpoint="applicant.home.index"),
        row("Selection for CO", WITH_OTHERS, -1),
    )
    monkeypatch.setattr(waiting_queries, "SOURCES", (offering(*rows),))

    page = act_as(OFFICER).get("/staff/home/").get_data(as_text=True)

    words = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"Waiting for you \(2\)", words)
    assert re.search(
        r"Program officer \(1\).*Screen 4 applications.*Late by 3 days.*Panel chair \(1\)", words
    )
    assert "Waiting for others (1)" in words
    assert "Answer the invitation" not in words


@pytest.mark.parametrize("path", ["/staff/home/", "/applicant/home/", "/reviewer/home/"])
def test_a_home_page_without_work_says_so_in_a_sentence(
    act_as: ActAs, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(waiting_queries, "SOURCES", ())

    page = act_as(OFFICER).get(path).get_data(as_text=True)

    assert "Nothing is waiting for you." in page


@pytest.mark.parametrize(
    ("actor", "home"),
    [
        (NOBODY, "/"),
        (OFFICER, "/staff/home/"),
        (Actor(9, "R", is_reviewer=True), "/reviewer/home/"),
        (Actor(9, "R", is_reviewer=True, memberships={1: Role.MEMBER}), "/reviewer/home/"),
        (Actor(9, "J", memberships={1: Role.MEMBER}), "/applicant/home/"),
        (Actor(9, "New"), "/applicant/home/"),
    ],
)
def test_home_leads_to_the_door_in_which_one_stands(act_as: ActAs, actor: Actor, home: str) -> None:
    assert act_as(actor).get("/home").headers["Location"] == home


def test_who_stands_in_two_roles_changes_door_in_the_account_menu(act_as: ActAs) -> None:
    both = replace(OFFICER, is_reviewer=True)

    staff = act_as(both).get("/staff/home/").get_data(as_text=True)
    reviewer = act_as(both).get("/reviewer/home/").get_data(as_text=True)

    assert "Change role" in staff
    assert re.search(r'account__role">Panel chair, program officer<', staff)
    assert re.search(r'account__role">Reviewer<', reviewer)
    assert "Change role" not in act_as(OFFICER).get("/staff/home/").get_data(as_text=True)


def test_the_navigation_holds_only_what_is_open_to_the_role(act_as: ActAs) -> None:
    def labels(actor: Actor) -> list[str]:
        page = act_as(actor).get("/staff/home/").get_data(as_text=True)
        return re.findall(
            r"<li><a [^>]*>([^<]+)</a></li>", page.split('id="main-nav-list"')[1].split("</ul>")[0]
        )

    administrator = Actor(9, "A", staff_roles=frozenset({Role.ADMINISTRATOR}))
    chair = Actor(9, "C", staff_roles=frozenset({Role.PANEL_CHAIR}))

    assert {"Competitions", "Records", "Administration"} <= set(labels(administrator))
    assert not {"Reviewers", "Centers"} & set(labels(administrator))
    assert {"Competitions", "Reviewers", "Centers"} <= set(labels(chair))
    assert "Records" not in labels(chair)


@pytest.mark.parametrize(
    ("day", "hour", "zone", "utc"),
    [
        ("2014-10-15", "23:59", "America/New_York", "2014-10-16T03:59"),
        ("2014-03-09", "02:30", "America/New_York", None),
        ("2014-03-09", "02:30", "America/Phoenix", "2014-03-09T09:30"),
        ("2014-11-02", "01:30", "America/New_York", "2014-11-02T05:30"),
    ],
)
def test_an_hour_that_the_zone_skips_is_no_instant(day: str, hour: str, zone: str, utc: str | None) -> None:
    typed = datetime.fromisoformat(f"{day}T{hour}")

    instant = instant_in(typed.date(), typed.time(), zone)

    assert (instant and instant.strftime("%Y-%m-%dT%H:%M")) == utc


@pytest.fixture
def moved_app(database: Database, settings: Settings) -> Flask:
    """A demonstration whose clock stands in 2014 and moves only by its row."""
    with database.writing() as session:
        house = session.get_one(Installation, 1)
        house.mode, house.clock_offset_seconds = Mode.DEMONSTRATION, (NOW - real_now()).total_seconds()
    app = create_app(replace(settings, mode=Mode.DEMONSTRATION), database=database)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def business_now(app: Flask) -> datetime:
    database: Database = app.extensions["grants.database"]
    with database.reading() as session:
        return real_now() + house_queries.clock_offset(session)


def test_the_clock_goes_forward_and_the_record_says_so(moved_app: Flask, database: Database) -> None:
    client = moved_app.test_client()

    answer = client.post(
        "/clock",
        data={
            "date": "2014-10-15",
            "time": "23:59",
            "zone": "America/New_York",
            "return_to": "/accounts/sign-in",
        },
    )

    assert answer.headers["Location"] == "/accounts/sign-in"
    assert abs(business_now(moved_app) - datetime(2014, 10, 16, 3, 59, tzinfo=UTC)) < timedelta(minutes=1)
    assert "It is October 15, 2014, 11:59 p.m. EDT" in client.get("/").get_data(as_text=True)
    with database.reading() as session:
        (event,) = session.exec(select(Event)).all()
    assert (event.kind, event.person_name) == ("clock.moved", "A visitor")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"date": "2014-08-01", "time": "09:00"}, "The clock only goes forward."),
        ({"date": "", "time": "09:00"}, "Enter a date and an hour"),
        ({"date": "2014-13-01", "time": "09:00"}, "is not a date that exists."),
        ({"date": "2014-10-01", "time": "25:00"}, "is not a time of day."),
        ({"date": "2015-03-08", "time": "02:30"}, "That hour does not exist on that day"),
        ({"date": "2014-10-01", "time": "09:00", "zone": "Mars/Olympus"}, "Choose a time zone."),
    ],
)
def test_a_clock_that_cannot_be_set_so_stays_and_says_why(
    moved_app: Flask, sent: dict[str, str], sentence: str
) -> None:
    client = moved_app.test_client()
    sent = {"zone": "America/New_York", "return_to": "https://evil.example/"} | sent

    answer = client.post("/clock", data=sent)

    assert answer.headers["Location"] == "/"
    assert sentence in client.get("/").get_data(as_text=True)
    assert abs(business_now(moved_app) - NOW) < timedelta(minutes=2)


def test_production_has_no_clock_to_move_and_no_bar(moved_app: Flask, settings: Settings) -> None:
    moved_app.extensions["grants.settings"] = replace(settings, mode=Mode.PRODUCTION)
    client = moved_app.test_client()

    assert client.post("/clock", data={"milestone": "next"}).status_code == 404
    assert "Set the clock" not in client.get("/").get_data(as_text=True)
    assert abs(business_now(moved_app) - NOW) < timedelta(minutes=2)
