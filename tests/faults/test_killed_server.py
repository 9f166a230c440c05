"""What was acknowledged is there after the server was killed, and a slow body holds nobody up."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlmodel import col, select

from grants.clock import StoppedClock
from grants.config import Settings
from grants.database import Database
from grants.lifecycle.verify import verify_chain
from grants.reviews.models import Score, Sheet
from tests.bench import savers
from tests.bench.serving import Saver, kill, put_clock, serving
from tests.plugins.web import made_app

WRITERS = 8
WRITING = 2.0
SLOW = 10.0
PAUSE = 0.5


@pytest.fixture
def house(settings: Settings) -> Iterator[Flask]:
    """The application beside a server in processes of its own."""
    for app in made_app(settings, StoppedClock(savers.SHEETS_AT)):
        put_clock(app.extensions["grants.database"], savers.SHEETS_AT)
        yield app


def sheets_of(app: Flask, count: int) -> list[tuple[str, str]]:
    return savers.make_sheets(app, count)


def stored(app: Flask) -> dict[str, tuple[int, str]]:
    """The version and text of every score, by the name of its sheet in URLs."""
    database: Database = app.extensions["grants.database"]
    with database.reading() as session:
        rows = session.exec(
            select(Sheet.uid, Score.version, Score.strengths).join(
                Score, col(Score.sheet_id) == col(Sheet.id)
            )
        )
        return {uid: (version, text) for uid, version, text in rows}


def test_a_killed_server_loses_nothing_that_it_acknowledged(house: Flask) -> None:
    pages = sheets_of(house, WRITERS)
    acknowledged: dict[str, tuple[int, str]] = {}

    with serving(house.extensions["grants.settings"]) as (port, process):
        writers = savers.sheet_savers(house, port, pages)
        threads = [threading.Thread(target=write, args=(writer, acknowledged)) for writer in writers]
        for thread in threads:
            thread.start()
        time.sleep(WRITING)
        until = time.monotonic() + 30  # on a busy machine the last of them is heard a little later
        while len(acknowledged) < WRITERS and time.monotonic() < until:
            time.sleep(0.05)
        kill(process)
        for thread in threads:
            thread.join(30)

    found = stored(house)
    lost = {
        uid: (told, found.get(uid))
        for uid, told in acknowledged.items()
        if uid not in found or found[uid][0] < told[0] or (found[uid][0] == told[0] and found[uid] != told)
    }
    assert lost == {}
    assert len(acknowledged) == WRITERS
    with house.extensions["grants.database"].reading() as session:
        assert verify_chain(session).holds


def write(saver: Saver, acknowledged: dict[str, tuple[int, str]]) -> None:
    """Save until nobody answers; keep what was acknowledged last."""
    turn = 0
    uid = saver.path.split("/")[4]
    try:
        while True:
            turn += 1
            text = f"Strength {turn} of {uid}."
            if saver.save(strengths=text) == 200:
                acknowledged[uid] = (saver.version, text)
    except (OSError, http.client.HTTPException):
        saver.close()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it waits, and once is enough
def test_a_body_that_comes_slowly_holds_nobody_up_and_is_saved(house: Flask) -> None:
    pages = sheets_of(house, 2)
    with serving(house.extensions["grants.settings"]) as (port, _process):
        slow, quick = savers.sheet_savers(house, port, pages)
        outcome: list[int] = []
        thread = threading.Thread(target=lambda: outcome.append(dribble(slow, seconds=SLOW)))
        thread.start()
        waits = []
        while thread.is_alive():
            started = time.monotonic()
            assert quick.save(strengths=f"Quick {started}.") == 200
            waits.append(time.monotonic() - started)
            time.sleep(PAUSE)
        thread.join(30)
        quick.close()
        slow.close()

    assert outcome == [200]
    assert len(waits) > 5
    assert max(waits) < SLOW / 4
    assert stored(house)[slow.path.split("/")[4]][1] == "Slowly."


def dribble(saver: Saver, *, seconds: float) -> int:
    """Send a save in small pieces over some seconds and return the status."""
    sent = {**saver.fields, "strengths": "Slowly.", "version": "0", "csrf_token": saver.token}
    body = urlencode(sent).encode()
    head = (
        f"POST {saver.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {saver.cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nX-Requested-With: fetch\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    pieces = [body[start : start + len(body) // 10 + 1] for start in range(0, len(body), len(body) // 10 + 1)]
    with socket.create_connection(("127.0.0.1", saver.port), timeout=30) as connection:
        connection.sendall(head.encode())
        for piece in pieces:
            time.sleep(seconds / len(pieces))
            connection.sendall(piece)
        answer = connection.makefile("rb").readline()
    return int(answer.split()[1])


def held_open(port: int, start: bytes) -> socket.socket:
    """Connect, send the start of a request, and nothing more."""
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    line.sendall(start)
    return line


def answered_while_sending(port: int, size: int) -> bytes:
    """Send a body without its length, all of it, and only then look for the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(CHUNKED)
        for _ in range(size // 65_536):
            line.sendall(b"x" * 65_536)
        line.shutdown(socket.SHUT_WR)
        return line.makefile("rb").read()


BEGUN = b"POST /accounts/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nemail="


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
TWICE = (
    b"GET /competitions HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    b"GET /competitions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hundred_and_fifty_bodies_that_never_come_hold_nobody(house: Flask) -> None:
    (page,) = sheets_of(house, 1)
    with serving(house.extensions["grants.settings"]) as (port, _process):
        (saver,) = savers.sheet_savers(house, port, [page])
        lines = [held_open(port, BEGUN) for _ in range(100)]
        lines += [held_open(port, BEGUN[:30]) for _ in range(50)]  # not even a head
        waits = []
        for turn in range(10):
            started = time.monotonic()
            assert saver.save(strengths=f"Turn {turn}.") == 200
            waits.append(time.monotonic() - started)
        lines.insert(0, held_open(port, CHUNKED))
        told = lines[0].recv(100)
        still_sending = answered_while_sending(port, 8 * 1024 * 1024)
        lines.insert(0, held_open(port, TWICE))
        twice = lines[0].makefile("rb").read()
        head_too_late = lines[-1].recv(200)
        for line in lines:
            line.close()
        saver.close()

    assert max(waits) < 5
    assert twice.count(b"HTTP/1.1 ") == 2
    assert told.startswith(b"HTTP/1.1 411 ")
    assert still_sending.startswith(b"HTTP/1.1 411 ")
    assert still_sending.endswith(b"before it.")
    assert head_too_late.startswith(b"HTTP/1.1 408 ")
