"""Asking another process to open PDFs: one that loaded the library before, and forks a child for each.

Nothing from outside is opened in a process that answers people, sends mail or holds a setting. The
process of this process is started at the first call, or by `start` before anybody waits, and again
where it was killed; it is executed anew and not forked, so threads do not matter.
"""

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from grants.config import ROOT
from grants.errors import Unavailable

MEGABYTE = 1024 * 1024
PROGRAM = "grants.adapters.pdf_opener"
BEGUN = b"!"
"""The first byte of every answer: without it no child ever ran, and the file is not to blame."""
AT_ONCE = 2
"""Children of one process at the same time."""
WAITING = 12
"""Callers of one process that may wait for a child: fewer than half of the threads that answer people."""
SPARE = 2.0
"""Seconds more than a child may take that its answer is waited for."""
PASSED_ON = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
"""The environment of who opens strangers' files: no key and no password."""


class Unopened(Exception):
    """A child could not do its task: `code` is damaged, or heavy where it ran out of memory or time."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code}: {why}" if why else code)
        self.code = code


@dataclass(frozen=True)
class Limits:
    """What a child may use: a little, and more for a larger file."""

    seconds: float
    seconds_a_megabyte: float
    memory: int = 256 * MEGABYTE
    memory_a_byte: int = 6

    def of(self, size: int) -> dict[str, Any]:
        """Return the limits for so many bytes, as the child takes them.

        On a busy machine a child gets the processor a third of the time.
        """
        seconds = self.seconds + self.seconds_a_megabyte * size / MEGABYTE
        return {
            "seconds": max(1, round(seconds)),
            "wall": 3 * seconds,
            "bytes": self.memory + self.memory_a_byte * size,
        }


LOOKING = Limits(seconds=1.25, seconds_a_megabyte=0.1)
"""A small file is refused within four seconds whatever it holds."""
BINDING = Limits(seconds=10, seconds_a_megabyte=0.5)


class _Opener:
    """The process that opens files for this one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.children = threading.BoundedSemaphore(AT_ONCE)
        self.callers = threading.BoundedSemaphore(AT_ONCE + WAITING)
        self.process: subprocess.Popen[bytes] | None = None
        self.socket: socket.socket | None = None

    def ask(self, message: bytes, fds: list[int]) -> None:
        """Send one message with its files to a living process, starting it where there is none."""
        with self.lock:
            if self.process is None or self.socket is None or self.process.poll() is not None:
                self.start()
            assert self.socket is not None  # noqa: S101  # `start` makes it
            socket.send_fds(self.socket, [message], fds)

    def start(self) -> None:
        """Execute the process anew; hold the lock."""
        self.end()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MEGABYTE)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", PROGRAM, str(theirs.fileno())],
                cwd=ROOT,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a key that stops the house stops it in its turn, when all hung up
            )
        self.socket = ours

    def end(self) -> None:
        """Hang up, which ends the process, and see it gone."""
        if self.socket is not None:
            self.socket.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
        self.process = self.socket = None


_held = [_Opener()]


def _after_fork() -> None:
    """Give a forked process an opener of its own, never the parent's."""
    if _held[0].socket is not None:
        _held[0].socket.close()
    _held[0] = _Opener()


os.register_at_fork(after_in_child=_after_fork)


def start() -> None:
    """Start the process now, so that the first file need not wait for it."""
    with _held[0].lock:
        if _held[0].process is None:
            _held[0].start()


def open_apart(
    task: str, parts: Sequence[bytes], limits: Limits, **asked: object
) -> tuple[dict[str, Any], bytes]:
    """Have a child do one of `pdf_opening.TASKS`; return what it says and the bytes that it made.

    Raises `Unopened` where the file is at fault, and `Unavailable` where too many wait or no child runs.
    """
    sizes = [len(part) for part in parts]
    told = limits.of(sum(sizes))
    message = json.dumps({"task": task, "sizes": sizes, **told, **asked}).encode()
    with _place(told["wall"]):
        for _try in range(2):  # the process may have been killed; the second try starts it again
            answer = _asked(message, parts, told["wall"])
            if answer.startswith(BEGUN):
                return _read(answer)
    raise Unavailable("Files cannot be looked at just now. Nothing is lost: send it again in a minute.")


@contextmanager
def _place(wall: float) -> Iterator[None]:
    """Wait for one of the few children; refuse at once where too many wait already."""
    opener = _held[0]
    if not opener.callers.acquire(blocking=False):
        raise _busy()
    try:
        if not opener.children.acquire(timeout=wall * AT_ONCE + SPARE):
            raise _busy()
        try:
            yield
        finally:
            opener.children.release()
    finally:
        opener.callers.release()


def _busy() -> Unavailable:
    return Unavailable("Many files are being looked at just now. Nothing is lost: send it again in a minute.")


def _asked(message: bytes, parts: Sequence[bytes], wall: float) -> bytes:
    """Send a task and return all that came back until the child ended; nothing where none ran."""
    file, (answer, pipe) = os.memfd_create("pdf"), os.pipe()
    try:
        try:
            for part in parts:
                with memoryview(part) as rest:
                    written = 0
                    while written < len(rest):
                        written += os.write(file, rest[written:])
            with suppress(OSError):  # killed between two files: nothing is answered
                _held[0].ask(message, [file, pipe])
        finally:
            os.close(pipe)
            os.close(file)
        return b"".join(_pieces(answer, time.monotonic() + wall + SPARE))
    finally:
        os.close(answer)


def _pieces(answer: int, until: float) -> Iterator[bytes]:
    waiting = select.poll()
    waiting.register(answer, select.POLLIN)
    while (left := until - time.monotonic()) > 0 and waiting.poll(left * 1000):
        piece = os.read(answer, MEGABYTE)
        if not piece:
            return
        yield piece


def _read(answer: bytes) -> tuple[dict[str, Any], bytes]:
    head, end, content = answer[len(BEGUN) :].partition(b"\n")
    if not end:  # the child was ended by a limit, or the library broke it
        raise Unopened("heavy")
    told: dict[str, Any] = json.loads(head)
    if "failed" in told:
        raise Unopened(told["failed"], told.get("why", ""))
    return told, content
