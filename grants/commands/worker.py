"""The worker: jobs, mail and the hourly duties, in a process of its own beside the web processes."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

import structlog
from flask import Flask, render_template

from grants import wiring
from grants.adapters.mail import mailer
from grants.app import moved_clock
from grants.clock import Clock, real_now
from grants.database import Database
from grants.jobs.runner import Runner
from grants.lifecycle.outbox import Outbox, strand_interrupted
from grants.lifecycle.readings import seal
from grants.web import tokens

PAUSE = 0.5
HOUR = timedelta(hours=1)
DUTIES_EVERY = timedelta(seconds=20)
log = structlog.get_logger()


class Worker:
    """One worker process around one application."""

    def __init__(self, app: Flask, *, clock: Callable[[], Clock] | None = None) -> None:
        self.app = app
        self.database: Database = app.extensions["grants.database"]
        self.settings = app.extensions["grants.settings"]
        files = app.extensions["grants.files"]
        self.clock = clock or self._moved_clock
        self.runner = Runner(
            database=self.database,
            settings=self.settings,
            files=files,
            clock=self.clock,
            jobs=wiring.JOBS,
            render=self.render,
        )
        self.outbox = Outbox(
            database=self.database,
            files=files,
            mailer=mailer(self.settings.mail_url),
            notices=wiring.NOTICES,
            render=self.render,
            unseal=partial(tokens.unsealed, self.settings),
        )
        self._stop = threading.Event()
        self._sealed = real_now()
        self._duties_done: datetime | None = None

    def render(self, template: str, **context: object) -> str:
        """Render a template outside of any request, with links to the public address."""
        with self.app.test_request_context(base_url=self.settings.public_url):
            return render_template(template, **context)

    def run_once(self) -> int:
        """Do everything that waits: duties of the day, jobs, mail; return how many things were done."""
        self._do_duties()
        return self.runner.run_waiting() + self.outbox.run()

    def run_forever(self) -> None:
        """Work until a signal says stop; what is in hand is finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._asked_to_stop)
        with self.database.writing() as session:
            strand_interrupted(session)
        while not self._stop.is_set():
            self._seal_hourly()
            try:
                done = self.run_once()
            except Exception as error:  # a database that is away for a moment comes back
                log.exception("worker", error=str(error))
                done = 0
            if not done:
                self._stop.wait(PAUSE)

    def _do_duties(self) -> None:
        now = self.clock().now()
        if self._duties_done is not None and abs(now - self._duties_done) < DUTIES_EVERY:
            return
        for duty in wiring.DUTIES:
            with self.database.writing() as session:
                duty(session, now)
        self._duties_done = now

    def _seal_hourly(self) -> None:
        if real_now() - self._sealed >= HOUR:
            with self.database.writing() as session:
                seal(session, now=self.clock().now())
            self._sealed = real_now()

    def _moved_clock(self) -> Clock:
        with self.database.reading() as session:
            return moved_clock(session)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()
