import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scoring.__main__ import main
from scoring.faults import Refused
from scoring.inputs import Conflict, Inputs, StateRound
from scoring.rank import rank
from scoring.record import freeze, verify
from scoring.record_json import RecordUnreadable, canonical
from scoring.scoresheet import Absent, Sheet
from tests.scoring.rounds import CASES, MEP_2014, rules

TWO_STATES = [case for case in CASES if case["tie"] == "average" and case["state"] in {"CO", "TX"}]


def sheet(reviewer: str, application: str, total: str) -> Sheet:
    """Return a sheet whose points add up to the total, spread over the leaves as far as they go."""
    left, points = Decimal(total), {}
    for leaf in MEP_2014.leaves:
        given = min(left, Decimal(int(leaf.points)))
        points[leaf.key] = given
        left -= given
    return Sheet(reviewer, application, points, version=2)


def sheets(stage: str) -> tuple[Sheet, ...]:
    return tuple(
        sheet(reviewer, name, str(total))
        for case in TWO_STATES
        for name, given in case[stage].items()
        for reviewer, total in zip(case["reviewers"], given, strict=True)
    )


def inputs() -> Inputs:
    states = tuple(
        StateRound(case["state"], {name: tuple(case["reviewers"]) for name in case["initial"]})
        for case in TWO_STATES
    )
    conflicts = (Conflict("R4", "TX-1", "employer", "Works for a partner."),)
    return Inputs(
        "2014-NIST-MEP-01", MEP_2014, rules(), states, sheets("initial"), sheets("final"), conflicts
    )


def changed(change: Callable[[Any], None]) -> bytes:
    record = json.loads(freeze(inputs()))
    change(record)
    return canonical(record)


def test_the_record_recomputes_to_itself() -> None:
    content = freeze(inputs())

    found = verify(content)

    assert found.message == "Identical, 0 differences."
    assert freeze(found.inputs) == content


def test_the_record_holds_the_worked_round() -> None:
    record = json.loads(freeze(inputs()))

    places = record["results"]["states"]["CO"]["places"]
    assert {name: (one["place"], one["value"]) for name, one in places.items()} == {
        "CO-1": ("1 (tied)", "9/2"),
        "CO-2": ("1 (tied)", "9/2"),
    }
    assert record["results"]["states"]["CO"]["standings"]["CO-3"]["text"] == "69.67, below 70"


def test_the_order_of_sheets_and_states_does_not_change_a_byte() -> None:
    given = inputs()
    turned = Inputs(
        given.competition,
        given.rubric,
        given.rules,
        given.states[::-1],
        given.initial[::-1],
        given.revised[::-1],
        given.conflicts,
    )

    assert freeze(turned) == freeze(given)


def raise_a_point(record: Any) -> None:
    record["inputs"]["sheets"]["revised"]["TX-1"]["R7"]["points"]["c2"] = "14"


def move_the_threshold(record: Any) -> None:
    record["inputs"]["rules"]["threshold"] = "71"


def edit_a_total(record: Any) -> None:
    record["results"]["sheets"]["revised"]["CO-1"]["R4"]["total"] = "89"


def swap_a_conflict(record: Any) -> None:
    record["inputs"]["conflicts"][0]["reviewer"] = "R5"


def edit_a_version(record: Any) -> None:
    record["inputs"]["sheets"]["initial"]["CO-1"]["R4"]["version"] = 3


def add_a_result(record: Any) -> None:
    record["results"]["remark"] = "none"


def go_over_the_maximum(record: Any) -> None:
    record["inputs"]["sheets"]["initial"]["CO-1"]["R4"]["points"]["a1"] = "11"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (raise_a_point, "results.sheets.revised.TX-1.R7.earned.c2"),
        (move_the_threshold, "sha256.inputs.rules"),
        (edit_a_total, "results.sheets.revised.CO-1.R4.total"),
        (swap_a_conflict, "sha256.inputs.conflicts"),
        (edit_a_version, "sha256.inputs.sheets.initial.CO-1.R4"),
        (add_a_result, "results.remark"),
        (go_over_the_maximum, "inputs.sheets.initial.CO-1.R4.a1"),
    ],
)
def test_one_changed_value_is_named(change: Callable[[Any], None], path: str) -> None:
    found = verify(changed(change))

    assert path in [difference.path for difference in found.differences]


