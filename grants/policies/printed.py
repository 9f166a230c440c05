"""The catalogue as a text that a program officer can read: Markdown, every row with its authority."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from grants.money import dollars, share_text
from grants.policies import rows
from grants.policies.loader import Kind, table

_SAID_APART = {field.name for field in fields(rows.Row)}


def as_markdown(kinds: Iterable[Kind] = tuple(Kind), *, day: date | None = None) -> str:
    """Return the rows of these kinds, only those in force on a day if one is given."""
    sections = (_section(kind, day) for kind in kinds)
    return "\n\n".join(sections) + "\n"


def _section(kind: Kind, day: date | None) -> str:
    shown = [row for row in table(kind) if day is None or row.is_in_force(day)]
    parts = [f"# {_words(kind)}", *(row_as_markdown(row) for row in shown)]
    if not shown:
        parts.append("No rule in force on that day.")
    return "\n\n".join(parts)


def row_as_markdown(row: rows.Row) -> str:
    """Return one row: title, what it says, how well it is known, since when, by whose authority."""
    until = f" to {row.effective_to.isoformat()}" if row.effective_to else ", still in force"
    known = str(row.mark) if row.mark.is_confirmed else row.caution
    lines = [
        f"## {row.title}",
        "",
        f"- Name: {row.id}",
        f"- In force: from {row.effective_from.isoformat()}{until}",
        f"- Authority: {row.authority}",
        f"- Known: {known}",
        *(f"- {label}: {value}" for label, value in values_of(row, row)),
    ]
    if row.look_from and row.look_to:
        days = f"{row.look_from.isoformat()} to {row.look_to.isoformat()}"
        lines.append(f"- A person must look, {days}: {row.look_why}")
    if row.note:
        lines += ["", row.note]
    return "\n".join(lines)


def values_of(thing: object, row: rows.Row) -> list[tuple[str, str]]:
    """Return label and value of each field of a row, or of a part of it, in order, with its caution."""
    if not is_dataclass(thing) or isinstance(thing, type):
        return []
    apart = _SAID_APART if isinstance(thing, rows.Row) else set()
    found: list[tuple[str, str]] = []
    for field in fields(thing):
        value: object = getattr(thing, field.name)
        if field.name in apart or value in ("", ()):
            continue
        if is_dataclass(value):
            found += values_of(value, row)
        else:
            doubt = " (sample data, confirm)" if field.name in row.unconfirmed else ""
            found.append((_label(field.name), _value(field.name, value) + doubt))
    return found


def _label(name: str) -> str:
    return _words(name.removesuffix("_cents"))


def _value(name: str, value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.replace("_", " ")
        case Fraction():
            return share_text(value) if value else "0"
        case int():
            return dollars(value) if name.endswith("_cents") else str(value)
        case tuple():
            return ", ".join(_value(name, item) for item in value)
        case _:
            return str(value).replace("_", " ")


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
