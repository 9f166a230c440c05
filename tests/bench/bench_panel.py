"""Forty reviewers autosave every two seconds while twenty people watch the panel: on both databases."""

import http.client
import math
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services.roles import grant_role
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import Phase, Score, ScoreVersion, Sheet
from grants.reviews.queries import sheets
from grants.reviews.services import panels, scoring
from tests.bench.houses import house_of, kinds
from tests.bench.run import Measurement, at_least, limited, unbounded
from tests.bench.serving import Saver, cookie_of, put_clock, serving
from tests.factories import reviews

REVIEWERS, WATCHERS, FINALISTS = 40, 20, 8
EVERY, SECONDS = 2.0, 20.0
SETTLING = 15.0
"""Seconds within which those who watch have opened their pages; then the saving begins."""
SUBMITTING = 4
"""Further reviewers, who submit one after the other, so that the watchers have something to hear."""
KEY = reviews.CRITERIA[0][0]
WORDS = "The applicant names the firms it will reach, county by county, and says how. " * 8
PANEL = "/staff/reviews/2014-NIST-MEP-01/panels/CO"
OFFICER = "officer@agency.example"


@dataclass
class Writing:
    """One reviewer who saves: how long each answer took, what was acknowledged, what failed."""

    saver: Saver
    sheet_id: int
    took: list[float] = field(default_factory=list)
    kept: dict[int, str] = field(default_factory=dict)
    failed: int = 0

    def run(self, until: float) -> None:
        """Save every two seconds, first at a moment of one's own."""
        self.saver.close()  # the page was opened long ago
        due = time.monotonic() + random.uniform(0, EVERY)
        turn = 0
        while due < until:
            time.sleep(max(0.0, due - time.monotonic()))
            turn += 1
            text = f"{WORDS} {turn}"
            began = time.perf_counter()
            status = self.save(text)
            self.took.append(time.perf_counter() - began)
            if status == 200:
                self.kept[self.saver.version] = text
            else:
                self.failed += 1
            due = max(due + EVERY, time.monotonic())

    def save(self, text: str) -> int:
        """Save as a browser does, which opens a connection that the server let go anew."""
        try:
            return self.saver.save(strengths=text)
        except ConnectionError:
            self.saver.close()
            return self.saver.save(strengths=text)