def test_white_space_is_a_difference() -> None:
    found = verify(json.dumps(json.loads(freeze(inputs()))).encode())

    assert [difference.path for difference in found.differences] == ["file"]


def drop_inputs(record: Any) -> None:
    del record["inputs"]


def drop_rules(record: Any) -> None:
    del record["inputs"]["rules"]


def from_the_future(record: Any) -> None:
    record["version"] = 2


def huge_number(record: Any) -> None:
    record["inputs"]["rules"]["threshold"] = "1e999999999"


def unknown_method(record: Any) -> None:
    record["inputs"]["rules"]["method"] = "lot"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (drop_inputs, "The record has no inputs."),
        (drop_rules, "The record lacks 'rules'."),
        (from_the_future, "The record has version 2; this program reads version 1."),
        (huge_number, 'Where a decimal number as text belongs, the record has "1e999999999".'),
        (unknown_method, "'lot' is not a valid Method"),
    ],
)
def test_a_record_that_cannot_be_read_says_why(change: Callable[[Any], None], sentence: str) -> None:
    with pytest.raises(RecordUnreadable) as caught:
        verify(changed(change))

    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1.5}', b"[" * 100_000]
)
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(RecordUnreadable):
        verify(content)


def test_a_sheet_over_the_maximum_cannot_be_frozen() -> None:
    given = inputs()
    points = {**given.initial[0].points, "a1": Decimal("10.001")}
    first = Sheet(given.initial[0].reviewer, given.initial[0].application, points)

    with pytest.raises(Refused, match=r"at most 10 points; you gave 10\.001"):
        freeze(Inputs("X", given.rubric, given.rules, given.states, (first,)))


def test_a_conflict_makes_an_assigned_reviewer_recused_whatever_the_sheet_says() -> None:
    given = inputs()
    conflict = Conflict("R4", "CO-1", "employer")
    with_conflict = Inputs(
        "X", given.rubric, given.rules, given.states, given.initial, given.revised, (conflict,)
    )

    ballot = with_conflict.ballots()[0]

    assert ballot.initial["CO-1"]["R4"] is Absent.RECUSED
    assert ballot.final("CO-1")["R4"] is Absent.RECUSED
    assert [one.code for one in rank(ballot, rules()).refusals][:1] == ["too-few-reviewers"]


def test_revised_totals_rank_and_initial_ones_decide_the_finalists() -> None:
    ballot = inputs().ballots()[0]

    assert ballot.final("CO-1") == {"R4": Fraction(88), "R5": Fraction(82), "R6": Fraction(84)}
    assert "CO-3" in ballot.initial


def test_verify_prints_identical_and_the_hash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(freeze(inputs()))

    status = main(["verify", str(path)])

    assert (status, capsys.readouterr().out.splitlines()[0]) == (0, "Identical, 0 differences.")


def test_verify_names_the_change_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(changed(edit_a_total))

    status = main(["verify", str(path)])

    assert status == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "results.sheets.revised.CO-1.R4.total: the file says 89, recomputed 88."
    )


def test_verify_of_no_record_ends_with_status_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_text("hello", encoding="utf-8")

    status = main(["verify", str(path)])

    assert (status, capsys.readouterr().out) == (2, "")


def test_show_prints_each_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(freeze(inputs()))

    status = main(["show", str(path)])

    printed = capsys.readouterr().out
    assert status == 0
    assert "    1     TX-2         2   1.5  1   4.5  84.00\n" in printed
    assert "    Not finalists (1): CO-3 mean 69.67, below 70.\n" in printed
