"""Reads of budgets: the whole table, one locked year, the sources of match."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select

from grants.budgets.models import Budget, BudgetLine, BudgetYear, BudgetYearVersion, MatchLine
from grants.budgets.rules.match import MatchFact
from grants.budgets.rules.table import Cell, Column, InKindDetail, YearBudget
from grants.database import bare_rows, bare_table


@dataclass(frozen=True)
class YearTable:
    """One stored year with its version and who saved it last."""

    year: int
    version: int
    content: YearBudget
    updated_by_id: int | None
    updated_at: datetime | None


@dataclass(frozen=True)
class BudgetTable:
    """All years of a budget, in order."""

    budget_id: int
    uid: str
    years: tuple[YearTable, ...]

    @property
    def contents(self) -> tuple[YearBudget, ...]:
        """Return the money of each year; the first is year 1."""
        return tuple(year.content for year in self.years)

    def year(self, number: int) -> YearTable:
        """Return one year, counted from 1; raise KeyError where the budget has no such year."""
        for year in self.years:
            if year.year == number:
                return year
        raise KeyError(number)


@dataclass(frozen=True)
class LockedYear:
    """One year as it stands in this transaction, its row locked; `line_ids` by the key of the line."""

    id: int
    year: int
    version: int
    content: YearBudget
    line_ids: Mapping[str, int]
    updated_at: datetime | None


def budget_by_id(session: Session, budget_id: int) -> Budget:
    """Return a budget by its id."""
    return session.exec(select(Budget).where(col(Budget.id) == budget_id)).one()


def table_of(session: Session, budget: Budget) -> BudgetTable:
    """Return every year of a budget, in two queries."""
    years = session.exec(
        select(BudgetYear)
        .where(col(BudgetYear.budget_id) == budget.id)
        .order_by(col(BudgetYear.year))
        .execution_options(populate_existing=True)
    ).all()
    lines = session.exec(
        select(BudgetLine)
        .join(BudgetYear, col(BudgetYear.id) == col(BudgetLine.budget_year_id))
        .where(col(BudgetYear.budget_id) == budget.id)
        .order_by(col(BudgetLine.id))
        .execution_options(populate_existing=True)
    ).all()
    return BudgetTable(
        budget_id=budget.id,
        uid=budget.uid,
        years=tuple(
            YearTable(
                row.year,
                row.version,
                content_of(row, [line for line in lines if line.budget_year_id == row.id]),
                row.updated_by_id,
                row.updated_at,
            )
            for row in years
        ),
    )


def content_of(year: Any, lines: Iterable[Any]) -> YearBudget:
    """Put the stored rows of one year together: a `BudgetYear` and its `BudgetLine`s, or their bare rows."""
    cells: dict[Cell, int] = {
        (line.row_key, column): cents
        for line in lines
        for column in Column
        if (cents := getattr(line, column.value))
    }
    detail = InKindDetail(
        loaned=year.loaned,
        unrecovered_approved=year.unrecovered_approved,
        unrecovered_unapproved=year.unrecovered_unapproved,
    )
    return YearBudget(cells, detail)


_YEARS, _LINES = bare_table(BudgetYear), bare_table(BudgetLine)
_LOCKED_YEAR = (
    select_bare(_YEARS)
    .where(_YEARS.c.budget_id == bindparam("budget_id"), _YEARS.c.year == bindparam("year"))
    .with_for_update()
)
_LINES_OF_YEAR = (
    select_bare(_LINES).where(_LINES.c.budget_year_id == bindparam("budget_year_id")).order_by(_LINES.c.id)
)


def locked_year(session: Session, budget_id: int, year: int) -> LockedYear | None:
    """Return one year as it is now, locked for this transaction; read its lines after it, never with it."""
    row = bare_rows(session, _LOCKED_YEAR, {"budget_id": budget_id, "year": year}).first()
    if row is None:
        return None
    lines = bare_rows(session, _LINES_OF_YEAR, {"budget_year_id": row.id}).all()
    return LockedYear(
        id=row.id,
        year=row.year,
        version=row.version,
        content=content_of(row, lines),
        line_ids={line.row_key: line.id for line in lines},
        updated_at=row.updated_at,
    )


def year_as_saved(session: Session, budget_year_id: int, version: int) -> BudgetYearVersion | None:
    """Return one year as it was saved under a version."""
    rows = select(BudgetYearVersion).where(
        col(BudgetYearVersion.budget_year_id) == budget_year_id, col(BudgetYearVersion.version) == version
    )
    return session.exec(rows).first()


def match_lines(session: Session, budget_id: int) -> list[MatchLine]:
    """Return the standing sources of match, by year and in the order of entry."""
    rows = (
        select(MatchLine)
        .where(col(MatchLine.budget_id) == budget_id, col(MatchLine.removed_at).is_(None))
        .order_by(col(MatchLine.year), col(MatchLine.id))
    )
    return list(session.exec(rows).all())


def match_line_by_uid(session: Session, budget_id: int, uid: str) -> MatchLine | None:
    """Return one standing source of a budget."""
    rows = select(MatchLine).where(
        col(MatchLine.budget_id) == budget_id, col(MatchLine.uid) == uid, col(MatchLine.removed_at).is_(None)
    )
    return session.exec(rows).first()


def facts_of(lines: Sequence[MatchLine]) -> list[MatchFact]:
    """Return the sources as the rules need them."""
    return [
        MatchFact(
            uid=line.uid,
            year=line.year,
            row_key=line.row_key,
            source=line.source,
            kind=line.kind.value,
            amount=line.amount,
            has_letter=line.letter_file_id is not None,
            confirmed=frozenset(name for name, holds in line.tests.items() if holds),
        )
        for line in lines
    ]