@dataclass
class Watching:
    """One person who watches: whether a place was free, and when messages came."""

    port: int
    cookie: str
    status: int = 0
    heard: list[float] = field(default_factory=list)
    connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Open the page, then its stream, and listen until somebody hangs up."""
        connection = self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", PANEL, headers={"Cookie": self.cookie})
        page = connection.getresponse().read().decode()
        address = page.split('data-stream="')[1].split('"')[0].replace("&amp;", "&")
        since = page.split('data-stream-since="')[1].split('"')[0]
        connection.request("GET", f"{address}&since={since}", headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        self.status = answer.status
        while self.status == 200 and (line := answer.readline()):
            if line.startswith(b"event: parts"):
                self.heard.append(time.monotonic())

    def hang_up(self) -> None:
        """Stop listening, from another thread."""
        if self.connection is not None and self.connection.sock is not None:
            self.connection.sock.shutdown(socket.SHUT_RDWR)


def measure() -> list[Measurement]:
    """Measure on every database that there is."""
    return [one for kind in kinds() for one in measured(kind)]


def measured(kind: str) -> list[Measurement]:
    """Measure on one database: latencies, losses, and when a submitted revision is seen."""
    with house_of(kind, StoppedClock(reviews.NOW)) as app:
        database: Database = app.extensions["grants.database"]
        with database.writing() as session:
            made = make_panel(session)
            forms = sheets_to_save(session, made)
        put_clock(database, reviews.NOW)
        with serving(app.extensions["grants.settings"]) as (port, _process):
            writers = [opened(app, port, email, sheet_id, path) for email, sheet_id, path in forms]
            watchers = [Watching(port, cookie_of(app, OFFICER)) for _number in range(WATCHERS)]
            submitted = together(writers, watchers, database, made)
        return told(kind, writers, watchers, submitted, lost(database, writers))


def make_panel(session: Session) -> reviews.Round:
    """Make an open panel of finalists with five reviewers each, and a few more on the first one."""
    made = reviews.make_round(session, states={"CO": 1}, reviewers=0)
    officer = session.get_one(Person, made.officer.person_id)
    grant_role(session, officer, Role.PROGRAM_OFFICER, actor=SYSTEM, now=reviews.NOW)
    for number in range(2, FINALISTS + 1):
        made.applications[f"CO-{number}"] = reviews.make_application(
            session, made.competition, "CO", f"CO-{number}", f"Host {number}"
        )
    for number in range(REVIEWERS + SUBMITTING):
        person = reviews.make_reviewer(
            session,
            made.competition,
            f"r{number}@panel.example",
            f"Reviewer {number}",
            invited_by=officer.id,
        )
        made.reviewers.append(person)
        place = number % FINALISTS + 1 if number < REVIEWERS else 1
        sheet = reviews.open_door(session, made.applications[f"CO-{place}"], person)
        reviews.fill(session, sheet, reviews.spread(75 + number % 20))
        actor = made.reviewer(session, number + 1)
        scoring.submit(session, made.competition, sheet, actor=actor, now=reviews.NOW)
    panels.open_panel(session, made.competition, "CO", actor=made.officer, now=reviews.NOW)
    return made


def revisions(session: Session, made: reviews.Round) -> dict[int, Sheet]:
    """Return the sheets to revise, by person."""
    rows = sheets.sheets_of(session, made.competition.id, state="CO")
    return {row.person_id: row for row in rows if row.phase is Phase.FINAL}


def sheets_to_save(session: Session, made: reviews.Round) -> list[tuple[str, int, str]]:
    """Return address, sheet and path of everybody who saves."""
    rows = revisions(session, made)
    return [
        (one.email, rows[one.id].id, f"/reviewer/reviews/sheets/{rows[one.id].uid}/score/{KEY}")
        for one in made.reviewers[:REVIEWERS]
    ]


def opened(app: Flask, port: int, email: str, sheet_id: int, path: str) -> Writing:
    """Have a reviewer open the sheet; the points stay as they were before the call."""
    database: Database = app.extensions["grants.database"]
    with database.reading() as session:
        points = sheets.scores_of(session, sheet_id)[KEY].points
    fixed = {"points": str(points), "weaknesses": "Fees.", "agency_comment": "", "change_reason": ""}
    saver = Saver(port, path, cookie_of(app, email), fields=fixed)
    saver.open()
    return Writing(saver, sheet_id)


def together(
    writers: list[Writing], watchers: list[Watching], database: Database, made: reviews.Round
) -> list[float]:
    """Have everybody at it at once; return when each revision was submitted."""
    threads = [threading.Thread(target=one.run) for one in watchers]
    started(threads)
    settled = time.monotonic() + SETTLING
    while time.monotonic() < settled and not all(one.status for one in watchers):
        time.sleep(0.1)
    until = time.monotonic() + SECONDS
    threads += started([threading.Thread(target=one.run, args=(until,)) for one in writers])
    submitted = []
    for seat in range(SUBMITTING):
        time.sleep(SECONDS / (SUBMITTING + 1))
        number = REVIEWERS + seat + 1
        with database.writing() as session:
            row = revisions(session, made)[made.reviewers[number - 1].id]
            now = reviews.NOW + timedelta(minutes=seat)
            scoring.stand(session, made.competition, row, actor=made.reviewer(session, number), now=now)
        submitted.append(time.monotonic())
    time.sleep(max(0.0, until - time.monotonic()))
    for watcher in watchers:
        watcher.hang_up()
    for thread in threads:
        thread.join(60)
    for writer in writers:
        writer.saver.close()
    return submitted


def started(threads: list[threading.Thread]) -> list[threading.Thread]:
    """Start threads."""
    for thread in threads:
        thread.start()
    return threads


def lost(database: Database, writers: list[Writing]) -> int:
    """Count acknowledged saves that are not there as they were sent."""
    with database.reading() as session:
        rows = session.exec(select(ScoreVersion).where(col(ScoreVersion.criterion_key) == KEY)).all()
        stored = {(row.sheet_id, row.version): row.fields["strengths"] for row in rows}
        newest = {
            row.sheet_id: row.version
            for row in session.exec(select(Score).where(col(Score.criterion_key) == KEY)).all()
        }
    return sum(
        stored.get((one.sheet_id, version)) != text.strip() or newest[one.sheet_id] < version
        for one in writers
        for version, text in one.kept.items()
    )


def told(
    kind: str, writers: list[Writing], watchers: list[Watching], submitted: list[float], missing: int
) -> list[Measurement]:
    """Put the figures together."""
    name = f"{REVIEWERS} reviewers autosaving, {WATCHERS} watching ({kind})"
    took = sorted(one * 1000 for writer in writers for one in writer.took)
    delays = sorted(
        min((heard - at for heard in one.heard if heard >= at), default=math.inf)
        for one in watchers
        if one.status == 200
        for at in submitted
    )
    due = REVIEWERS * SECONDS / EVERY
    shares = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    return [
        *(unbounded(f"{name}: {word}", at_share(took, share), "ms") for word, share in shares.items()),
        at_least(f"{name}: saves, of those due", len(took), "saves", against=due, bound=0.5),
        limited(f"{name}: acknowledged and not there", missing, "saves", bound=0),
        limited(f"{name}: refused", sum(one.failed for one in writers), "saves", bound=0),
        unbounded(f"{name}: live pages", sum(one.status == 200 for one in watchers), "pages"),
        limited(f"{name}: a revision is seen after, p95", at_share(delays, 0.95), "s", bound=5.0),
    ]


def at_share(ordered: list[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
