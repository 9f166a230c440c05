import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock, real_now
from grants.database import Database
from grants.errors import Refused
from grants.home.queries.administration import administration_waiting
from grants.jobs import life
from grants.jobs.models import Duty, Job
from grants.lifecycle import outbox
from grants.lifecycle.models import Event, Message, MessageStatus
from grants.web import tokens

ActAs = Callable[[Actor], FlaskClient]
ADMINISTRATOR = Actor(9, "Naomi Feld", staff_roles=frozenset({Role.ADMINISTRATOR}))
OFFICER = Actor(8, "Rosa Ortiz", staff_roles=frozenset({Role.PROGRAM_OFFICER}))


@pytest.fixture
def refused(database: Database, clock: StoppedClock) -> Message:
    """One mail that the server refused."""
    with database.writing() as session:
        message = Message(
            notice_uid="notice",
            address="jaon@tests.example",
            subject="Received",
            text="",
            html="",
            message_id="<1@grants.example>",
            progress=MessageStatus.REFUSED,
            attempts=1,
            failure="550 no such user",
            at=clock.now(),
        )
        session.add(message)
    return message


def stored(database: Database) -> Message:
    with database.reading() as session:
        return session.exec(select(Message)).one()


def test_a_refused_mail_waits_for_the_administrator_and_goes_out_again_to_a_mended_address(
    act_as: ActAs, database: Database, clock: StoppedClock, refused: Message
) -> None:
    client = act_as(ADMINISTRATOR)

    with database.reading() as session:
        waiting = [row.verb for row in administration_waiting(session, ADMINISTRATOR, clock.now())]
        nothing = administration_waiting(session, OFFICER, clock.now())
    assert (waiting, nothing) == (
        ["Start the worker for jobs and mail", "Decide on 1 mail", "Verify the chain"],
        [],
    )
    assert "550 no such user" in client.get("/staff/home/mail").get_data(as_text=True)
    page = f"/staff/home/mail/{refused.uid}"
    assert client.post(page, data={"address": "joan"}).status_code == 422
    assert client.post(page, data={"address": "joan@tests.example"}).status_code == 303
    assert client.post(page, data={"address": "joan@tests.example"}).status_code == 422
    message = stored(database)
    assert (message.address, message.progress, message.attempts) == (
        "joan@tests.example",
        MessageStatus.QUEUED,
        0,
    )
    with database.reading() as session:
        assert [event.kind for event in session.exec(select(Event)).all()] == ["mail.sent_again"]


@pytest.mark.parametrize("text", ["text", "html"])
def test_a_mail_with_a_key_in_it_goes_again_to_its_own_address_only(
    act_as: ActAs, app: Flask, database: Database, refused: Message, text: str
) -> None:
    link = tokens.sealed(app.extensions["grants.settings"], "reset", "some-uid")
    with database.writing() as session:
        setattr(session.get_one(Message, refused.id), text, f"Open https://grants.example/links/{link}/now")
    client, page = act_as(ADMINISTRATOR), f"/staff/home/mail/{refused.uid}"

    shown = client.get(page).get_data(as_text=True)
    to_another = client.post(page, data={"address": "admin@tests.example"})
    with pytest.raises(Refused), database.writing() as session:
        outbox.send_again(session, session.get_one(Message, refused.id), address="admin@tests.example")
    untouched = stored(database)
    to_itself = client.post(page, data={})

    assert 'name="address"' not in shown
    assert f"It goes again to {refused.address} only" in shown
    assert (to_another.status_code, to_itself.status_code) == (422, 303)
    assert (untouched.address, untouched.progress) == (refused.address, MessageStatus.REFUSED)
    assert (stored(database).address, stored(database).progress) == (refused.address, MessageStatus.QUEUED)


def test_a_mail_cut_off_in_the_exchange_can_be_ended_as_arrived(
    act_as: ActAs, database: Database, refused: Message
) -> None:
    with database.writing() as session:
        session.get_one(Message, refused.id).progress = MessageStatus.UNKNOWN

    act_as(ADMINISTRATOR).post(
        f"/staff/home/mail/{refused.uid}", data={"address": refused.address, "deed": "end"}
    )

    assert stored(database).progress is MessageStatus.SENT


def test_the_chain_is_to_be_verified_every_three_days(
    act_as: ActAs, database: Database, clock: StoppedClock
) -> None:
    act_as(ADMINISTRATOR).post("/staff/home/events/verify")

    with database.reading() as session:
        soon = administration_waiting(session, ADMINISTRATOR, clock.now() + timedelta(days=3))
        later = administration_waiting(session, ADMINISTRATOR, clock.now() + timedelta(days=4))

    assert [row.why for row in soon if "chain" in row.verb] == []
    assert [row.why for row in later if "chain" in row.verb] == ["Not verified for 4 days"]


