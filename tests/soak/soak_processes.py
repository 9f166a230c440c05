"""Processes of `grants serve` are killed at random moments; what was acknowledged is there, once.

Eight people save, one registers again and again, others upload, submit and release letters; what the
server acknowledged is written down here,
outside of it. Each kill takes the web server, one of its processes, the worker for jobs or the one for mail.
"""

import contextlib
import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from flask import Flask
from sqlmodel import select

from grants.clock import StoppedClock
from grants.config import ROOT, Settings
from grants.database import Database
from grants.lifecycle.models import Message, MessageStatus
from grants.lifecycle.verify import verify_chain
from grants.migrations.running import configuration
from tests.bench import savers
from tests.bench.houses import house_of, kinds
from tests.bench.serving import Saver, environment_of, free_port, put_clock, wait_for
from tests.soak import deeds
from tests.soak.soak_kills import Told, lost

KILLS, BETWEEN, WITHIN, MOST_MAILS = 24, (0.5, 4.0), 30.0, 40
TURN = {"web": "--without-worker", "jobs": "--only jobs", "mail": "--only mail"}


def run(*, short: bool) -> list[str]:
    """Kill on each kind of database."""
    return [f"{kind}: {fault}" for kind in kinds() for fault in kills_on(kind, kills=6 if short else KILLS)]


def kills_on(kind: str, *, kills: int) -> list[str]:
    """Kill on one kind of database; return what was lost or doubled."""
    with house_of(kind, StoppedClock(savers.SHEETS_AT)) as app:
        return killed(app, kills=kills, seed=7, batches=max(1, kills // 3))


def killed(app: Flask, *, kills: int, seed: int, writers: int = 8, batches: int = 8) -> list[str]:
    """Serve, have people work, kill so often, and compare the ledger with what is there."""
    settings: Settings = app.extensions["grants.settings"]
    database: Database = app.extensions["grants.database"]
    stamp(database)
    pages = savers.make_sheets(app, writers)
    ledger, scene = deeds.Ledger(), deeds.Scene([], [])
    if batches:
        scene = deeds.make(app, submissions=3 * batches // 2, batches=batches)
    put_clock(database, savers.SHEETS_AT)
    told: Told = {}
    asked: list[str] = []
    stop = threading.Event()
    faults = []
    with served(settings) as (port, service):
        people = savers.sheet_savers(app, port, pages)
        threads = [threading.Thread(target=keep_saving, args=(one, told, stop)) for one in people]
        threads.append(threading.Thread(target=keep_registering, args=(port, asked, stop)))
        threads += deeds.Doers(app, port, scene, ledger, stop).threads() if batches else []
        for thread in threads:
            thread.start()
        chance = random.Random(seed)  # a run that can be repeated
        for number in range(kills):
            time.sleep(chance.uniform(*BETWEEN))
            kill_one(service.pid, list(TURN)[number % len(TURN)], chance)
        wait_for(port)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join(60)
        folder = Path(urlsplit(settings.mail_url).path)
        faults += late(database, folder, [*asked, *(deeds.awaited(scene, ledger) if batches else [])])
    if service.returncode != 0:
        faults.append(f"the service ended with {service.returncode}")
    if len(told) < writers or not asked:
        faults.append(f"only {len(told)} of {writers} were answered, and {len(asked)} registered")
    with database.reading() as session:
        faults += verify_chain(session).faults
    faults += deeds.faults(database, ledger, scene, mails_in(folder)) if batches else []
    print(
        f"  {database.url.partition(':')[0]}: {kills} kills; acknowledged: {len(told)} sheets, {len(asked)} "
        f"registrations, {len(ledger.uploads)} files, {len(ledger.submitted)} submissions, "
        f"{len(ledger.released)} batches",
        flush=True,
    )
    stored = lost(database, told)
    return faults + [fault for fault in stored if "were ever answered" not in fault]


def stamp(database: Database) -> None:
    """Say that the schema, made from the models, is the newest; `grants serve` asks."""
    config = configuration()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, "head")
        connection.commit()


@contextmanager
def served(settings: Settings) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run `grants serve` and stop it in good order."""
    port = free_port()
    service = subprocess.Popen(
        [sys.executable, "-m", "grants.commands.main", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment_of(settings) | {"GRANTS_MODE": "test"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port)
        yield port, service
        service.terminate()
        service.wait(60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(service.pid, signal.SIGKILL)
        service.wait(30)


def children(parent: int, word: str = "") -> list[int]:
    """Return the children of a process whose command line holds a word."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            above = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if above == parent and word in words:
                found.append(int(place.name))
    return found


def kill_one(service: int, kind: str, chance: random.Random) -> None:
    """Kill a worker, or the web server or one of its processes."""
    targets = children(service, TURN[kind])
    if kind == "web" and targets and chance.random() < 0.7:  # mostly one of its processes
        targets = children(targets[0]) or targets
    if targets:
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(targets), signal.SIGKILL)


def keep_saving(saver: Saver, told: Told, stop: threading.Event) -> None:
    """Save until told to stop, and open the page again whenever the line went dead."""
    uid, turn = saver.path.split("/")[4], 0
    while not stop.is_set():
        turn += 1
        text = f"Turn {turn} of {uid}."
        try:
            status = saver.save(strengths=text)
            if status == 200:  # HTTP
                told[uid] = (saver.version, text)
            else:
                saver.open()
        except (OSError, http.client.HTTPException, RuntimeError, ValueError):
            saver.close()
            time.sleep(0.2)
            with contextlib.suppress(OSError, http.client.HTTPException, RuntimeError):
                saver.open()
    saver.close()


def keep_registering(port: int, asked: list[str], stop: threading.Event) -> None:
    """Register one address after the other; keep those that were acknowledged."""
    number = 0
    while not stop.is_set() and len(asked) < MOST_MAILS:
        number += 1
        email = f"p{number}@tests.example"
        page = Saver(port, "/accounts/register")
        with contextlib.suppress(OSError, http.client.HTTPException, RuntimeError):
            page.open()
            sent = {"name": "Ana Roy", "email": email, "csrf_token": page.token}
            if page.ask("POST", sent)[0] == 303:  # HTTP
                asked.append(email)
        page.close()
        stop.wait(0.3)


def late(database: Database, folder: Path, asked: list[str]) -> list[str]:
    """Wait for the mail of every registration; say which is missing after half a minute, or came twice.

    A mail at whose last word the worker was killed may be missing: it stands as unknown, for a person.
    """
    until = time.monotonic() + WITHIN
    while True:
        to, states = mails_in(folder), states_of(database)
        missing = [one for one in asked if not to[one] and states.get(one) != MessageStatus.UNKNOWN]
        if not missing or time.monotonic() > until:
            break
        time.sleep(0.2)
    twice = [email for email, count in to.items() if count > 1]
    lacking = [f"no mail to {email}, which is {states.get(email, 'not written')}" for email in missing]
    return lacking + [f"two mails to {email}" for email in twice]


def states_of(database: Database) -> dict[str, MessageStatus]:
    """Return how far the mail to each address is; unknown only where the last word had been said."""
    with database.reading() as session:
        messages = session.exec(select(Message)).all()
    open_ = MessageStatus.UNKNOWN
    return {one.address: one.progress for one in messages if one.progress != open_ or one.handed_at}


def mails_in(folder: Path) -> Counter[str]:
    """Count the mails by their addressee."""
    letters = [path.read_text() for path in folder.glob("*.eml")]
    return Counter(line[4:].strip() for text in letters for line in text.splitlines() if line[:4] == "To: ")
