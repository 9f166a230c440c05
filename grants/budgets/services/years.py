"""Making a budget and saving it year by year; the caller has already asked the policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from grants.access.actor import Actor
from grants.budgets.models import Budget, BudgetLine, BudgetYear, BudgetYearVersion
from grants.budgets.queries import LockedYear, locked_year, year_as_saved
from grants.budgets.rules.flat import FIELDS, flatten, freeze, gather, merged, thaw
from grants.budgets.rules.table import Column, YearBudget
from grants.database import bare_table, new_uid
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
    years = [
        BudgetYear.model_validate({"budget_id": budget.id, "year": number, **_detail(content)})
        for number, content in enumerate(contents, start=1)
    ]
    session.add_all(years)
    session.flush()
    session.execute(
        _NEW_LINES,
        [line for year, content in zip(years, contents, strict=True) for line in _lines(year.id, content)],
    )
    session.execute(
        _NEW_VERSION,
        [
            _version(year.id, year.version, content, None, now)
            for year, content in zip(years, contents, strict=True)
        ],
    )
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
    stored = row.content
    if flatten(stored) == flatten(content):
        return SavedYear(year, row.version, stored, row.updated_at, merged=False)
    result = content if version == row.version else _merge(session, row, content, version)
    if flatten(result) == flatten(stored):
        return SavedYear(year, row.version, stored, row.updated_at, merged=True)
    number = row.version + 1
    _store(session, row, number, result, actor, now)
    return SavedYear(year, number, result, now, merged=version != row.version)


def _merge(session: Session, row: LockedYear, ours: YearBudget, version: int) -> YearBudget:
    before = year_as_saved(session, row.id, version)
    base = flatten(thaw(before.content)) if before else None
    theirs, mine = flatten(row.content), flatten(ours)
    result, conflicts = merged(base, theirs, mine)
    if conflicts:
        raise StaleVersion(
            f"Somebody saved year {row.year} while you wrote. Both amounts are below; nothing is lost.",
            current={name: show(theirs.get(name, 0)) for name in conflicts},
            offered={name: show(mine.get(name, 0)) for name in conflicts},
            version=row.version,
        )
    return gather(result)


def _store(
    session: Session, row: LockedYear, number: int, content: YearBudget, actor: Actor, now: datetime
) -> None:
    """Write what changed of one year, and the whole of it as a version."""
    changed = [key for key in ENTERED if _money(content, key) != _money(row.content, key)]
    _write_lines(session, row, content, changed)
    session.execute(
        _CHANGED_YEAR,
        {
            "year_id": row.id,
            "version": number,
            "updated_by_id": actor.person_id,
            "updated_at": now,
            **_detail(content),
        },
    )
    session.execute(_NEW_VERSION, _version(row.id, number, content, actor, now))


def _write_lines(session: Session, row: LockedYear, content: YearBudget, keys: Sequence[str]) -> None:
    """Write these lines; one that is not stored yet belongs to a row which the table gained since."""
    known = [{"line_id": row.line_ids[key], **_money(content, key)} for key in keys if key in row.line_ids]
    fresh = [key for key in keys if key not in row.line_ids]
    if known:  # one alone goes the quick way, several in one batch
        session.execute(_CHANGED_LINES, known if len(known) > 1 else known[0])
    if fresh:
        session.execute(_NEW_LINES, _lines(row.id, content, fresh))


def _lines(year_id: int, content: YearBudget, keys: Sequence[str] = ENTERED) -> list[dict[str, object]]:
    return [
        {"uid": new_uid(), "budget_year_id": year_id, "row_key": key, **_money(content, key)} for key in keys
    ]


def _money(content: YearBudget, key: str) -> dict[str, int]:
    return {column.value: content.cells.get((key, column), 0) for column in Column}


def _detail(content: YearBudget) -> dict[str, int]:
    detail = content.detail
    return {
        "loaned": detail.loaned,
        "unrecovered_approved": detail.unrecovered_approved,
        "unrecovered_unapproved": detail.unrecovered_unapproved,
    }


def _version(
    year_id: int, number: int, content: YearBudget, actor: Actor | None, at: datetime
) -> dict[str, object]:
    return {
        "uid": new_uid(),
        "budget_year_id": year_id,
        "version": number,
        "content": freeze(content),
        "person_id": actor.person_id if actor else None,
        "at": at,
    }


_YEARS, _LINES = bare_table(BudgetYear), bare_table(BudgetLine)
_NEW_LINES = insert(_LINES)
_NEW_VERSION = insert(bare_table(BudgetYearVersion))
_CHANGED_YEAR = (
    update(_YEARS)
    .where(_YEARS.c.id == bindparam("year_id"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "version",
                "updated_by_id",
                "updated_at",
                "loaned",
                "unrecovered_approved",
                "unrecovered_unapproved",
            )
        }
    )
)
_CHANGED_LINES = (
    update(_LINES)
    .where(_LINES.c.id == bindparam("line_id"))
    .values({column.value: bindparam(column.value) for column in Column})
)
