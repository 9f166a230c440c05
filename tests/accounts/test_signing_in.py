import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as listening
from sqlmodel import select
from werkzeug.test import TestResponse

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person, SignIn
from grants.accounts.queries import person_by_email
from grants.accounts.services import factors, registration, roles
from grants.accounts.services.registration import Profile
from grants.clock import StoppedClock, real_now
from grants.config import Mode, Settings
from grants.database import Database

PASSWORD = "six small green boats"
MakePerson = Callable[..., Person]


@pytest.fixture
def make_person(app: Flask, database: Database, clock: StoppedClock) -> MakePerson:
    """Register a person through the service."""

    def make(email: str = "ana@tests.example", *given: Role, name: str = "Ana Roy") -> Person:
        with database.writing() as session:
            profile = Profile(name, PASSWORD)
            person = registration.register_invited(session, email, profile, now=clock.now())
            assert person is not None
            for role in given:
                roles.grant_role(session, person, role, actor=SYSTEM, now=clock.now())
        return person

    return make


def sign_in(
    client: FlaskClient, email: str = "ana@tests.example", password: str = PASSWORD, **more: str
) -> str:
    answer = client.post("/accounts/sign-in", data={"email": email, "password": password, **more})
    return answer.headers.get("Location", "") if answer.status_code == 303 else answer.get_data(as_text=True)


def without_token(answer: TestResponse) -> str:
    return re.sub(r'name="csrf-token" content="[^"]*"', "", answer.get_data(as_text=True))


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/accounts/own").status_code == 200


@pytest.mark.parametrize(
    ("given", "home"),
    [
        ((), "/applicant/home/"),
        ((Role.PROGRAM_OFFICER,), "/staff/home/"),
        ((Role.AUDITOR,), "/staff/home/"),
    ],
)
def test_each_person_lands_on_their_own_home_page(
    client: FlaskClient, make_person: MakePerson, given: tuple[Role, ...], home: str
) -> None:
    make_person("ana@tests.example", *given)

    assert sign_in(client, "Ana@Tests.Example") == "/home"
    assert client.get("/home").headers["Location"] == home
    assert client.get(home).status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: FlaskClient, make_person: MakePerson
) -> None:
    make_person()

    wrong = client.post("/accounts/sign-in", data={"email": "ana@tests.example", "password": "wrong"})
    unknown = client.post("/accounts/sign-in", data={"email": "bob@tests.example", "password": "wrong"})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    said = "Address or password is not right. Check both, or set a new password."
    assert said in wrong.get_data(as_text=True)
    assert without_token(wrong).replace("ana@", "bob@") == without_token(unknown)
    assert not is_signed_in(client)


def test_a_page_that_was_wanted_is_where_one_lands(client: FlaskClient, make_person: MakePerson) -> None:
    make_person()
    sent = client.get("/applicant/organizations/new").headers["Location"]

    assert sent == "/accounts/sign-in?next=/applicant/organizations/new"
    assert sign_in(client, next="/applicant/organizations/new") == "/applicant/organizations/new"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "//[",
        "//a]b",
        "/" + 2000 * "x",
    ],
)
def test_signing_in_never_leads_to_another_site(
    client: FlaskClient, make_person: MakePerson, elsewhere: str
) -> None:
    make_person()

    assert sign_in(client, next=elsewhere) == "/home"


def test_signing_in_makes_a_new_session_and_signing_out_ends_it_on_the_server(
    app: Flask, client: FlaskClient, make_person: MakePerson
) -> None:
    make_person()
    client.get("/accounts/sign-in")
    sign_in(client)
    first = client.get_cookie("grants")
    assert first is not None

    client.post("/accounts/sign-out")
    client.set_cookie("grants", first.value)

    assert not is_signed_in(client)


def test_the_cookie_holds_a_token_of_which_the_database_keeps_the_hash_only(
    client: FlaskClient, make_person: MakePerson, database: Database
) -> None:
    make_person()
    sign_in(client)

    with client.session_transaction() as cookie:
        token = cookie["sign_in"]
    with database.reading() as session:
        row = session.exec(select(SignIn)).one()

    assert token not in (row.token_hash, row.uid)
    assert len(row.token_hash) == 64


@pytest.mark.parametrize(
    ("given", "started", "seen", "lives"),
    [
        ((), 70, 59, True),
        ((), 70, 61, False),
        ((Role.PROGRAM_OFFICER,), 70, 29, True),
        ((Role.PROGRAM_OFFICER,), 70, 31, False),
        ((), 12 * 60 - 1, 1, True),
        ((), 12 * 60 + 1, 1, False),
    ],
)
def test_a_sign_in_ends_by_idleness_and_after_twelve_hours(
    client: FlaskClient,
    make_person: MakePerson,
    database: Database,
    given: tuple[Role, ...],
    started: int,
    seen: int,
    lives: bool,  # noqa: FBT001  # a column of the table
) -> None:
    make_person("ana@tests.example", *given)
    sign_in(client)
    with database.writing() as session:
        row = session.exec(select(SignIn)).one()
        row.started_at = real_now() - timedelta(minutes=started)
        row.seen_at = real_now() - timedelta(minutes=seen)

    assert is_signed_in(client) is lives


