from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.leave_out import without_each_finalist, without_each_reviewer
from scoring.rank import other_tie_rules, rank
from scoring.scoresheet import Absent
from scoring.threshold import Ballot, FinalistStatus, Method, Rules, Status, TieRule, finalists
from tests.scoring.rounds import ballot, rules

Row = dict[str, Fraction | Absent]


def row(*totals: str | Absent, names: str = "ABCDEF") -> Row:
    return {
        name: total if isinstance(total, Absent) else Fraction(total)
        for name, total in zip(names, totals, strict=False)
    }


MISSING, RECUSED = Absent.MISSING, Absent.RECUSED


@pytest.mark.parametrize("method", [Method.MEAN, Method.RANK_SUM])
@pytest.mark.parametrize(
    ("second", "code", "ways"),
    [
        (row("80", "75", MISSING), "sheet-missing", ["wait", "replace", "leave-out"]),
        (row("80", "75", "80", RECUSED), "recused", ["replace", "leave-out"]),
    ],
)
def test_nothing_is_filled_in_for_an_absent_sheet(
    method: Method, second: Row, code: str, ways: list[str]
) -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90", "90", "80"), "CO-2": second})

    ranking = rank(round_, replace(rules(method), reviewers_minimum=3))

    assert (ranking.official, ranking.places) == (False, ())
    assert [refusal.code for refusal in ranking.refusals] == [code]
    assert [remedy.kind for remedy in ranking.refusals[0].remedies] == ways


def test_a_missing_sheet_below_the_threshold_stops_the_ranking_too() -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90", "90"), "CO-2": row("10", "10", MISSING)})

    ranking = rank(round_, rules())

    assert [refusal.message for refusal in ranking.refusals] == ["CO-2: the score sheet of C is missing."]
    assert ranking.standings[1].text == "Provisional: waiting for the score sheet of C."


def test_leaving_out_is_offered_only_above_the_minimum() -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90", "90"), "CO-2": row("80", "80", MISSING)})

    remedies = rank(round_, rules()).refusals[0].remedies

    assert [(remedy.kind, remedy.possible) for remedy in remedies] == [
        ("wait", True),
        ("replace", True),
        ("leave-out", False),
    ]
    assert remedies[2].message == (
        "Leave C out for all finalists of CO; not open: 2 would remain of at least 3."
    )


def test_a_reviewer_left_out_for_all_gives_an_official_rank_of_the_others() -> None:
    round_ = Ballot(
        "CO",
        {"CO-1": row("90", "90", "90", "70"), "CO-2": row("80", "95", "80", MISSING)},
        left_out={"D": "Fell ill."},
    )

    ranking = rank(round_, rules())

    assert [(place.application, str(place.value), sorted(place.ranks)) for place in ranking.places] == [
        ("CO-1", "4", ["A", "B", "C"]),
        ("CO-2", "5", ["A", "B", "C"]),
    ]


def test_leaving_out_below_the_minimum_is_refused() -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90", "90")}, left_out={"C": "Fell ill."})

    assert [refusal.code for refusal in rank(round_, rules()).refusals] == ["too-few-reviewers"]


def test_a_reviewer_recused_from_every_finalist_is_no_obstacle() -> None:
    round_ = Ballot(
        "CO",
        {
            "CO-1": row("90", "90", "90", RECUSED),
            "CO-2": row("80", "80", "80", RECUSED),
            "CO-3": row("10", "10", "10", "10"),
        },
    )

    ranking = rank(round_, rules())

    assert (ranking.official, ranking.winners) == (True, ("CO-1",))


def test_rank_sums_need_the_same_reviewers_and_means_do_not() -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90", "90"), "CO-2": row("80", "80", "80", names="ABD")})

    by_sum, by_mean = rank(round_, rules()), rank(round_, rules(Method.MEAN))

    (refusal,) = by_sum.refusals
    assert refusal.message == (
        "Ordinal ranks add up only where the same reviewers scored every finalist of CO. "
        "Scored: CO-1 by A, B and C; CO-2 by A, B and D."
    )
    assert by_mean.winners == ("CO-1",)


def test_panels_that_differ_are_refused_beside_a_reviewer_recused_from_all() -> None:
    round_ = Ballot(
        "CO",
        {"CO-1": row("90", "90", "90", RECUSED), "CO-2": row("80", "80", "80", RECUSED, names="ABED")},
    )

    assert [refusal.code for refusal in rank(round_, rules()).refusals] == ["reviewers-differ"]


def test_too_few_sheets_leave_an_application_undecided() -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90")})

    ranking = rank(round_, rules())

    assert ranking.standings[0].status is Status.UNDECIDED
    assert [refusal.message for refusal in ranking.refusals] == [
        "CO-1 has 2 of at least 3 score sheets. Assign another reviewer."
    ]


