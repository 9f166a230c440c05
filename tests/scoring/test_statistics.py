import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring.__main__ import main
from scoring.account import Decision, exact_sections
from scoring.beside import AT_THE_TOP, NOT_KNOWN, information_sections
from scoring.faults import Undefined
from scoring.inputs import Conflict, Inputs, StateRound
from scoring.matrix import from_rows
from scoring.record import freeze, freeze_with_statistics, verify
from scoring.record_json import canonical
from scoring.scoresheet import Sheet
from scoring.sentences import agreement_sentences, interval_sentences
from scoring.statistics import agreement, statistics
from scoring.statistics_json import from_statistics
from scoring.threshold import Method
from scoring.tipping import Tried
from scoring.weights import SmallestChange
from tests.scoring.rounds import MEP_2014, rules
from tests.scoring.test_record import inputs

SAMPLES = 200


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def flat(points: str) -> Inputs:
    """Return two applications that three reviewers scored alike in everything."""
    names = ("CO-1", "CO-2")
    sheets = tuple(
        Sheet(who, name, {leaf.key: Decimal(points) for leaf in MEP_2014.leaves})
        for name in names
        for who in ("R1", "R2", "R3")
    )
    state = StateRound("CO", dict.fromkeys(names, ("R1", "R2", "R3")))
    return Inputs("X", MEP_2014, rules(), (state,), sheets)


def alone() -> Inputs:
    """Return one application with one reviewer."""
    sheet = Sheet("R1", "CO-1", {leaf.key: Decimal(9) for leaf in MEP_2014.leaves})
    declared = replace(rules(), reviewers_minimum=1)
    return Inputs("X", MEP_2014, declared, (StateRound("CO", {"CO-1": ("R1",)}),), (sheet,))


def waiting() -> Inputs:
    """Return the worked round with one sheet missing."""
    given = inputs()
    return replace(given, initial=given.initial[1:], revised=given.revised[1:])


def conflicted() -> Inputs:
    given = inputs()
    return replace(given, conflicts=(Conflict("R4", "CO-1", "employer"),))


def by(method: Method) -> Inputs:
    given = inputs()
    return replace(given, rules=rules(method))


CASES: dict[str, Callable[[], Inputs]] = {
    "worked": inputs,
    "flat": lambda: flat("9"),
    "below": lambda: flat("1"),
    "alone": alone,
    "waiting": waiting,
    "conflicted": conflicted,
    "mean": lambda: by(Method.MEAN),
    "median": lambda: by(Method.MEDIAN),
    "trimmed": lambda: by(Method.TRIMMED_MEAN),
}


@pytest.mark.parametrize("case", CASES)
def test_the_record_with_statistics_recomputes_to_itself_without_a_nan(case: str) -> None:
    content = freeze_with_statistics(CASES[case](), SAMPLES)

    assert verify(content).message == "Identical, 0 differences."
    assert not {"nan", "inf", "-inf"} & {str(leaf) for leaf in leaves(json.loads(content))}


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_is_one(case: str) -> None:
    given = CASES[case]()
    found = statistics(given, SAMPLES)
    sections = [
        section
        for ballot in given.ballots()
        for section in (
            *exact_sections(Decision(ballot, given.rules)),
            *information_sections(given, found, ballot.state),
        )
    ]

    told = [words for section in sections for words in section.sentences]
    cells = [cell for one in sections for table in one.tables for row in table.rows for cell in row]

    assert told
    assert all(words.endswith(".") for words in told)
    assert not re.search(r"\b(nan|inf|None|Fraction|undefined)\b", " ".join([*told, *cells]))


def test_equal_scores_say_why_agreement_cannot_be_computed() -> None:
    found = statistics(flat("9"), SAMPLES)

    whole = replace(found.before, too_few=None)
    assert list(agreement_sentences(whole)) == ["All scores are equal; agreement cannot be computed."]


def test_few_applications_tell_nothing_of_agreement() -> None:
    rows: list[list[float | None]] = [[70.0 + row, 72.0 + row, 71.0 - row] for row in range(10)]
    few, enough = agreement(from_rows(rows[:9])), agreement(from_rows(rows))

    (words,) = agreement_sentences(few)
    assert words.startswith("Too few to tell how far reviewers agree: 9 scored, and fewer than 10 leave")
    assert "by the usual reading of these limits" in next(agreement_sentences(enough))
    assert "too_few" not in json.dumps(from_statistics(statistics(flat("9"), SAMPLES)))


