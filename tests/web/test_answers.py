"""Every answer carries its headers, every fault is a page with a sentence, and never a stack trace."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.web import assets

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STYLE = f"{assets.address()}/css/site.css"
PATHS = ["/", "/competitions", "/accounts/sign-in", "/nowhere", STYLE, "/staff/home/events"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_forbids_what_pages_do_not_need(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {word for rule in policy.values() for word in rule.split()} <= {"'none'", "'self'"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_of_nobody_is_not_kept_stale(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-cache"


def test_a_file_of_the_pages_is_kept_for_its_address_changes_with_it(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    with client.get(STYLE) as answer:
        kept = answer.headers["Cache-Control"]

    assert f'href="{STYLE}"' in page
    assert kept == "public, max-age=31536000"
    earlier = client.get("/static/000000000000/css/site.css")
    assert (earlier.status_code, earlier.headers["Cache-Control"]) == (302, "no-cache")
    assert earlier.headers["Location"] == STYLE


def test_over_tls_the_browser_is_told_to_stay_there(client: FlaskClient) -> None:
    answer = client.get("/", base_url="https://localhost")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/nowhere", "/competitions/made-up", "/staff/nowhere"])
def test_what_is_not_there_is_a_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_method_that_an_address_does_not_take_is_not_found(client: FlaskClient) -> None:
    assert client.delete("/competitions").status_code == 404


def test_a_script_is_told_in_json(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"X-Requested-With": "fetch"})

    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_a_save_without_a_session_answers_401_and_a_page_leads_to_the_sign_in(client: FlaskClient) -> None:
    save = client.post("/accounts/own", headers={"X-Requested-With": "fetch"})
    page = client.get("/staff/home/events?kind=x")

    assert save.status_code == 401
    assert (page.status_code, page.location) == (
        303,
        "/accounts/sign-in?next=/staff/home/events?kind%3Dx",
    )


def test_a_form_without_its_token_is_refused_in_a_sentence(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = app.test_client().post("/accounts/sign-in", data={"email": "ana@tests.example"})

    assert answer.status_code == 422
    assert "This form came without the mark" in answer.get_data(as_text=True)


def test_a_fault_of_ours_shows_a_reference_and_nothing_of_the_inside(app: Flask) -> None:
    def break_(**_arguments: object) -> str:
        raise ZeroDivisionError("the secret inside")

    app.view_functions["public.competitions.index"] = break_

    answer = app.test_client().get("/competitions")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert [word for word in ("secret inside", "Traceback", "ZeroDivision") if word in page] == []


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/accounts/sign-in", data={"email": "x" * (3 * 1024 * 1024)})

    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/accounts/sign-in", "/accounts/register", "/staff/competitions/new"])
def test_json_is_refused_before_it_is_taken_apart(client: FlaskClient, path: str) -> None:
    """A million brackets break Python's own reader; no page has any use for them."""
    answer = client.post(path, data=b"[" * 1_000_000, content_type="application/json")
    asked = client.get("/accounts/sign-in", content_type="application/json")

    assert answer.status_code == 415
    assert "Forms are taken here, and no JSON" in answer.text
    assert len(answer.data) < 20_000
    assert asked.status_code == 200
