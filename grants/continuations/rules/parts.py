"""The parts of a request that are saved one by one, as fields of text, and what they say as values. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from grants.findings import Finding
from grants.money import parse, plain

Fields = Mapping[str, str]
NOTHING: Final[Mapping[str, int]] = {}


class Part(StrEnum):
    """One field group, the unit of saving; the budget year has its own version beside these."""

    SCOPE = "scope"
    OUTCOMES = "outcomes"
    ACTUALS = "actuals"
    REASONS = "reasons"


OUTCOMES: Final = (
    ("clients", "Clients served"),
    ("projects", "Projects completed"),
    ("jobs", "Jobs created or retained"),
)
COLUMNS: Final = (
    ("planned", "approved plan"),
    ("actual", "actual so far"),
    ("requested", "your request"),
)
MONEY: Final = {
    "spent": "Federal money spent so far",
    "expected": "Federal money expected to be spent by the end of the year",
    "claimed": "Match claimed",
    "documented": "Match documented",
}
LABELS: Final[Mapping[str, str]] = {
    "scope": "Scope of work",
    **{f"{key}_{column}": f"{title}, {words}" for key, title in OUTCOMES for column, words in COLUMNS},
    "as_of": "Figures as of",
    **MONEY,
    "note": "What is missing and why",
}


@dataclass(frozen=True)
class Outcome:
    """One number of the operating plan: planned and reached in the current year, asked for the next.

    `planned` is the agency's record where it has one (`is_recorded`); `stated` is what the center wrote
    where that differs, as requests of before could.
    """

    key: str
    title: str
    planned: int | None
    actual: int | None
    requested: int | None
    is_recorded: bool = False
    stated: int | None = None


@dataclass(frozen=True)
class YearSoFar:
    """What the center says of the current year; amounts in cents."""

    as_of: date | None = None
    spent: int | None = None
    expected: int | None = None
    claimed: int | None = None
    documented: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Filled:
    """All parts of a request as values."""

    scope: str
    outcomes: tuple[Outcome, ...]
    so_far: YearSoFar
    reasons: Mapping[str, str]


def plan_in(content: Mapping[str, Fields]) -> dict[str, int]:
    """Return the outcomes that a request asks for: approved, they are the plan of its year."""
    return {one.key: one.requested for one in read(content).outcomes if one.requested is not None}


def with_plan(key: Part, content: Fields, plan: Mapping[str, int]) -> dict[str, str]:
    """Return a part as it may be stored: what the record says of the plan stands, whatever was typed."""
    if key is not Part.OUTCOMES:
        return dict(content)
    return {**content, **{f"{name}_planned": str(number) for name, number in plan.items()}}


def read(parts: Mapping[str, Fields], plan: Mapping[str, int] = NOTHING) -> Filled:
    """Return the parts as values; what is not entered is None. `plan` is the record's, by outcome."""
    actuals = parts.get(Part.ACTUALS, {})
    return Filled(
        scope=parts.get(Part.SCOPE, {}).get("scope", ""),
        outcomes=tuple(
            _outcome(key, title, parts.get(Part.OUTCOMES, {}), plan.get(key)) for key, title in OUTCOMES
        ),
        so_far=YearSoFar(
            as_of=date.fromisoformat(actuals["as_of"]) if actuals.get("as_of") else None,
            **{name: parse(actuals[name]) if actuals.get(name) else None for name in MONEY},
            note=actuals.get("note", ""),
        ),
        reasons={key: text for key, text in parts.get(Part.REASONS, {}).items() if text},
    )


def as_text(value: object) -> str:
    """Write one value of a form as it is kept: amounts in dollars, days in ISO form."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def amount_text(cents: int | None) -> str:
    """Write an amount of a form as it is kept; None is nothing."""
    return "" if cents is None else plain(cents)


def label_of(field: str) -> str:
    """Name a field for people; a reason is named by what it explains."""
    return LABELS.get(field) or f"Why: {re.sub('[_-]+', ' ', field)}"


def part_faults(filled: Filled, ordinal: int) -> list[Finding]:
    """Return what is missing in the parts of a request for a year."""
    return [
        *_scope_faults(filled),
        *_outcome_faults(filled.outcomes, ordinal),
        *_so_far_faults(filled.so_far, ordinal),
    ]


def _scope_faults(filled: Filled) -> list[Finding]:
    if filled.scope.strip():
        return []
    return [Finding("scope", "The scope of work is empty. Write what the center will do.", field=Part.SCOPE)]


def _outcome_faults(outcomes: Sequence[Outcome], ordinal: int) -> list[Finding]:
    missing = [
        f"{one.title.lower()}, {words}"
        for one in outcomes
        for column, words in COLUMNS
        if getattr(one, column) is None
    ]
    if not missing:
        return []
    sentence = f"Operating plan of year {ordinal}: {len(missing)} numbers are missing: {'; '.join(missing)}."
    return [Finding("outcomes", sentence, field=Part.OUTCOMES)]


def _so_far_faults(so_far: YearSoFar, ordinal: int) -> list[Finding]:
    missing = [words for name, words in MONEY.items() if getattr(so_far, name) is None]
    missing += ["the day of the figures"] if so_far.as_of is None else []
    found = []
    if missing:
        sentence = f"Year {ordinal - 1} so far lacks: {'; '.join(missing).lower()}."
        found.append(Finding("actuals", sentence, field=Part.ACTUALS))
    if (so_far.documented or 0) > (so_far.claimed or 0):
        sentence = "More match is documented than claimed. Claim it, or correct the documented amount."
        found.append(Finding("documented", sentence, field=Part.ACTUALS, authority="2 CFR 200.306(b)"))
    if so_far.spent is not None and so_far.expected is not None and so_far.expected < so_far.spent:
        sentence = "Less is expected to be spent by the end of the year than is spent already. Correct one."
        found.append(Finding("expected", sentence, field=Part.ACTUALS))
    return found


def _outcome(key: str, title: str, fields: Fields, recorded: int | None) -> Outcome:
    written = _count(fields.get(f"{key}_planned"))
    return Outcome(
        key,
        title,
        planned=written if recorded is None else recorded,
        actual=_count(fields.get(f"{key}_actual")),
        requested=_count(fields.get(f"{key}_requested")),
        is_recorded=recorded is not None,
        stated=written if recorded is not None and written != recorded else None,
    )


def _count(text: str | None) -> int | None:
    return int(text) if text else None
