"""A stale token and an ended session are answers of their own; what was typed comes back to who typed it."""

import re
from html import unescape
from typing import Any

import pytest
import wtforms
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from wtforms import FieldList, FormField
from wtforms.fields.core import UnboundField

from grants.accounts import queries
from grants.accounts.rules.passwords import hash_password
from grants.accounts.services import keys, sessions
from grants.accounts.views.browser import TOKEN
from grants.applications.models import Application
from grants.applications.services import drafting
from grants.clock import StoppedClock
from grants.web import carried
from grants.web import typed as typed_fields
from grants.web.bodies import MOST_FIELDS
from tests.factories import applications as make
from tests.plugins.people import SignedIn, client_of
from tests.plugins.reading import words_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FETCH = {"X-Requested-With": "fetch"}
OURS = {"Sec-Fetch-Site": "same-origin"}
TEXT = 'We reach firms in <every> county.\n\nAnd "more".'
PASSWORD = "six small green boats"
WRITER, OTHER = "a.roy@frontrange.example", "d.hale@frontrange.example"


@pytest.fixture
def application(app: Flask, clock: StoppedClock) -> Application:
    clock.put(make.NOW)
    with app.extensions["grants.database"].writing() as session:
        scene = make.make_scene(session)
        for email in (WRITER, OTHER):
            person = queries.person_by_email(session, email)
            assert person is not None
            person.password_hash = hash_password(PASSWORD, keys.keys().password_salt)
            session.add(person)
        return drafting.start(
            session, scene.competition, "CO", scene.organization, actor=scene.writer, now=make.NOW
        )


@pytest.fixture
def writer(app: Flask, application: Application) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = True
    return client_of(app, WRITER)


def section_of(application: Application) -> str:
    return f"/applicant/applications/{application.uid}/sections/strategy"


