"""What is wrong with the catalogue: gaps, overlaps, missing authority, impossible values."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from fractions import Fraction
from functools import singledispatch
from itertools import pairwise
from pathlib import Path
from typing import Final

from grants.findings import Finding
from grants.policies import rows
from grants.policies.codec import Unreadable
from grants.policies.loader import CATALOGUE, ROW_TYPES, Kind, read_table

_ONE_DAY: Final = timedelta(days=1)


def faults(catalogue: Path = CATALOGUE) -> list[Finding]:
    """Return every fault of every file of a catalogue; an empty list means that it may act."""
    found: list[Finding] = []
    for kind, row_type in ROW_TYPES.items():
        path = catalogue / f"{kind}.toml"
        try:
            found += faults_of(kind, read_table(path, row_type))
        except FileNotFoundError:
            found.append(_fault("file_missing", kind, f"{path.name} is missing. Write at least one row."))
        except Unreadable as unreadable:
            found.append(_fault("unreadable", kind, f"{unreadable}."))
    known = {f"{kind}.toml" for kind in ROW_TYPES}
    for path in sorted(catalogue.glob("*.toml")):
        if path.name not in known:
            found.append(
                Finding("policies.unknown_kind", f"{path.name} is no kind of rule.", field=path.stem)
            )
    return found


def faults_of(kind: Kind, table: Sequence[rows.Row]) -> list[Finding]:
    """Return the faults of one table, whose rows stand in order of effective date."""
    if not table:
        return [_fault("empty", kind, f"{kind}.toml has no row.")]
    found = [fault for row in table for fault in _faults_of_row(kind, row)]
    names = [name for row in table for name in _names(row)]
    found += [
        _fault("name_twice", kind, f"{kind}.toml has the name {name} twice.")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    for earlier, later in pairwise(table):
        found += _faults_between(kind, earlier, later)
    if table[-1].effective_to is not None:
        found.append(_fault("ends", kind, f"{kind}: nothing is in force after {table[-1].effective_to}."))
    return found


def _names(row: rows.Row) -> tuple[str, ...]:
    return (row.id, *(row.aliases if isinstance(row, rows.CostShareRow) else ()))


def _faults_between(kind: Kind, earlier: rows.Row, later: rows.Row) -> Iterable[Finding]:
    if earlier.effective_to is None or earlier.effective_to >= later.effective_from:
        yield _fault(
            "overlap", kind, f"{kind}: {earlier.id} and {later.id} both act on {later.effective_from}."
        )
    elif earlier.effective_to + _ONE_DAY != later.effective_from:
        yield _fault(
            "gap", kind, f"{kind}: nothing is in force from {earlier.effective_to + _ONE_DAY} "
            f"to {later.effective_from - _ONE_DAY}, between {earlier.id} and {later.id}."
        )  # fmt: skip


def _faults_of_row(kind: Kind, row: rows.Row) -> Iterable[Finding]:
    where = f"{kind}, {row.id}"
    if not row.authority.strip():
        yield _fault("no_authority", kind, f"{where}: name the authority.")
    if not row.title.strip() or not row.id.strip():
        yield _fault("no_title", kind, f"{where}: give it an id and a title.")
    if row.effective_to is not None and row.effective_to < row.effective_from:
        yield _fault("ends_before_it_begins", kind, f"{where}: it ends before it begins.")
    if (row.look_from is None) != (row.look_to is None) or (row.look_from is not None and not row.look_why):
        yield _fault("look_incomplete", kind, f"{where}: look_from, look_to and look_why go together.")
    for name in sorted(set(row.unconfirmed) - _field_names(row)):
        yield _fault("no_such_field", kind, f"{where}: unconfirmed names {name}, which is no field.")
    for sentence in _impossible(row):
        yield _fault("impossible_value", kind, f"{where}: {sentence}")


def _field_names(thing: object) -> set[str]:
    """Return the names of a row's fields and of the fields of its parts."""
    if not is_dataclass(thing) or isinstance(thing, type):
        return set()
    own = {field.name for field in fields(thing)}
    return own.union(*(_field_names(getattr(thing, name)) for name in own))


@singledispatch
def _impossible(row: rows.Row) -> Iterable[str]:
    """Yield what cannot be: each sentence names the field and its bounds."""
    return ()


@_impossible.register
def _(row: rows.CostShareRow) -> Iterable[str]:
    shares = row.federal_share_by_year
    if not shares or not all(0 < share < 1 for share in shares):
        yield "every federal share lies between 0 and 1, and there is at least one."
    if any(later > earlier for earlier, later in pairwise(shares)):
        yield "the federal share never rises from one year to the next."
    if row.cash_minimum_of_match not in {Fraction(0), Fraction(1, 2)}:
        yield "cash_minimum_of_match is 0 or 1/2; another share needs a change of the arithmetic."


@_impossible.register
def _(row: rows.NoticePeriodRow) -> Iterable[str]:
    if not 0 < row.minimum_days <= row.normal_days:
        yield "minimum_days is positive and at most normal_days."


@_impossible.register
def _(row: rows.IndirectCostRow) -> Iterable[str]:
    if row.de_minimis_rate is not None and not 0 < row.de_minimis_rate < 1:
        yield "de_minimis_rate lies between 0 and 1."


@_impossible.register
def _(row: rows.EligibleApplicantsRow) -> Iterable[str]:
    if not row.kinds or not 0 < row.assured_share < 1:
        yield "it admits at least one kind, and assured_share lies between 0 and 1."


@_impossible.register
def _(row: rows.EvaluationRow) -> Iterable[str]:
    gates = sorted((*row.panel_years, *row.secretary_years))
    if len(row.positive_carries_through) != len(gates):
        yield "positive_carries_through has one year for each gate."
    elif any(end <= gate for gate, end in zip(gates, row.positive_carries_through, strict=True)):
        yield "a positive result carries past the year of its gate."


@_impossible.register
def _(row: rows.CycleRow) -> Iterable[str]:
    if not row.award_years or sum(row.award_years) != row.compete_after_years:
        yield "award_years add up to compete_after_years."


def _fault(code: str, kind: Kind, message: str) -> Finding:
    return Finding(f"policies.{code}", message, field=kind)
