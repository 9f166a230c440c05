"""The process that opens PDFs, with its children seen to the end, so that their time counts as its own."""

import os
import signal
import socket
import sys
from contextlib import suppress

from grants.adapters import pdf_opener


def bury(_number: int, _frame: object) -> None:
    """Take note of every child that ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def count(number: int, handler: object) -> None:
    """Set a signal as the opener asks, but never forget a child's time unseen."""
    put(number, bury if handler is signal.SIG_IGN else handler)  # type: ignore[arg-type]


if __name__ == "__main__":
    put = signal.signal
    signal.signal = count  # type: ignore[assignment]  # the opener's own code runs, this one call apart
    pdf_opener.serve(socket.socket(fileno=int(sys.argv[1])))
