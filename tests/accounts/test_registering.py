"""Registering by a mailed link; neither words nor time tell whether an address has an account."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import LinkPurpose, MailedLink, Person
from grants.accounts.queries import person_by_email
from grants.accounts.services import registration
from grants.accounts.services.registration import Profile, new_link
from grants.accounts.views import links
from grants.clock import StoppedClock, real_now
from grants.config import Mode, Settings
from grants.database import Database
from grants.lifecycle.models import Notice
from grants.organizations import services
from grants.organizations.models import MemberRole
from grants.organizations.rules import OrganizationFields
from grants.organizations.views.public import PURPOSE as BY_HOST
from grants.reviews.models import PanelMember
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.views.joining import PURPOSE as BY_OFFICE
from grants.reviews.workflow import MemberStatus
from grants.web import tokens
from tests.accounts.test_own_account import PASSWORD, mailed_link, person, register, sign_in
from tests.factories.reviews import make_round

ASKED = {"name": "Ana Roy", "email": "ana@tests.example"}
CHOSEN = {"name": "Ana M. Roy", "phone": "", "zone": "America/Denver", "password": PASSWORD}
SENT = "We sent a mail to <strong>ana@tests.example</strong>."
TOKEN = re.compile(r'name="csrf-token" content="[^"]*"')


def test_the_mail_leads_to_a_password_and_that_to_the_page_that_was_wanted(
    app: Flask, client: FlaskClient, database: Database, mail: Path, clock: StoppedClock
) -> None:
    wanted = "/applicant/organizations/new"
    told = client.post("/accounts/register", data=ASKED | {"next": wanted}, follow_redirects=True)
    link = mailed_link(app, mail, clock)
    opened = client.get(link)
    early = (client.get("/accounts/own").status_code, sign_in(client), person(database).confirmed_at)

    entered = client.post(link.split("?")[0], data=CHOSEN | {"next": wanted})

    assert SENT in told.text
    assert f'value="{wanted}"' in opened.text
    assert early == (303, 422, None)
    assert entered.headers["Location"] == wanted
    assert client.get(wanted).status_code == 200
    assert (person(database).name, person(database).confirmed_at) == ("Ana M. Roy", clock.now())


def test_a_known_address_gets_the_same_answer_in_the_same_time_and_its_owner_a_mail(
    app: Flask, client: FlaskClient, database: Database, mail: Path, clock: StoppedClock
) -> None:
    new = _asked(app)
    mailed_link(app, mail, clock)
    register(client)

    known = _asked(app)

    assert known[:3] == new[:3]
    assert min(known[3], new[3]) >= links.ANSWER_AFTER
    assert mailed_link(app, mail, clock) == "/accounts/sign-in"
    with database.reading() as session:
        told = session.exec(select(Notice.name).order_by(Notice.id)).all()  # type: ignore[arg-type]
    assert told == ["accounts.confirm", "accounts.registered_again"]
    assert person(database).name == "Ana Roy"


def _asked(app: Flask) -> tuple[int, str, str, float]:
    """Ask for an account as a stranger; return everything that comes back, and the time."""
    stranger = app.test_client()
    begun = time.monotonic()
    sent = stranger.post("/accounts/register", data=ASKED)
    took = time.monotonic() - begun
    shown = stranger.get(sent.headers["Location"])
    return sent.status_code, sent.headers["Location"], TOKEN.sub("", shown.text), took


def test_asking_twice_sends_a_newer_link_and_the_earlier_one_stops_working(
    app: Flask, client: FlaskClient, mail: Path, clock: StoppedClock
) -> None:
    client.post("/accounts/register", data=ASKED)
    first = mailed_link(app, mail, clock)
    client.post("/accounts/register", data=ASKED)
    second = mailed_link(app, mail, clock)

    answers = [client.post(link, data=CHOSEN).status_code for link in (first, second, second)]

    assert answers == [410, 303, 410]


def test_a_link_is_ours_and_good_for_seven_days(
    app: Flask, client: FlaskClient, database: Database, mail: Path, clock: StoppedClock
) -> None:
    client.post("/accounts/register", data=ASKED)
    link = mailed_link(app, mail, clock)
    forged = link[:-2] + ("a" if link[-2] != "a" else "b") + link[-1]
    with database.writing() as session:
        row = session.exec(select(MailedLink)).one()
        assert row.expires_at - row.made_at == timedelta(days=7)
        row.expires_at = real_now()

    assert (client.get(forged).status_code, client.get(link).status_code) == (404, 410)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "", "Enter your mail address."),
        ("email", "ana", "Enter a mail address like name@example.org."),
        ("name", "  ", "Enter your name as it should stand in the record."),
        ("name", "x" * 201, "Use at most 200 characters for “Your name”."),
    ],
)
def test_who_asks_in_vain_is_told_so_in_a_sentence(
    client: FlaskClient, field: str, value: str, sentence: str
) -> None:
    answer = client.post("/accounts/register", data=ASKED | {field: value})

    assert (answer.status_code, sentence in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "  ", "Enter your name as it should stand in the record."),
        ("password", "short", "Use at least 12 characters; a few words in a row are easy to remember."),
        ("password", "aaaaaaaaaaaa", "Use more than four different characters."),
        ("password", "ana@tests.example", "Choose words that are neither your name, your address"),
        ("password", "password1234", "Choose words that are neither your name, your address"),
        ("password", "x" * 201, "Use at most 200 characters."),
    ],
)
def test_an_account_that_does_not_fit_is_refused_in_a_sentence(
    app: Flask, client: FlaskClient, mail: Path, clock: StoppedClock, field: str, value: str, sentence: str
) -> None:
    client.post("/accounts/register", data=ASKED)
    link = mailed_link(app, mail, clock)

    answer = client.post(link, data=CHOSEN | {field: value})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert client.post(link, data=CHOSEN).status_code == 303


def test_the_link_of_an_account_with_a_password_confirms_by_its_button_and_sets_no_other(
    app: Flask, client: FlaskClient, database: Database, clock: StoppedClock
) -> None:
    register(client)
    with database.writing() as session:
        owner = person_by_email(session, "ana@tests.example")
        assert owner is not None
        owner.confirmed_at = None
        link = new_link(session, owner, LinkPurpose.CONFIRM, timedelta(days=7))
    token = tokens.signed(app.extensions["grants.settings"], LinkPurpose.CONFIRM, link.uid)

    tried = client.post(f"/accounts/set-up/{token}", data=CHOSEN | {"password": "seven large red kites"})

    assert tried.headers["Location"] == f"/accounts/confirm/{token}"
    assert sign_in(client, "seven large red kites") == 422
    assert client.get(f"/accounts/confirm/{token}").status_code == 200
    assert person(database).confirmed_at is None
    assert client.post(f"/accounts/confirm/{token}").status_code == 303
    assert person(database).confirmed_at == clock.now()
    assert client.get(f"/accounts/confirm/{token}").status_code == 410


def test_a_forgotten_password_sets_an_account_up_as_well(
    app: Flask, client: FlaskClient, database: Database, mail: Path, clock: StoppedClock
) -> None:
    client.post("/accounts/register", data=ASKED)
    mailed_link(app, mail, clock)
    client.post("/accounts/forgotten", data={"email": "ana@tests.example"})

    assert client.post(mailed_link(app, mail, clock), data={"password": PASSWORD}).status_code == 303
    assert (sign_in(client), person(database).confirmed_at) == (303, clock.now())


@pytest.fixture
def by_host(app: Flask, database: Database, clock: StoppedClock) -> str:
    """The mailed link of an organization that invites Ana."""
    with database.writing() as session:
        joan = Person(email="joan@tests.example", name="Joan", created_at=clock.now())
        session.add(joan)
        session.flush()
        fields = OrganizationFields(name="Front Range Alliance", kind="nonprofit", state="CO")
        host = services.create(session, fields, actor=Actor(joan.id, "Joan"), now=clock.now())
        signer = Actor(joan.id, "Joan", memberships={host.id: Role.REPRESENTATIVE})
        row = services.invite(
            session, host, email=ASKED["email"], role=MemberRole.MEMBER, actor=signer, now=clock.now()
        )
    return f"/organizations/invitation/{tokens.signed(app.extensions['grants.settings'], BY_HOST, row.uid)}"


@pytest.fixture
def by_office(app: Flask, database: Database, clock: StoppedClock) -> str:
    """The mailed link of an invitation to review that Ana accepted."""
    with database.writing() as session:
        made = make_round(session)
        member = PanelMember(
            competition_id=made.competition.id,
            email="ana@tests.example",
            name="Ana Roy",
            kind=ReviewerKind.OUTSIDE,
            invited_by_id=made.reviewers[0].id,
            invited_at=clock.now(),
            expires_at=clock.now() + timedelta(days=9),
            answered_at=clock.now(),
            status=MemberStatus.ACCEPTED,
        )
        session.add(member)
    token = tokens.signed(app.extensions["grants.settings"], BY_OFFICE, member.uid)
    return f"/reviewer/reviews/invitation/{token}"


@pytest.mark.parametrize("which", ["by_host", "by_office"])
def test_an_invitation_leads_straight_to_the_password_and_proves_the_address(
    client: FlaskClient, database: Database, clock: StoppedClock, which: str, request: pytest.FixtureRequest
) -> None:
    invitation = request.getfixturevalue(which)
    form = client.get("/accounts/register", query_string={"next": invitation}).text

    entered = client.post("/accounts/register", data=CHOSEN | {"next": invitation})

    assert ("ana@tests.example" in form, "Set up my account" in form) == (True, True)
    assert entered.headers["Location"] == invitation
    assert client.get("/accounts/own").status_code == 200
    assert person(database).confirmed_at == clock.now()


def test_an_invitation_that_is_forged_or_over_proves_nothing(
    client: FlaskClient, database: Database, clock: StoppedClock, by_host: str
) -> None:
    forged = by_host[:-2] + ("a" if by_host[-2] != "a" else "b") + by_host[-1]
    by_forged = client.post("/accounts/register", data=CHOSEN | {"next": forged})
    clock.put(clock.now() + timedelta(days=60))
    by_old = client.post("/accounts/register", data=CHOSEN | {"next": by_host})

    assert (by_forged.status_code, by_old.status_code) == (422, 422)
    assert "Enter your mail address." in by_old.text
    with database.reading() as session:
        assert person_by_email(session, "ana@tests.example") is None


def test_an_invitation_to_who_has_an_account_changes_no_password(
    app: Flask, client: FlaskClient, by_host: str
) -> None:
    register(client)

    answer = client.post(
        "/accounts/register", data=CHOSEN | {"next": by_host, "password": "seven large red kites"}
    )

    assert answer.headers["Location"].startswith("/accounts/sign-in?email=ana@tests.example&next=")
    assert sign_in(client, "seven large red kites") == 422
    assert sign_in(client) == 303


def test_pressing_twice_ends_signed_in_with_one_account(
    client: FlaskClient, database: Database, by_host: str
) -> None:
    answers = [client.post("/accounts/register", data=CHOSEN | {"next": by_host}) for _ in range(2)]

    assert answers[0].headers["Location"] == by_host
    assert answers[1].status_code == 303
    assert client.get("/accounts/own").status_code == 200


@pytest.mark.parametrize("has_asked", [False, True])
def test_of_those_who_press_at_the_same_moment_one_chooses_the_password(
    app: Flask, database: Database, clock: StoppedClock, *, has_asked: bool
) -> None:
    with database.writing() as session:
        if has_asked:
            registration.ask_to_register(session, **ASKED, now=clock.now())
    ready = threading.Barrier(4)

    def press(number: int) -> bool:
        chosen = Profile(f"Ana {number}", f"{number} small green boats")
        ready.wait(10)
        with database.writing() as session:
            made = registration.register_invited(session, ASKED["email"], chosen, now=clock.now())
        return made is not None

    with ThreadPoolExecutor(4) as pool:
        pressed = list(pool.map(press, range(4)))

    assert sorted(pressed) == [False, False, False, True]
    assert person(database).name == f"Ana {pressed.index(True)}"


def test_those_who_ask_at_the_same_moment_are_one_person(
    app: Flask, database: Database, clock: StoppedClock
) -> None:
    ready = threading.Barrier(4)

    def ask(email: str) -> None:
        ready.wait(10)
        with database.writing() as session:
            registration.ask_to_register(session, email=email, name="Ana Roy", now=clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, ["ana@tests.example", " Ana@Tests.Example "] * 2))

    with database.reading() as session:
        links_open = [row.used_at for row in session.exec(select(MailedLink)).all()]
        assert len(session.exec(select(Person)).all()) == 1
    assert (len(links_open), links_open.count(None) >= 1) == (4, True)


@pytest.mark.parametrize("mode", [Mode.DEMONSTRATION, Mode.TEST, Mode.PRODUCTION])
def test_the_link_of_the_mail_stands_on_the_page_in_the_demonstration_only(
    app: Flask, client: FlaskClient, settings: Settings, mode: Mode
) -> None:
    app.extensions["grants.settings"] = replace(settings, mode=mode)

    page = client.post("/accounts/register", data=ASKED, follow_redirects=True).text

    found = re.search(r'href="(/accounts/set-up/[^"]+)"', page)
    assert (found is not None, "in the outbox" in page) == (mode is Mode.DEMONSTRATION,) * 2
    if found:
        assert client.post(found[1], data=CHOSEN).headers["Location"] == "/home"


def test_a_demonstration_that_sends_mail_shows_no_link(
    app: Flask, client: FlaskClient, settings: Settings
) -> None:
    sending = replace(settings, mode=Mode.DEMONSTRATION, mail_url="smtp://127.0.0.1:1")
    app.extensions["grants.settings"] = sending

    page = client.post("/accounts/register", data=ASKED, follow_redirects=True).text

    assert ("/accounts/set-up/" in page, "in the outbox" in page) == (False, False)


def test_the_page_of_the_mail_leads_back_where_no_mail_was_asked_for(client: FlaskClient) -> None:
    assert client.get("/accounts/registered").headers["Location"] == "/accounts/register"
