"""The decision record: freeze every input with the result and hashes, recompute it, name what differs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import Final

from scoring.exact import ROUNDING
from scoring.faults import Refused, Undefined
from scoring.inputs import Inputs, Stage
from scoring.leave_out import LeftOut, without_each_finalist, without_each_reviewer
from scoring.rank import Place, Ranking, other_tie_rules, rank
from scoring.record_json import Json, RecordUnreadable, canonical, from_inputs, parse, to_inputs
from scoring.rubric import Rubric
from scoring.scoresheet import Sheet, check
from scoring.threshold import Ballot, Rules, Standing

FORMAT: Final = "merit review decision record"
VERSION: Final = 1
PARTS: Final = frozenset({"format", "version", "rounding", "inputs", "results", "information", "sha256"})
METHODS: Final = 1
"""Raised whenever a figure is computed in another way, so that no stored one is taken for a new one."""
SAMPLES: Final = 10_000
MOST_SAMPLES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the file and the recomputation disagree."""

    path: str
    recorded: str
    recomputed: str

    @property
    def message(self) -> str:
        """Return the difference as a sentence."""
        return f"{self.path}: the file says {self.recorded}, recomputed {self.recomputed.removesuffix('.')}."


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of recomputing a decision record."""

    inputs: Inputs
    results: Mapping[str, Json]
    """As recomputed here, whatever the file says."""
    sha256: str
    """Of the whole file, to be compared with the hash that was published or sealed."""
    differences: tuple[Difference, ...]
    samples: int = SAMPLES
    """Of the statistics in the file."""

    @property
    def message(self) -> str:
        """Return the answer that the ranking page prints."""
        count = len(self.differences)
        if not count:
            return "Identical, 0 differences."
        return f"{count} difference{'s' if count > 1 else ''}. First: {self.differences[0].message}"


def freeze(inputs: Inputs) -> bytes:
    """Return the decision record of a competition as canonical JSON; the same inputs give the same bytes.

    Raises `Refused` when the rubric has faults or points are out of bounds.
    """
    return canonical(_record(inputs))


def freeze_with_statistics(inputs: Inputs, samples: int = SAMPLES) -> bytes:
    """Return the decision record with everything that stands beside the ranking for information."""
    from scoring.statistics import statistics
    from scoring.statistics_json import from_statistics

    return freeze_with(inputs, from_statistics(statistics(inputs, samples)))


def freeze_with(inputs: Inputs, information: Json) -> bytes:
    """Return the decision record with statistics that were computed from these inputs before."""
    record = _record(inputs)
    return canonical({**record, "information": information, "sha256": _sealed(record, information)})


def fingerprint(inputs: Inputs, samples: int = SAMPLES) -> str:
    """Return the SHA-256 of everything that statistics follow from: inputs, seed, samples, methods.

    Names for people are left out: no figure depends on them.
    """
    given = from_inputs(replace(inputs, titles={}))
    return _hash({"inputs": given, "samples": samples, "methods": METHODS, "version": VERSION})


def verify(content: bytes) -> Verified:
    """Recompute a decision record from its inputs alone and name every difference.

    Raises `RecordUnreadable` when the file is no decision record of a version that is known here.
    """
    record = _opened(content)
    given = record["inputs"]
    inputs = to_inputs(given)
    found = [*_differences(given, from_inputs(inputs), "inputs"), *_refused(inputs)]
    results = {} if found else compute(inputs)
    if not found:
        found.extend(_differences(record.get("results"), results, "results"))
        found.extend(_information_differs(record, inputs))
    hashes = _sealed({**record, "sha256": _hashes(given, record.get("results"))}, record.get("information"))
    found.extend(_differences(record.get("sha256"), hashes, "sha256"))
    found.extend(_differences(record.get("rounding"), ROUNDING, "rounding"))
    found.extend(
        Difference(key, "something", "nothing of that name") for key in sorted(record.keys() - PARTS)
    )
    if canonical(record) != content:
        found.append(Difference("file", "bytes not in canonical form", "the same content in canonical form"))
    return Verified(inputs, results, sha256(content).hexdigest(), tuple(found), _samples(record))


def _samples(record: Mapping[str, Json]) -> int:
    samples = _dict(record.get("information")).get("samples")
    return samples if isinstance(samples, int) and 0 < samples <= MOST_SAMPLES else SAMPLES


def compute(inputs: Inputs) -> dict[str, Json]:
    """Return every exact figure of the decision as JSON values."""
    rubric = inputs.rubric
    return {
        "rules": inputs.rules.in_words(),
        "weights": {
            "effective": _texts(rubric.effective_weights()),
            "published": _texts(rubric.published_weights()),
        },
        "sheets": {str(stage): _by_application(rubric, inputs.sheets(stage)) for stage in Stage},
        "states": {ballot.state: _state(ballot, inputs.rules) for ballot in inputs.ballots()},
    }


def _record(inputs: Inputs) -> dict[str, Json]:
    if faults := inputs.rubric.faults():
        raise Refused(faults)
    given, results = from_inputs(inputs), compute(inputs)
    return {
        "format": FORMAT,
        "version": VERSION,
        "rounding": ROUNDING,
        "inputs": given,
        "results": results,
        "sha256": _hashes(given, results),
    }


def _sealed(record: Mapping[str, Json], information: Json) -> dict[str, Json]:
    """Return the hashes of a record, with that of its statistics where it has them."""
    hashes = dict(_dict(record["sha256"]))
    return hashes if information is None else {**hashes, "information": _hash(information)}


def _information_differs(record: Mapping[str, Json], inputs: Inputs) -> Iterator[Difference]:
    """Recompute the statistics where the record has them; six digits are compared up to the last."""
    recorded = record.get("information")
    if recorded is None:
        return
    from scoring.statistics import statistics
    from scoring.statistics_json import alike, from_statistics

    samples = _dict(recorded).get("samples")
    if not isinstance(samples, int) or not 0 < samples <= MOST_SAMPLES:
        yield Difference("information.samples", _short(samples), f"a number from 1 to {MOST_SAMPLES}")
        return
    information = from_statistics(statistics(inputs, samples))
    yield from _differences(recorded, information, "information", alike)


def _refused(inputs: Inputs) -> Iterator[Difference]:
    """Yield what no honest record can hold: a rubric with faults, points out of bounds."""
    faults = inputs.rubric.faults()
    for fault in faults:
        yield Difference(f"inputs.rubric.{fault.where}".rstrip("."), "a fault", fault.message)
    if faults:
        return
    for stage in Stage:
        for sheet in inputs.sheets(stage):
            where = f"inputs.sheets.{stage}.{sheet.application}.{sheet.reviewer}"
            for fault in check(inputs.rubric, sheet).faults:
                entry = sheet.points.get(fault.where, "")
                yield Difference(f"{where}.{fault.where}", str(entry), f"refused ({fault.message})")


def _opened(content: bytes) -> dict[str, Json]:
    record = parse(content)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        message = "The file is not a decision record."
        raise RecordUnreadable(message)
    if record.get("version") != VERSION:
        message = f"The record has version {record.get('version')}; this program reads version {VERSION}."
        raise RecordUnreadable(message)
    if "inputs" not in record:
        message = "The record has no inputs."
        raise RecordUnreadable(message)
    return record


def _hashes(given: Json, results: Json) -> dict[str, Json]:
    """Return a hash per part of the inputs, per sheet, and of the results, so that a change has a place."""
    parts = given if isinstance(given, dict) else {}
    hashes: dict[str, Json] = {key: _hash(value) for key, value in parts.items() if key != "sheets"}
    hashes["sheets"] = {
        str(stage): {
            name: {who: _hash(sheet) for who, sheet in sheets.items()}
            for name, sheets in _dict(_dict(parts.get("sheets")).get(stage)).items()
            if isinstance(sheets, dict)
        }
        for stage in Stage
    }
    return {"inputs": hashes, "results": _hash(results)}


def _hash(value: Json) -> str:
    return sha256(canonical(value)).hexdigest()


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _by_application(rubric: Rubric, sheets: tuple[Sheet, ...]) -> dict[str, Json]:
    found: dict[str, dict[str, Json]] = {}
    for sheet in sheets:
        checked = check(rubric, sheet)
        total = checked.total.reason if isinstance(checked.total, Undefined) else str(checked.total)
        earned = _texts(checked.earned)
        found.setdefault(sheet.application, {})[sheet.reviewer] = {"total": total, "earned": earned}
    return {name: dict(one) for name, one in found.items()}


def _state(ballot: Ballot, rules: Rules) -> dict[str, Json]:
    ranking = rank(ballot, rules)
    return {
        "standings": {one.application: _standing(one) for one in ranking.standings},
        "places": _places(ranking),
        "refusals": [refusal.message for refusal in ranking.refusals],
        "other_tie_rules": {
            str(one.tie_rule): {"winners": list(one.winners), "message": one.message}
            for one in other_tie_rules(ballot, rules)
        },
        "without_reviewer": {one.name: _left_out(one) for one in without_each_reviewer(ballot, rules)},
        "without_finalist": {one.name: _left_out(one) for one in without_each_finalist(ballot, rules)},
    }


def _standing(standing: Standing) -> dict[str, Json]:
    return {
        "status": str(standing.status),
        "sum": str(standing.total),
        "reviewers": standing.reviewers,
        "text": standing.text,
    }


def _places(ranking: Ranking) -> dict[str, Json]:
    return {place.application: _place(place) for place in ranking.places}


def _place(place: Place) -> dict[str, Json]:
    return {
        "place": place.label,
        "value": str(place.value),
        "ranks": _texts(place.ranks),
        "final_mean": str(place.final_mean),
        "place_by_mean": place.place_by_mean,
        "decided_by": place.decided_by,
        "flag": place.flag,
    }


def _left_out(one: LeftOut) -> dict[str, Json]:
    return {"winners": list(one.ranking.winners), "message": one.message}


def _texts(values: Mapping[str, Fraction]) -> dict[str, Json]:
    return {key: str(value) for key, value in values.items()}


def _same(recorded: Json, recomputed: Json) -> bool:
    return recorded == recomputed and type(recorded) is type(recomputed)


def _differences(
    recorded: Json, recomputed: Json, path: str, same: Callable[[Json, Json], bool] = _same
) -> Iterator[Difference]:
    """Yield every leaf at which two JSON values differ, named by its path."""
    if isinstance(recorded, dict) and isinstance(recomputed, dict):
        for key in sorted(recorded.keys() | recomputed.keys()):
            yield from _differences(recorded.get(key), recomputed.get(key), f"{path}.{key}", same)
    elif isinstance(recorded, list) and isinstance(recomputed, list) and len(recorded) == len(recomputed):
        for number, (one, other) in enumerate(zip(recorded, recomputed, strict=True)):
            yield from _differences(one, other, f"{path}.{number}", same)
    elif not same(recorded, recomputed):
        yield Difference(path, _short(recorded), _short(recomputed))


def _short(value: Json) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else canonical(value).decode()
