"""The application under test: settings, client, server and worker on the test's own database."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from grants.access.actor import Actor
from grants.app import create_app
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.config import Mode, Settings
from grants.database import Database

ActAs = Callable[[Actor], FlaskClient]


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """A thread for each request. Unlike Werkzeug's it closes a file that a browser stopped reading."""

    daemon_threads = True
    request_queue_size = 128


class SilentHandler(WSGIRequestHandler):
    """Keeps no log of requests."""

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class Compiled(BytecodeCache):
    """Templates compiled once a process, however many applications the tests make."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what an earlier application compiled from the same source."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next application."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
RULES: dict[tuple[str, str], Rule] = {}
_compile = Rule.compile


def _compiled_once(rule: Rule) -> None:
    """Compile the address of a page once a process: nearly all the work of making an application."""
    known = RULES.setdefault((rule.rule, repr((rule.defaults, rule.subdomain))), rule)
    if known is rule:
        _compile(rule)
        return
    rule._parts, rule._trace, rule._converters = known._parts, known._trace, known._converters
    rule.arguments |= known.arguments
    for name in ("_build", "_build_unknown"):
        setattr(rule, name, getattr(known, name).__func__.__get__(rule))


Rule.compile = _compiled_once  # type: ignore[method-assign, assignment]  # the same, done once


@dataclass(frozen=True)
class Server:
    """A running site: its address and its application."""

    url: str
    app: Flask


Serve = Callable[[Settings, StoppedClock | None], Server]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation for tests, everything it keeps under the test's own folder."""
    return settings_in(tmp_path, database_url)


def settings_in(folder: Path, database_url: str) -> Settings:
    """Return settings of an installation for tests that keeps its files and mail in a folder."""
    (folder / "files").mkdir()
    (folder / "mail").mkdir()
    return Settings(
        mode=Mode.TEST,
        database_url=database_url,
        files_url=f"file://{folder / 'files'}",
        mail_url=f"folder://{folder / 'mail'}",
        mail_from="Center Competitions <no-reply@tests.example>",
        secret_key="secret-key-of-the-tests-0123456789",
        secret_key_old="",
        password_salt="salt-of-the-tests-0123456789",
        totp_key="totp-key-of-the-tests-0123456789-0123456789",
        public_url="http://127.0.0.1:8000",
        trusted_proxies=0,
    )


@pytest.fixture
def mail(settings: Settings) -> Path:
    """The folder into which mail goes, one file for each message."""
    return Path(settings.mail_url.removeprefix("folder://"))


@pytest.fixture
def app(settings: Settings, clock: StoppedClock) -> Iterator[Flask]:
    """The application, its clock standing where the test puts it, forms taken without their token."""
    for app in made_app(settings, clock):
        app.config["WTF_CSRF_ENABLED"] = False  # a client of the tests has no page to take the token from
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client to whom nobody is signed in."""
    return app.test_client()


@pytest.fixture
def act_as(app: Flask) -> ActAs:
    """Have every request of the app come from this actor, past the sign-in; returns a client.

    For tests of pages and doors. Tests of signing in use the real pages.
    """

    def become(actor: Actor) -> FlaskClient:
        app.extensions["grants.actor"] = lambda _session: actor
        return app.test_client()

    return become


@pytest.fixture
def work(app: Flask, clock: StoppedClock) -> Callable[[], int]:
    """Do everything that waits for the worker, here and now; returns how many things were done."""
    worker = Worker(app, clock=lambda: clock)
    return worker.run_once


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a site on a free port of the loopback address; it stops when the test ends."""
    stops: list[Callable[[], None]] = []

    def start(settings: Settings, clock: StoppedClock | None = None) -> Server:
        apps = made_app(settings, clock)
        app = next(apps)
        port, close = listening(app)

        def stop() -> None:
            close()
            next(apps, None)

        stops.append(stop)
        return Server(f"http://127.0.0.1:{port}", app)

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def server(serve: Serve, settings: Settings, clock: StoppedClock) -> Server:
    """The site of this test, its clock standing where the test puts it."""
    return serve(settings, clock)


def listening(app: Flask, port: int = 0) -> tuple[int, Callable[[], None]]:
    """Answer for an application on a port of the loopback address; return it and what ends that."""
    http = make_server("127.0.0.1", port, app, server_class=ThreadingServer, handler_class=SilentHandler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def close() -> None:
        http.shutdown()
        thread.join(10)
        http.server_close()

    return http.server_port, close


def made_app(settings: Settings, clock: StoppedClock | None) -> Iterator[Flask]:
    """Make the application, with a standing clock if one is given, and close its database at the end."""
    database = Database(settings.database_url)
    app = create_app(settings, database=database, clock=clock)
    app.jinja_env.bytecode_cache = COMPILED
    yield app
    app.extensions["grants.streams"].end()
    database.dispose()
