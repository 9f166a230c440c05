"""Two web processes with every live place taken: who comes then is told, and reviewers save as ever."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from flask import Flask

from grants.clock import StoppedClock
from grants.config import Settings
from grants.database import Database
from grants.web.streams import MOST
from tests.bench.serving import WORKERS, Saver, cookie_of, put_clock, serving
from tests.factories.reviews import NOW, Round
from tests.reviews.streaming import PANEL, Listener, make_panel, revision, shown_by

OFFICER = "officer@agency.example"
PATIENCE = 5.0
"""Seconds within which a save is answered on a busy machine; a save that waits for a place never is."""
PLACES = WORKERS * MOST
MOST_KNOCKS = 200
"""So often somebody knocks until each process is full: the kernel chooses which of them one meets."""


@dataclass
class House:
    """Two processes that serve an open panel."""

    port: int
    app: Flask
    made: Round
    listeners: list[Listener] = field(default_factory=list)

    def fill(self) -> Counter[int]:
        """Open the panel's stream until every place is taken, then eight times more."""
        cookie = cookie_of(self.app, OFFICER)
        path = f"{PANEL}/live?{urlencode(shown_by(self.app, cookie, PANEL))}"
        statuses: Counter[int] = Counter()
        while statuses[200] < PLACES and statuses.total() < MOST_KNOCKS:
            statuses[self._knock(path, cookie)] += 1
        return Counter(self._knock(path, cookie) for _number in range(8)) + Counter({200: statuses[200]})

    def _knock(self, path: str, cookie: str) -> int:
        listener = Listener(f"http://127.0.0.1:{self.port}", path, cookie)
        self.listeners.append(listener)
        return listener.status

    def saver(self, database: Database, seat: int) -> Saver:
        """Open the budget of CO-2 as a reviewer who revises."""
        with database.reading() as session:
            sheet = revision(session, self.made, "CO-2", seat)
        path = f"/reviewer/reviews/sheets/{sheet.uid}/score/budget"
        cookie = cookie_of(self.app, f"reviewer{seat}@panel.example")
        saver = Saver(self.port, path, cookie, fields={"points": "11", "change_reason": "Plain now."})
        saver.open()
        return saver


@pytest.fixture
def house(settings: Settings, app: Flask, database: Database, at_review: StoppedClock) -> Iterator[House]:
    """Serve Colorado's open panel in two processes."""
    put_clock(database, NOW)
    with database.writing() as session:
        made = make_panel(session)
    with serving(settings) as (port, _process):
        found = House(port, app, made)
        yield found
        for one in found.listeners:
            one.hang_up()


def test_sixteen_a_process_are_live_the_others_are_told_and_no_save_waits(
    house: House, database: Database
) -> None:
    statuses = house.fill()
    savers = [house.saver(database, seat) for seat in (1, 2, 3)]

    took, answers = [], []
    for turn in range(10):
        for saver in savers:
            began = time.monotonic()
            answers.append(saver.save(strengths=f"Named partners, turn {turn}."))
            took.append(time.monotonic() - began)
    for saver in savers:
        saver.close()

    assert statuses == {200: PLACES, 503: 8}
    assert set(answers) == {200}
    assert max(took) < PATIENCE
