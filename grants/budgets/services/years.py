"""Making a budget and saving it year by year; the caller has already asked the policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from grants.access.actor import Actor
from grants.budgets.models import Budget, BudgetLine, BudgetYear, BudgetYearVersion
from grants.budgets.queries import LockedYear, locked_year, year_as_saved
from grants.budgets.rules.flat import FIELDS, flatten, freeze, gather, read, texts, thaw
from grants.budgets.rules.table import Column, YearBudget
from grants.database import bare_table, new_uid
from grants.errors import NotFound, Refused, StaleVersion
from grants.versions import Offer, Outcome, based_on, merge

ENTERED: Final = tuple(dict.fromkeys(key for key, _column in FIELDS.values()))
"""The rows of the table into which amounts are entered; every year has a stored row for each."""


@dataclass(frozen=True)
class SavedYear:
    """What became of one save of a year."""

    year: int
    content: YearBudget
    outcome: Outcome

    @property
    def version(self) -> int:
        """Return the version that is stored now."""
        return self.outcome.version

    @property
    def merged(self) -> bool:
        """Say whether another person's fields are in it."""
        return self.outcome.is_merged


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
    """Store one whole year that was written on top of `version`, all of it or nothing.

    Fields that another person changed meanwhile are merged; where both changed the same field
    `StaleVersion` is raised with both amounts and nothing is stored. The same content again is a success.
    """
    offer = Offer(texts(content), version)
    saved = offer_year(session, budget_id, year, offer, actor=actor, now=now)
    outcome = saved.outcome
    if outcome.refused:
        raise Refused(outcome.refused)
    if outcome.clashes:
        raise StaleVersion(
            clash_words(year),
            current={name: outcome.fields[name] or "0.00" for name in outcome.clashes},
            offered={name: offer.fields[name] or "0.00" for name in outcome.clashes},
            version=outcome.version,
        )
    return saved


def clash_words(year: int) -> str:
    """Say that two people changed the same field of a year."""
    return f"Somebody saved year {year} while you wrote. Both amounts are kept; nothing is lost."


def offer_year(
    session: Session, budget_id: int, year: int, offer: Offer, *, actor: Actor, now: datetime
) -> SavedYear:
    """Store every cell of an offer that can be stored; the outcome says what became of the others."""
    row = locked_year(session, budget_id, year)
    if row is None:
        raise NotFound
    stored = texts(row.content)
    amounts, refused = read({name: text for name, text in offer.fields.items() if name in stored})
    mine = texts(gather(amounts))
    offered = {name: mine[name] for name in amounts}
    merged = merge(stored, offered, _bases(session, row, stored, offer))
    taken = {name: amounts[name] for name in amounts if merged.fields[name] == mine[name]}
    content = gather({name: cents for name, cents in (flatten(row.content) | taken).items() if cents})
    number, at = row.version, row.updated_at
    if merged.fields != stored:
        number, at = row.version + 1, now
        _store(session, row, number, content, actor, now)
    outcome = Outcome(number, row.version, merged.fields, at, refused, merged.clashes, offer.version)
    return SavedYear(year, content, outcome)


def as_saved(year: int, content: YearBudget, version: int, at: datetime | None) -> SavedYear:
    """Return where a year stands, for who comes back to an open page."""
    return SavedYear(year, content, Outcome(version, version, texts(content), at))


def _bases(session: Session, row: LockedYear, stored: Mapping[str, str], offer: Offer) -> Mapping[str, str]:
    if offer.bases is not None:
        return offer.bases
    if offer.version == row.version:
        return based_on(stored, stored)
    before = year_as_saved(session, row.id, offer.version)
    return based_on(texts(thaw(before.content)) if before else None, stored)


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
