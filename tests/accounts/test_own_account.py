import re
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from grants.accounts.models import MailedLink, Person
from grants.accounts.queries import person_by_email
from grants.accounts.services import factors, registration
from grants.accounts.services.registration import Profile
from grants.clock import StoppedClock, real_now
from grants.commands.worker import Worker
from grants.database import Database
from grants.errors import Refused
from grants.lifecycle.models import Event, Notice
from tests.factories.reviews import NOW

PASSWORD = "six small green boats"


def register(client: FlaskClient) -> None:
    """Have an account whose address is confirmed, as if its mailed link had been followed."""
    app = client.application
    with app.extensions["grants.database"].writing() as session:
        profile = Profile("Ana Roy", PASSWORD, zone="America/Denver")
        registration.register_invited(session, "ana@tests.example", profile, now=NOW)


def sign_in(client: FlaskClient, password: str = PASSWORD) -> int:
    return client.post(
        "/accounts/sign-in", data={"email": "ana@tests.example", "password": password}
    ).status_code


def person(database: Database) -> Person:
    with database.reading() as session:
        found = person_by_email(session, "ana@tests.example")
    assert found is not None
    return found


def mailed_link(app: Flask, mail: Path, clock: StoppedClock) -> str:
    """Send what waits and return the link of the newest mail."""
    before = set(mail.iterdir())
    Worker(app, clock=lambda: clock).run_once()
    (new,) = set(mail.iterdir()) - before
    found = re.search(
        r"http://127.0.0.1:8000(/accounts/\S+)", new.read_text().replace("=\n", "").replace("=3D", "=")
    )
    assert found is not None
    return found[1]


def test_a_forgotten_password_is_set_anew_once_by_mail_and_signs_everybody_out(
    app: Flask, client: FlaskClient, database: Database, mail: Path, clock: StoppedClock
) -> None:
    register(client)
    sign_in(client)
    other = app.test_client()
    asked = other.post("/accounts/forgotten", data={"email": "ana@tests.example"})
    link = mailed_link(app, mail, clock)

    assert asked.status_code == 303
    assert other.post(link, data={"password": "short"}).status_code == 422
    assert other.post(link, data={"password": "seven large red kites"}).status_code == 303
    assert other.post(link, data={"password": "eight large red kites"}).status_code == 410
    assert client.get("/accounts/own").status_code == 303
    assert sign_in(other) == 422
    assert sign_in(other, "seven large red kites") == 303
    assert person(database).confirmed_at is not None


def test_a_reset_link_dies_after_an_hour_and_by_a_newer_one(
    app: Flask, client: FlaskClient, database: Database, mail: Path, clock: StoppedClock
) -> None:
    register(client)
    client.post("/accounts/forgotten", data={"email": "ana@tests.example"})
    first = mailed_link(app, mail, clock)
    client.post("/accounts/forgotten", data={"email": "ana@tests.example"})
    second = mailed_link(app, mail, clock)

    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)
    with database.writing() as session:
        for link in session.exec(select(MailedLink)).all():
            link.expires_at = real_now()
    assert client.get(second).status_code == 410


def test_an_unknown_address_is_told_the_same_and_gets_no_mail(
    client: FlaskClient, database: Database
) -> None:
    answer = client.post("/accounts/forgotten", data={"email": "nobody@tests.example"}, follow_redirects=True)

    assert "If nobody@tests.example has an account, a mail is on its way." in answer.get_data(as_text=True)
    with database.reading() as session:
        assert session.exec(select(Notice)).all() == []


def test_the_profile_is_changed_and_the_record_says_what(client: FlaskClient, database: Database) -> None:
    register(client)
    sign_in(client)

    client.post("/accounts/own", data={"name": "Ana M. Roy", "phone": "", "zone": "America/Denver"})
    client.post("/accounts/own", data={"name": "Ana M. Roy", "phone": "", "zone": "America/Denver"})

    with database.reading() as session:
        (event,) = session.exec(select(Event).where(Event.kind == "person.profile_changed")).all()
    assert (event.facts["before"]["name"], event.facts["after"]["name"]) == ("Ana Roy", "Ana M. Roy")


def test_changing_the_password_asks_for_the_present_one_and_ends_other_sessions(
    app: Flask, client: FlaskClient
) -> None:
    register(client)
    sign_in(client)
    other = app.test_client()
    sign_in(other)
    new = "seven large red kites"

    assert client.post("/accounts/password", data={"present": "wrong", "password": new}).status_code == 422
    assert client.post("/accounts/password", data={"present": PASSWORD, "password": new}).status_code == 303
    assert client.get("/accounts/own").status_code == 200
    assert other.get("/accounts/own").status_code == 303


def test_the_second_factor_is_turned_on_by_its_first_code_and_off_by_another(
    client: FlaskClient, database: Database, clock: StoppedClock
) -> None:
    register(client)
    sign_in(client)
    shown = client.get("/accounts/factor").get_data(as_text=True)
    key = _found(r'id="factor-key">([A-Z2-7 ]+)<', shown).replace(" ", "")
    sealed = _found(r'name="sealed" value="([^"]+)"', shown)
    codes = [pyotp.TOTP(key).at(real_now().timestamp() + shift) for shift in (0, 30)]

    wrong = client.post("/accounts/factor", data={"code": "000000", "sealed": sealed})
    assert wrong.status_code == 422
    assert _found(r'id="factor-key">([A-Z2-7 ]+)<', wrong.get_data(as_text=True)).replace(" ", "") == key
    on = client.post("/accounts/factor", data={"code": codes[0], "sealed": sealed})
    assert len(re.findall(r'<li><span class="hash">', on.get_data(as_text=True))) == 10
    assert person(database).has_second_factor
    assert key not in (person(database).totp_sealed or "")

    assert client.post("/accounts/factor/off", data={"signer": PASSWORD}).status_code == 422
    assert client.post("/accounts/factor/off", data={"signer": codes[1]}).status_code == 303
    assert not person(database).has_second_factor


def test_other_browsers_are_signed_out_at_once(app: Flask, client: FlaskClient) -> None:
    register(client)
    sign_in(client)
    other = app.test_client()
    sign_in(other)

    client.post("/accounts/others/end")

    assert client.get("/accounts/own").status_code == 200
    assert other.get("/accounts/own").status_code == 303


def test_a_signature_asks_for_the_password_or_for_a_code_where_the_factor_is_on(
    client: FlaskClient, database: Database, clock: StoppedClock
) -> None:
    register(client)
    actor = registration.as_actor(person(database))
    key = pyotp.random_base32()
    codes = [pyotp.TOTP(key).at(real_now().timestamp() + shift) for shift in (0, 30)]

    with database.writing() as session:
        factors.confirm_signer(session, actor, PASSWORD)
    with pytest.raises(Refused) as refusal, database.writing() as session:
        factors.confirm_signer(session, actor, "wrong")
    assert [finding.field for finding in refusal.value.findings] == ["signer"]

    with database.writing() as session:
        factors.turn_on(session, person(database), key, codes[0], actor=actor, now=clock.now())
    for refused in (PASSWORD, codes[0]):
        with pytest.raises(Refused), database.writing() as session:
            factors.confirm_signer(session, actor, refused)
    with database.writing() as session:
        factors.confirm_signer(session, actor, codes[1])


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]
