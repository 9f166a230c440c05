"""The decision record's inputs as JSON and back; numbers are text, so that no reader rounds them."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

from scoring.inputs import Conflict, Inputs, Stage, StateRound
from scoring.rubric import Criterion, Rubric
from scoring.scale import Scale, Step
from scoring.scoresheet import Absent, Entry, Rating, Sheet
from scoring.threshold import FinalistStatus, Method, Rules, TieBreak, TieRule

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

# Bounds keep a hostile file from asking for a number with a billion digits.
DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
FULL_SHARE = re.compile(r"[0-9]{1,12}/[1-9][0-9]{0,11}")
SHARE = re.compile(r"[0-9]{1,12}(/[1-9][0-9]{0,11})?")


class RecordUnreadable(ValueError):
    """The file is not a decision record that this program can read."""


def canonical(value: Json) -> bytes:
    """Return the one way to write a value: UTF-8, keys sorted, no white space.

    Agrees with RFC 8785 for the types used here: text, whole numbers, lists and objects.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def parse(content: bytes) -> Json:
    """Read JSON strictly: UTF-8, no repeated keys, no floating point, no NaN."""
    try:
        value: Json = json.loads(
            content.decode(), object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        message = f"The file is not a decision record: {error}."
        raise RecordUnreadable(message) from error
    return value


def decimal_text(value: Decimal) -> str:
    """Return a decimal in the one way the record writes it: no exponent, no trailing zeros."""
    return format(value.normalize(), "f")


def from_inputs(inputs: Inputs) -> dict[str, Json]:
    """Return the inputs as JSON values."""
    return {
        "competition": inputs.competition,
        "rubric": _rubric(inputs.rubric),
        "rules": _rules(inputs.rules),
        "states": {
            one.state: {
                "panels": {name: list(panel) for name, panel in one.panels.items()},
                "left_out": dict(one.left_out),
            }
            for one in inputs.states
        },
        "sheets": {str(stage): _sheets(inputs.sheets(stage)) for stage in Stage},
        "conflicts": [
            {"reviewer": one.reviewer, "application": one.application, "kind": one.kind, "reason": one.reason}
            for one in inputs.conflicts
        ],
        "seed": inputs.seed,
        "titles": dict(inputs.titles),
    }


def to_inputs(value: Json) -> Inputs:
    """Return the inputs that JSON values describe; raises `RecordUnreadable` naming what is amiss."""
    try:
        return _inputs(_object(value))
    except KeyError as error:
        message = f"The record lacks {error}."
        raise RecordUnreadable(message) from error
    except RecursionError as error:
        message = "The criteria are nested too deeply."
        raise RecordUnreadable(message) from error
    except ValueError as error:
        raise RecordUnreadable(str(error)) from error


def _inputs(given: Mapping[str, Json]) -> Inputs:
    sheets = _object(given["sheets"])
    return Inputs(
        competition=_text(given["competition"]),
        rubric=_to_rubric(_object(given["rubric"])),
        rules=_to_rules(_object(given["rules"])),
        states=tuple(_to_state(name, _object(one)) for name, one in _object(given["states"]).items()),
        initial=_to_sheets(_object(sheets[Stage.INITIAL])),
        revised=_to_sheets(_object(sheets[Stage.REVISED])),
        conflicts=tuple(
            Conflict(*(_text(_object(one)[key]) for key in ("reviewer", "application", "kind", "reason")))
            for one in _list(given["conflicts"])
        ),
        seed=_whole(given["seed"]),
        titles=_texts(given["titles"]),
    )


def _rubric(rubric: Rubric) -> dict[str, Json]:
    return {
        "total": decimal_text(rubric.total),
        "allow_not_applicable": rubric.allow_not_applicable,
        "criteria": [_criterion(one) for one in rubric.criteria],
    }


def _criterion(criterion: Criterion) -> dict[str, Json]:
    return {
        "key": criterion.key,
        "title": criterion.title,
        "points": None if criterion.points is None else decimal_text(criterion.points),
        "equal": criterion.equal,
        "children": [_criterion(child) for child in criterion.children],
        "scale": None if criterion.scale is None else _scale(criterion.scale),
    }


def _scale(scale: Scale) -> dict[str, Json]:
    steps: list[Json] = [
        {"label": step.label, "share": str(step.share), "meaning": step.meaning} for step in scale.steps
    ]
    return {"name": scale.name, "steps": steps}


def _rules(rules: Rules) -> dict[str, Json]:
    return {
        "method": str(rules.method),
        "threshold": None if rules.threshold is None else decimal_text(rules.threshold),
        "tie_rule": str(rules.tie_rule),
        "tie_breaks": [str(one) for one in rules.tie_breaks],
        "reviewers_minimum": rules.reviewers_minimum,
        "finalist_status": str(rules.finalist_status),
    }


def _sheets(sheets: tuple[Sheet, ...]) -> dict[str, Json]:
    found: dict[str, dict[str, Json]] = {}
    for sheet in sheets:
        of_application = found.setdefault(sheet.application, {})
        if sheet.reviewer in of_application:
            message = f"Two sheets of {sheet.reviewer} for {sheet.application} in one stage."
            raise ValueError(message)
        of_application[sheet.reviewer] = {
            "version": sheet.version,
            "recused": sheet.recused,
            "points": {key: _entry(entry) for key, entry in sheet.points.items()},
        }
    return {name: dict(one) for name, one in found.items()}


def _entry(entry: Entry) -> Json:
    match entry:
        case Absent():
            return {"absent": str(entry)}
        case Rating(label):
            return {"rating": label}
        case _:
            return decimal_text(entry) if isinstance(entry, Decimal) else str(entry)


def _to_rubric(given: Mapping[str, Json]) -> Rubric:
    return Rubric(
        tuple(_to_criterion(_object(one)) for one in _list(given["criteria"])),
        _decimal(given["total"]),
        _flag(given["allow_not_applicable"]),
    )


def _to_criterion(given: Mapping[str, Json]) -> Criterion:
    return Criterion(
        key=_text(given["key"]),
        title=_text(given["title"]),
        points=None if given["points"] is None else _decimal(given["points"]),
        children=tuple(_to_criterion(_object(child)) for child in _list(given["children"])),
        equal=_flag(given["equal"]),
        scale=None if given["scale"] is None else _to_scale(_object(given["scale"])),
    )


def _to_scale(given: Mapping[str, Json]) -> Scale:
    steps = [_object(step) for step in _list(given["steps"])]
    return Scale(
        _text(given["name"]),
        tuple(Step(_text(one["label"]), _share(one["share"]), _text(one["meaning"])) for one in steps),
    )


def _to_rules(given: Mapping[str, Json]) -> Rules:
    return Rules(
        method=Method(_text(given["method"])),
        threshold=None if given["threshold"] is None else _decimal(given["threshold"]),
        tie_rule=TieRule(_text(given["tie_rule"])),
        tie_breaks=tuple(TieBreak(_text(one)) for one in _list(given["tie_breaks"])),
        reviewers_minimum=_whole(given["reviewers_minimum"]),
        finalist_status=FinalistStatus(_text(given["finalist_status"])),
    )


def _to_state(name: str, given: Mapping[str, Json]) -> StateRound:
    panels = {
        application: tuple(_text(reviewer) for reviewer in _list(panel))
        for application, panel in _object(given["panels"]).items()
    }
    return StateRound(name, panels, _texts(given["left_out"]))


def _to_sheets(given: Mapping[str, Json]) -> tuple[Sheet, ...]:
    return tuple(
        Sheet(
            reviewer,
            application,
            {key: _to_entry(entry) for key, entry in _object(_object(one)["points"]).items()},
            _flag(_object(one)["recused"]),
            _whole(_object(one)["version"]),
        )
        for application, sheets in given.items()
        for reviewer, one in _object(sheets).items()
    )


def _to_entry(value: Json) -> Entry:
    if isinstance(value, str) and FULL_SHARE.fullmatch(value):
        return Fraction(value)
    if not isinstance(value, dict):
        return _decimal(value)
    return Absent(_text(value["absent"])) if "absent" in value else Rating(_text(value["rating"]))


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key stands twice in one object"
        raise ValueError(message)
    return found


def _no_float(text: str) -> NoReturn:
    message = f"the number {text} is not written as text"
    raise ValueError(message)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else _unexpected(value, "an object")


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else _unexpected(value, "a list")


def _text(value: Json) -> str:
    return value if isinstance(value, str) else _unexpected(value, "text")


def _texts(value: Json) -> dict[str, str]:
    return {key: _text(one) for key, one in _object(value).items()}


def _flag(value: Json) -> bool:
    return value if isinstance(value, bool) else _unexpected(value, "true or false")


def _whole(value: Json) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _unexpected(value, "a whole number")


def _decimal(value: Json) -> Decimal:
    text = _text(value)
    return Decimal(text) if DECIMAL.fullmatch(text) else _unexpected(value, "a decimal number as text")


def _share(value: Json) -> Fraction:
    text = _text(value)
    return Fraction(text) if SHARE.fullmatch(text) else _unexpected(value, "a fraction as text")


def _unexpected(value: Json, wanted: str) -> NoReturn:
    message = f"Where {wanted} belongs, the record has {json.dumps(value, ensure_ascii=False)[:60]}."
    raise RecordUnreadable(message)
