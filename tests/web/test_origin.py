"""Where a form may come from: the public address, whatever a proxy passes on; the true cause is said."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from grants.clock import StoppedClock
from grants.config import Mode, Settings
from grants.web.origin import origin_of
from tests.plugins.web import made_app

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PUBLIC = "https://grants.agency.example"
MAIL = {"email": "ana@tests.example", "name": "Ana Roy"}


@pytest.fixture
def app(settings: Settings, clock: StoppedClock) -> Iterator[Flask]:
    """An installation of production behind a proxy."""
    real = replace(settings, mode=Mode.PRODUCTION, public_url=PUBLIC, trusted_proxies=1)
    for app in made_app(real, clock):
        app.config["WTF_CSRF_ENABLED"] = False  # judged by itself elsewhere
        yield app


@ON_SQLITE
@pytest.mark.parametrize("host", ["grants.agency.example", "127.0.0.1:8000", "upstream", "evil.example"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "said",
    [
        {"Origin": PUBLIC},
        {"Origin": f"{PUBLIC}:443"},
        {"Referer": f"{PUBLIC}/accounts/forgotten"},
        {"Origin": "null", "Referer": f"{PUBLIC}/"},
        {},
    ],
    ids=["origin", "origin with its port", "page", "null and page", "nothing"],
)
def test_a_form_of_the_public_address_is_taken_whatever_the_proxy_passes_on(
    client: FlaskClient, host: str, scheme: str, said: dict[str, str]
) -> None:
    headers = {"Host": host, "X-Forwarded-Proto": scheme, "X-Forwarded-For": "198.51.100.7", **said}

    answer = client.post("/accounts/forgotten", data=MAIL, headers=headers)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/")


@ON_SQLITE
@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://grants.agency.example"},
        {"Origin": f"{PUBLIC}.evil.example"},
        {"Origin": f"{PUBLIC}:8443"},
        {"Referer": "https://evil.example/https://grants.agency.example/"},
        {"Origin": "https://evil.example", "Referer": f"{PUBLIC}/"},
        {"Origin": "https://[broken"},
    ],
)
def test_a_form_of_another_site_is_refused_with_the_true_cause(
    client: FlaskClient, said: dict[str, str]
) -> None:
    """Also where the proxy's Host is the stranger's: only the setting says who we are."""
    with capture_logs() as logs:
        answer = client.post("/accounts/forgotten", data=MAIL, headers={"Host": "evil.example", **said})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"forms are taken only from {PUBLIC}" in text
    assert "too old" not in text
    assert [(one["event"], one["cause"], one["expected"]) for one in logs] == [
        ("form refused", "origin", PUBLIC)
    ]


@ON_SQLITE
def test_elsewhere_a_form_is_taken_at_every_name_of_the_machine(
    settings: Settings, clock: StoppedClock
) -> None:
    for app in made_app(settings, clock):
        app.config["WTF_CSRF_ENABLED"] = False
        ask = app.test_client().post

        def status(host: str, origin: str, ask: Callable[..., object] = ask) -> int:
            answer = ask("/accounts/forgotten", data=MAIL, headers={"Host": host, "Origin": origin})
            return int(getattr(answer, "status_code"))  # noqa: B009

        assert status("localhost:9000", "http://localhost:9000") == 303
        assert status("localhost:9000", settings.public_url) == 303
        assert status("localhost:9000", "http://evil.example") == 422


@ON_SQLITE
def test_mail_and_redirects_keep_the_public_address_under_a_strange_host(
    client: FlaskClient, work: Callable[[], int], mail: Path
) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}

    answer = client.post("/accounts/register", data=MAIL, headers=headers)
    work()

    (letter,) = [path.read_text() for path in mail.glob("*.eml")]
    assert "evil.example" not in answer.headers["Location"]
    assert "evil.example" not in letter
    assert f"{PUBLIC}/accounts/set-up/" in letter.replace("=\n", "")
    assert "Message-ID: <" in letter
    assert "@grants.agency.example>" in letter


@ON_SQLITE
def test_a_public_address_of_tls_is_told_to_browsers_although_the_proxy_says_nothing(
    client: FlaskClient,
) -> None:
    assert "Strict-Transport-Security" in client.get("/").headers


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("HTTPS://Grants.Agency.Example:443/x?y", PUBLIC),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_is_written_in_one_way(address: str, origin: str) -> None:
    assert origin_of(address) == origin
