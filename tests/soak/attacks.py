"""What strangers may send to stop the house; each attack knows with which status and words it is refused."""

import functools
import http.client
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flask import Flask

from grants.adapters.pdf_files import SENTENCES
from grants.commands.web_process import TOO_SLOW
from grants.web.bodies import MOST_FIELDS
from tests.bench.serving import Saver, cookie_of
from tests.factories.hostile import MEGABYTE, object_bomb, page_bomb, plain_pdf, twice_squeezed_bomb

SIGN_IN = "/accounts/sign-in"
FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 64 * 1024
"""An answer to what is refused is a page and not more."""
BOUNDARY = "b0undary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
FIELDS = 100_000
TOO_MANY = f"more than {MOST_FIELDS:,} fields"


@dataclass(frozen=True)
class Refusal:
    """How one attack was answered."""

    status: int
    body: str
    seconds: float


@dataclass
class Attack:
    """One kind of attack: how it is sent, by how many at once, and what must come back within which time."""

    send: Callable[["Stranger", int], Refusal]
    at_once: int
    status: int
    words: tuple[str, ...]
    within: float
    refusals: list[Refusal] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Say which answers were none, wrong, wordless, large or late."""
        found = [] if self.refusals else ["nothing was answered"]
        for one in self.refusals:
            if one.status != self.status or not any(words in one.body for words in self.words):
                found.append(f"{one.status} instead of {self.status}: {one.body[:200]!r}")
            if one.seconds > self.within or len(one.body) > MOST_BYTES:
                found.append(f"{one.seconds:.1f} s of {self.within:.0f}, {len(one.body)} bytes")
        return found


class Stranger:
    """Somebody who is signed in, with a draft of their own, and sends what no browser would."""

    def __init__(self, app: Flask, port: int, budget: tuple[str, str]) -> None:
        email, year = budget
        self.port = port
        self.documents = year.removesuffix("/budget/1") + "/documents"
        self._open(self.documents, cookie_of(app, email))

    @classmethod
    def staff(cls, app: Flask, port: int, email: str) -> "Stranger":
        """Make somebody of the staff, who has no draft."""
        made = cls.__new__(cls)
        made.port, made.documents = port, ""
        made._open("/staff/home", cookie_of(app, email))
        return made

    def _open(self, path: str, cookie: str) -> None:
        """Open a page for its cookie and its token."""
        page = Saver(self.port, path, cookie)
        page.open()
        page.close()
        self.cookie, self.token = page.cookie, page.token

    def post(self, path: str, body: bytes, media_type: str) -> Refusal:
        """Send one body over a line of its own and return the answer."""
        started = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("POST", path, body, {"Cookie": self.cookie, "Content-Type": media_type})
            answer = line.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return Refusal(0, repr(error), time.monotonic() - started)
        finally:
            line.close()
        return Refusal(answer.status, text, time.monotonic() - started)

    def upload(self, content: bytes) -> Refusal:
        """Add a file as the page without scripts does."""
        return self.post(self.documents, multipart(self.token, content), MULTIPART)


def multipart(token: str, content: bytes) -> bytes:
    """Write the form of a file."""
    fields = {"csrf_token": token, "key": "letters"}
    parts = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'.encode()
    return parts + head + content + f"\r\n--{BOUNDARY}--\r\n".encode()


@functools.cache
def bombs() -> tuple[bytes, ...]:
    """Make files of at most a megabyte that inflate to a gigabyte or four."""
    made = object_bomb(1000), page_bomb(1000), twice_squeezed_bomb(4096)
    if max(map(len, made)) > 1.1 * MEGABYTE:
        raise RuntimeError("a bomb is larger than it should be")
    return made


@functools.cache
def fifty_one() -> bytes:
    """Make a PDF of 51 MB, of which the first bytes and the last are as they should be."""
    plain = plain_pdf()
    return plain[:9] + b"%" * (51 * MEGABYTE - len(plain)) + plain[9:]


def send_bomb(stranger: Stranger, turn: int) -> Refusal:
    """Upload one of the bombs."""
    return stranger.upload(bombs()[turn % len(bombs())])


def send_fields(stranger: Stranger, turn: int) -> Refusal:
    """Send a form of a hundred thousand fields, to a page that takes files or to the sign-in."""
    if turn % 2:
        return stranger.post(SIGN_IN, b"a=1&" * FIELDS, FORM)
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.encode()
    return stranger.post(stranger.documents, part * FIELDS + f"--{BOUNDARY}--\r\n".encode(), MULTIPART)


def send_deep_json(stranger: Stranger, turn: int) -> Refusal:
    """Send a million brackets to a page that saves."""
    path = SIGN_IN if turn % 2 else stranger.documents.replace("documents", "budget/1")
    return stranger.post(path, b"[" * 1_000_000, "application/json")


def send_large(stranger: Stranger, turn: int) -> Refusal:
    """Upload a file of 51 MB, or send as much to the sign-in."""
    if turn % 2:
        return stranger.post(SIGN_IN, b"a=" + fifty_one(), FORM)
    return stranger.upload(fifty_one())


def send_slowly(stranger: Stranger, turn: int) -> Refusal:
    """Begin a head or a body, go on a byte a second, and wait for the answer."""
    head = f"POST /accounts/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: {FORM}\r\n".encode()
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", stranger.port), timeout=60) as line:
        line.sendall(head if turn % 3 == 0 else head + b"Content-Length: 1000\r\n\r\nemail=")
        try:
            answer = b"".join(_answer_to(line))
        except OSError as error:
            return Refusal(0, repr(error), time.monotonic() - started)
    status, _, body = answer.decode().partition("\r\n\r\n")
    return Refusal(int(status.split()[1]) if status else 0, body, time.monotonic() - started)


def _answer_to(line: socket.socket) -> Iterator[bytes]:
    """Send a byte a second until something comes back; give all of it."""
    line.settimeout(1)
    while True:
        try:
            piece = line.recv(4096)
        except TimeoutError:
            line.sendall(b"x")
            continue
        if not piece:
            return
        yield piece


def attacks() -> dict[str, Attack]:
    """Make the attacks, by name."""
    too_large = "is larger than 51 MB, the limit", "is larger than 2 MB, the limit"
    return {
        "bombs": Attack(send_bomb, 2, 422, (SENTENCES["heavy"],), 5),
        "slow bodies": Attack(send_slowly, 150, 408, (TOO_SLOW[1],), 30),
        "forms of 100,000 fields": Attack(send_fields, 3, 413, (TOO_MANY,), 5),
        "deep JSON": Attack(send_deep_json, 3, 415, ("no JSON",), 5),
        "files of 51 MB": Attack(send_large, 2, 413, too_large, 10),
    }
