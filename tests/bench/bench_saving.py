"""Saving a score sheet and a budget year against a trivial write, on the same server and database."""

import importlib
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask

from grants.clock import StoppedClock
from tests.architecture.crawl import Heard
from tests.bench import savers
from tests.bench.houses import house_of, kinds
from tests.bench.run import Measurement, at_least, limited
from tests.bench.serving import WORKERS, Saver, put_clock, serving, version_in
from tests.plugins.people import client_of

WRITERS = 8
ROUNDS, SECONDS = 5, 2.0
SHARE = 0.25
MOST_QUERIES = 10
TRIES = 60
"""Connections a writer opens at the most until one leads to the process that has room."""


@dataclass
class Place:
    """A server of its own with people who save in it, and how it went round by round."""

    savers: list[Saver]
    typed: Callable[[int], dict[str, str]]
    queries: int
    rates: list[float] = field(default_factory=list)
    failed: int = 0
    turn: int = 0

    def save_for_a_while(self) -> None:
        """Have all writers save as fast as they are answered; what the machine does meanwhile is chance."""
        self.spread()
        rate, failed, self.turn = load(self.savers, self.typed, self.turn)
        self.rates.append(rate)
        self.failed += failed

    def spread(self) -> None:
        """Connect anew, as many to one process as to the other: all at one core would tell of that alone."""
        seated: Counter[str] = Counter()
        for saver in self.savers:
            for _ in range(TRIES):
                saver.close()
                self.turn += 1
                saver.save(**self.typed(self.turn))
                if seated[saver.process] < WRITERS // WORKERS:
                    break
            seated[saver.process] += 1

    def share_of(self, other: "Place") -> float:
        """Return the median, over the rounds, of this rate against the other's of the same round."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.rates, other.rates, strict=True))


def measure() -> list[Measurement]:
    """Measure both savings on SQLite, where all writers take turns, and on PostgreSQL where it is there."""
    importlib.import_module("tests.bench.server")  # its table is made with ours
    return [figure for kind in kinds() for figure in measured_on(kind)]


def measured_on(kind: str) -> list[Measurement]:
    """Measure both savings and the trivial write on one kind of database, in turns, round by round."""
    with (
        place(kind, savers.make_sheets, savers.sheet_savers, texts, savers.SHEETS_AT) as sheet,
        place(kind, savers.make_budgets, savers.budget_savers, amounts, savers.BUDGETS_AT) as budget,
        trivial_place(kind) as trivial,
    ):
        for _ in range(ROUNDS):
            for each in (trivial, sheet, budget):
                each.save_for_a_while()
    rate = statistics.median(trivial.rates)
    results = []
    for name, each in {"score sheet": sheet, "budget year": budget}.items():
        told = f"saving a {name}, {WRITERS} writers ({kind})"
        share = each.share_of(trivial)
        results.append(at_least(told, share * rate, "saves/s", against=rate, bound=SHARE))
        results.append(limited(f"{told}: errors", each.failed, "saves", bound=0))
        results.append(limited(f"{told}: queries", each.queries, "queries", bound=MOST_QUERIES))
    return results


@contextmanager
def place(
    kind: str,
    make: Callable[[Flask, int], list[tuple[str, str]]],
    people: Callable[[Flask, int, list[tuple[str, str]]], list[Saver]],
    typed: Callable[[int], dict[str, str]],
    instant: datetime,
) -> Iterator[Place]:
    """Make pages to save in, count the statements of one save, and serve them."""
    with house_of(kind, StoppedClock(instant)) as app:
        pages = make(app, WRITERS)
        queries = queries_of(app, pages[-1], typed(10_000))
        put_clock(app.extensions["grants.database"], instant)
        with serving(app.extensions["grants.settings"]) as (port, _process):
            yield Place(people(app, port, pages), typed, queries)


@contextmanager
def trivial_place(kind: str) -> Iterator[Place]:
    """Serve what anybody would write: one row is read, changed and committed."""
    with (
        house_of(kind, StoppedClock(savers.SHEETS_AT)) as app,
        serving(app.extensions["grants.settings"], kind="trivial") as (port, _process),
    ):
        yield Place([Saver(port, f"/write/{number}") for number in range(WRITERS)], texts, 0)


def texts(turn: int) -> dict[str, str]:
    """What is typed at this turn; every save differs from the last."""
    return {"strengths": f"{savers.WORDS} {turn}"}


def amounts(turn: int) -> dict[str, str]:
    """What is typed into the first cell at this turn."""
    return {savers.FIRST_CELL: f"{turn + 1:,}.00"}


def load(writers: list[Saver], typed: Callable[[int], dict[str, str]], begun: int) -> tuple[float, int, int]:
    """Have all writers save for a while; return saves per second, how many failed, and the last turn."""
    ready = threading.Barrier(len(writers) + 1)
    saved, failed, turns = [0] * len(writers), [0] * len(writers), [begun] * len(writers)
    stop = threading.Event()

    def write(place: int, saver: Saver) -> None:
        ready.wait(60)
        while not stop.is_set():
            turns[place] += 1
            if saver.save(**typed(turns[place])) == 200:
                saved[place] += 1
            else:
                failed[place] += 1

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(writers)]
    for thread in threads:
        thread.start()
    ready.wait(60)
    started = time.perf_counter()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join(60)
    return sum(saved) / (time.perf_counter() - started), sum(failed), max(turns)


def queries_of(
    app: Flask,
    saved: tuple[str, str],
    fields: dict[str, str],
) -> int:
    """Count the statements of one save in this process, the sign-in's own included."""
    email, path = saved
    client = client_of(app, email)
    page = client.get(path).get_data(as_text=True)
    version = version_in(page)
    heard = Heard()
    heard.listen(app.extensions["grants.database"])
    answer = client.post(path, data={**fields, "version": version}, headers={"X-Requested-With": "fetch"})
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.get_data(as_text=True)[:400]}")
    return heard.count
