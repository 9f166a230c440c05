"""Saving a score sheet and a budget year against a trivial write, on the same server and database."""

import importlib
import threading
import time
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from grants.clock import StoppedClock
from tests.architecture.crawl import Heard
from tests.bench import savers
from tests.bench.houses import KINDS, has_postgresql, house_of
from tests.bench.run import Measurement, at_least, limited
from tests.bench.serving import Saver, put_clock, serving, version_in
from tests.plugins.people import client_of

WRITERS = 8
SECONDS = 6.0
SHARE = 0.25
MOST_QUERIES = 10


def measure() -> list[Measurement]:
    """Measure both savings on SQLite, where all writers take turns, and on PostgreSQL where it is there."""
    importlib.import_module("tests.bench.server")  # its table is made with ours
    kinds = [kind for kind in KINDS if kind == "sqlite" or has_postgresql()]
    return [figure for kind in kinds for figure in measured_on(kind)]


def measured_on(kind: str) -> list[Measurement]:
    """Measure both savings and the trivial write on one kind of database."""
    sheet = measured(kind, savers.make_sheets, savers.sheet_savers, texts, savers.SHEETS_AT)
    budget = measured(kind, savers.make_budgets, savers.budget_savers, amounts, savers.BUDGETS_AT)
    with (
        house_of(kind, StoppedClock(savers.SHEETS_AT)) as app,
        serving(app.extensions["grants.settings"], kind="trivial") as (port, _process),
    ):
        trivial, _failed = load([Saver(port, f"/write/{number}") for number in range(WRITERS)], texts)
    results = []
    for name, ((rate, failed), queries) in {"score sheet": sheet, "budget year": budget}.items():
        told = f"saving a {name}, {WRITERS} writers ({kind})"
        results.append(at_least(told, rate, "saves/s", against=trivial, bound=SHARE))
        results.append(limited(f"{told}: errors", failed, "saves", bound=0))
        results.append(limited(f"{told}: queries", queries, "queries", bound=MOST_QUERIES))
    return results


def measured(
    kind: str,
    make: Callable[[Flask, int], list[tuple[str, str]]],
    people: Callable[[Flask, int, list[tuple[str, str]]], list[Saver]],
    typed: Callable[[int], dict[str, str]],
    instant: datetime,
) -> tuple[tuple[float, int], int]:
    """Make pages to save in, save under load, and count the statements of one save."""
    with house_of(kind, StoppedClock(instant)) as app:
        pages = make(app, WRITERS)
        put_clock(app.extensions["grants.database"], instant)
        with serving(app.extensions["grants.settings"]) as (port, _process):
            rate = load(people(app, port, pages), typed)
        return rate, queries_of(app, pages[0], typed(10_000))


def texts(turn: int) -> dict[str, str]:
    """What is typed at this turn; every save differs from the last."""
    return {"strengths": f"{savers.WORDS} {turn}"}


def amounts(turn: int) -> dict[str, str]:
    """What is typed into the first cell at this turn."""
    return {savers.FIRST_CELL: f"{turn + 1:,}.00"}


def load(writers: list[Saver], typed: Callable[[int], dict[str, str]]) -> tuple[float, int]:
    """Have all writers save as fast as they are answered; return saves per second and how many failed."""
    ready = threading.Barrier(len(writers) + 1)
    saved, failed = [0] * len(writers), [0] * len(writers)
    stop = threading.Event()

    def write(place: int, saver: Saver) -> None:
        saver.save(**typed(0))
        ready.wait(60)
        turn = 0
        while not stop.is_set():
            turn += 1
            if saver.save(**typed(turn)) == 200:
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
    return sum(saved) / (time.perf_counter() - started), sum(failed)


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
