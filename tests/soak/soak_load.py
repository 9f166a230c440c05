"""Three minutes of eight people saving and ten reading lists: no error, and nobody waits long."""

import threading
import time

from grants.clock import StoppedClock
from grants.database import Database
from grants.lifecycle.verify import verify_chain
from tests.bench import savers
from tests.bench.houses import house_of
from tests.bench.serving import Saver, put_clock, serving

SAVERS, READERS, SECONDS, LONGEST = 8, 10, 180.0, 10.0


def run(*, short: bool) -> list[str]:
    """Load one server on SQLite and collect every answer that was no success or came late."""
    faults: list[str] = []
    seconds = 15.0 if short else SECONDS
    with house_of("sqlite", StoppedClock(savers.SHEETS_AT)) as app:
        database: Database = app.extensions["grants.database"]
        pages = savers.make_sheets(app, SAVERS)
        put_clock(database, savers.SHEETS_AT)
        with serving(app.extensions["grants.settings"]) as (port, _process):
            stop = time.monotonic() + seconds
            people = savers.sheet_savers(app, port, pages)
            readers = [Saver(port, "/competitions") for _ in range(READERS)]
            threads = [threading.Thread(target=keep_on, args=(one, stop, faults)) for one in people + readers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(seconds + 120)
        with database.reading() as session:
            faults += verify_chain(session).faults
    return faults


def keep_on(person: Saver, stop: float, faults: list[str]) -> None:
    """Save, or read where there is nothing to save, until the time is over."""
    turn = 0
    try:
        while time.monotonic() < stop:
            turn += 1
            started = time.monotonic()
            status = person.save(strengths=f"Turn {turn}.") if person.cookie else person.ask("GET", {})[0]
            took = time.monotonic() - started
            if status != 200 or took > LONGEST:
                faults.append(f"{person.path}: status {status} after {took:.1f} s")
    except OSError as error:
        faults.append(f"{person.path}: {error}")
    finally:
        person.close()
