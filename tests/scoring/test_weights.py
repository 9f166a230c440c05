from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scoring.faults import Undefined
from scoring.gaps import gaps
from scoring.profile import Profile, dot, profile
from scoring.rank import rank
from scoring.rubric import Criterion, Rubric
from scoring.scoresheet import Absent, Entry, Sheet, total
from scoring.threshold import Ballot, Method, Rules, TieBreak, TieRule
from scoring.tipping import Tried, smallest_change
from scoring.weights import (
    Tipping,
    _tipping,
    each_weight_moved,
    each_weight_tipped,
    smallest_change_of_means,
    with_one,
)

THREE = Rubric(
    (
        Criterion("a", "Strategy", Decimal(50)),
        Criterion("b", "Team", Decimal(30)),
        Criterion("c", "Budget", Decimal(20)),
    ),
    Decimal(100),
)
MEAN = Rules(Method.MEAN)


def sheets(**rows: list[tuple[int, ...]]) -> dict[str, dict[str, Sheet]]:
    """Return sheets by finalist and reviewer from points in published order."""
    return {
        name: {
            f"R{number}": Sheet(f"R{number}", name, dict(zip("abc", map(Decimal, points), strict=True)))
            for number, points in enumerate(given, start=1)
        }
        for name, given in rows.items()
    }


def profiled(given: dict[str, dict[str, Sheet]], rubric: Rubric = THREE) -> Profile:
    found = profile(rubric, given)
    assert isinstance(found, Profile)
    return found


def tipped(found: Profile, declared: Rules) -> tuple[Tipping, ...]:
    answer = each_weight_tipped(found, declared)
    assert isinstance(answer, tuple)
    return answer


# X leads on strategy, Y on budget: 80 against 76.
LEAD = sheets(X=[(45, 25, 10)], Y=[(35, 23, 18)])


def test_under_the_published_weights_the_totals_are_those_of_record() -> None:
    found = profiled(LEAD)

    assert found.scores(found.weights) == {
        name: {who: total(THREE, sheet) for who, sheet in given.items()} for name, given in LEAD.items()
    }


def test_first_place_holds_until_the_budget_weighs_enough() -> None:
    # Shares: X (.9, 5/6, .5), Y (.7, 23/30, .9); without the budget X leads 87.5 to 72.5.
    strategy, team, budget = tipped(profiled(LEAD), MEAN)

    assert budget.grows_to == 100 * Fraction(15) / 55
    assert (budget.shrinks_to, budget.winners_above) == (None, ("X", "Y"))
    assert budget.message == "First place holds unless Budget grows from 20 to 27.27 points of 100."
    assert (strategy.grows_to, team.grows_to) == (None, None)


def test_a_dominant_winner_holds_under_all_weights() -> None:
    found = profiled(sheets(X=[(45, 25, 18)], Y=[(35, 23, 10)]))

    assert smallest_change_of_means(found) is None
    assert {one.message for one in tipped(found, MEAN)} == {
        "First place holds whatever Strategy weighs.",
        "First place holds whatever Team weighs.",
        "First place holds whatever Budget weighs.",
    }


def test_each_weight_moved_by_a_tenth_says_whether_the_order_holds() -> None:
    close = profiled(sheets(X=[(45, 25, 10)], Y=[(39, 22, 18)]))

    found = each_weight_moved(close, MEAN)

    assert [(one.key, str(one.points), one.same_order) for one in found] == [
        ("a", "55", True),
        ("a", "45", False),
        ("b", "33", True),
        ("b", "27", True),
        ("c", "22", False),
        ("c", "18", True),
    ]
    assert found[4].message == "With 22 points for Budget first place is with Y."


def test_moved_weights_still_add_up_to_one() -> None:
    weights = profiled(LEAD).weights

    assert sum(with_one(weights, 1, Fraction(7, 10))) == 1
    assert with_one((Fraction(1), Fraction(0)), 0, Fraction(1, 2)) == (Fraction(1), Fraction(0))


def test_the_smallest_change_by_means_moves_weight_from_the_greatest_lead() -> None:
    found = smallest_change_of_means(profiled(LEAD))

    # The gap of 4 points closes by moving strategy (lead .2) to budget (lead -.4): 4 / .6 points.
    assert found is not None
    assert (found.points, found.rival) == (Fraction(20, 3), "Y")


def test_a_tie_needs_no_change() -> None:
    found = smallest_change_of_means(profiled(sheets(X=[(40, 20, 10)], Y=[(40, 20, 10)])))

    assert found is not None
    assert (str(found.points), found.rival) == ("0", "Y")


POINTS = st.tuples(st.integers(0, 50), st.integers(0, 30), st.integers(0, 20))