def test_an_application_nobody_scored_is_unranked() -> None:
    ranking = rank(Ballot("CO", {"CO-1": {}}), replace(rules(), reviewers_minimum=1))

    assert ranking.standings[0].text == "No reviewer has submitted a score sheet."
    assert not ranking.official


def test_a_state_without_finalists_is_official_and_empty() -> None:
    ranking = rank(Ballot("OH", {"OH-1": row("60", "60", "60")}), rules())

    assert (ranking.official, ranking.places, ranking.winners) == (True, (), ())


def test_a_trimmed_mean_of_four_is_refused_with_its_reason() -> None:
    ranking = rank(Ballot("CO", {"CO-1": row("90", "90", "90", "80")}), rules(Method.TRIMMED_MEAN))

    assert [refusal.message for refusal in ranking.refusals] == [
        "CO-1: A trimmed mean needs 5 totals; there are 4."
    ]


def test_median_and_trimmed_mean_rank_highest_first() -> None:
    round_ = Ballot(
        "CO", {"CO-1": row("70", "71", "90", "99", "70"), "CO-2": row("80", "80", "80", "80", "0")}
    )
    free = replace(rules(Method.MEDIAN), threshold=None)

    assert rank(round_, free).winners == ("CO-2",)
    assert rank(round_, replace(free, method=Method.TRIMMED_MEAN)).winners == ("CO-2",)
    assert rank(round_, replace(free, method=Method.MEAN)).winners == ("CO-1",)


def test_the_finalist_status_may_follow_final_scores_by_setting() -> None:
    initial_counts = rules()
    final_counts = replace(initial_counts, finalist_status=FinalistStatus.FINAL)

    assert [one.status for one in finalists(ballot("TX"), initial_counts)][3] is Status.FINALIST
    assert [one.status for one in finalists(ballot("TX"), final_counts)][3] is Status.BELOW


def test_the_threshold_is_exact_to_a_thousandth() -> None:
    round_ = Ballot("CO", {"CO-1": row("70", "70", "70"), "CO-2": row("70", "70", "69.999")})

    assert [(one.status, one.text) for one in finalists(round_, rules())] == [
        (Status.FINALIST, "70.00, exactly 70"),
        (Status.BELOW, "69.9997, below 70"),
    ]


FOUR = {
    "W": row("70", "90", "70", "90", "70"),
    "X": row("60", "70", "80", "80", "70"),
    "Y": row("90", "90", "80", "90", "70"),
    "Z": row("90", "90", "90", "60", "90"),
}


def test_another_tie_rule_that_changes_the_winner_is_said() -> None:
    free = replace(rules(), threshold=None)

    found = {one.tie_rule: one for one in other_tie_rules(Ballot("CO", FOUR), free)}

    assert rank(Ballot("CO", FOUR), free).winners == ("Z",)
    assert (found[TieRule.MINIMUM].changes_winner, found[TieRule.MINIMUM].message) == (
        True,
        "With minimum ranks for equal totals first place would go to Y.",
    )


def test_without_a_reviewer_a_trimmed_mean_may_not_exist() -> None:
    round_ = Ballot("CO", {"CO-1": row("90", "90", "90", "80", "80")})

    found = without_each_reviewer(round_, rules(Method.TRIMMED_MEAN))

    assert found[0].message == "Without A: CO-1: A trimmed mean needs 5 totals; there are 4."


def test_what_if_of_nothing_ranked_is_empty() -> None:
    nobody = Ballot("OH", {"OH-1": row("60", "60", "60")})

    assert without_each_reviewer(nobody, rules()) == ()
    assert without_each_finalist(nobody, rules()) == ()
    assert other_tie_rules(nobody, rules()) == ()


def test_leaving_out_a_finalist_can_turn_the_first_two_round() -> None:
    # Rank sums depend on who else is compared.
    round_ = Ballot(
        "CO",
        {
            "W": row("80", "70", "90", "90", "80"),
            "X": row("70", "90", "70", "80", "60"),
            "Y": row("90", "90", "90", "80", "60"),
            "Z": row("90", "70", "80", "60", "90"),
        },
    )
    free = replace(rules(), threshold=None)

    found = {one.name: one for one in without_each_finalist(round_, free)}

    assert rank(round_, free).winners == ("Y",)
    assert found["Z"].message == "Without Z first place goes to W: W comes before Y."
    assert not found["Z"].winner_stays


def test_the_rules_print_as_one_sentence() -> None:
    assert rules().in_words() == (
        "sum of each reviewer's ordinal ranks, lowest first; average rank for equal totals; "
        "equal results stay tied"
    )
    assert Rules(Method.MEAN, Decimal(70)).in_words() == (
        "mean of the reviewers' totals, highest first; equal results stay tied"
    )
