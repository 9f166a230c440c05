"""From a clean clone to the first page by `make run`: the seconds, and where they went.

Takes a minute or two and asks the package index.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from grants.config import ROOT
from tests.bench.run import Measurement, unbounded
from tests.bench.serving import free_port

LONGEST = 900
STAGES = (
    ("making", "until the virtual environment is begun"),
    ("installing", "until packages are installed from"),
    ("The database has", "packages and the schema"),
    ("The demonstration is built", "the demonstration"),
    ("ready:", "the server"),
)


def measure() -> list[Measurement]:
    """Clone, run, ask for the first page, stop."""
    with clone() as folder:
        port = free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GRANTS_")}
        started = time.monotonic()
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=folder,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            return follow(process, port, started)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def follow(process: subprocess.Popen[str], port: int, started: float) -> list[Measurement]:
    """Read what `make run` says and note when it says it."""
    results, last = [], started
    waiting = list(STAGES)
    for line in process.stdout or ():
        print(line, end="", file=sys.stderr)
        if waiting and line.startswith(waiting[0][0]):
            now = time.monotonic()
            results.append(unbounded(f"make run: {waiting.pop(0)[1]}", now - last, "s"))
            last = now
        if line.startswith("ready:"):
            break
    wait_for_page(f"http://127.0.0.1:{port}/")
    now = time.monotonic()
    results.append(unbounded("make run: the first page", now - last, "s"))
    results.append(unbounded("make run: from a clean clone to the first page", now - started, "s"))
    return results


def wait_for_page(url: str) -> None:
    """Ask until the page is answered."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        try:
            with urlopen(url, timeout=60) as answer:  # noqa: S310  # our own address
                answer.read()
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(url)


@contextmanager
def clone() -> Iterator[Path]:
    """Clone what is committed into a folder that goes again."""
    folder = Path(tempfile.mkdtemp(prefix="grants-clone-"))
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "grants")], check=True)
        yield folder / "grants"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
