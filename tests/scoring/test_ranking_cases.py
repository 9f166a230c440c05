from fractions import Fraction
from typing import Any

import pytest

from scoring.aggregate import mean
from scoring.leave_out import without_each_finalist, without_each_reviewer
from scoring.rank import order, other_tie_rules, rank
from scoring.threshold import Ballot, Method, Status, TieBreak, TieRule, finalists
from tests.scoring.rounds import CASES, ballot, rules, totals

IDS = [f"{case['state']}-{case['tie']}" for case in CASES]


@pytest.fixture(params=CASES, ids=IDS)
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_finalists_and_means_are_those_of_the_worked_round(case: dict[str, Any]) -> None:
    initial, final = totals(case, "initial"), totals(case, "final")

    found = finalists(Ballot(case["state"], initial, final), rules())

    assert [one.application for one in found if one.status is Status.FINALIST] == case["finalists"]
    assert {one.application: one.mean for one in found} == {
        name: Fraction(text) for name, text in case["mean_initial"].items()
    }
    assert {name: mean(given.values()) for name, given in final.items()} == {
        name: Fraction(text) for name, text in case["mean_final"].items()
    }


@pytest.mark.parametrize(
    ("method", "tie_breaks", "expected"),
    [
        (Method.RANK_SUM, (), "place"),
        (Method.RANK_SUM, (TieBreak.FINAL_MEAN,), "place_after_mean"),
        (Method.MEAN, (), "place_by_mean"),
    ],
)
def test_places_are_those_of_the_worked_round(
    case: dict[str, Any], method: Method, tie_breaks: tuple[TieBreak, ...], expected: str
) -> None:
    declared = rules(method, tie_rule=TieRule(case["tie"]), tie_breaks=tie_breaks)

    ranking = rank(Ballot(case["state"], totals(case, "initial"), totals(case, "final")), declared)

    assert ranking.official
    assert {place.application: place.place for place in ranking.places} == case[expected]
    assert {place.application: place.place_by_mean for place in ranking.places} == case["place_by_mean"]


def test_ranks_and_sums_are_those_of_the_worked_round(case: dict[str, Any]) -> None:
    places = order(totals(case, "final"), rules(tie_rule=TieRule(case["tie"])))

    assert {place.application: [str(rank) for rank in place.ranks.values()] for place in places} == case[
        "ranks"
    ]
    assert {place.application: str(place.value) for place in places} == case["sum"]


def test_colorado_stays_tied_without_a_declared_tie_break() -> None:
    ranking = rank(ballot("CO"), rules())

    assert [(place.application, place.label) for place in ranking.places] == [
        ("CO-1", "1 (tied)"),
        ("CO-2", "1 (tied)"),
    ]


def test_colorado_is_parted_by_the_declared_final_mean() -> None:
    ranking = rank(ballot("CO"), rules(tie_breaks=(TieBreak.FINAL_MEAN,)))

    assert [(place.application, place.label, place.decided_by) for place in ranking.places] == [
        ("CO-2", "1", "final mean"),
        ("CO-1", "2", "final mean"),
    ]


def test_an_application_below_the_threshold_never_prints_as_the_threshold() -> None:
    standing = next(one for one in finalists(ballot("CO"), rules()) if one.application == "CO-3")

    assert (standing.status, standing.text) == (Status.BELOW, "69.67, below 70")


def test_a_finalist_that_falls_under_the_threshold_keeps_its_place_with_a_flag() -> None:
    place = rank(ballot("TX"), rules()).place_of("TX-4")

    assert place is not None
    assert (place.place, place.flag) == (4, "Final mean 69.33, below 70; a finalist by its initial scores.")


def test_without_reviewer_seven_second_and_third_of_texas_turn_round() -> None:
    found = {one.name: one for one in without_each_reviewer(ballot("TX"), rules())}

    sums = {place.application: place.value for place in found["R7"].ranking.places}
    assert sums == {"TX-1": 5, "TX-2": Fraction(5, 2), "TX-3": Fraction(9, 2), "TX-4": 8}
    assert found["R7"].message == "Without R7 first place stays: TX-3 comes before TX-1."
    assert found["R7"].winner_stays


def test_leaving_out_the_other_finalist_leaves_the_rest_in_place() -> None:
    found = without_each_finalist(ballot("NH"), rules())

    assert [(one.name, one.ranking.winners, one.message) for one in found] == [
        ("NH-1", ("NH-2",), "Without NH-1 the order stays the same."),
        ("NH-2", ("NH-1",), "Without NH-2 the order stays the same."),
    ]


def test_other_tie_rules_say_whether_they_change_the_winner() -> None:
    assert [(one.tie_rule, one.changes_winner) for one in other_tie_rules(ballot("TX"), rules())] == [
        (TieRule.MINIMUM, False),
        (TieRule.DENSE, False),
    ]