@pytest.mark.parametrize(
    ("actor", "status"),
    [(ADMINISTRATOR, 200), (OFFICER, 404), (Actor(7, "Ana"), 404)],
)
def test_mail_and_contact_are_open_to_the_administrator_only(
    act_as: ActAs, actor: Actor, status: int
) -> None:
    client = act_as(actor)

    assert [client.get(f"/staff/home/{name}").status_code for name in ("mail", "contact")] == [status] * 2


def test_everybody_on_the_staff_follows_their_own_jobs_and_the_administrator_all(
    act_as: ActAs, database: Database, clock: StoppedClock
) -> None:
    with database.writing() as session:
        session.add_all(
            Job(kind="letters", label=f"Letters of {name}", person_id=number, asked_at=clock.now())
            for number, name in ((8, "Rosa"), (5, "Leonard"))
        )

    def labels(actor: Actor) -> list[str]:
        return re.findall(r"Letters of (\w+)", act_as(actor).get("/staff/home/jobs").get_data(as_text=True))

    assert labels(OFFICER) == ["Rosa"]
    assert sorted(labels(ADMINISTRATOR)) == ["Leonard", "Rosa"]


@pytest.mark.parametrize(
    ("query", "status", "shown", "hidden"),
    [
        ("", 200, "One half in every year", ""),
        ("day=2014-10-15", 200, "Declining schedule of 1994", "One half in every year"),
        ("day=2018-01-01", 200, "One half in every year", "Declining schedule of 1994"),
        ("day=2014-02-30", 422, "“2014-02-30” is not a date that exists.", ""),
    ],
)
def test_the_policy_tables_are_read_for_a_day(
    act_as: ActAs, query: str, status: int, shown: str, hidden: str
) -> None:
    answer = act_as(OFFICER).get(f"/staff/home/policies?{query}")

    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert shown in page
    assert not hidden or hidden not in page


def test_whom_to_ask_stands_at_the_foot_of_every_page(act_as: ActAs, database: Database) -> None:
    client = act_as(ADMINISTRATOR)
    contact = {"name": "Rosa Ortiz", "phone": "301-555-0102", "hours": "weekdays", "email": ""}

    assert client.post("/staff/home/contact", data=contact | {"phone": ""}).status_code == 422
    assert client.post("/staff/home/contact", data=contact).status_code == 303
    assert client.post("/staff/home/contact", data=contact).status_code == 303
    words = re.sub(r"<[^>]+>|\s+", " ", client.get("/").get_data(as_text=True))
    assert re.search(r"Ask Rosa Ortiz\s*,\s+301-555-0102\s*,\s+weekdays", words)
    with database.reading() as session:
        assert [event.kind for event in session.exec(select(Event)).all()] == ["contact.changed"]


@pytest.mark.parametrize("words", ["", "%", "\\", "x" * 300, "'; --"])
def test_a_search_takes_any_words(act_as: ActAs, words: str) -> None:
    answer = act_as(OFFICER).get("/staff/home/search", query_string={"words": words})

    assert answer.status_code == 200
    assert ("Nothing fits" in answer.get_data(as_text=True)) is bool(words)


def test_the_administrator_sees_when_workers_were_seen_and_since_when_mail_waits(
    act_as: ActAs, database: Database, clock: StoppedClock, refused: Message
) -> None:
    """By the real clock: the stopped one of this test stands years away."""
    at = real_now()
    with database.writing() as session:
        life.beat(session, "one", Duty.JOBS, now=at)
        life.beat(session, "two", Duty.MAIL, now=at - timedelta(seconds=70))
        message = session.exec(select(Message)).one()
        message.progress, message.queued_at = MessageStatus.QUEUED, at - timedelta(minutes=12)
    client = act_as(ADMINISTRATOR)

    with database.reading() as session:
        rows = administration_waiting(session, ADMINISTRATOR, clock.now())
    pages = [client.get(f"/staff/home/{name}").get_data(as_text=True) for name in ("jobs", "mail")]

    told = [(row.verb, row.why) for row in rows]
    assert told[0] == ("Start the worker for mail", "None was seen in the last minute")
    assert told[1] == ("See why mail waits", "The oldest waits for 12 minutes")
    for text in pages:
        assert (text.count("Missing"), text.count("Working"), text.count("Late")) == (1, 1, 1)
        assert "550 no such user" in text
