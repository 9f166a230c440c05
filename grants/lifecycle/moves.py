"""Workflows as data: statuses, and the moves between them. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from grants.findings import Finding

Guard = Callable[[Any, Any, datetime], list[Finding]]
"""(record, facts, now) to findings; pure, and all findings at once."""

SILENT = "silent"
"""A move of which nobody is told by mail, on purpose."""


@dataclass(frozen=True)
class Move:
    """One move. `happened` is the sentence of the event log, `notice` a name in a slice's notices."""

    name: str
    from_: frozenset[str]
    to: str
    permission: str
    happened: str
    notice: str = SILENT
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """The life of one kind of record."""

    name: str
    states: type[StrEnum]
    initial: str
    final: frozenset[str]
    moves: Mapping[str, Move]


def move(
    name: str,
    from_: Iterable[str],
    to: str,
    *,
    permission: str,
    happened: str,
    notice: str = SILENT,
    guards: tuple[Guard, ...] = (),
) -> Move:
    """Write one row of a workflow table."""
    return Move(name, frozenset(from_), to, permission, happened, notice, guards)


def workflow(
    name: str, states: type[StrEnum], *, initial: str, final: Iterable[str], moves: Iterable[Move]
) -> Workflow:
    """Put a workflow table together; two moves of one name are a programming error."""
    table: dict[str, Move] = {}
    for row in moves:
        if row.name in table:
            raise ValueError(f"{name}: two moves are called {row.name}")
        table[row.name] = row
    return Workflow(name, states, initial, frozenset(final), table)
