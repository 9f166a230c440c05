"""Opening a plain PDF through the child with limits against opening it in this process."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from grants.adapters import pdf_apart, pdf_opening
from tests.bench.run import Measurement, compared, limited
from tests.factories.hostile import plain_pdf

FILES = 40
EXTRA = 50.0
"""Milliseconds of the processor that the child may cost beyond the opening itself, for each file."""
TIMES = slice(11, 15)
"""Where the time of a process and of its children stands in /proc, counted behind its name."""


def measure() -> list[Measurement]:
    """Open the same file again and again each way; tell CPU and wall of each way for one file."""
    content = plain_pdf()
    program, pdf_apart.PROGRAM = pdf_apart.PROGRAM, "tests.bench.opener"
    try:
        pdf_apart._held[0].end()  # one that runs already counts no children
        through(content)
        within(content)
        apart, inside = timed(lambda: through(content)), timed(lambda: within(content))
    finally:
        pdf_apart._held[0].end()
        pdf_apart.PROGRAM = program
    return [
        limited("a plain PDF through the child: extra CPU a file", apart[0] - inside[0], "ms", bound=EXTRA),
        compared("a plain PDF through the child: CPU", apart[0], "ms", against=inside[0]),
        compared("a plain PDF through the child: wall", apart[1], "ms", against=inside[1]),
    ]


def through(content: bytes) -> None:
    """Open it as an upload is opened."""
    told, _nothing = pdf_apart.open_apart("look", [content], pdf_apart.LOOKING)
    if told["codes"]:
        raise RuntimeError(f"a plain file was refused: {told}")


def within(content: bytes) -> None:
    """Do the same in this process."""
    pdf_opening.look([content], {})


def timed(act: Callable[[], None]) -> tuple[float, float]:
    """Return the milliseconds of CPU, here and in the opener with its children, and of the clock, a file."""
    began = spent()
    started = time.perf_counter()
    for _ in range(FILES):
        act()
    wall = time.perf_counter() - started
    time.sleep(0.5)  # the last child is seen to its end
    return (spent() - began) * 1000 / FILES, wall * 1000 / FILES


def spent() -> float:
    """Return the seconds of CPU that this process and the opener took until now."""
    opener = pdf_apart._held[0].process
    if opener is None:
        raise RuntimeError("no opener runs")
    words = Path(f"/proc/{opener.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return time.process_time() + sum(map(int, words[TIMES])) / os.sysconf("SC_CLK_TCK")
