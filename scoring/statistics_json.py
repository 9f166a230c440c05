"""Statistics as JSON values: six significant digits as text, reasons where there is no number."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from math import isclose

from scoring.faults import Undefined
from scoring.record_json import Json
from scoring.statistics import Statistics

TOLERANCE = 2e-5
"""Relative: what another processor's last digits may differ by after rounding to six."""


def from_statistics(found: Statistics) -> Json:
    """Return statistics as JSON values, dataclasses as objects in the words of their fields."""
    return _value(found)


def alike(recorded: Json, recomputed: Json) -> bool:
    """Say whether two leaves are the same figure, up to the last of six digits."""
    if recorded == recomputed and type(recorded) is type(recomputed):
        return True
    if not isinstance(recorded, str) or not isinstance(recomputed, str):
        return False
    try:
        first, second = _number(recorded), _number(recomputed)
    except (ValueError, ZeroDivisionError):
        return False
    return isclose(first, second, rel_tol=TOLERANCE, abs_tol=1e-9)


def _number(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / (float(below) if below else 1.0)


def _value(value: object) -> Json:
    match value:
        case None | bool() | int():
            return value
        case Undefined(reason):
            return {"undefined": reason}
        case float():
            return format(value + 0.0, ".6g")
        case str() | Fraction():
            return str(value)
        case tuple() | list():
            return [_value(one) for one in value]
        case Mapping():
            return {str(key): _value(one) for key, one in value.items()}
        case _ if is_dataclass(value):
            recorded = [one.name for one in fields(value) if one.metadata.get("recorded", True)]
            return {name: _value(getattr(value, name)) for name in recorded}
        case _:
            raise TypeError(f"No way to record {type(value).__name__}.")
