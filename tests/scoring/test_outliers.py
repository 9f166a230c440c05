from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.assign.problem import Candidate, Limits, Problem, Proposal
from scoring.assign.shortage import shortage
from scoring.faults import Undefined
from scoring.outliers import residuals, straight_lined
from scoring.scoresheet import Absent, Sheet
from tests.scoring.rounds import MEP_2014


def test_a_total_is_measured_against_the_other_reviewers() -> None:
    totals: dict[str, dict[str, Fraction | Absent]] = {
        f"A{number}": {"R1": Fraction(80), "R2": Fraction(81), "R3": Fraction(79)} for number in range(5)
    }
    totals["B"] = {"R1": Fraction(80), "R2": Fraction(80), "R3": Fraction(50), "R4": Absent.RECUSED}

    first, *rest = residuals(totals)

    # Within: 5 x 2 and 600 squared points over 12 degrees of freedom.
    assert (first.application, first.reviewer, str(first.difference), first.far) == ("B", "R3", "-30", True)
    assert first.deviations == pytest.approx(-30 / (610 / 12 * 1.5) ** 0.5)
    assert not any(one.far for one in rest)
    assert len(rest) == 17


def test_sheets_that_agree_have_no_scale() -> None:
    found = residuals({"A": {"R1": Fraction(80), "R2": Fraction(80)}, "B": {"R1": Fraction(70)}})

    assert [(one.application, one.deviations) for one in found] == [
        ("A", Undefined("The sheets of each application agree.")),
        ("A", Undefined("The sheets of each application agree.")),
    ]


@pytest.mark.parametrize("share", ["0.8", "0"])
def test_the_same_share_on_every_criterion_is_seen(share: str) -> None:
    points = {leaf.key: Decimal(share) * int(leaf.points) for leaf in MEP_2014.leaves}

    assert straight_lined(MEP_2014, Sheet("R1", "A", points))


def test_a_sheet_that_distinguishes_is_not_straight() -> None:
    points = {leaf.key: Decimal(8) for leaf in MEP_2014.leaves}

    full = {leaf.key: Decimal(int(leaf.points)) for leaf in MEP_2014.leaves}

    assert not straight_lined(MEP_2014, Sheet("R1", "A", points))
    assert not straight_lined(MEP_2014, Sheet("R1", "A", full))
    assert not straight_lined(MEP_2014, Sheet("R1", "A", {"a1": Decimal(8), "a2": Decimal(8)}))


FINANCE = frozenset({"finance"})


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            Problem(
                (Proposal("CO-3", "CO", 3),),
                (
                    *(Candidate(name, 2, expertise=FINANCE) for name in ("Chu", "Diaz", "Gold", "Hale")),
                    Candidate("Roy", 0, expertise=FINANCE),
                    Candidate("Singh", 2, expertise=FINANCE),
                    Candidate("Wu", 2),
                ),
                conflicts={("CO-3", name): "employer" for name in ("Chu", "Diaz", "Gold", "Hale")},
                limits=Limits(expertise={"finance": 3}),
            ),
            (
                "Three reviewers are not possible for CO-3: 4 of 6 with finance are in conflict, "
                "1 is at the limit of their load."
            ),
        ),
        (
            Problem((Proposal("CO-3", "CO", 1),), ()),
            "One reviewer is not possible for CO-3: there are 0.",
        ),
        (Problem((Proposal("CO-3", "CO", 1),), (Candidate("Chu", 1),)), None),
    ],
)
def test_a_shortage_is_counted_person_by_person(problem: Problem, sentence: str | None) -> None:
    assert shortage(problem, "CO-3") == sentence


def test_what_is_assigned_elsewhere_counts_as_load() -> None:
    problem = Problem((Proposal("CO-1", "CO", 1), Proposal("CO-2", "CO", 1)), (Candidate("Chu", 1),))

    assert shortage(problem, "CO-2", [("CO-1", "Chu")]) == (
        "One reviewer is not possible for CO-2: 1 is at the limit of their load."
    )
    assert shortage(problem, "CO-1", [("CO-1", "Chu")]) is None
