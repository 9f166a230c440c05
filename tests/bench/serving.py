"""Starting and killing a server on the loopback address, and people who save in it as scripts of pages do."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from grants.accounts import queries
from grants.accounts.services import sessions
from grants.accounts.views.browser import TOKEN
from grants.clock import real_now
from grants.config import ROOT, Settings
from grants.database import Database
from grants.lifecycle.models import Installation

PROCESS = "X-Process"
"""The header in which a server that is measured says which of its processes answers."""
WORKERS = 2
"""Web processes of the server that is started here."""
TOKEN_FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
VERSION_FIELD = re.compile(r'name="version"[^>]*value="([^"]*)"')


def free_port() -> int:
    """Return a port of the loopback address that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def environment_of(settings: Settings) -> dict[str, str]:
    """Write settings as the environment of a program."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")}
    return clean | {f"GRANTS_{name.upper()}": str(value) for name, value in vars(settings).items()}


@contextmanager
def serving(settings: Settings, *, kind: str = "ours") -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve in processes of their own; gives the port and the first process, which leads their group."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.server", kind, str(port)],
        cwd=ROOT,
        env=environment_of(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port)
        yield port, process
    finally:
        kill(process)


def wait_for(port: int, *, seconds: float = 150) -> None:
    """Wait until somebody listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a server with all its processes, without a word of warning."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def put_clock(database: Database, instant: datetime) -> None:
    """Have the installation's clock stand near an instant from now on."""
    with database.writing() as session:
        house = session.get(Installation, 1)
        if house is not None:
            house.clock_offset_seconds = (instant - real_now()).total_seconds()


def cookie_of(app: Flask, email: str) -> str:
    """Make the cookie of a browser in which this person is signed in."""
    database: Database = app.extensions["grants.database"]
    with database.writing() as session:
        person = queries.person_by_email(session, email)
        if person is None:
            raise LookupError(email)
        token = sessions.start(session, person, browser="a test", second_factor=True)
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    if serializer is None:
        raise RuntimeError("the application has no secret key")
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({TOKEN: token})!s}"


def version_in(page: str) -> int:
    """Return the version on which a page's form is based."""
    found = VERSION_FIELD.search(page)
    return int(found.group(1) or 0) if found else 0


@dataclass
class Saver:
    """One person at one page, saving by script; keeps the version it was last told."""

    port: int
    path: str
    cookie: str = ""
    version: int = 0
    token: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    process: str = ""
    """Which of the server's processes answered last."""

    def open(self) -> None:
        """Open the page as a browser does: take its cookie, its token and its version."""
        status, headers, body = self.ask("GET", {})
        if status != 200:
            raise RuntimeError(f"{self.path} answered {status}")
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].split(";")[0]
        found = TOKEN_FIELD.search(body)
        self.token = found.group(1) if found else ""
        self.version = version_in(body)

    def save(self, **fields: str) -> int:
        """Save and return the status; the version moves on with a success."""
        sent = {**self.fields, **fields, "version": str(self.version), "csrf_token": self.token}
        status, _headers, body = self.ask("POST", sent)
        if status == 200:
            self.version = int(json.loads(body)["version"])
        return status

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask(self, method: str, sent: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
        """Send one request over the kept connection."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie}
        if method == "POST":
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Requested-With": "fetch",
            }
        self.connection.request(method, self.path, urlencode(sent) if sent else None, headers)
        answer = self.connection.getresponse()
        body = answer.read().decode()
        self.process = answer.getheader(PROCESS, "")
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body
