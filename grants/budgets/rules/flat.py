"""One year of a budget as flat fields, the form in which it is merged, compared and frozen."""

from collections.abc import Mapping
from typing import Final

from grants.budgets.rules.table import ROWS, Cell, Column, InKindDetail, YearBudget
from grants.findings import Finding
from grants.money import MoneyError, parse, plain, show

DETAIL: Final = {
    "detail__loaned": "Full-time personnel loaned to the center",
    "detail__unrecovered_approved": "Unrecovered indirect cost, approved as match",
    "detail__unrecovered_unapproved": "Unrecovered indirect cost, not approved yet",
}
COLUMN_WORDS: Final = {
    Column.FEDERAL: "federal",
    Column.CASH: "cash",
    Column.INKIND: "in-kind",
    Column.ADDITIVE: "additive program income",
    Column.DEDUCTIVE: "deducted program income",
}


def field_of(key: str, column: Column) -> str:
    """Name the field of a cell, for example `state_local__cash`."""
    return f"{key}__{column}"


FIELDS: Final[Mapping[str, Cell]] = {
    field_of(row.key, column): (row.key, column)
    for row in ROWS.values()
    if not row.is_subtotal
    for column in row.columns
}


def label_of(field: str) -> str:
    """Name a field for people: “State and local funds, cash”."""
    if field in DETAIL:
        return DETAIL[field]
    key, column = FIELDS[field]
    return f"{ROWS[key].title}, {COLUMN_WORDS[column]}"


def flatten(year: YearBudget) -> dict[str, int]:
    """Return what is entered, in cents by field; zeros and what is not entered are absent."""
    cells = {field_of(key, column): cents for (key, column), cents in year.cells.items()}
    detail = {name: getattr(year.detail, name.removeprefix("detail__")) for name in DETAIL}
    return {name: cents for name, cents in (cells | detail).items() if cents}


def gather(fields: Mapping[str, int]) -> YearBudget:
    """Return the year that `flatten` took apart."""
    cells = {FIELDS[name]: cents for name, cents in fields.items() if name in FIELDS}
    detail = {name.removeprefix("detail__"): fields.get(name, 0) for name in DETAIL}
    return YearBudget(cells, InKindDetail(**detail))


def freeze(year: YearBudget) -> dict[str, str]:
    """Return the year as text, for JSON: amounts in dollars with two decimals."""
    return {name: plain(cents) for name, cents in sorted(flatten(year).items())}


def thaw(frozen: Mapping[str, str]) -> YearBudget:
    """Return the year that `freeze` wrote."""
    return gather({name: parse(amount) for name, amount in frozen.items()})


def texts(year: YearBudget) -> dict[str, str]:
    """Return every field as a page shows it; what is not entered is empty."""
    return dict.fromkeys((*FIELDS, *DETAIL), "") | {
        name: show(cents) for name, cents in flatten(year).items()
    }


def read(typed: Mapping[str, str]) -> tuple[dict[str, int], list[Finding]]:
    """Return the cents of what is an amount or empty, and a finding for each field that is neither."""
    amounts: dict[str, int] = {}
    found: list[Finding] = []
    for name, text in typed.items():
        try:
            amounts[name] = parse(text) if text.strip() else 0
        except MoneyError as fault:
            found.append(Finding("amount", str(fault), field=name))
    return amounts, found
