"""Lists at 10,000 rows against one full page of 50: as many queries, at most 1.5 times the time."""

import statistics
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Flask
from flask.testing import FlaskClient

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.clock import StoppedClock
from grants.database import Database
from tests.architecture.crawl import Heard
from tests.bench.houses import KINDS, act_as, has_postgresql, house_of
from tests.bench.rows import Ground, analyze, fill, make_ground
from tests.bench.run import Measurement, at_most, compared

PAGE, MANY = 50, 10_000
SEARCHES = {"applications searched", "events of a person"}
"""Words looked for anywhere in a name read every row, so their time is told and has no bound."""
TIMES, WARMING = 20, 3
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
    """Measure every list on one kind of database, a page of rows and many rows asked for in turns."""
    with house_of(kind, StoppedClock(DAY)) as small, house_of(kind, StoppedClock(DAY)) as large:
        few, many = (Side.of(app, count) for app, count in ((small, PAGE), (large, MANY)))
        for _ in range(TIMES + WARMING):
            for name in few.paths:
                few.ask(name)
                many.ask(name)
    results = []
    for name in few.paths:
        told = f"list of {name} at {MANY:,} rows ({kind})"
        value, against = many.time(name), few.time(name)
        if name in SEARCHES:
            results.append(compared(told, value, "ms", against=against))
        else:
            results.append(at_most(told, value, "ms", against=against, bound=SLOWER))
        queries = many.queries[name]
        results.append(at_most(f"{told}: queries", queries, "queries", against=few.queries[name], bound=1))
    return results


@dataclass
class Side:
    """One installation, what is asked of it, and how long it took."""

    client: FlaskClient
    heard: Heard
    paths: dict[str, str]
    times: dict[str, list[float]] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, app: Flask, count: int) -> "Side":
        """Fill an installation with so many rows of each kind."""
        database: Database = app.extensions["grants.database"]
        ground = make_ground(database)
        fill(database, ground, count)
        analyze(database)
        act_as(app, OFFICER)
        heard = Heard()
        heard.listen(database)
        return cls(app.test_client(), heard, lists(ground))

    def ask(self, name: str) -> None:
        """Ask for a list once."""
        self.heard.forget()
        started = time.perf_counter()
        answer = self.client.get(self.paths[name])
        self.times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
        self.queries[name] = self.heard.count
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{self.paths[name]} answered {answer.status_code}")

    def time(self, name: str) -> float:
        """Return the lower quartile in milliseconds; the first ones fill caches and do not count."""
        return statistics.quantiles(self.times[name][WARMING:], n=4)[0]
