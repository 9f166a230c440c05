"""Which rule of the catalogue acts on which day."""

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from grants.findings import Finding, Level
from grants.policies import rows
from grants.policies.codec import Unreadable, decode

CATALOGUE: Final = Path(__file__).parent / "catalogue"

R = TypeVar("R", bound=rows.Row)


class Kind(StrEnum):
    """The kinds of rules; each is one file of the catalogue."""

    COST_SHARE = "cost_share"
    NOTICE_PERIOD = "notice_period"
    INDIRECT_COST = "indirect_cost"
    MTDC = "mtdc"
    REPORTING = "reporting"
    EVALUATION = "evaluation"
    ELIGIBLE_APPLICANTS = "eligible_applicants"
    PROGRAM_INCOME = "program_income"
    RETENTION = "retention"
    CONTENT = "content"
    REVIEW = "review"
    CYCLE = "cycle"
    BUDGET_CHANGE = "budget_change"


ROW_TYPES: Final[Mapping[Kind, type[rows.Row]]] = MappingProxyType(
    {
        Kind.COST_SHARE: rows.CostShareRow,
        Kind.NOTICE_PERIOD: rows.NoticePeriodRow,
        Kind.INDIRECT_COST: rows.IndirectCostRow,
        Kind.MTDC: rows.MtdcRow,
        Kind.REPORTING: rows.ReportingRow,
        Kind.EVALUATION: rows.EvaluationRow,
        Kind.ELIGIBLE_APPLICANTS: rows.EligibleApplicantsRow,
        Kind.PROGRAM_INCOME: rows.ProgramIncomeRow,
        Kind.RETENTION: rows.RetentionRow,
        Kind.CONTENT: rows.ContentRow,
        Kind.REVIEW: rows.ReviewRow,
        Kind.CYCLE: rows.CycleRow,
        Kind.BUDGET_CHANGE: rows.BudgetChangeRow,
    }
)


class NoRule(LookupError):
    """The catalogue has no rule of this kind on this day, or none of this name."""


def read_table(path: Path, row_type: type[R]) -> tuple[R, ...]:
    """Read one file of the catalogue, in order of effective date; raise Unreadable with file and row."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise Unreadable(f"{path.name}: {fault}") from None
    raw_rows = content.get("row", [])
    found = [
        decode(row_type, raw, where=f"{path.name}, {raw.get('id', f'row {number}')}: ")
        for number, raw in enumerate(raw_rows, start=1)
    ]
    return tuple(sorted(found, key=lambda row: (row.effective_from, row.id)))


@cache
def table(kind: Kind) -> tuple[rows.Row, ...]:
    """Return all rows of a kind in order of effective date."""
    return read_table(CATALOGUE / f"{kind}.toml", ROW_TYPES[kind])


def rule_on(row_type: type[R], day: date) -> R:
    """Return the row of this type in force on a day; raise NoRule where there is none.

    `rule_on(CostShareRow, obligated_on)`: the type names the kind, so that the answer is typed.
    """
    for row in table(_kind_of(row_type)):
        if isinstance(row, row_type) and row.is_in_force(day):
            return row
    raise NoRule(f"The catalogue has no rule on {_words(_kind_of(row_type))} for {day.isoformat()}.")


def rule_named(row_type: type[R], name: str) -> R:
    """Return the row of this id or alias; raise NoRule where there is none."""
    for row in table(_kind_of(row_type)):
        aliases = row.aliases if isinstance(row, rows.CostShareRow) else ()
        if isinstance(row, row_type) and name in {row.id, *aliases}:
            return row
    raise NoRule(f"The catalogue has no rule on {_words(_kind_of(row_type))} named {name}.")


def look_on(row: rows.Row, day: date) -> list[Finding]:
    """Return a finding of level LOOK where a person must decide whether this row acts on this day."""
    if not row.needs_a_look(day):
        return []
    return [Finding(f"policies.look.{row.id}", row.look_why, authority=row.authority, level=Level.LOOK)]


def _kind_of(row_type: type[rows.Row]) -> Kind:
    return next(kind for kind, known in ROW_TYPES.items() if known is row_type)


def _words(kind: Kind) -> str:
    return kind.replace("_", " ")
