from decimal import Decimal

import pytest

from scoring.agree import Estimate
from scoring.discriminate import discrimination
from scoring.faults import Undefined
from scoring.rubric import Criterion, Rubric
from scoring.scoresheet import Sheet

RUBRIC = Rubric((Criterion("a", "A", Decimal(60)), Criterion("b", "B", Decimal(40))), Decimal(100))


def sheet(reviewer: str, application: str, a: int, b: int, *, recused: bool = False) -> Sheet:
    return Sheet(reviewer, application, {"a": Decimal(a), "b": Decimal(b)}, recused)


def test_a_criterion_that_everyone_scores_alike_tells_nothing() -> None:
    sheets = [
        sheet("R1", "X", 50, 30),
        sheet("R2", "X", 48, 30),
        sheet("R1", "Y", 20, 30),
        sheet("R2", "Y", 22, 30),
    ]

    telling, flat = discrimination(RUBRIC, sheets)

    assert isinstance(telling.agreement, Estimate)
    assert telling.agreement.value > 0.98
    assert telling.with_the_rest == Undefined("Every sheet gave the other criteria the same points.")
    assert flat.with_the_rest == Undefined("Every sheet gave this criterion the same points.")
    assert isinstance(flat.agreement, Undefined)
    assert (flat.at_maximum, flat.deviation) == (0.0, 0.0)


def test_a_criterion_is_correlated_with_the_sum_of_the_others() -> None:
    sheets = [sheet("R1", "X", 60, 40), sheet("R1", "Y", 30, 20), sheet("R1", "Z", 0, 0)]

    found = discrimination(RUBRIC, [*sheets, sheet("R2", "X", 0, 40, recused=True)])

    assert [one.with_the_rest for one in found] == pytest.approx([1.0, 1.0])
    assert [one.at_maximum for one in found] == pytest.approx([1 / 3, 1 / 3])


def test_two_sheets_are_too_few() -> None:
    found = discrimination(RUBRIC, [sheet("R1", "X", 60, 40), sheet("R1", "Y", 30, 20)])

    assert found[0].deviation == Undefined("2 of at least 3 score sheets answer this criterion.")
