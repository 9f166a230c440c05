"""Server-sent events: few at once, one shared read, and the policy asked before every message.

A stream sleeps between reads and holds nothing meanwhile. All streams about the same thing share one
read per second; who comes first reads for the others.
"""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from threading import Condition, Lock
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from flask import Response, current_app, request, stream_with_context

from grants.errors import GrantsError
from grants.web import current

MOST = 16
"""Streams of one process; each keeps a thread of it busy."""
MOST_OF: Mapping[str, int] = {"reviewer": 12}
"""Of these the most for one audience: whoever runs a panel finds a place however many reviewers watch."""
MOST_OF_ONE: Mapping[str, int] = {"reviewer": 4}
"""And the most for one person: whoever opens many windows leaves places to the others."""
READ_EVERY = 1.0
BEAT_EVERY = 15.0
LONGEST = 600.0
"""Seconds after which a stream ends by itself; the browser opens the next one."""
RETRY = 3000
"""Milliseconds after which a browser whose stream ended comes again."""
EVENT_STREAM = "text/event-stream"
FULL = "As many pages are live as this server keeps up to date at once. Refresh shows the newest state."


@dataclass(frozen=True)
class Message:
    """One event; its id comes back from a browser that reconnects. After the `last` one the stream ends."""

    event: str
    id: str
    data: Mapping[str, Any]
    last: bool = False

    def __bytes__(self) -> bytes:
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"event: {self.event}\nid: {self.id}\ndata: {text}\n\n".encode()


class Shared:
    """What many streams look at: read at most once a second, and made from it once for all of them."""

    def __init__(self, read: Callable[[], Hashable]) -> None:
        self._read = read
        self._lock = Lock()
        self._due = 0.0
        self._seen: Hashable = None
        self._made: dict[Hashable, Any] = {}

    def mark(self) -> Hashable:
        """Return the mark of the newest change, at most a second old."""
        with self._lock:
            if time.monotonic() >= self._due:
                self._seen = self._read()
                self._due = time.monotonic() + READ_EVERY
            return self._seen

    def forget(self) -> None:
        """Have the next mark read anew: a page that was just loaded may be newer than the last read."""
        with self._lock:
            self._due = 0.0

    def made(self, mark: Hashable, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, made once for this mark and key; what older marks gave is dropped."""
        with self._lock:
            if self._made.get("mark") != mark:
                self._made = {"mark": mark}
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]


class Seat(NamedTuple):
    """For whom a place is taken."""

    audience: str
    person_id: int | None


class Streams:
    """The streams of one web process."""

    def __init__(self, most: int = MOST) -> None:
        self.is_ending: Callable[[], bool] = lambda: False
        self._most = most
        self._open: Counter[Seat] = Counter()
        self._lock = Condition()
        self._shared: WeakValueDictionary[Hashable, Shared] = WeakValueDictionary()

    def end(self) -> None:
        """End every stream and those opened from now on; wait until they are gone, but not for long."""
        self.is_ending = lambda: True
        with self._lock:
            self._lock.wait_for(lambda: self._open.total() == 0, 3 * READ_EVERY)

    def shared(self, key: Hashable, read: Callable[[], Hashable]) -> Shared:
        """Return what the streams with this key share; it goes with the last of them."""
        with self._lock:
            found = self._shared.get(key)
            if found is None:
                found = self._shared[key] = Shared(read)
            return found

    def enter(self, audience: str, person_id: int | None) -> Callable[[], None] | None:
        """Take a place and return how to give it back, any number of times.

        None where all are taken, or all that this audience or this person may have.
        """
        seat = Seat(audience, person_id)
        with self._lock:
            if not self._has_place(seat):
                return None
            self._open[seat] += 1
        return _once(lambda: self._leave(seat))

    def _has_place(self, seat: Seat) -> bool:
        beside = sum(count for one, count in self._open.items() if one.audience == seat.audience)
        return (
            self._open.total() < self._most
            and beside < MOST_OF.get(seat.audience, self._most)
            and self._open[seat] < MOST_OF_ONE.get(seat.audience, self._most)
        )

    def _leave(self, seat: Seat) -> None:
        with self._lock:
            self._open[seat] -= 1
            self._open = +self._open
            self._lock.notify_all()


def streams() -> Streams:
    """Return the streams of this process."""
    found: Streams = current_app.extensions["grants.streams"]
    return found


def stream(
    shared: Shared, tell: Callable[[Hashable], Message | None], *, goes_on: Callable[[], bool]
) -> Response:
    """Answer with a stream about something shared, or with 503 where no place is free.

    `tell` makes the message for a mark that moved, None where the reader sees no change. `goes_on`
    asks the policy anew; it is the last thing before each message and each sign of life.
    """
    audience = (request.endpoint or "").partition(".")[0]
    leave = streams().enter(audience, current.actor().person_id)
    if leave is None:
        return Response(FULL, 503, {"Retry-After": "60"}, mimetype="text/plain")
    answer = Response(stream_with_context(_events(shared, tell, goes_on)), mimetype=EVENT_STREAM)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy that collects would hold changes back
    answer.call_on_close(leave)
    return answer


def _events(
    shared: Shared, tell: Callable[[Hashable], Message | None], goes_on: Callable[[], bool]
) -> Iterator[bytes]:
    began = beat = time.monotonic()
    seen: Hashable = object()
    shared.forget()
    yield f"retry: {RETRY}\n\n".encode()
    while time.monotonic() - began < LONGEST and not streams().is_ending() and not _is_gone():
        mark = shared.mark()
        try:
            message = tell(mark) if mark != seen else None
        except GrantsError:
            return
        if message is not None or time.monotonic() - beat >= BEAT_EVERY:
            if not goes_on():
                return
            yield b": still here\n\n" if message is None else bytes(message)
            beat = time.monotonic()
        if message is not None and message.last:
            return
        seen = mark
        time.sleep(READ_EVERY)


def _is_gone() -> bool:
    """Ask the connection whether the browser hung up; without this it shows only at the next write."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _once(act: Callable[[], None]) -> Callable[[], None]:
    acts = [act]

    def perform() -> None:
        if acts:
            acts.pop()()

    return perform
