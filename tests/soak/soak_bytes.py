"""Bombs, slow bodies, floods and large files come while people save and read: nobody waits thrice as long.

One server, the same people all the time; each attack has its turn between calm ones. Every refusal has its
status and its sentence, and what was acknowledged is stored.
"""

import threading
import time

from grants.clock import StoppedClock
from grants.database import Database
from grants.lifecycle.verify import verify_chain
from tests.bench import savers
from tests.bench.houses import house_of, kinds
from tests.bench.serving import put_clock, serving
from tests.soak.attacks import Attack, Stranger, attacks, bombs, fifty_one
from tests.soak.crowd import CALM, Crowd, p50, p95

SAVERS, READERS = 6, 6
TIMES_CALM = 3.0
SLOW = "slow bodies"


def run(*, short: bool) -> list[str]:
    """Attack on each kind of database."""
    return [f"{kind}: {fault}" for kind in kinds() for fault in attacked(kind, seconds=8 if short else 30)]


def attacked(kind: str, *, seconds: float) -> list[str]:
    """Let each attack have its turn on one kind of database; return what did not hold."""
    with house_of(kind, StoppedClock(savers.BUDGETS_AT)) as app:
        database: Database = app.extensions["grants.database"]
        *budgets, strange = savers.make_budgets(app, SAVERS + 1)
        put_clock(database, savers.BUDGETS_AT)
        tried = attacks()
        bombs(), fifty_one()  # made before anybody is timed
        with serving(app.extensions["grants.settings"]) as (port, _process):
            crowd = Crowd(app, port, budgets, readers=READERS)
            stranger = Stranger(app, port, strange)
            crowd.begin()
            for name, attack in tried.items():
                calm(crowd, seconds / 2)
                crowd.phase = name
                let_loose(attack, stranger, max(seconds, attack.within) if name == SLOW else seconds)
            calm(crowd, seconds / 2)
            crowd.end()
        with database.reading() as session:
            faults = crowd.faults + list(verify_chain(session).faults) + crowd.lost(database)
    return faults + [fault for name, attack in tried.items() for fault in judged(kind, name, attack, crowd)]


def calm(crowd: Crowd, seconds: float) -> None:
    """Let nobody disturb for a while; what the last attack left behind counts with it."""
    time.sleep(1)
    crowd.phase = CALM
    time.sleep(seconds)


def let_loose(attack: Attack, stranger: Stranger, seconds: float) -> None:
    """Attack for a while, so many at once, each again when it was answered."""
    until = time.monotonic() + seconds

    def keep_on(turn: int) -> None:
        while time.monotonic() < until:
            attack.refusals.append(attack.send(stranger, turn))
            turn += 1

    threads = [threading.Thread(target=keep_on, args=(number,)) for number in range(attack.at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)


def judged(kind: str, name: str, attack: Attack, crowd: Crowd) -> list[str]:
    """Print the figures of one attack and return what did not hold."""
    before, meanwhile = crowd.waits[CALM], crowd.waits[name]
    ratio = p95(meanwhile) / p95(before)
    slowest = max((one.seconds for one in attack.refusals), default=0.0)
    print(
        f"  {kind}, {name}: p50 {p50(before):.0f} to {p50(meanwhile):.0f} ms, p95 {p95(before):.0f} to "
        f"{p95(meanwhile):.0f} ms, {ratio:.2f} of at most {TIMES_CALM:g} times; "
        f"{len(attack.refusals)} refused, the slowest after {slowest:.1f} s of at most {attack.within:g}",
        flush=True,
    )
    slower = [] if ratio <= TIMES_CALM else [f"p95 is {ratio:.2f} times that of the calm"]
    return [f"{name}: {fault}" for fault in slower + attack.faults()]
