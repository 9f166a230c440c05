"""Making a budget and saving it year by year; the caller has already asked the policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, update
from sqlmodel import Session

from grants.access.actor import Actor
from grants.budgets.models import Budget, BudgetLine, BudgetYear, BudgetYearVersion
from grants.budgets.queries import content_of, lines_of_year, locked_year, year_as_saved
from grants.budgets.rules.flat import FIELDS, flatten, freeze, gather, merged, thaw
from grants.budgets.rules.table import Column, YearBudget
from grants.database import new_uid
from grants.errors import NotFound, StaleVersion
from grants.money import show

ENTERED: Final = tuple(dict.fromkeys(key for key, _column in FIELDS.values()))
"""The rows of the table into which amounts are entered; every year has a stored row for each."""


@dataclass(frozen=True)
class SavedYear:
    """What is stored after a save; `merged` says that another person's fields are in it."""

    year: int
    version: int
    content: YearBudget
    at: datetime | None
    merged: bool


def create(
    session: Session, *, years: int, label: str, now: datetime, federal_per_year: int | None = None
) -> Budget:
    """Make an empty budget; with a yearly amount the federal row is filled in."""
    cells = {("nist_federal", Column.FEDERAL): federal_per_year} if federal_per_year else {}
    return _made(session, [YearBudget(cells)] * years, label, now)


def copy(session: Session, contents: Sequence[YearBudget], *, label: str, now: datetime) -> Budget:
    """Make a new budget from the years of another; the first becomes year 1."""
    return _made(session, contents, label, now)


def _made(session: Session, contents: Sequence[YearBudget], label: str, now: datetime) -> Budget:
    budget = Budget(years=len(contents), label=label[:200])
    session.add(budget)
    session.flush()
    rows = [BudgetYear(budget_id=budget.id, year=number) for number in range(1, len(contents) + 1)]
    session.add_all(rows)
    session.flush()
    for row, content in zip(rows, contents, strict=True):
        _store(session, row, [], content)
        _keep_version(session, row, content, None, now)
    session.flush()
    return budget


def save_year(
    session: Session,
    budget_id: int,
    year: int,
    content: YearBudget,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> SavedYear:
    """Store one year that was written on top of `version`.

    Fields that another person changed meanwhile are merged; where both changed the same field
    `StaleVersion` is raised with both amounts and nothing is stored. The same content again is a success.
    """
    row = locked_year(session, budget_id, year)
    if row is None:
        raise NotFound
    lines = lines_of_year(session, row.id)
    stored = content_of(row, lines)
    if flatten(stored) == flatten(content):
        return SavedYear(year, row.version, stored, row.updated_at, merged=False)
    result = content if version == row.version else _merge(session, row, stored, content, version)
    if flatten(result) == flatten(stored):
        return SavedYear(year, row.version, stored, row.updated_at, merged=True)
    _store(session, row, lines, result)
    row.version += 1
    row.updated_by_id = actor.person_id
    row.updated_at = now
    session.add(row)
    _keep_version(session, row, result, actor, now)
    session.flush()
    return SavedYear(year, row.version, result, now, merged=version != row.version - 1)


def _merge(
    session: Session, row: BudgetYear, stored: YearBudget, ours: YearBudget, version: int
) -> YearBudget:
    before = year_as_saved(session, row.id, version)
    base = flatten(thaw(before.content)) if before else None
    theirs, mine = flatten(stored), flatten(ours)
    result, conflicts = merged(base, theirs, mine)
    if conflicts:
        raise StaleVersion(
            f"Somebody saved year {row.year} while you wrote. Both amounts are below; nothing is lost.",
            current={name: show(theirs.get(name, 0)) for name in conflicts},
            offered={name: show(mine.get(name, 0)) for name in conflicts},
            version=row.version,
        )
    return gather(result)


def _store(session: Session, row: BudgetYear, lines: list[BudgetLine], content: YearBudget) -> None:
    """Write the rows of one year: all of them at first, later those that changed, in one statement."""
    known = {line.row_key: line for line in lines}
    fresh = [
        {"uid": new_uid(), "budget_year_id": row.id, "row_key": key, **_money(content, key)}
        for key in ENTERED
        if key not in known
    ]
    changed = [
        {"id": line.id, **_money(content, key)}
        for key, line in known.items()
        if any(getattr(line, name) != cents for name, cents in _money(content, key).items())
    ]
    if fresh:
        session.execute(insert(BudgetLine), fresh)
    if changed:
        session.execute(update(BudgetLine), changed)
    row.loaned = content.detail.loaned
    row.unrecovered_approved = content.detail.unrecovered_approved
    row.unrecovered_unapproved = content.detail.unrecovered_unapproved
    session.add(row)


def _money(content: YearBudget, key: str) -> dict[str, int]:
    return {column.value: content.cells.get((key, column), 0) for column in Column}


def _keep_version(
    session: Session, row: BudgetYear, content: YearBudget, actor: Actor | None, at: datetime
) -> None:
    session.add(
        BudgetYearVersion(
            budget_year_id=row.id,
            version=row.version,
            content=freeze(content),
            person_id=actor.person_id if actor else None,
            at=at,
        )
    )
