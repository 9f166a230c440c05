"""The sections that page and command share, the fingerprint of inputs, and whole sheets added by integers."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.account import Decision, exact_sections, waiting_for
from scoring.faults import Refused, Undefined
from scoring.inputs import Conflict
from scoring.rank import rank
from scoring.record import fingerprint
from scoring.scoresheet import Absent, Sheet, check, total
from scoring.threshold import Ballot, TieRule
from tests.scoring.rounds import MEP_2014, ballot, rules
from tests.scoring.test_record import inputs

ENTRIES = st.one_of(
    st.decimals(min_value=-1, max_value=16, places=4).map(lambda value: value.normalize()),
    st.sampled_from([Decimal(10), Decimal(15), Decimal("NaN"), Absent.MISSING, Absent.NOT_APPLICABLE]),
    st.integers(min_value=0, max_value=10).map(Decimal),
)


@given(st.fixed_dictionaries({leaf.key: ENTRIES for leaf in MEP_2014.leaves}), st.integers(0, 1))
def test_a_sheet_added_by_integers_is_the_sheet_that_is_checked(
    points: dict[str, Decimal | Absent], skipped: int
) -> None:
    sheet = Sheet("R1", "A", dict(list(points.items())[skipped:]))

    checked = check(MEP_2014, sheet)
    try:
        found: object = total(MEP_2014, sheet)
    except Refused as refused:
        found = refused.faults

    if checked.faults:
        assert found == checked.faults
    else:
        assert found == (Absent.MISSING if isinstance(checked.total, Undefined) else checked.total)


@pytest.mark.parametrize(
    "changed",
    [
        replace(inputs(), seed=1),
        replace(inputs(), rules=rules(tie_rule=TieRule.DENSE)),
        replace(inputs(), initial=inputs().initial[1:]),
        replace(
            inputs(),
            initial=(replace(inputs().initial[0], version=9), *inputs().initial[1:]),
        ),
        replace(inputs(), conflicts=(Conflict("R1", "CO-1", "employer"),)),
        replace(inputs(), rubric=replace(MEP_2014, allow_not_applicable=True)),
    ],
    ids=["seed", "rules", "a sheet less", "a version", "a conflict", "the rubric"],
)
def test_statistics_are_kept_by_everything_they_follow_from(changed: object) -> None:
    assert fingerprint(changed) != fingerprint(inputs())  # type: ignore[arg-type]  # each is Inputs


def test_names_and_order_of_asking_change_no_fingerprint() -> None:
    assert fingerprint(replace(inputs(), titles={"CO-1": "Another name"})) == fingerprint(inputs())
    assert fingerprint(inputs(), samples=100) != fingerprint(inputs())


def test_many_missing_sheets_are_one_line() -> None:
    given_ = ballot("TX")
    missing = Ballot(
        "TX", {name: dict.fromkeys(totals, Absent.MISSING) for name, totals in given_.initial.items()}
    )

    lines = waiting_for(rank(missing, rules()))

    assert len(lines) == 1
    assert lines[0].startswith("Provisional: 12 score sheets are missing: TX-1 by ")


def test_every_revision_that_is_missing_is_counted() -> None:
    given_ = ballot("TX")
    missing = replace(given_, revised={"TX-1": dict.fromkeys(given_.initial["TX-1"], Absent.MISSING)})

    lines = waiting_for(rank(missing, rules()))

    assert lines == ("Provisional: 3 score sheets are missing: TX-1 by R7, R8 and R9.",)


def test_a_mean_a_hair_below_the_threshold_is_never_shown_as_reaching_it() -> None:
    short = {"A": dict.fromkeys("XYZ", Fraction("69.995")), "B": dict.fromkeys("XYZ", Fraction(80))}
    initial = {name: dict.fromkeys("XYZ", Fraction(80)) for name in short}
    decision = Decision(Ballot("CO", initial, short), rules())

    (table,) = exact_sections(decision)[0].tables

    assert [row[-1] for row in table.rows] == ["80.000", "69.995"]
