"""Keeping processes alive: a child that dies is started again, and if that does not help the service ends.

Who supervises does nothing else, so that nothing can bring it down. It ends with a status other than 0 where
a child cannot be kept alive, for whoever supervises it in turn.
"""

import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

import structlog

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the next start, by the deaths within `LATELY`."""
LATELY = 120.0
MOST_DEATHS = 8
"""Deaths within `LATELY` after which the service ends."""
TOO_YOUNG = 30.0
"""A child whose first life ends by a fault of its own within so many seconds cannot be started."""
GRACE = 35.0
"""Seconds that children have to finish what is in hand."""
TURN = 0.1
log = structlog.get_logger()


@dataclass
class Child:
    """One process that is to live; `reload` is the signal by which it renews itself."""

    name: str
    command: Sequence[str]
    reload: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    starts: int = 0
    due: float = 0.0
    is_renewed: bool = False
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start the process."""
        self.process = subprocess.Popen(list(self.command))
        self.started, self.starts = time.monotonic(), self.starts + 1

    def tell(self, number: signal.Signals) -> None:
        """Send a signal, if there is anybody to hear it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Starts children, starts them again, passes signals on, and ends with all of them."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self._stops = False
        self._reloads = False

    def run(self) -> int:
        """Keep the children alive until a signal says stop; return the status to end with."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGHUP, self._asked_to_reload)
        status = 0
        try:
            while not self._stops and not status:
                self._renew_where_asked()
                for child in self.children:
                    status = status or self._look_after(child)
                time.sleep(TURN)
        finally:
            self._end_all()
        return status

    def _look_after(self, child: Child) -> int:
        """Start a child that is not there; return a status where that is of no use."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                child.start()
            return 0
        ended = child.process.poll()
        if ended is None:
            return 0
        child.process = None
        if child.is_renewed:
            child.is_renewed, child.due = False, now
            return 0
        log.error("a process of the service ended", name=child.name, status=ended)
        if child.starts == 1 and ended > 0 and now - child.started < TOO_YOUNG:
            return ended
        child.deaths = [death for death in child.deaths if now - death < LATELY] + [now]
        if len(child.deaths) >= MOST_DEATHS:
            log.error("it does not stay alive; the service ends", name=child.name)
            return 1
        child.due = now + PAUSES[min(len(child.deaths), len(PAUSES)) - 1]
        return 0

    def _renew_where_asked(self) -> None:
        if not self._reloads:
            return
        self._reloads = False
        for child in self.children:
            child.is_renewed = child.reload is signal.SIGTERM
            child.tell(child.reload)

    def _end_all(self) -> None:
        """Stop every child, and kill what has not stopped in time; a worker's leases are taken over later."""
        for child in self.children:
            child.tell(signal.SIGTERM)
        until = time.monotonic() + GRACE
        for child in self.children:
            if child.process is None:
                continue
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, until - time.monotonic()))
            if child.process.poll() is None:
                log.error("killed, because it did not stop", name=child.name)
                child.process.kill()
                child.process.wait()

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops = True

    def _asked_to_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._reloads = True
