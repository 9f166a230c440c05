"""Lists at 10,000 rows against one full page of 50: as many queries, at most 1.5 times the time."""

import statistics
import sys
import time
from datetime import UTC, datetime

from flask import Flask

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.database import Database
from tests.architecture.crawl import Heard
from tests.bench.houses import KINDS, act_as, has_postgresql, house_of
from tests.bench.rows import Ground, analyze, fill, make_ground
from tests.bench.run import Measurement, at_most

PAGE, MANY = 50, 10_000
TIMES = 15
SLOWER = 1.5
DAY = datetime(2015, 3, 1, 13, 0, tzinfo=UTC)
OFFICER = Actor(999, "Rosa Ortiz", "r.ortiz@agency.example", staff_roles=frozenset({Role.PROGRAM_OFFICER}))


def lists(ground: Ground) -> dict[str, str]:
    """Every list that is measured, by what it shows."""
    return {
        "competitions": "/staff/competitions",
        "public competitions": "/competitions",
        "applications": "/staff/applications",
        "applications searched": "/staff/applications?words=district",
        "reviews": f"/staff/reviews/{ground.competition.number}/progress",
        "events": "/staff/home/events",
        "events of a person": "/staff/home/events?person=Hale",
    }


def measure() -> list[Measurement]:
    """Measure every list on every kind of database that is here."""
    results: list[Measurement] = []
    for kind in KINDS:
        if kind == "postgresql" and not has_postgresql():
            print("PostgreSQL is not installed and was not measured", file=sys.stderr)
            continue
        results.extend(measured_on(kind))
    return results


def measured_on(kind: str) -> list[Measurement]:
    """Measure every list on one kind of database: first with a page of rows, then with many."""
    with house_of(kind, StoppedClock(DAY)) as app:
        database: Database = app.extensions["grants.database"]
        ground = make_ground(database)
        act_as(app, OFFICER)
        heard = Heard()
        heard.listen(database)
        found: dict[int, dict[str, tuple[float, int]]] = {}
        for count in (PAGE, MANY):
            fill(database, ground, count)
            analyze(database)
            found[count] = {name: asked(app, path, heard) for name, path in lists(ground).items()}
    results = []
    for name in found[PAGE]:
        (small, few), (large, many) = found[PAGE][name], found[MANY][name]
        told = f"list of {name} at {MANY:,} rows ({kind})"
        results.append(at_most(told, large, "ms", against=small, bound=SLOWER))
        results.append(at_most(f"{told}: queries", many, "queries", against=few, bound=1))
    return results


def asked(app: Flask, path: str, heard: Heard) -> tuple[float, int]:
    """Ask for a page often; return the lower quartile in milliseconds and its number of queries."""
    client = app.test_client()
    times = []
    for turn in range(TIMES + 3):
        heard.forget()
        started = time.perf_counter()
        answer = client.get(path)
        if turn >= 3:  # the first ones fill caches
            times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return statistics.quantiles(times, n=4)[0], heard.count
