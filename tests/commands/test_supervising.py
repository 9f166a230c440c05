"""The supervisor with small real processes: restarted when killed, given up when hopeless, ended together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grants.commands import supervising

LIVE = "import os,signal,sys,time; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
FAIL = "import sys; open(sys.argv[1],'a').write('x\\n'); sys.exit(7)"
RUN = """
import sys
from grants.commands import supervising
supervising.PAUSES = (0.05,)
folder = sys.argv[1]
children = [
    supervising.Child(name, [sys.executable, "-c", code, f"{folder}/{name}"])
    for name, code in [(word[0], word[1:]) for word in sys.argv[2:]]
]
sys.exit(supervising.Supervisor(children).run())
"""


@pytest.fixture
def supervise(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Supervise children named a, b, … in a process of its own; they write their numbers into files."""

    def start(**children: str) -> subprocess.Popen[bytes]:
        words = [name + code for name, code in children.items()]
        return subprocess.Popen(
            [sys.executable, "-c", RUN, str(tmp_path), *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    return start


def lines(path: Path, count: int) -> list[str]:
    """Wait until a child wrote so many lines."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = path.read_text().splitlines() if path.exists() else []
        if len(found) >= count:
            return found
        time.sleep(0.02)
    raise TimeoutError(path)


def is_there(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_is_started_again_and_a_stop_ends_all(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = supervise(a=LIVE, b=LIVE)
    try:
        (first,), (other,) = lines(tmp_path / "a", 1), lines(tmp_path / "b", 1)
        os.kill(int(first), signal.SIGKILL)
        second = lines(tmp_path / "a", 2)[1]
        process.send_signal(signal.SIGHUP)
        third, others = lines(tmp_path / "a", 3)[2], lines(tmp_path / "b", 2)
    finally:
        process.terminate()
        status = process.wait(40)

    assert status == 0
    assert len({first, second, third}) == 3
    assert others[0] == other
    assert not any(is_there(one) for one in (first, second, third, *others))


def test_a_child_that_cannot_start_ends_the_service_with_its_status(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = supervise(a=LIVE, b=FAIL)

    status = process.wait(40)

    assert status == 7
    assert not is_there(lines(tmp_path / "a", 1)[0])


def test_a_child_that_does_not_stay_alive_ends_the_service(
    supervise: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = supervise(a=LIVE, b=LIVE)
    stop = threading.Event()

    def kill() -> None:
        killed = 0
        while not stop.is_set():
            found = lines(tmp_path / "b", killed + 1)
            os.kill(int(found[killed]), signal.SIGKILL)
            killed += 1
            if killed == supervising.MOST_DEATHS:
                return

    thread = threading.Thread(target=kill)
    thread.start()
    status = process.wait(60)
    stop.set()
    thread.join(40)

    assert status == 1
    assert not is_there(lines(tmp_path / "a", 1)[0])