@given(st.lists(st.lists(POINTS, min_size=2, max_size=2), min_size=2, max_size=4))
def test_the_smallest_change_by_means_is_the_linear_programs(rows: list[list[tuple[int, ...]]]) -> None:
    found = profiled(sheets(**{f"A{number}": given for number, given in enumerate(rows)}))
    winners = found.winners(found.weights, MEAN)
    if len(winners) > 1:
        return

    change = smallest_change_of_means(found)

    shares = {name: np.array([float(x) for x in share]) for name, share in found.mean_shares.items()}
    start = np.array([float(weight) for weight in found.weights])
    best = np.inf
    leader = shares[winners[0]]
    for rival, share in shares.items():
        if rival == winners[0]:
            continue
        lead = leader - share
        eye = np.eye(3)
        program = linprog(
            np.array([0, 0, 0, 0.5, 0.5, 0.5]),
            A_ub=np.vstack([np.hstack([eye, -eye]), np.hstack([-eye, -eye]), np.hstack([lead, np.zeros(3)])]),
            b_ub=np.concatenate([start, -start, [0.0]]),
            A_eq=[[1, 1, 1, 0, 0, 0]],
            b_eq=[1],
            bounds=(0, 1),
        )
        if program.status == 0:
            best = min(best, program.fun)
    if change is None:
        assert best == np.inf
    else:
        assert float(change.points) == pytest.approx(100 * best, abs=1e-6)
        after = {name: dot(change.weights, share) for name, share in found.mean_shares.items()}
        assert after[change.rival] >= after[winners[0]]


def test_at_the_tipping_point_of_one_weight_the_winner_changes_and_not_before() -> None:
    draw = np.random.default_rng(4)
    for method, tie_rule in product((Method.MEAN, Method.RANK_SUM, Method.MEDIAN), TieRule):
        rows: dict[str, list[tuple[int, ...]]] = {
            name: [(int(draw.integers(51)), int(draw.integers(31)), int(draw.integers(21))) for _ in range(4)]
            for name in "WXYZ"
        }
        found, rules = profiled(sheets(**rows)), Rules(method, tie_rule=tie_rule)
        published = found.winners(found.weights, rules)

        for position, one in enumerate(tipped(found, rules)):
            start = found.weights[position]
            top = Fraction(1) if one.grows_to is None else one.grows_to / 100
            low = Fraction(0) if one.shrinks_to is None else one.shrinks_to / 100
            for step in range(1, 40):
                up = start + (top - start) * Fraction(step, 40)
                down = start - (start - low) * Fraction(step, 40)
                assert found.winners(with_one(found.weights, position, up), rules) == published
                assert found.winners(with_one(found.weights, position, down), rules) == published
            if one.grows_to is not None:
                hair = min(Fraction(1), top + Fraction(1, 10**9))
                assert {
                    found.winners(with_one(found.weights, position, at), rules) != published
                    for at in (top, hair)
                } != {False}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("tie_breaks", [(), (TieBreak.FINAL_MEAN,)])
def test_the_smallest_change_of_a_rank_sum_is_that_of_a_fine_grid(
    seed: int, tie_breaks: tuple[TieBreak, ...]
) -> None:
    draw = np.random.default_rng(seed)
    rows: dict[str, list[tuple[int, ...]]] = {
        name: [(int(draw.integers(51)), int(draw.integers(31)), int(draw.integers(21))) for _ in range(3)]
        for name in "XYZ"
    }
    found, rules = profiled(sheets(**rows)), Rules(Method.RANK_SUM, tie_breaks=tie_breaks)
    if len(found.winners(found.weights, rules)) > 1:
        assert isinstance(smallest_change(found, rules), Undefined)
        return

    tried = smallest_change(found, rules)

    assert isinstance(tried, Tried)
    assert tried.confirmed
    nearest = _grid(found, rules, 60)
    if tried.change is None:
        assert nearest is None
    elif nearest is not None:
        # No grid point is nearer; the nearest one lies within a cell of the grid or two.
        assert float(tried.change.points) <= nearest + 1e-6
        assert nearest - float(tried.change.points) < 5


def _grid(found: Profile, rules: Rules, steps: int) -> float | None:
    published = found.winners(found.weights, rules)
    nearest = None
    for a in range(steps + 1):
        for b in range(steps + 1 - a):
            weights = (Fraction(a, steps), Fraction(b, steps), Fraction(steps - a - b, steps))
            moved = 50 * float(sum(abs(x - y) for x, y in zip(weights, found.weights, strict=True)))
            if (nearest is None or moved < nearest) and found.winners(weights, rules) != published:
                nearest = moved
    return nearest


