"""People who save and read, each as fast as they are answered, and how long every answer took.

What the server acknowledged is written down here, outside of it.
"""

import http.client
import statistics
import threading
import time
from collections import defaultdict

from flask import Flask
from sqlmodel import col, select

from grants.applications.models import Application
from grants.budgets.models import BudgetLine, BudgetYear
from grants.database import Database
from tests.bench import savers
from tests.bench.serving import Saver

CALM = "calm"


class Crowd:
    """Hosts who save a budget year each, and readers of a public page; `phase` says what goes on."""

    def __init__(self, app: Flask, port: int, budgets: list[tuple[str, str]], *, readers: int) -> None:
        self.savers = savers.budget_savers(app, port, budgets)
        self.readers = [Saver(port, "/competitions") for _ in range(readers)]
        self.phase = CALM
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.told: dict[str, tuple[int, int]] = {}
        """The version and the first amount, in dollars, of what was acknowledged last, by path."""
        self.faults: list[str] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(one,)) for one in self.savers + self.readers
        ]

    def begin(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop, each after the answer that is on its way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, person: Saver) -> None:
        turn = 0
        while not self._stop.is_set():
            turn, phase, started = turn + 1, self.phase, time.monotonic()
            try:
                status = self._save(person, turn) if person.cookie else person.ask("GET", {})[0]
            except (OSError, http.client.HTTPException) as error:
                status = 0
                self.faults.append(f"{phase}: {person.path}: {error!r}")
                person.close()
            if status not in {0, 200}:
                self.faults.append(f"{phase}: {person.path}: status {status}")
            if phase == self.phase:
                self.waits[phase].append(time.monotonic() - started)
        person.close()

    def _save(self, person: Saver, turn: int) -> int:
        status = person.save(**{savers.FIRST_CELL: f"{turn:,}.00"})
        if status == 200:  # HTTP
            self.told[person.path] = (person.version, turn)
        return status

    def lost(self, database: Database) -> list[str]:
        """Compare what was acknowledged with what is stored; nobody else saves these years."""
        stored = stored_amounts(database)
        silent = [f"{one.path} was never answered" for one in self.savers if one.path not in self.told]
        return silent + [
            f"{path}: version and dollars {told} were acknowledged, {stored.get(path)} are stored"
            for path, told in self.told.items()
            if stored.get(path) != told
        ]


def stored_amounts(database: Database) -> dict[str, tuple[int, int]]:
    """Return the version of each host's first year and the dollars of its first cell, by the page's path."""
    row, _, column = savers.FIRST_CELL.rpartition("__")
    with database.reading() as session:
        found = session.exec(
            select(Application.uid, BudgetYear.version, getattr(BudgetLine, column))
            .join(BudgetYear, col(BudgetYear.budget_id) == col(Application.budget_id))
            .join(BudgetLine, col(BudgetLine.budget_year_id) == col(BudgetYear.id))
            .where(BudgetYear.year == 1, BudgetLine.row_key == row)
        ).all()
    return {
        f"/applicant/applications/{uid}/budget/1": (version, int(cents) // 100)
        for uid, version, cents in found
    }


def p50(waits: list[float]) -> float:
    """Return the median, in milliseconds."""
    return statistics.median(waits) * 1000


def p95(waits: list[float]) -> float:
    """Return what nineteen of twenty stay under, in milliseconds."""
    return statistics.quantiles(waits, n=20)[-1] * 1000
