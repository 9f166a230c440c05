"""The server is killed again and again while eight people save; nothing acknowledged may be lost."""

import http.client
import threading
import time

from flask import Flask
from sqlmodel import col, select

from grants.clock import StoppedClock
from grants.database import Database
from grants.lifecycle.verify import verify_chain
from grants.reviews.models import Score, Sheet
from tests.bench import savers
from tests.bench.houses import house_of, kinds
from tests.bench.serving import Saver, kill, put_clock, serving

WRITERS, ROUNDS, SECONDS = 8, 10, 6.0
Told = dict[str, tuple[int, str]]


def run(*, short: bool) -> list[str]:
    """Kill ten times, or twice, on each kind of database."""
    return [f"{kind}: {fault}" for kind in kinds() for fault in kills_on(kind, rounds=2 if short else ROUNDS)]


def kills_on(kind: str, *, rounds: int) -> list[str]:
    """Kill the server so often on one kind of database; return what was lost."""
    faults: list[str] = []
    with house_of(kind, StoppedClock(savers.SHEETS_AT)) as app:
        database: Database = app.extensions["grants.database"]
        pages = savers.make_sheets(app, WRITERS)
        for number in range(rounds):
            put_clock(database, savers.SHEETS_AT)
            told = one_life(app, pages, number)
            faults += [f"round {number}: {fault}" for fault in lost(database, told)]
        with database.reading() as session:
            faults += verify_chain(session).faults
    return faults


def one_life(app: Flask, pages: list[tuple[str, str]], number: int) -> Told:
    """Serve, have everybody save, kill; return what was acknowledged last."""
    told: Told = {}
    with serving(app.extensions["grants.settings"]) as (port, process):
        people = savers.sheet_savers(app, port, pages)
        threads = [threading.Thread(target=save, args=(saver, told, number)) for saver in people]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        kill(process)
        for thread in threads:
            thread.join(60)
    return told


def save(saver: Saver, told: Told, number: int) -> None:
    """Save until nobody answers."""
    turn, uid = 0, saver.path.split("/")[4]
    try:
        while True:
            turn += 1
            text = f"Round {number}, turn {turn}."
            if saver.save(strengths=text) == 200:
                told[uid] = (saver.version, text)
    except (OSError, http.client.HTTPException):
        saver.close()


def lost(database: Database, told: Told) -> list[str]:
    """Compare what was acknowledged with what is stored."""
    with database.reading() as session:
        rows = session.exec(
            select(Sheet.uid, Score.version, Score.strengths).join(
                Score, col(Score.sheet_id) == col(Sheet.id)
            )
        )
        stored = {uid: (version, text) for uid, version, text in rows}
    faults = [] if len(told) == WRITERS else [f"only {len(told)} of {WRITERS} were ever answered"]
    for uid, (version, text) in told.items():
        found = stored.get(uid)
        if found is None or found[0] < version or (found[0] == version and found[1] != text):
            faults.append(f"sheet {uid}: {version} “{text}” was acknowledged, {found} is stored")
    return faults
