"""Rounds of the ranking fixture as ballots, and small rubrics, for the tests of scoring."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from scoring.rubric import Criterion, Rubric
from scoring.threshold import Ballot, Method, Rules, TieBreak, TieRule

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "ranking_cases.json").read_text(encoding="utf-8")
)

MEP_2014 = Rubric(
    (
        Criterion(
            "a",
            "Executive summary and project narrative",
            Decimal(40),
            (
                Criterion("a1", "Center strategy"),
                Criterion("a2", "Market understanding"),
                Criterion("a3", "Business model"),
                Criterion("a4", "Performance measurement and management"),
            ),
            equal=True,
        ),
        Criterion(
            "b",
            "Qualifications of the applicant and program management",
            Decimal(30),
            (
                Criterion("b1", "Key personnel, organizational structure and management"),
                Criterion("b2", "Oversight board or advisory committee, and governance"),
            ),
            equal=True,
        ),
        Criterion(
            "c",
            "Budget narrative and financial plan",
            Decimal(30),
            (Criterion("c1", "Budget"), Criterion("c2", "Quality of the financial plan")),
            equal=True,
        ),
    ),
    Decimal(100),
)


def totals(case: dict[str, Any], stage: str) -> dict[str, dict[str, Fraction]]:
    """Return a case's totals by application and reviewer."""
    return {
        name: dict(zip(case["reviewers"], map(Fraction, given), strict=True))
        for name, given in case[stage].items()
    }


def ballot(state: str) -> Ballot:
    """Return the worked round of one state."""
    case = next(case for case in CASES if case["state"] == state)
    return Ballot(state, totals(case, "initial"), totals(case, "final"))


def rules(
    method: Method = Method.RANK_SUM,
    *,
    tie_rule: TieRule = TieRule.AVERAGE,
    tie_breaks: tuple[TieBreak, ...] = (),
) -> Rules:
    """Return the rules of the 2014 notice, with what the test changes."""
    return Rules(method, Decimal(70), tie_rule, tie_breaks, reviewers_minimum=3)
