"""How often one may try: failures count, in the database, and who must wait hears how long."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.test import TestResponse

from grants.access.actor import Actor
from grants.accounts.models import Attempt, Person
from grants.accounts.services import factors, registration, tries
from grants.accounts.services.registration import Profile
from grants.app import create_app
from grants.clock import StoppedClock, real_now
from grants.config import Settings
from grants.database import Database
from grants.errors import Refused, TooManyTries

EMAIL, PASSWORD = "ana@tests.example", "six small green boats"
HOME, OFFICE, ATTACK = "198.51.100.7", "198.51.100.8", "203.0.113.5"
ActAs = Callable[[Actor], FlaskClient]


@pytest.fixture
def ana(app: Flask, database: Database, clock: StoppedClock) -> Person:
    """One account."""
    with database.writing() as session:
        made = registration.register_invited(session, EMAIL, Profile("Ana Roy", PASSWORD), now=clock.now())
        assert made is not None
    return made


def sign_in(client: FlaskClient, given: str = "wrong", *, at: str = HOME, email: str = EMAIL) -> TestResponse:
    fields = {"email": email, "password": given}
    return client.post("/accounts/sign-in", data=fields, environ_overrides={"REMOTE_ADDR": at})


def failures(
    database: Database, count: int, *, account: str = EMAIL, at: str = ATTACK, ago: timedelta = timedelta(),
    each_from: bool = False,
) -> None:  # fmt: skip
    """Write failures of the past."""
    with database.writing() as session:
        for number in range(count):
            network = f"192.0.2.{number}" if each_from else at
            when = real_now() - ago - timedelta(milliseconds=number)
            session.add(Attempt(kind="password", account=account, network=network, at=when))


def known(database: Database, at: str) -> None:
    """Write a good sign-in of yesterday."""
    with database.writing() as session:
        when = real_now() - timedelta(days=1)
        session.add(Attempt(kind="password", account=EMAIL, network=at, good=True, at=when))


def told_to_wait(answer: TestResponse) -> int:
    """Return the seconds that the answer tells a machine; the page tells a person the same."""
    assert answer.status_code == 429
    seconds = int(answer.headers["Retry-After"])
    text = answer.get_data(as_text=True)
    assert f"Wait {-(-seconds // 60)} minutes" in text or f"Wait {seconds} seconds" in text
    assert EMAIL in text
    return seconds


def test_ten_failures_stop_an_account_from_there_and_tell_the_true_time(
    app: Flask, client: FlaskClient, ana: Person, database: Database
) -> None:
    failures(database, 9, at=HOME, ago=timedelta(minutes=9))

    tenth, limited = sign_in(client), sign_in(client, PASSWORD)
    elsewhere = sign_in(app.test_client(), PASSWORD, at=OFFICE)

    assert tenth.status_code == 422
    assert 350 < told_to_wait(limited) <= 361
    assert elsewhere.status_code == 303


def test_both_processes_and_a_restart_count_together(
    app: Flask, settings: Settings, ana: Person, clock: StoppedClock
) -> None:
    """Ten and no more, however many processes share the work; what waits is what is stored."""
    again = create_app(settings, database=app.extensions["grants.database"], clock=clock)
    again.config["WTF_CSRF_ENABLED"] = False
    clients = [app.test_client(), again.test_client()]

    codes = [sign_in(clients[number % 2]).status_code for number in range(12)]

    assert codes == [422] * 10 + [429] * 2


def test_right_passwords_are_no_attack_however_many(
    app: Flask, client: FlaskClient, ana: Person, database: Database
) -> None:
    with database.writing() as session:
        for number in range(300):
            when = real_now() - timedelta(seconds=number)
            account = f"p{number % 40}@tests.example"
            session.add(Attempt(kind="password", account=account, network=HOME, good=True, at=when))

    codes = [sign_in(app.test_client(), PASSWORD).status_code for _ in range(12)]

    assert set(codes) == {303}


@pytest.mark.parametrize(
    ("back", "status"), [(timedelta(), 429), (timedelta(minutes=61), 303)], ids=["now", "after the time"]
)
def test_an_account_tried_from_everywhere_waits_for_strangers_and_not_for_its_owner(
    app: Flask, ana: Person, database: Database, back: timedelta, status: int
) -> None:
    known(database, HOME)
    failures(database, tries.STRANGERS.most, each_from=True, ago=back)

    at_home = sign_in(app.test_client(), PASSWORD, at=HOME)
    stranger = sign_in(app.test_client(), PASSWORD, at=OFFICE)

    assert (at_home.status_code, stranger.status_code) == (303, status)


def test_at_most_a_hundred_failures_in_a_row_whatever_the_time(
    app: Flask, ana: Person, database: Database
) -> None:
    """NIST SP 800-63B, 5.2.2. The owner's own network, and a new password by mail, still open the account."""
    known(database, HOME)
    failures(database, tries.ROW, each_from=True, ago=timedelta(hours=2))
    with database.writing() as session:
        session.get_one(Person, ana.id).password_changed_at = real_now() - timedelta(days=9)

    stopped = sign_in(app.test_client(), PASSWORD, at=OFFICE)
    at_home = sign_in(app.test_client(), PASSWORD, at=HOME)
    with database.writing() as session:
        for row in session.exec(select(Attempt).where(col(Attempt.good).is_(True))):
            session.delete(row)
        session.get_one(Person, ana.id).password_changed_at = real_now()
    after = sign_in(app.test_client(), PASSWORD, at=OFFICE)

    assert (stopped.status_code, at_home.status_code, after.status_code) == (429, 303, 303)
    assert "Set a new password by mail" in stopped.get_data(as_text=True)


