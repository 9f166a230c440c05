"""The ranking list at 1,000 applications and 4,000 sheets against the ORM query that loads the sheets."""

import statistics
import sys
import time
from http import HTTPStatus

from flask import Flask
from sqlmodel import Session, col, select

from grants.clock import StoppedClock
from grants.database import Database
from grants.jobs.runner import Runner
from grants.reviews.models import Score, Sheet
from grants.wiring import JOBS
from tests.architecture.crawl import Heard
from tests.bench.bench_lists import OFFICER
from tests.bench.houses import KINDS, act_as, has_postgresql, house_of
from tests.bench.rounds import DAY, Filled, fill_round
from tests.bench.rows import analyze
from tests.bench.run import Measurement, at_most, limited, unbounded

TIMES, WARMING = 7, 2
SLOWER = 5.0
QUERIES = 12
ON_A_REVIEW = 10


def measure() -> list[Measurement]:
    """Measure on every kind of database that is here."""
    results: list[Measurement] = []
    for kind in KINDS:
        if kind == "postgresql" and not has_postgresql():
            print("PostgreSQL is not installed and was not measured", file=sys.stderr)
            continue
        results.extend(measured_on(kind))
    return results


def measured_on(kind: str) -> list[Measurement]:
    """Measure the list, the query it is held against, and one application's review page."""
    with house_of(kind, StoppedClock(DAY)) as app:
        database: Database = app.extensions["grants.database"]
        filled = fill_round(database)
        analyze(database)
        act_as(app, OFFICER)
        job = _run_jobs_of(app, filled)
        heard = Heard()
        heard.listen(database)
        page, query, asked, size = _in_turns(app, database, filled, heard)
        review, asked_by_review = _review(app, filled, heard)
    name = f"ranking list, 1,000 applications and 4,000 sheets ({kind})"
    return [
        at_most(f"{name}: time against the ORM query of the sheets", page, "ms", against=query, bound=SLOWER),
        limited(f"{name}: queries", asked, "queries", bound=QUERIES),
        unbounded(f"{name}: size of the page", size / 1024, "KiB"),
        unbounded(f"{name}: statistics of all states by the job", job, "s"),
        limited(
            f"one application's review page ({kind}): queries", asked_by_review, "queries", bound=ON_A_REVIEW
        ),
        unbounded(f"one application's review page ({kind})", review, "ms"),
    ]


def load_sheets(session: Session, competition_id: int) -> int:
    """Load a competition's sheets with their points as records; return how many entries there were."""
    rows = (
        select(Sheet, Score)
        .join(Score, col(Score.sheet_id) == col(Sheet.id))
        .where(col(Sheet.competition_id) == competition_id)
    )
    return len(session.exec(rows).all())


def _in_turns(app: Flask, database: Database, filled: Filled, heard: Heard) -> tuple[float, float, int, int]:
    client, pages, queries, size = app.test_client(), [], [], 0
    for _ in range(TIMES + WARMING):
        heard.forget()
        started = time.perf_counter()
        answer = client.get(f"/staff/reviews/{filled.number}/ranking")
        pages.append(time.perf_counter() - started)
        asked, size = heard.count, len(answer.data)
        if answer.status_code != HTTPStatus.OK or answer.text.count('</th><td data-label="State"') != 1000:
            raise RuntimeError(f"the list answered {answer.status_code} without its rows")
        started = time.perf_counter()
        with database.reading() as session:
            load_sheets(session, filled.competition_id)
        queries.append(time.perf_counter() - started)
    return _typical(pages), _typical(queries), asked, size


def _review(app: Flask, filled: Filled, heard: Heard) -> tuple[float, int]:
    client, times, asked = app.test_client(), [], 0
    for _ in range(TIMES + WARMING):
        heard.forget()
        started = time.perf_counter()
        answer = client.get(f"/staff/reviews/panels/applications/{filled.application_uid}")
        times.append(time.perf_counter() - started)
        asked = heard.count
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"the review page answered {answer.status_code}")
    return _typical(times), asked


def _run_jobs_of(app: Flask, filled: Filled) -> float:
    """Have the list ask for its statistics and the worker compute them; return its seconds."""
    app.test_client().get(f"/staff/reviews/{filled.number}/ranking")
    runner = Runner(
        database=app.extensions["grants.database"],
        settings=app.extensions["grants.settings"],
        files=app.extensions["grants.files"],
        clock=lambda: StoppedClock(DAY),
        jobs=JOBS,
        render=lambda *_args, **_context: "",
    )
    started = time.perf_counter()
    if runner.run_waiting() != 1:
        raise RuntimeError("the list asked for no statistics")
    return time.perf_counter() - started


def _typical(seconds: list[float]) -> float:
    return statistics.quantiles(seconds[WARMING:], n=4)[0] * 1000