def test_the_smallest_change_of_a_mean_is_confirmed_exactly() -> None:
    tried = smallest_change(profiled(LEAD), MEAN)

    assert isinstance(tried, Tried)
    assert tried.confirmed
    assert tried.message == (
        "First place holds until 6.67 of 100 points move between criteria in favor of Y."
    )


def test_many_finalists_are_walked_through_by_means_only() -> None:
    rows: dict[str, list[tuple[int, ...]]] = {f"A{number}": [(number, 20, 10)] for number in range(13)}
    found = profiled(sheets(**rows))

    summed = Rules(Method.RANK_SUM)
    assert each_weight_tipped(found, summed) == Undefined("Shown for up to 12 finalists; there are 13.")
    assert smallest_change(found, summed) == Undefined("Shown for up to 8 finalists; there are 13.")
    assert len(tipped(found, MEAN)) == 3


@given(st.lists(st.lists(POINTS, min_size=1, max_size=3), min_size=2, max_size=5))
def test_by_means_the_straight_lines_agree_with_the_walk(rows: list[list[tuple[int, ...]]]) -> None:
    found = profiled(sheets(**{f"A{number}": given for number, given in enumerate(rows)}))

    for position, one in enumerate(tipped(found, MEAN)):
        walked = _tipping(found, MEAN, position)
        assert (one.grows_to, one.shrinks_to) == (walked.grows_to, walked.shrinks_to)


def test_for_medians_only_single_weights_move() -> None:
    assert isinstance(smallest_change(profiled(LEAD), Rules(Method.MEDIAN)), Undefined)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (
            {"a": Decimal(1), "b": Absent.NOT_APPLICABLE, "c": Decimal(1)},
            "A criterion was marked not applicable",
        ),
        ({"a": Decimal(1), "b": Decimal(1)}, "Points are missing for 1 of 3 criteria."),
    ],
)
def test_weights_cannot_move_where_a_criterion_has_no_points(entries: dict[str, Entry], reason: str) -> None:
    found = profile(
        replace(THREE, allow_not_applicable=True), {**LEAD, "Z": {"R1": Sheet("R1", "Z", entries)}}
    )

    assert isinstance(found, Undefined)
    assert found.reason.startswith(reason)


def test_one_finalist_or_one_criterion_has_nothing_to_move() -> None:
    single = Rubric((Criterion("a", "A", Decimal(100)),), Decimal(100))

    assert profile(THREE, {"X": LEAD["X"]}) == Undefined(
        "There is one finalist only, so no other can come first."
    )
    assert profile(single, LEAD) == Undefined("There is one criterion only, so no weight can move.")


def ballot_of(given: dict[str, dict[str, Sheet]]) -> Ballot:
    return Ballot(
        "CO", {name: {who: total(THREE, one) for who, one in row.items()} for name, row in given.items()}
    )


def test_a_gap_is_the_sum_of_its_parts_and_is_measured_against_disagreement() -> None:
    given = sheets(X=[(45, 25, 10), (40, 25, 12)], Y=[(35, 23, 18), (42, 20, 10)])
    round_ = ballot_of(given)

    (gap,) = gaps(THREE, round_, rank(round_, Rules(Method.RANK_SUM)), given)

    assert (gap.first, gap.second, str(gap.by_method), str(gap.by_mean)) == ("X", "Y", "2", "9/2")
    assert [(part.key, str(part.points)) for part in gap.parts] == [("a", "4"), ("b", "7/2"), ("c", "-3")]
    # Differences by reviewer 4 and 5: standard error sd / sqrt(2) = 0.5.
    assert gap.disagreement == pytest.approx(0.5)
    assert gap.exceeds
    assert gap.message == (
        "X and Y: the sums differ by 2; the means by 4.50, more than the reviewers' usual disagreement "
        "(0.50). In favor of X: Strategy (+4.00), Team (+3.50). In favor of Y: Budget (+3.00)."
    )


def test_with_one_reviewer_the_gap_has_no_disagreement() -> None:
    round_ = ballot_of(LEAD)

    (gap,) = gaps(THREE, round_, rank(round_, MEAN), LEAD)

    assert gap.exceeds is None
    assert gap.message.startswith(
        "X and Y: the means by 4.00. Disagreement needs two finalists that the same two or more"
    )


@settings(max_examples=50)
@given(st.lists(st.lists(POINTS, min_size=3, max_size=3), min_size=2, max_size=4))
def test_the_parts_of_every_gap_add_up(rows: list[list[tuple[int, ...]]]) -> None:
    given = sheets(**{f"A{number}": one for number, one in enumerate(rows)})
    round_ = ballot_of(given)

    for gap in gaps(THREE, round_, rank(round_, MEAN), given):
        assert sum((part.points for part in gap.parts), Fraction(0)) == gap.by_mean == gap.by_method
