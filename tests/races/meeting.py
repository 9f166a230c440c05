"""Two who do something at the same moment, with threads and sessions of their own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlmodel import Session

from grants.database import Database
from grants.errors import GrantsError

Deed = Callable[[Session], Any]
TURN = 30
"""Seconds after which somebody who waits for the other has waited in vain."""


def meet(database: Database, deeds: Sequence[Deed]) -> list[object]:
    """Do all deeds at once, each in its own transaction; return results, and refusals as they are.

    On PostgreSQL every transaction has begun before any deed starts. SQLite lets one begin at a time.
    Whatever is no refusal of the product is raised: a race may end in no other exception.
    """
    ready = threading.Barrier(len(deeds))

    def do(deed: Deed) -> object:
        if database.is_sqlite:
            ready.wait(TURN)
        try:
            with database.writing() as session:
                if not database.is_sqlite:
                    session.connection()
                    ready.wait(TURN)
                return deed(session)
        except GrantsError as refusal:
            return refusal

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def winners(results: Sequence[object]) -> list[object]:
    """Return the results of those who were not refused."""
    return [result for result in results if not isinstance(result, GrantsError)]
