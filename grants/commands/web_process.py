"""A web process in which nobody holds a thread by sending slowly: a request gets one when it is all there.

gunicorn gives a connection a thread at its first byte, and the thread waits for the rest. Here the loop
that watches all connections gathers head and body first, without a thread, each within its time; then
the thread reads from memory, or from a temporary file.
"""

import contextlib
import re
import selectors
import socket
import struct
import time
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]  # has no types

HEAD_WITHIN = 10.0
"""Seconds in which a head must be there; browsers send it in one piece."""
BODY_WITHIN, SLOWEST = 20.0, 8 * 1024
"""Seconds in which a body must be there, and one second more for so many of its bytes."""
LARGEST_HEAD = 256 * 1024
MOST_GATHERED = 64 * 1024 * 1024
"""Bytes of a body that are gathered; what is still larger is refused by its page anyway."""
MOST_AT_ONCE = 1024 * 1024 * 1024
"""Bytes that one process gathers at a time from all connections."""
IN_MEMORY = 128 * 1024
PIECE = 64 * 1024
FAREWELL = 2.0
"""Seconds in which who is refused may read why: a line closed while they still send loses the answer."""
SEND_WITHIN, READ_WITHIN = 60, 20
"""Seconds that a thread waits for one piece to go out, or for what was not gathered."""
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
EXPECTED = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
NO_LENGTH = "411 Length Required", "Send the length of the body before it."
TOO_SLOW = "408 Request Timeout", "What was sent came too slowly and was not stored. Send it again."
TOO_MUCH = "503 Service Unavailable", "Too much is being sent just now. Nothing was stored: send it again."
LARGE_HEAD = "431 Request Header Fields Too Large", "The head of this request is too large."


@dataclass(eq=False)
class Gathering:
    """What has come of one request."""

    until: float
    head: bytes = b""
    wanted: int | None = None
    """Bytes of head and body together, once the head is there."""
    have: int = 0
    file: Any = field(default_factory=lambda: SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115

    def take(self, piece: bytes) -> None:
        """Keep one piece; the head also where it can be searched."""
        if self.wanted is None:
            self.head += piece
        self.file.write(piece)
        self.have += len(piece)

    def is_whole(self) -> bool:
        """Ask whether all that is gathered is there."""
        return self.wanted is not None and self.have >= self.wanted


class Gathered:
    """A connection whose first bytes were gathered: they are read from here, and the rest from the line."""

    def __init__(self, line: socket.socket, file: Any) -> None:
        self._line, self._file = line, file
        file.seek(0)

    def recv(self, size: int) -> bytes:
        """Return the next bytes."""
        if self._file is not None:
            if piece := self._file.read(size):
                return bytes(piece)
            self._file.close()
            self._file = None
        return self._line.recv(size)

    def rest(self) -> bytes:
        """Return what was gathered and not read: the beginning of the next request."""
        if self._file is None:
            return b""
        with self._file as file:
            self._file = None
            return bytes(file.read())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


class WebProcess(ThreadWorker):  # type: ignore[misc]  # has no types
    """gunicorn's worker with threads, which begin when a request is whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gatherings: dict[Any, Gathering] = {}
        self.farewells: dict[Any, float] = {}
        """Connections that were refused, each until when it is kept."""

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and wait for its first request."""
        try:
            line, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_WITHIN, 0))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", READ_WITHIN, 0))
        self.nr_conns += 1
        self.gather(TConn(self.cfg, line, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Gather the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.gather(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Gather what was sent together with the request that is answered; the rest is gunicorn's."""
        begun = b""
        if not fs.cancelled() and fs.exception() is None and fs.result() and conn.parser is not None:
            begun = conn.parser.unreader.take_buffered() + conn.parser.unreader.sock.rest()
        if begun:
            self.gather(conn, begun)
        else:
            super().finish_request(conn, fs)

    def gather(self, conn: Any, begun: bytes = b"") -> None:
        """Watch a connection until its request is whole."""
        conn.sock.setblocking(False)
        gathering = self.gatherings[conn] = Gathering(time.monotonic() + HEAD_WITHIN)
        self.poller.register(conn.sock, selectors.EVENT_READ, lambda _line: self.read_on(conn))
        if begun:
            gathering.take(begun)
            self._judge(conn, gathering)

    def read_on(self, conn: Any) -> None:
        """Take what is there; give the request to a thread when it is whole."""
        gathering = self.gatherings[conn]
        try:
            piece = conn.sock.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        if not piece:
            self._close(conn)
            return
        gathering.take(piece)
        self._judge(conn, gathering)

    def murder_pending(self) -> None:
        """Close what came too slowly."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, one in self.gatherings.items() if one.until <= now or not self.alive]:
            self._refuse(conn, TOO_SLOW) if self.gatherings[conn].have else self._close(conn)
        for conn in [conn for conn, until in self.farewells.items() if until <= now or not self.alive]:
            self._part(conn)

    def _judge(self, conn: Any, gathering: Gathering) -> None:
        if gathering.wanted is None:
            refusal = self._read_head(conn, gathering)
            if refusal is not None:
                self._refuse(conn, refusal)
                return
        if gathering.is_whole():
            self._give_thread(conn, gathering)

    def _read_head(self, conn: Any, gathering: Gathering) -> tuple[str, str] | None:
        """Find the end of the head and how much is to come; return why the request is refused, if it is."""
        end = gathering.head.find(b"\r\n\r\n")
        if end < 0:
            return LARGE_HEAD if len(gathering.head) > LARGEST_HEAD else None
        head = gathering.head[: end + 2]
        if CHUNKED.search(head):
            return NO_LENGTH
        found = LENGTH.search(head)
        length = int(found[1]) if found else 0
        gathering.wanted = end + 4 + min(length, MOST_GATHERED)
        gathering.until = time.monotonic() + BODY_WITHIN + length / SLOWEST
        if sum(one.wanted or 0 for one in self.gatherings.values()) > MOST_AT_ONCE:
            return TOO_MUCH
        if EXPECTED.search(head) and not gathering.is_whole():
            with contextlib.suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    def _give_thread(self, conn: Any, gathering: Gathering) -> None:
        self._forget(conn)
        conn.init()
        conn.parser.unreader.sock = Gathered(conn.sock, gathering.file)
        conn.data_ready = True
        self.enqueue_req(conn)

    def _refuse(self, conn: Any, answer: tuple[str, str]) -> None:
        status, sentence = answer
        text = (
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(sentence)}\r\n\r\n{sentence}"
        )
        self._forget(conn).file.close()
        try:
            conn.sock.send(text.encode())
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._hang_up(conn)
            return
        self.farewells[conn] = time.monotonic() + FAREWELL
        self.poller.register(conn.sock, selectors.EVENT_READ, lambda _line: self._drop(conn))

    def _drop(self, conn: Any) -> None:
        """Read and forget what is still sent after a refusal, until the other side hangs up."""
        try:
            piece = conn.sock.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        if not piece:
            self._part(conn)

    def _part(self, conn: Any) -> None:
        del self.farewells[conn]
        with contextlib.suppress(KeyError, ValueError, OSError):
            self.poller.unregister(conn.sock)
        self._hang_up(conn)

    def _hang_up(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def _close(self, conn: Any) -> None:
        self._forget(conn).file.close()
        self._hang_up(conn)

    def _forget(self, conn: Any) -> Gathering:
        with contextlib.suppress(KeyError, ValueError, OSError):
            self.poller.unregister(conn.sock)
        return self.gatherings.pop(conn)