def test_one_network_that_tries_many_accounts_is_stopped_and_others_are_not(
    app: Flask, ana: Person, database: Database
) -> None:
    for number in range(tries.NETWORK.most):
        failures(database, 1, account=f"p{number}@tests.example")

    stopped = sign_in(app.test_client(), PASSWORD, at=ATTACK)
    free = sign_in(app.test_client(), PASSWORD, at=HOME)

    assert told_to_wait(stopped) <= 900
    assert free.status_code == 303


def test_no_account_is_limited_as_one_is(app: Flask, ana: Person) -> None:
    def told(email: str) -> list[tuple[int, bool]]:
        answers = [sign_in(app.test_client(), email=email) for _ in range(11)]
        return [(answer.status_code, "Retry-After" in answer.headers) for answer in answers]

    assert told(EMAIL) == told("nobody@tests.example")


def signing(database: Database, ana: Person, given: str, *, refuse_after: bool = False) -> None:
    with database.writing() as session:
        factors.confirm_signer(session, Actor(ana.id, "Ana Roy"), given)
        if refuse_after:
            raise Refused([])


def test_who_signs_rightly_signs_as_often_as_there_is_to_sign(database: Database, ana: Person) -> None:
    """Ten states in a row, some refused for another reason, and a typing error among them."""
    for _ in range(12):
        signing(database, ana, PASSWORD)
        with pytest.raises(Refused):
            signing(database, ana, PASSWORD, refuse_after=True)
    with pytest.raises(Refused):
        signing(database, ana, "wrong")

    signing(database, ana, PASSWORD)


def test_guessing_a_signature_is_counted_although_the_deed_is_undone(database: Database, ana: Person) -> None:
    for _ in range(tries.PAIR.most):
        with pytest.raises(Refused, match="not your password"):
            signing(database, ana, "wrong")

    with pytest.raises(TooManyTries, match=r"Wait 15 minutes") as refusal:
        signing(database, ana, PASSWORD)

    assert refusal.value.findings[0].field == "signer"


@pytest.mark.parametrize("page", ["/accounts/register", "/accounts/forgotten"])
def test_mails_for_one_address_end_and_what_was_typed_stays(client: FlaskClient, page: str) -> None:
    given = {"email": EMAIL, "name": "Ana Roy"}

    answers = [client.post(page, data=given) for _ in range(tries.MAILS.most + 1)]

    assert [answer.status_code for answer in answers] == [303] * tries.MAILS.most + [429]
    assert told_to_wait(answers[-1]) > 3500


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        (None, ""),
        ("no address", ""),
    ],
)
def test_a_network_is_what_one_site_is_given(address: str | None, network: str) -> None:
    assert tries.network_of(address) == network


def test_old_tries_are_forgotten(database: Database) -> None:
    at = real_now()

    def keep(ago: timedelta) -> datetime:
        failures(database, 1, ago=ago)
        return at - ago

    keep(tries.KNOWN + timedelta(minutes=1))
    kept = keep(tries.KNOWN - timedelta(minutes=1))
    with database.writing() as session:
        tries.forget_old(session, at)

    with database.reading() as session:
        (left,) = session.exec(select(Attempt)).all()
    assert abs(left.at - kept) < timedelta(seconds=30)
