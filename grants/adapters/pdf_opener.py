"""The process that opens PDFs: it loads the library once and forks a child with limits for every file.

`python -m grants.adapters.pdf_opener FD`; started and asked by `pdf_apart`. It ends when nobody holds
the other end of its socket. Its children know no setting, and can harm nothing but their own answer.
"""

import gc
import json
import mmap
import os
import re
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from grants.adapters.pdf_apart import BEGUN
from grants.adapters.pdf_opening import TASKS

LONGEST_ASKED = 256 * 1024
NICE = 5
"""Children give way to the pages that people wait for."""


def serve(asked: socket.socket) -> None:
    """Fork a child for every message: a task as JSON, with its file and the pipe of its answer."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the system buries them
    gc.collect()
    gc.freeze()  # what is loaded stays in pages that the children share
    while True:
        message, fds, _flags, _address = socket.recv_fds(asked, LONGEST_ASKED, 2)
        if not message:
            return
        with suppress(OSError):
            if os.fork() == 0:
                asked.close()
                _work(json.loads(message), *fds)
        for fd in fds:
            os.close(fd)


def _work(asked: dict[str, Any], file: int, pipe: int) -> None:
    """Do one task within its limits, write the answer and end; what fails is told as one word."""
    full = _limit(asked["seconds"], asked["wall"], asked["bytes"])
    os.write(pipe, BEGUN)
    try:
        head, content = TASKS[asked["task"]](_parts(file, asked["sizes"]), asked)
    except MemoryError:
        head, content = {"failed": "heavy"}, b""
    except Exception as error:  # noqa: BLE001  # whatever a library makes of a damaged file
        code = "heavy" if _most_taken() > full else "damaged"  # the library hides that memory ran out
        head, content = {"failed": code, "why": f"{type(error).__name__}: {error}"[:300]}, b""
    with suppress(OSError), os.fdopen(pipe, "wb") as answer:
        answer.write(json.dumps(head).encode() + b"\n")
        answer.write(content)
    os._exit(0)


def _limit(seconds: int, wall: float, more: int) -> int:
    """Take away memory, processor time, the clock's time, and the standard error.

    Returns the size from which a child must be taken to have asked for more memory than there is: what
    does not fit is mostly a text that was to become twice as long.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall)  # its signal ends the child, also inside the library
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.nice(NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900")  # where memory runs out, this one goes first
    present = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (present + more, present + more))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return present + more // 3


def _most_taken() -> int:
    """Return the largest size that this process ever had, in bytes."""
    found = re.search(r"VmPeak:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def _parts(file: int, sizes: list[int]) -> list[bytes]:
    parts, start = [], 0
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as whole:
        for size in sizes:
            parts.append(whole[start : start + size])
            start += size
    return parts


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
