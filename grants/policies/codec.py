"""Plain data (TOML tables, JSON objects) to frozen dataclasses and back, strictly by their annotations."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

from grants.numbers import share

T = TypeVar("T")


class Unreadable(ValueError):
    """A value does not fit its field; the text names the field and says what is expected."""


def decode(cls: type[T], raw: Mapping[str, object], *, where: str = "") -> T:
    """Build `cls` from plain data; raise Unreadable at an unknown, a missing or an ill-typed field."""
    if not is_dataclass(cls):
        raise TypeError(f"{cls} is not a dataclass")
    hints = get_type_hints(cls)
    known = {field.name: field for field in fields(cls)}
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise Unreadable(f"{where}{unknown[0]}: there is no such field")
    required = {name for name, f in known.items() if f.default is MISSING and f.default_factory is MISSING}
    missing = sorted(required - set(raw))
    if missing:
        raise Unreadable(f"{where}{missing[0]}: is missing")
    return cls(**{name: _value(hints[name], value, f"{where}{name}") for name, value in raw.items()})


def encode(thing: object) -> object:
    """Return plain JSON-able data that `decode` reads back to an equal value."""
    match thing:
        case StrEnum():
            return str(thing)
        case None | bool() | int() | str():
            return thing
        case date():
            return thing.isoformat()
        case Fraction():
            return f"{thing.numerator}/{thing.denominator}"
        case tuple():
            return [encode(item) for item in thing]
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: encode(getattr(thing, field.name)) for field in fields(thing)}
    raise TypeError(f"{type(thing)} is not a value of a rule")


def _value(hint: object, value: object, where: str) -> object:
    origin = get_origin(hint)
    if origin in {Union, types.UnionType}:
        if value is None:
            return None
        return _value(next(arg for arg in get_args(hint) if arg is not types.NoneType), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise Unreadable(f"{where}: expects a list")
        item_hint = get_args(hint)[0]
        return tuple(_value(item_hint, item, f"{where}[{i}]") for i, item in enumerate(value))
    if isinstance(hint, type):
        return _single(hint, value, where)
    raise TypeError(f"{hint} is not a type a rule may use")


def _single(hint: type, value: object, where: str) -> object:
    if is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise Unreadable(f"{where}: expects a table")
        return decode(hint, value, where=f"{where}.")
    if isinstance(value, str) and hint in {date, Fraction} | _enums(hint):
        return _from_text(hint, value, where)
    if type(value) is hint:
        return value
    if hint is Fraction and type(value) is int:
        return Fraction(value)
    raise Unreadable(f"{where}: expects {_named(hint)}, not {value!r}")


def _enums(hint: type) -> set[type]:
    return {hint} if issubclass(hint, StrEnum) else set()


def _from_text(hint: type, text: str, where: str) -> object:
    try:
        if hint is date:
            return date.fromisoformat(text)
        return share(text) if hint is Fraction else hint(text)
    except (ValueError, ZeroDivisionError):
        raise Unreadable(f"{where}: expects {_named(hint)}, not {text!r}") from None


def _named(hint: type) -> str:
    if issubclass(hint, StrEnum):
        return "one of " + ", ".join(hint)
    return {int: "a whole number", str: "text", bool: "true or false", date: "a date"}.get(
        hint, 'a fraction like "2/5"'
    )
