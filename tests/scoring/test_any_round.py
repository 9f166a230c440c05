"""The whole chain on rounds that Hypothesis makes up, with every kind of gap in them."""

import json
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.inputs import Conflict, Inputs, StateRound
from scoring.record import freeze_with_statistics, verify
from scoring.rubric import Criterion, Rubric
from scoring.scale import numbered
from scoring.scoresheet import Absent, Entry, Rating, Sheet
from scoring.statistics import statistics
from scoring.threshold import FinalistStatus, Method, Rules, TieBreak, TieRule
from tests.scoring.test_schema import SCHEMA, faults
from tests.scoring.test_statistics import leaves

RUBRIC = Rubric(
    (
        Criterion("a", "Plan", Decimal(60), (Criterion("a1", "One"), Criterion("a2", "Two")), equal=True),
        Criterion("b", "Team", Decimal("15.5")),
        Criterion("c", "Budget", Decimal("24.5"), scale=numbered(1, 5, best=5)),
    ),
    Decimal(100),
    allow_not_applicable=True,
)
POINTS = st.sampled_from([Decimal(0), Decimal("7.125"), Decimal(15)])
ABSENCES = st.sampled_from([Absent.MISSING, Absent.NOT_APPLICABLE])
ENTRY = st.one_of(POINTS, POINTS, POINTS, ABSENCES)
RATING = st.one_of(st.sampled_from([Rating(str(one)) for one in range(1, 6)]), ABSENCES)
DECLARED = st.builds(
    Rules,
    st.sampled_from(Method),
    st.sampled_from([None, Decimal(0), Decimal(40)]),
    st.sampled_from(TieRule),
    st.sampled_from([(), (TieBreak.FINAL_MEAN,)]),
    st.integers(0, 3),
    st.sampled_from(FinalistStatus),
)


@st.composite
def sheets(draw: st.DrawFn, who: str, name: str) -> Sheet:
    points: dict[str, Entry] = {key: draw(ENTRY) for key in ("a1", "a2", "b")}
    points["c"] = draw(RATING)
    if draw(st.integers(0, 3)):  # mostly complete
        points = {
            key: (Rating("3") if key == "c" else Decimal(9)) if entry is Absent.MISSING else entry
            for key, entry in points.items()
        }
    return Sheet(who, name, points, recused=draw(st.integers(0, 9)) == 0)


@st.composite
def competitions(draw: st.DrawFn) -> Inputs:
    initial, revised, states, conflicts = [], [], [], []
    for state in ("CO", "NH")[: draw(st.integers(0, 2))]:
        panels = {}
        panel = [f"R{number}" for number in range(draw(st.integers(0, 5)))]
        for number in range(draw(st.integers(0, 4))):
            name = f"{state}-{number}"
            panels[name] = tuple(panel if draw(st.integers(0, 4)) else panel[1:])
            for who in panels[name]:
                if draw(st.integers(0, 12)):
                    initial.append(draw(sheets(who, name)))
                if not draw(st.integers(0, 3)):
                    revised.append(draw(sheets(who, name)))
                if not draw(st.integers(0, 20)):
                    conflicts.append(Conflict(who, name, "employer"))
        left_out = {panel[0]: "Fell ill."} if panel and not draw(st.integers(0, 5)) else {}
        states.append(StateRound(state, panels, left_out))
    return Inputs(
        "X", RUBRIC, draw(DECLARED), tuple(states), tuple(initial), tuple(revised), tuple(conflicts), seed=3
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(competitions())
def test_every_round_freezes_recomputes_and_follows_the_schema_without_a_nan(round_: Inputs) -> None:
    content = freeze_with_statistics(round_, 30)

    record = json.loads(content)
    assert verify(content).message == "Identical, 0 differences."
    assert list(faults(record, SCHEMA)) == []
    assert not {"nan", "inf", "-inf"} & {str(leaf) for leaf in leaves(record)}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(competitions())
def test_no_state_is_ranked_while_a_sheet_is_missing_or_someone_is_recused_from_one(round_: Inputs) -> None:
    found = statistics(round_, 10)

    for ballot in round_.ballots():
        waits = any(
            total is Absent.MISSING and who not in ballot.left_out
            for given_ in ballot.initial.values()
            for who, total in given_.items()
        )
        if waits and round_.rules.finalist_status is FinalistStatus.INITIAL:
            assert found.states[ballot.state].gaps == ()
