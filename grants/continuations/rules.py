"""What a continuation must show at each step: the three factors, the ground of a denial. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from grants.findings import Finding

DRAFT_DAYS = 90
FINAL_DAYS = 60
AUTHORITY = "2 CFR 200.211(c)(1)(iv)"
FACTORS = (
    ("federal_budget", "Federal budget"),
    ("annual_plan", "Annual plan achieved"),
    ("match_delivered", "Match delivered"),
)


class Ground(StrEnum):
    """On what a denial may rest: the award says that later periods depend on these four."""

    FUNDS = "funds"
    AUTHORITY = "authority"
    PERFORMANCE = "performance"
    COMPLIANCE = "non-compliance"

    @property
    def is_sanction(self) -> bool:
        """Ask whether the recipient gets notice and a chance to object (2 CFR 200.341, 200.342)."""
        return self in {Ground.PERFORMANCE, Ground.COMPLIANCE}


@dataclass(frozen=True)
class RequestFacts:
    """What stands behind a request when it is sent: every fault of budget, plan and figures."""

    budget: Sequence[Finding] = ()
    plan: Sequence[Finding] = ()


@dataclass(frozen=True)
class EvaluationFacts:
    """What stands behind an evaluation: the year before decided, the gates, the amount asked for."""

    previous_decided: bool
    gates: Sequence[Finding] = ()
    requested: int = 0


def due_dates(period_start: date) -> tuple[date, date]:
    """Return the days by which draft and final are due: 90 and 60 days before the coming period begins."""
    return period_start - timedelta(days=DRAFT_DAYS), period_start - timedelta(days=FINAL_DAYS)


def draft_gate(_request: Any, facts: RequestFacts, _now: datetime) -> list[Finding]:
    """Let a draft go with faults in it; staff comment on them."""
    del facts
    return []


def final_gate(_request: Any, facts: RequestFacts, _now: datetime) -> list[Finding]:
    """Return every fault of the budget and of the plan."""
    return [*facts.budget, *facts.plan]


def evaluation_gate(evaluation: Any, facts: EvaluationFacts, _now: datetime) -> list[Finding]:
    """Return what an evaluation lacks: a reading of each factor, an amount, the gates of the year."""
    del evaluation
    findings = list(facts.gates)
    if not facts.previous_decided:
        findings.append(
            Finding("previous", "The year before is not funded yet, so this year cannot be evaluated.")
        )
    return findings


def decision_gate(_request: Any, facts: Sequence[Finding], _now: datetime) -> list[Finding]:
    """Return what the decision lacks, as the service found it."""
    return list(facts)
