"""The record's schema against records: the part of JSON Schema 2020-12 that the schema uses."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import scoring
from scoring.inputs import Conflict, Inputs, StateRound
from scoring.record import VERSION, freeze, freeze_with_statistics, verify
from scoring.rubric import Criterion, Rubric
from scoring.scale import numbered
from scoring.scoresheet import Absent, Rating, Sheet
from tests.scoring.rounds import rules
from tests.scoring.test_record import inputs

GOLDEN = "e8ed7d0413673d39b68e9b0aca9b5756fd56e28ba70af31922ee313a6bf732a1"
FOLDER = Path(scoring.__path__[0]) / "schema"
SCHEMA = json.loads((FOLDER / f"decision_record_v{VERSION}.json").read_text(encoding="utf-8"))
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    *("$schema", "$ref", "$defs", "title", "description", "type", "required", "additionalProperties"),
    *("properties", "items", "anyOf", "enum", "const", "pattern", "minimum", "maximum"),
}


def faults(value: Any, rule: Any, path: str = "") -> Iterator[str]:
    """Yield the paths at which a value breaks the schema."""
    assert set(rule) <= KNOWN, set(rule) - KNOWN
    if "$ref" in rule:
        yield from faults(value, SCHEMA["$defs"][rule["$ref"].removeprefix("#/$defs/")], path)
    wanted = TYPES[rule["type"]] if "type" in rule else object
    wrong_type = not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))
    if (
        wrong_type
        or ("const" in rule and value != rule["const"])
        or ("enum" in rule and value not in rule["enum"])
    ):
        yield path
        return
    if "pattern" in rule and not re.search(rule["pattern"], value):
        yield path
    if "minimum" in rule and not rule["minimum"] <= value <= rule["maximum"]:
        yield path
    if "anyOf" in rule and all(list(faults(value, one)) for one in rule["anyOf"]):
        yield path
    if isinstance(value, list) and "items" in rule:
        for number, one in enumerate(value):
            yield from faults(one, rule["items"], f"{path}.{number}")
    if isinstance(value, dict):
        yield from _object_faults(value, rule, path)


def _object_faults(value: dict[str, Any], rule: Any, path: str) -> Iterator[str]:
    for key in rule.get("required", []):
        if key not in value:
            yield f"{path}.{key}"
    known, others = rule.get("properties", {}), rule.get("additionalProperties", {})
    for key, one in value.items():
        if key in known:
            yield from faults(one, known[key], f"{path}.{key}")
        elif others is False:
            yield f"{path}.{key}"
        else:
            yield from faults(one, others, f"{path}.{key}")


def with_scales() -> Inputs:
    """Return a round with a scale, a rating, a criterion that does not apply, and a reviewer left out."""
    criteria = (
        Criterion("a", "Plan", Decimal(60)),
        Criterion("b", "Team", Decimal(40), scale=numbered(1, 9, best=1)),
    )
    rubric = Rubric(criteria, Decimal(100), allow_not_applicable=True)
    sheets = (
        Sheet("R1", "A", {"a": Decimal("59.5"), "b": Rating("1")}),
        Sheet("R2", "A", {"a": Absent.NOT_APPLICABLE, "b": Rating("2")}),
        Sheet("R3", "A", {"a": Decimal(1)}, recused=True),
    )
    state = StateRound("CO", {"A": ("R1", "R2", "R3", "R4")}, {"R3": "Fell ill."})
    conflict = Conflict("R4", "A", "employer", "Works there.")
    declared = replace(rules(), reviewers_minimum=1)
    return Inputs("X", rubric, declared, (state,), sheets, conflicts=(conflict,), titles={"A": "Peak Makers"})


@pytest.mark.parametrize("given", [inputs, with_scales])
@pytest.mark.parametrize("kind", [freeze, lambda one: freeze_with_statistics(one, 50)])
def test_every_record_follows_the_schema(
    given: Callable[[], Inputs], kind: Callable[[Inputs], bytes]
) -> None:
    record = json.loads(kind(given()))

    assert list(faults(record, SCHEMA)) == []


def test_scales_and_absences_survive_the_record() -> None:
    content = freeze(with_scales())

    found = verify(content)

    assert found.differences == ()
    assert freeze(found.inputs) == content


def float_points(record: Any) -> None:
    record["inputs"]["sheets"]["initial"]["CO-1"]["R4"]["points"]["a1"] = 7.5


def unknown_part(record: Any) -> None:
    record["inputs"]["bonus"] = {}


def missing_version(record: Any) -> None:
    del record["inputs"]["sheets"]["initial"]["CO-1"]["R4"]["version"]


def short_hash(record: Any) -> None:
    record["sha256"]["results"] = "9f2c"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (float_points, ".inputs.sheets.initial.CO-1.R4.points.a1"),
        (unknown_part, ".inputs.bonus"),
        (missing_version, ".inputs.sheets.initial.CO-1.R4.version"),
        (short_hash, ".sha256.results"),
    ],
)
def test_the_schema_refuses_what_is_no_record(change: Callable[[Any], None], path: str) -> None:
    record = json.loads(freeze(inputs()))
    change(record)

    assert list(faults(record, SCHEMA)) == [path]


def test_a_record_of_the_first_version_still_recomputes_to_the_last_digit() -> None:
    kept = Path(__file__).parents[1] / "fixtures" / "decision_record_v1.json"

    found = verify(kept.read_bytes())

    assert [one.message for one in found.differences] == []
    assert found.sha256 == GOLDEN