def test_a_sign_of_life_is_written_once_a_minute(
    client: FlaskClient, make_person: MakePerson, database: Database
) -> None:
    make_person()
    sign_in(client)
    long_ago = real_now() - timedelta(minutes=20)
    with database.writing() as session:
        session.exec(select(SignIn)).one().seen_at = long_ago

    client.get("/accounts/own")
    with database.reading() as session:
        first = session.exec(select(SignIn)).one().seen_at
    client.get("/accounts/own")
    with database.reading() as session:
        second = session.exec(select(SignIn)).one().seen_at

    assert long_ago < first
    assert first == second


def test_the_second_factor_is_asked_for_and_a_code_acts_once(
    app: Flask, client: FlaskClient, make_person: MakePerson, database: Database, clock: StoppedClock
) -> None:
    key, codes = with_factor(database, make_person(), clock)
    code = pyotp.TOTP(key).at(real_now() + timedelta(seconds=30))

    assert sign_in(client) == "/accounts/second-factor"
    assert not is_signed_in(client)
    assert client.post("/accounts/second-factor", data={"code": "000 000"}).status_code == 422
    assert (
        client.post("/accounts/second-factor", data={"code": f" {code[:3]} {code[3:]} "}).status_code == 303
    )
    assert is_signed_in(client)

    other = app.test_client()
    sign_in(other)
    assert other.post("/accounts/second-factor", data={"code": code}).status_code == 422
    assert other.post("/accounts/second-factor", data={"code": codes[0].upper()}).status_code == 303
    third = app.test_client()
    sign_in(third)
    assert third.post("/accounts/second-factor", data={"code": codes[0]}).status_code == 422


def test_the_second_factor_cannot_be_reached_without_the_password(
    client: FlaskClient, make_person: MakePerson, database: Database, clock: StoppedClock
) -> None:
    with_factor(database, make_person(), clock)

    assert client.get("/accounts/second-factor").headers["Location"] == "/accounts/sign-in"


def test_guessing_is_stopped_after_ten_attempts(client: FlaskClient, make_person: MakePerson) -> None:
    make_person()

    for _ in range(10):
        client.post("/accounts/sign-in", data={"email": "ana@tests.example", "password": "wrong"})

    assert client.post(
        "/accounts/sign-in", data={"email": "ana@tests.example", "password": PASSWORD}
    ).status_code == 429  # fmt: skip
    assert client.post(
        "/accounts/sign-in", data={"email": "bob@tests.example", "password": PASSWORD}
    ).status_code == 422  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "email", "status"),
    [
        (Mode.DEMONSTRATION, "officer@demo.example", 303),
        (Mode.DEMONSTRATION, "ana@tests.example", 404),
        (Mode.TEST, "officer@demo.example", 404),
        (Mode.PRODUCTION, "officer@demo.example", 404),
    ],
)
def test_one_click_signs_in_as_an_invented_person_in_the_demonstration_only(
    app: Flask,
    client: FlaskClient,
    settings: Settings,
    make_person: MakePerson,
    mode: Mode,
    email: str,
    status: int,
) -> None:
    person = make_person(email)
    app.extensions["grants.settings"] = replace(settings, mode=mode)

    assert client.post(f"/accounts/sign-in-as/{person.uid}").status_code == status
    assert is_signed_in(client) is (status == 303)
    listed = client.get("/accounts/sign-in").get_data(as_text=True)
    assert ("officer@demo.example" in listed) is (mode is Mode.DEMONSTRATION and "demo" in email)


def test_no_link_signs_in(client: FlaskClient, make_person: MakePerson) -> None:
    person = make_person("officer@demo.example")

    assert client.get(f"/accounts/sign-in-as/{person.uid}").status_code == 404
    assert client.get("/accounts/sign-out").status_code == 404


def test_a_closed_account_does_not_sign_in_and_is_signed_out(
    client: FlaskClient, make_person: MakePerson, database: Database
) -> None:
    make_person()
    sign_in(client)
    with database.writing() as session:
        found = person_by_email(session, "ana@tests.example")
        assert found is not None
        found.active = False

    assert not is_signed_in(client)
    assert "Address or password is not right" in sign_in(client)


def test_the_actor_takes_three_queries_of_each_request(
    app: Flask, client: FlaskClient, make_person: MakePerson
) -> None:
    make_person("ana@tests.example", Role.PROGRAM_OFFICER, Role.PANEL_CHAIR)
    sign_in(client)
    asked: list[str] = []
    engine = app.extensions["grants.database"].engine
    listening.listen(engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))

    client.get("/home")

    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 3


def with_factor(database: Database, person: Person, clock: StoppedClock) -> tuple[str, list[str]]:
    key = pyotp.random_base32()
    with database.writing() as session:
        codes = factors.turn_on(
            session,
            person,
            key,
            pyotp.TOTP(key).at(real_now() - timedelta(seconds=30)),
            actor=registration.as_actor(person),
            now=clock.now(),
        )
    return key, codes
