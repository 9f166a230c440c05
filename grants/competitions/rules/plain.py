"""A notice as plain data and back: the tree that TOML and JSON write, read with every fault and its place."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from grants import money, numbers
from grants.clock import year_fault
from grants.competitions.rules.notice import SECTION_TYPES, SECTIONS, Cents, Notice, SectionContent

FORMAT: Final = 1


@dataclass(frozen=True)
class Fault:
    """One value that cannot be read; `path` is its place, such as `states.state[2].federal_per_year`."""

    path: str
    message: str


@dataclass(frozen=True)
class _Failed:
    """Stands where a value could not be read."""


_FAILED = _Failed()


def encode(content: object) -> dict[str, Any]:
    """Return plain data of a section or a notice: numbers, text, dates, lists; defaults are left out."""
    if not is_dataclass(content) or isinstance(content, type):
        raise TypeError(f"{content!r} is not a section")
    hints = hints_of(type(content))
    return {
        item.name: _encode_value(hints[item.name], getattr(content, item.name))
        for item in fields(content)
        if getattr(content, item.name) != _default(item)
    }


def encode_json(content: object) -> dict[str, Any]:
    """Return `encode` with dates and decimals as text, for a JSON column."""
    plain = _json(encode(content))
    if not isinstance(plain, dict):
        raise TypeError("a section encodes to an object")
    return plain


def decode_notice(raw: Mapping[str, object]) -> tuple[Notice | None, list[Fault]]:
    """Read a notice from plain data; None where anything could not be read, with every fault."""
    faults: list[Fault] = []
    notice = _read_dataclass(Notice, raw, "", faults)
    return (notice if isinstance(notice, Notice) and not faults else None), faults


def decode_section(name: str, raw: Mapping[str, object]) -> SectionContent:
    """Read one section that `encode_json` wrote; raise ValueError where it does not fit."""
    faults: list[Fault] = []
    content = _read_dataclass(SECTION_TYPES[name], raw, "", faults)
    if faults:
        raise ValueError(f"{name}: {faults[0].path}: {faults[0].message}")
    return content  # type: ignore[return-value]  # read as this section's type


@cache
def hints_of(cls: type) -> dict[str, Any]:
    """Return the annotations of a section with their metadata."""
    return get_type_hints(cls, include_extras=True)


def split(hint: Any) -> tuple[Any, tuple[Any, ...], bool]:
    """Split an annotation into its bare type, its metadata and whether it may be None."""
    metadata: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        metadata = tuple(rest)
    if get_origin(hint) in {Union, types.UnionType}:
        inner = next(part for part in get_args(hint) if part is not types.NoneType)
        bare, more, _ = split(inner)
        return bare, (*metadata, *more), True
    return hint, metadata, False


def _encode_value(hint: Any, value: Any) -> Any:
    bare, metadata, _ = split(hint)
    if value is None:
        return None
    if any(isinstance(item, Cents) for item in metadata):
        return Decimal(value).scaleb(-2)
    if get_origin(bare) is tuple:
        return [_encode_value(get_args(bare)[0], item) for item in value]
    if is_dataclass(value):
        return encode(value)
    return str(value) if isinstance(value, StrEnum) else value


def _json(value: object) -> object:
    match value:
        case dict():
            return {key: _json(item) for key, item in value.items()}
        case list():
            return [_json(item) for item in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return value


def _default(item: Field[Any]) -> object:
    if item.default is not MISSING:
        return item.default
    return item.default_factory() if item.default_factory is not MISSING else _FAILED


def _read_dataclass(cls: type, raw: object, path: str, faults: list[Fault]) -> object:
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, "Here a table is expected."))
        return _FAILED
    before = len(faults)
    known = {item.name: item for item in fields(cls)}
    faults.extend(
        Fault(_join(path, str(name)), f"There is no “{name}” here. {_choices(known)}")
        for name in raw
        if name not in known
    )
    values: dict[str, object] = {}
    for name, item in known.items():
        if name in raw:
            values[name] = _read_value(hints_of(cls)[name], raw[name], _join(path, name), faults)
        elif _default(item) is _FAILED:
            faults.append(Fault(_join(path, name), f"“{name}” is missing."))
    return cls(**values) if len(faults) == before else _FAILED


def _read_value(hint: Any, raw: object, path: str, faults: list[Fault]) -> object:
    bare, metadata, optional = split(hint)
    if raw is None and optional:
        return None
    if get_origin(bare) is tuple:
        if not isinstance(raw, list):
            faults.append(Fault(path, "Here a list is expected."))
            return _FAILED
        inner = get_args(bare)[0]
        return tuple(_read_value(inner, one, f"{path}[{at}]", faults) for at, one in enumerate(raw, start=1))
    if is_dataclass(bare) and isinstance(bare, type):
        return _read_dataclass(bare, raw, path, faults)
    try:
        if any(isinstance(item, Cents) for item in metadata):
            return _cents(raw)
        return _single(bare, raw)
    except (ValueError, ArithmeticError) as fault:
        faults.append(Fault(path, str(fault)))
        return _FAILED


def _single(kind: type, raw: object) -> object:
    if kind is bool and isinstance(raw, bool):
        return raw
    if kind is int and type(raw) is int:
        return int(numbers.in_file(raw))
    if kind is Decimal:
        return _decimal(raw)
    if kind is datetime:
        return _instant(raw)
    if kind is date:
        return _day(raw)
    if issubclass(kind, StrEnum) and isinstance(raw, str):
        if raw in set(kind):
            return kind(raw)
        raise ValueError(f"“{raw[:40]}” is none of {', '.join(kind)}.")
    if kind is str and isinstance(raw, str):
        return raw
    words = {str: "text", int: "a whole number", bool: "true or false"}.get(kind, "one of the known words")
    raise ValueError(f"Here {words} is expected, not {_shown(raw)}.")


def _cents(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
        raise ValueError(f"Here an amount in dollars is expected, not {_shown(raw)}.")  # noqa: TRY004  # a fault of the file
    return money.parse(numbers.in_file(raw) if isinstance(raw, Decimal) else str(raw)[: numbers.LONGEST + 1])


def _decimal(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
        raise ValueError(f"Here a number is expected, not {_shown(raw)}.")  # noqa: TRY004  # a fault of the file
    return Decimal(numbers.in_file(raw))


def _instant(raw: object) -> datetime:
    expected = "Here a date with its hour and offset is expected, such as 2014-10-15T23:59:00-04:00"
    try:
        value = datetime.fromisoformat(raw) if isinstance(raw, str) else raw
    except ValueError:
        value = None
    if not isinstance(value, datetime):
        raise ValueError(f"{expected}, not {_shown(raw)}.")  # noqa: TRY004  # a fault of the file
    if value.tzinfo is None:
        raise ValueError(f"{expected}; {_shown(raw)} has no offset.")
    _refuse_year(value)
    return value.astimezone(UTC)


def _day(raw: object) -> date:
    try:
        value = date.fromisoformat(raw) if isinstance(raw, str) else raw
    except ValueError:
        value = None
    if isinstance(value, datetime) or not isinstance(value, date):
        shown = f"Here a date that exists is expected, such as 2014-10-15, not {_shown(raw)}."
        raise ValueError(shown)  # noqa: TRY004  # a fault of the file
    _refuse_year(value)
    return value


def _refuse_year(day: date) -> None:
    fault = year_fault(day)
    if fault:
        raise ValueError(fault)


def _shown(raw: object) -> str:
    return f"“{str(raw)[:60]}”"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _choices(known: Mapping[str, object]) -> str:
    return (
        f"Known are {', '.join(known)}." if set(known) != set(SECTIONS) else "See the README for the format."
    )