def test_a_tipping_point_that_its_own_trial_did_not_bear_out_is_not_known() -> None:
    given = inputs()
    found = statistics(given, SAMPLES)
    state = found.states["TX"]
    doubtful = Tried(
        SmallestChange(Fraction(20), (), "TX-2"), confirmed=False, message="First place holds until 20."
    )
    told = replace(found, states={**found.states, "TX": replace(state, smallest_change=doubtful)})

    weights = next(one for one in information_sections(given, told, "TX") if one.key == "weights")

    assert weights.sentences[0] == NOT_KNOWN
    assert "holds until" not in weights.sentences[0]


def test_samples_tied_at_the_top_say_that_they_count_for_each() -> None:
    given = inputs()
    sections = information_sections(given, statistics(given, SAMPLES), "TX")

    (section,) = [one for one in sections if one.key == "intervals"]

    assert AT_THE_TOP in section.sentences
    assert all("first in" not in words for words in section.sentences)
    assert section.tables[0].heads[-1] == "At the top in 100"


def test_one_reviewer_has_no_interval_and_a_reason() -> None:
    found = statistics(alone(), SAMPLES)

    assert list(interval_sentences(found.states["CO"].intervals)) == [
        "One reviewer only: there is nobody to compare with."
    ]
    assert isinstance(found.calibration, Undefined)


def test_panels_without_a_common_reviewer_are_not_calibrated_together() -> None:
    found = statistics(inputs(), SAMPLES)

    assert isinstance(found.calibration, Undefined)
    assert found.calibration.reason.startswith("The reviewers fall into 2 groups")
    assert not isinstance(found.states["TX"].calibration, Undefined)


def test_the_samples_are_recorded_with_their_seed() -> None:
    given = replace(inputs(), seed=12)

    record = json.loads(freeze_with_statistics(given, SAMPLES))

    assert (record["information"]["seed"], record["information"]["samples"]) == (12, SAMPLES)


def turn_a_digit(record: Any) -> None:
    value = record["information"]["states"]["TX"]["calibration"]["severities"][0]["shift"]
    record["information"]["states"]["TX"]["calibration"]["severities"][0]["shift"] = f"1{value}"


def widen_an_interval(record: Any) -> None:
    record["information"]["states"]["TX"]["intervals"][0]["high"] += 1


def change_the_seed(record: Any) -> None:
    record["inputs"]["seed"] = 99


def last_digit(record: Any) -> None:
    # Within what another processor may compute: only the hash can tell.
    value = record["information"]["after"]["alpha"]["interval"]
    record["information"]["after"]["alpha"]["interval"] = format(float(value) * (1 + 1.2e-6), ".7g")


def absurd_samples(record: Any) -> None:
    record["information"]["samples"] = 10**12


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (turn_a_digit, "information.states.TX.calibration.severities.0.shift"),
        (widen_an_interval, "information.states.TX.intervals.0.high"),
        (change_the_seed, "sha256.inputs.seed"),
        (last_digit, "sha256.information"),
        (absurd_samples, "information.samples"),
    ],
)
def test_one_changed_figure_is_named(change: Callable[[Any], None], path: str) -> None:
    record = json.loads(freeze_with_statistics(inputs(), SAMPLES))
    change(record)

    found = verify(canonical(record))

    assert path in [difference.path for difference in found.differences]


def test_the_record_without_statistics_needs_no_numeric_library(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(freeze(inputs()))
    code = (
        "import sys; from scoring.__main__ import main; status = main(['verify', sys.argv[1]]); "
        "sys.exit(status or 10 * any(name in sys.modules for name in ('numpy', 'scipy', 'ortools')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_show_prints_what_is_for_information(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(freeze_with_statistics(inputs(), SAMPLES))

    status = main(["show", str(path)])

    printed = capsys.readouterr().out
    assert status == 0
    assert "For information; does not change the rank\n" in printed
    assert "TX-2: places 1 to 3 in 95 of 100 samples" in printed


def test_all_figures_of_the_worked_round_are_finite() -> None:
    found = statistics(inputs(), SAMPLES)

    texas = found.states["TX"]
    assert not isinstance(texas.smallest_change, Undefined)
    assert texas.smallest_change.confirmed
    assert all(math.isfinite(gap.by_mean) for gap in texas.gaps)
