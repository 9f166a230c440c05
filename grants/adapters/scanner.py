"""A virus scanner where one is configured: clamd over its INSTREAM command."""

import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from grants.errors import Unavailable

CHUNK = 64 * 1024
WAIT = 20.0
"""Seconds that one step of the talk may take: clamd looks at a large file for some of them."""
AWAY = (
    "The virus scanner does not answer, so no file can be taken just now. Nothing is lost: send it again in "
    "a few minutes."
)


@dataclass(frozen=True)
class Verdict:
    """What the scanner said: the name of what it found, or nothing."""

    found: str = ""


class Clamd:
    """clamd at `tcp://host:port` or `unix:///path`."""

    name = "clamd"

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._family = socket.AF_UNIX if parts.scheme == "unix" else socket.AF_INET
        self._place: str | tuple[str, int] = (
            parts.path if parts.scheme == "unix" else (parts.hostname or "", parts.port or 0)
        )

    def look(self, content: bytes) -> Verdict:
        """Send the bytes in chunks and read the verdict; raises `Unavailable` where there is none."""
        try:
            answer = self._asked(content)
        except OSError as error:
            raise Unavailable(AWAY, code="scanner_away") from error
        if answer.endswith("FOUND"):
            return Verdict(answer.removeprefix("stream: ").removesuffix("FOUND").strip() or "unnamed")
        if not answer.endswith("OK"):  # too large for it, or out of order: never taken for clean
            raise Unavailable(AWAY, code="scanner_away")
        return Verdict()

    def _asked(self, content: bytes) -> str:
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith((b"\0", b"\n")) and (piece := connection.recv(4096)):
                answer += piece
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")

    def _connected(self) -> socket.socket:
        if self._family == socket.AF_INET:
            return socket.create_connection(self._place, timeout=WAIT)  # type: ignore[arg-type]  # of tcp
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(WAIT)
        try:
            connection.connect(self._place)
        except OSError:
            connection.close()
            raise
        return connection


def scanner(url: str) -> Clamd | None:
    """Return the scanner at an address, or nothing where none is configured."""
    return Clamd(url) if url else None
