"""The weights of the notice, and that they are the weights by which scoring computes."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.competitions.rules.criteria_check import criteria_findings
from grants.competitions.rules.notice import Criteria, CriterionPlan, Notice
from grants.competitions.rules.weights import weights
from scoring.rubric import Criterion, Rubric


def scoring_criterion(one: CriterionPlan) -> Criterion:
    return Criterion(
        one.key, one.title, one.points, tuple(map(scoring_criterion, one.criterion)), equal=one.equal
    )


def scoring_rubric(criteria: Criteria) -> Rubric:
    return Rubric(tuple(map(scoring_criterion, criteria.criterion)), criteria.total or Decimal(0))


def test_the_published_rubric_of_2014_weighs_as_printed(ten_states: Notice) -> None:
    found = {one.key: (one.published, one.acting) for one in weights(ten_states.criteria)}

    assert found == {
        "center_strategy": (Fraction(1, 10), Fraction(1, 10)),
        "market_understanding": (Fraction(1, 10), Fraction(1, 10)),
        "business_model": (Fraction(1, 10), Fraction(1, 10)),
        "performance": (Fraction(1, 10), Fraction(1, 10)),
        "key_personnel": (Fraction(3, 20), Fraction(3, 20)),
        "governance": (Fraction(3, 20), Fraction(3, 20)),
        "budget": (Fraction(3, 20), Fraction(3, 20)),
        "financial_plan": (Fraction(3, 20), Fraction(3, 20)),
    }


POINTS = st.none() | st.integers(0, 60).map(Decimal) | st.decimals(0, 60, places=1)


def plans(depth: int) -> st.SearchStrategy[CriterionPlan]:
    below = st.just(()) if depth == 0 else st.lists(plans(depth - 1), max_size=3).map(tuple)
    return st.builds(
        CriterionPlan,
        key=st.just("k"),
        title=st.just("T"),
        points=POINTS,
        equal=st.booleans(),
        criterion=below,
    )


def numbered(tree: tuple[CriterionPlan, ...], path: str = "k") -> tuple[CriterionPlan, ...]:
    return tuple(
        CriterionPlan(
            key=f"{path}_{at}",
            title=f"Criterion {path} {at}",
            points=one.points,
            equal=one.equal,
            criterion=numbered(one.criterion, f"{path}_{at}"),
        )
        for at, one in enumerate(tree)
    )


TREES = st.lists(plans(2), max_size=4).map(tuple).map(numbered)


@settings(max_examples=300, deadline=None)
@given(TREES, st.integers(1, 200).map(Decimal))
def test_both_weights_are_those_of_scoring(tree: tuple[CriterionPlan, ...], total: Decimal) -> None:
    criteria = Criteria(total=total, criterion=tree)
    rubric = scoring_rubric(criteria)

    found = weights(criteria)

    assert {one.key: one.published for one in found} == rubric.published_weights()
    if found and any(one.acting for one in found):
        assert {one.key: one.acting for one in found} == rubric.effective_weights()


@settings(max_examples=300, deadline=None)
@given(TREES, st.integers(1, 200).map(Decimal))
def test_what_may_be_published_is_what_scoring_accepts(
    tree: tuple[CriterionPlan, ...], total: Decimal
) -> None:
    criteria = Criteria(total=total, criterion=tree)

    assert (not list(criteria_findings(criteria))) == (not scoring_rubric(criteria).faults())


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("95", "Points add up to 95. The notice promises 100. Add 5."),
        ("100.5", "Points add up to 100.5. The notice promises 100. Take away 0.5."),
    ],
)
def test_points_that_do_not_total_say_how_many_are_missing(points: str, sentence: str) -> None:
    criteria = Criteria(
        total=Decimal(100), criterion=(CriterionPlan(key="a", title="A", points=Decimal(points)),)
    )

    assert [finding.message for finding in criteria_findings(criteria)] == [sentence]
