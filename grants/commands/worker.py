"""The worker: jobs and the hourly duties in one process, mail in another, beside the web processes."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

import structlog
from flask import Flask, render_template

from grants import wiring
from grants.adapters.mail import domain_of, mailer
from grants.app import moved_clock
from grants.clock import Clock, real_now
from grants.database import Database
from grants.documents.services.sweeping import end_uploads, sweep
from grants.jobs import life
from grants.jobs.models import Duty
from grants.jobs.runner import Runner
from grants.lifecycle.outbox import Outbox, Sender, take_over
from grants.lifecycle.readings import seal
from grants.web import tokens

PAUSE = 0.5
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DUTIES_EVERY = timedelta(seconds=20)
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
log = structlog.get_logger()


class Worker:
    """The hands of a worker process around one application."""

    def __init__(self, app: Flask, *, clock: Callable[[], Clock] | None = None) -> None:
        self.app = app
        self.name = life.new_name()
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
            name=self.name,
        )
        self.outbox = Outbox(
            database=self.database,
            files=files,
            mailer=mailer(self.settings.mail_url, sender=self.settings.mail_from),
            sender=Sender(self.name, domain_of(self.settings.public_url), wiring.reply_to),
            notices=wiring.NOTICES,
            render=self.render,
            unseal=partial(tokens.unsealed, self.settings),
        )
        self._stop = threading.Event()
        self._sealed = real_now()
        self._swept: datetime | None = None
        self._duties_done: datetime | None = None

    def render(self, template: str, **context: object) -> str:
        """Render a template outside of any request, with links to the public address."""
        with self.app.test_request_context(base_url=self.settings.public_url):
            return render_template(template, **context)

    def run_once(self) -> int:
        """Do everything that waits: duties of the day, jobs, mail; return how many things were done."""
        self._do_duties()
        return self.runner.run_waiting() + self.outbox.run()

    def run_forever(self, duty: Duty, *, parent: int | None = None) -> None:
        """Work at one duty until a signal says stop, or until the parent process is gone.

        What is in hand is finished first.
        """
        for name in STOPS:
            signal.signal(name, self._asked_to_stop)
        with self.database.writing() as session:
            take_over(session, [])  # what an earlier version left, which wrote no name
        heart = threading.Thread(target=self._live, args=(duty, parent), name="heart", daemon=True)
        self._beat(duty)
        heart.start()
        turn = {Duty.JOBS: self._turn_at_jobs, Duty.MAIL: self._turn_at_mail}[duty]
        while not self._stop.is_set():
            try:
                done = turn()
            except Exception as error:  # a database that is away for a moment comes back
                log.exception("worker", error=str(error))
                done = 0
            if not done:
                self._stop.wait(PAUSE)
        heart.join()
        with self.database.writing() as session:
            life.end(session, self.name, now=real_now())
            take_over(session, [self.name])

    def _turn_at_jobs(self) -> int:
        self._seal_hourly()
        self._sweep_daily()
        self._do_duties()
        return int(self.runner.run_one())

    def _turn_at_mail(self) -> int:
        return self.outbox.run(goes_on=lambda: not self._stop.is_set())

    def _live(self, duty: Duty, parent: int | None) -> None:
        """Let the heart beat until the end, whatever the hands are at."""
        while not self._stop.wait(life.BEAT.total_seconds()):
            if parent is not None and os.getppid() != parent:
                log.error("the supervisor is gone", worker=self.name)
                self._stop.set()
            try:
                self._beat(duty)
            except Exception as error:  # the same
                log.exception("heartbeat", error=str(error))

    def _beat(self, duty: Duty) -> None:
        with self.database.writing() as session:
            life.beat(session, self.name, duty, now=real_now())
            dead = life.bury(session, now=real_now())
            if dead:
                take_over(session, dead)
                log.warning("took over from dead workers", workers=dead)

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

    def _sweep_daily(self) -> None:
        if self._swept is not None and real_now() - self._swept < DAY:
            return
        self._swept = real_now()
        aside, dropped = sweep(self.database, self.runner.files, now=real_now())
        with self.database.writing() as session:
            end_uploads(session, self.settings, now=self.clock().now())
        if aside or dropped:
            log.info("swept the file store", put_aside=aside, dropped=dropped)

    def _moved_clock(self) -> Clock:
        with self.database.reading() as session:
            return moved_clock(session)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()