def token_on(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def box_in(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def text_area(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page, re.DOTALL)
    return unescape(found[1]).replace("\r\n", "\n") if found else ""


def text_stored(app: Flask, application: Application) -> list[str]:
    page = client_of(app, WRITER).get(section_of(application)).text
    return [text for text in [text_area(page)] if text]


def end_session(app: Flask, client: FlaskClient) -> None:
    with client.session_transaction() as cookie, app.extensions["grants.database"].writing() as session:
        sessions.end(session, cookie[TOKEN])


def sign_in(client: FlaskClient, page: str, email: str, **more: str) -> str:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    data = {"email": email, "password": PASSWORD, "csrf_token": token[1], "carried": box_in(page), **more}
    return client.post("/accounts/sign-in", data=data, follow_redirects=True).text


@pytest.fixture
def signed_out(app: Flask, writer: FlaskClient, application: Application) -> str:
    """The page that answers a save whose session had ended."""
    sent = {"text": TEXT, "version": "0", "csrf_token": token_on(writer, section_of(application))}
    end_session(app, writer)

    answer = writer.post(section_of(application), data=sent)

    assert answer.status_code == 401
    return answer.text


def test_what_was_typed_after_the_session_ended_comes_back_filled_to_the_same_person(
    app: Flask, writer: FlaskClient, application: Application, signed_out: str
) -> None:
    page = sign_in(writer, signed_out, WRITER)

    assert text_area(page) == TEXT
    assert carried.BACK in page
    assert text_stored(app, application) == []


def test_the_page_that_came_back_can_be_sent_as_it_stands(
    app: Flask, writer: FlaskClient, application: Application, signed_out: str
) -> None:
    page = sign_in(writer, signed_out, WRITER)
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token is not None

    answer = writer.post(
        section_of(application), data={"text": text_area(page), "version": "0", "csrf_token": token[1]}
    )

    assert answer.status_code == 303
    assert text_stored(app, application) == [TEXT]


def test_another_person_gets_nothing_of_it(
    writer: FlaskClient, application: Application, signed_out: str
) -> None:
    page = sign_in(writer, signed_out, OTHER)

    assert "every" not in words_of(page)
    assert unescape(page).count(carried.NOT_YOURS) == 1


def test_a_seal_is_good_for_an_hour(
    monkeypatch: pytest.MonkeyPatch, writer: FlaskClient, signed_out: str
) -> None:
    monkeypatch.setattr(carried, "WITHIN", -1)

    page = sign_in(writer, signed_out, WRITER)

    assert "And &#34;more&#34;" not in page


def test_the_seal_shows_nothing_of_what_it_holds_and_keeps_no_secret(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    token = token_on(writer, "/accounts/password")
    end_session(app, writer)
    secrets = {"present": "my old secret", "password": "my new secret", "note": "a plain note"}

    page = writer.post("/accounts/password", data={**secrets, "csrf_token": token}).text

    with app.test_request_context():
        kept = carried._opened(box_in(page))
    assert kept is not None
    assert kept.fields == [("note", "a plain note")]
    assert [text for text in secrets.values() if text in page] == []


def test_a_browser_without_any_cookie_still_gets_its_words_back(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    sent = {"text": TEXT, "version": "0", "csrf_token": token_on(writer, section_of(application))}
    fresh = app.test_client()

    answer = fresh.post(section_of(application), data=sent, headers=OURS)

    assert answer.status_code == 401
    assert text_area(sign_in(fresh, answer.text, WRITER)) == TEXT


def test_a_longer_text_than_one_megabyte_is_not_carried_and_the_page_says_so(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    sent = {"text": "x" * 1_100_000, "csrf_token": token_on(writer, section_of(application))}
    end_session(app, writer)

    answer = writer.post(section_of(application), data=sent)

    assert (answer.status_code, "longer than 1 MB" in answer.text) == (401, True)


def test_a_page_of_somebody_else_who_was_signed_in_here_gives_its_words_to_them_only(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    sent = {"text": TEXT, "version": "0", "csrf_token": token_on(writer, section_of(application))}
    now_another = client_of(app, OTHER)

    answer = now_another.post(section_of(application), data=sent)
    to_script = now_another.post(section_of(application), data=sent, headers=FETCH)

    assert (answer.status_code, "every" in answer.text) == (401, False)
    assert (to_script.status_code, to_script.get_json()["kind"]) == (422, "token")
    assert to_script.get_json()["person"] == now_another.get("/accounts/session").get_json()["person"]
    assert text_area(sign_in(now_another, answer.text, WRITER)) == TEXT


def test_a_form_without_a_page_of_its_own_is_listed_with_one_button(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    path = f"/applicant/applications/{application.uid}/withdraw"
    token = token_on(writer, section_of(application))
    end_session(app, writer)

    page = writer.post("/accounts/confirm-again", data={"why": "It is <late>", "csrf_token": token}).text
    back = sign_in(writer, page, WRITER)

    assert path not in back
    assert "It is &lt;late&gt;</pre>" in back
    assert re.search(r'<form method="post" action="/accounts/confirm-again"', back) is not None


STALE = {
    "missing": ("without the mark", "token missing"),
    "damaged": ("does not carry the mark", "token damaged"),
    "expired": ("more than 12 hours", "token expired"),
}


@pytest.mark.parametrize("how", STALE)
def test_a_form_with_a_stale_token_is_shown_filled_and_says_why(
    app: Flask, writer: FlaskClient, application: Application, how: str
) -> None:
    token = token_on(writer, section_of(application))
    if how == "expired":
        app.config["WTF_CSRF_TIME_LIMIT"] = -1
    sentence, cause = STALE[how]
    sent = {"missing": {}, "damaged": {"csrf_token": token[:-4] + "AAAA"}}.get(how, {"csrf_token": token})
    with capture_logs() as logs:
        answer = writer.post(section_of(application), data={"text": TEXT, "version": "0", **sent})

    app.config["WTF_CSRF_TIME_LIMIT"] = 3600
    assert answer.status_code == 422
    assert text_area(answer.text) == TEXT
    assert sentence in answer.text
    assert [entry["cause"] for entry in logs if entry["event"] == "form refused"] == [cause]
    assert text_stored(app, application) == []


def test_a_form_opened_before_a_new_sign_in_is_shown_filled(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    token = token_on(writer, section_of(application))
    again = client_of(app, WRITER)

    answer = again.post(section_of(application), data={"text": TEXT, "version": "0", "csrf_token": token})

    assert (answer.status_code, text_area(answer.text)) == (422, TEXT)


def test_a_deed_with_a_stale_token_is_not_done_and_offers_to_be_sent_once_more(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    token = token_on(writer, section_of(application))
    again = client_of(app, WRITER)

    answer = again.post("/accounts/confirm-again", data={"next": "/competitions", "csrf_token": token})

    assert answer.status_code == 422
    assert 'name="next" value="/competitions"' in answer.text


def test_a_script_with_a_stale_token_gets_a_fresh_one_that_holds(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    old = token_on(writer, section_of(application))
    again = client_of(app, WRITER)
    sent = {"text": TEXT, "version": "0"}

    refused = again.post(section_of(application), data=sent, headers={**FETCH, "X-CSRFToken": old})
    fresh = refused.get_json()["token"]
    stored = again.post(section_of(application), data=sent, headers={**FETCH, "X-CSRFToken": fresh})

    assert (refused.status_code, refused.get_json()["kind"]) == (422, "token")
    assert stored.status_code == 200


def test_a_script_whose_session_ended_is_told_so(
    app: Flask, writer: FlaskClient, application: Application
) -> None:
    token = token_on(writer, section_of(application))
    end_session(app, writer)

    answer = writer.post(
        section_of(application), data={"text": TEXT}, headers={**FETCH, "X-CSRFToken": token}
    )

    assert (answer.status_code, answer.get_json()["kind"]) == (401, "session")


def test_a_script_hears_who_is_here_by_a_mark_and_not_by_a_name(
    app: Flask, signed_in: SignedIn, application: Application
) -> None:
    first, second, other = (signed_in(email).get("/accounts/session") for email in (WRITER, WRITER, OTHER))
    nobody = app.test_client().get("/accounts/session")
    page = signed_in(WRITER).get("/applicant/home").text

    mark = first.get_json()["person"]
    assert "no-store" in first.headers["Cache-Control"]
    assert (mark == second.get_json()["person"], mark != other.get_json()["person"]) == (True, True)
    assert nobody.get_json()["person"] is None
    assert f'name="person" content="{mark}"' in page
    assert [word for word in ("Ana", "Roy", WRITER) if word in first.text] == []


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
@pytest.mark.parametrize("who", ["nobody", "writer"])
def test_a_form_of_a_hundred_thousand_fields_is_refused_by_its_count(
    app: Flask, writer: FlaskClient, application: Application, kind: str, who: str
) -> None:
    client = writer if who == "writer" else app.test_client()
    count = 100_000 if kind == "urlencoded" else MOST_FIELDS + 1
    if kind == "urlencoded":
        body, mimetype = b"&".join(b"a%d=1" % i for i in range(count)), "application/x-www-form-urlencoded"
    else:
        part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        body, mimetype = part * count + b"--x--\r\n", "multipart/form-data; boundary=x"

    answer = client.post("/accounts/sign-in", data=body, content_type=mimetype)

    assert answer.status_code == 413
    assert "more than 2,000 fields" in answer.text
    assert len(answer.data) < 20_000


def test_at_most_two_hundred_fields_are_listed(app: Flask, writer: FlaskClient) -> None:
    sent = {f"field-{i}": f"words {i}" for i in range(500)}

    answer = writer.post("/accounts/others/end", data=sent)

    assert answer.status_code == 422
    assert answer.text.count("<dt>") == typed_fields.MOST_SHOWN


def test_no_form_gives_a_secret_back(app: Flask, writer: FlaskClient) -> None:
    """Every field of every form that is a password or a code by its kind, sent with a stale token."""
    names = sorted(typed_fields.secret_names())

    answer = writer.post("/accounts/others/end", data={name: f"secret in {name}" for name in names})

    assert {"password", "present", "signer", "code"} <= set(names)
    assert answer.status_code == 422
    assert [name for name in names if f"secret in {name}" in answer.text] == []


def test_secrets_stand_on_top_of_their_forms_where_their_names_are_known(app: Flask) -> None:
    rows = [
        (form.__qualname__, name)
        for form in typed_fields._forms(wtforms.Form)
        for name in dir(form)
        if isinstance(field := getattr(form, name, None), UnboundField)
        and issubclass(field.field_class, FormField | FieldList)
        and _holds_secret(field)
    ]

    assert rows == []


def _holds_secret(field: "UnboundField[Any]") -> bool:
    inner = field.args[0] if field.args else None
    if isinstance(inner, UnboundField):
        is_secret = issubclass(inner.field_class, typed_fields.SECRET_KINDS)
        return is_secret or _holds_secret(inner)
    return isinstance(inner, type) and any(
        isinstance(part := getattr(inner, name, None), UnboundField)
        and issubclass(part.field_class, typed_fields.SECRET_KINDS)
        for name in dir(inner)
    )
