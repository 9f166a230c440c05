"""What nobody can guess: the random names of records and the numbers that people read aloud."""

import base64
import random
from collections.abc import Iterator
from contextlib import contextmanager

_sources: list[random.Random] = [random.SystemRandom()]
"""What is drawn from; the last one acts."""


def name() -> str:
    """Draw the random name of a record: 16 characters, 96 bits."""
    return base64.urlsafe_b64encode(_sources[-1].randbytes(12)).decode()


def word(signs: str, length: int) -> str:
    """Draw a word of random signs."""
    return "".join(_sources[-1].choice(signs) for _ in range(length))


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Draw the same names and numbers at every run; only while the demonstration is built."""
    _sources.append(random.Random(seed))  # noqa: S311  # the demonstration is known to all
    try:
        yield
    finally:
        _sources.pop()
