"""When a request is due, on what a denial may rest, and what each step asks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from grants.findings import Finding, Level
from grants.policies.rows import EvaluationRow, ReportingRow

OPENS_DAYS: Final = 180
"""How long before its period begins a request is opened; a setting of the agency."""
AUTHORITY: Final = "2 CFR 200.211(c)(1)(iv)"
OBJECTION_AUTHORITY: Final = "2 CFR 200.341 and 200.342"
OBJECTION_DAYS: Final = 30
LAST_MINUTE: Final = time(23, 59)
FACTORS: Final = (
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

    @property
    def words(self) -> str:
        """Say the ground as the award says it."""
        return GROUND_WORDS[self]


GROUND_WORDS: Final = {
    Ground.FUNDS: "Funds are not available",
    Ground.AUTHORITY: "Authority to fund the program does not continue",
    Ground.PERFORMANCE: "Performance is not satisfactory",
    Ground.COMPLIANCE: "The terms of the award were not kept",
}


class Choice(StrEnum):
    """What is recommended and decided of a request."""

    APPROVE = "approve"
    LOWER = "lower"
    DEFER = "defer"
    DENY = "deny"

    @property
    def words(self) -> str:
        """Say the choice as a verb."""
        return {
            Choice.APPROVE: "Approve",
            Choice.LOWER: "Approve a lower amount",
            Choice.DEFER: "Defer",
            Choice.DENY: "Deny",
        }[self]

    @property
    def done(self) -> str:
        """Say the choice once it was decided."""
        return {
            Choice.APPROVE: "Approved",
            Choice.LOWER: "Approved at a lower amount",
            Choice.DEFER: "Deferred",
            Choice.DENY: "Denied",
        }[self]

    @property
    def obligates(self) -> bool:
        """Ask whether the choice funds the year."""
        return self in {Choice.APPROVE, Choice.LOWER}


@dataclass(frozen=True)
class RequestFacts:
    """What stands behind a request when it is sent: every fault of its parts, its figures, its budget."""

    faults: Sequence[Finding] = ()


@dataclass(frozen=True)
class Proposal:
    """What an evaluation recommends or a decision orders; the amount in cents is the year's federal share."""

    choice: Choice | None
    amount: int | None = None
    defer_until: date | None = None
    ground: Ground | None = None
    reason: str = ""


@dataclass(frozen=True)
class EvaluationFacts:
    """What stands behind an evaluation: its texts, what it proposes, the gates, the amount asked for."""

    proposal: Proposal
    texts: Sequence[str]
    requested: int
    today: date
    gates: Sequence[Finding] = ()
    money: Sequence[Finding] = ()


@dataclass(frozen=True)
class DecisionFacts:
    """What stands behind a decision: what it orders, the gates, the money as it would be obligated."""

    proposal: Proposal
    requested: int
    today: date
    objection: str = ""
    object_by: date | None = None
    gates: Sequence[Finding] = ()
    money: Sequence[Finding] = ()


def due_dates(current_period_ends: date, rule: ReportingRow) -> tuple[date, date]:
    """Return the days by which draft and final are due, before the current budget period ends."""
    return (
        current_period_ends - timedelta(days=rule.continuation_draft_days_before_end),
        current_period_ends - timedelta(days=rule.continuation_final_days_before_end),
    )


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last minute of a day in a zone, the instant at which something is due."""
    return datetime.combine(day, LAST_MINUTE, ZoneInfo(zone))


def opens_on(period_begins: date) -> date:
    """Return the day from which a request may be opened."""
    return period_begins - timedelta(days=OPENS_DAYS)


def previous_finding(ordinal: int, *, funded: bool) -> list[Finding]:
    """Refuse a year whose year before is not decided."""
    if funded:
        return []
    sentence = f"Year {ordinal - 1} is not decided yet, so year {ordinal} cannot be funded. Decide it first."
    return [Finding("previous", sentence, authority="2 CFR 200.1, budget period")]


def panel_finding(ordinal: int, rule: EvaluationRow) -> list[Finding]:
    """Say which review by a panel lies behind or ahead of a year; whether it was positive, a person knows."""
    behind = [year for year in rule.panel_years if year < ordinal]
    if behind:
        sentence = f"The panel of year {behind[-1]} must have been positive. Look at its result."
        return [Finding("panel", sentence, authority=rule.authority, level=Level.LOOK)]
    ahead = [year for year in rule.panel_years if year >= ordinal]
    if not ahead:
        return []
    words = f"Review by a panel is due in year {ahead[0]}."
    return [Finding("panel", words, authority=rule.authority, level=Level.PASS)]


def draft_gate(_request: Any, facts: RequestFacts, _now: datetime) -> list[Finding]:
    """Let a draft go with faults in it; staff comment on them."""
    del facts
    return []


def final_gate(_request: Any, facts: RequestFacts, _now: datetime) -> list[Finding]:
    """Return every fault of the request."""
    return list(facts.faults)


def evaluation_gate(_request: Any, facts: EvaluationFacts, _now: datetime) -> list[Finding]:
    """Return what an evaluation lacks: a reading of each factor, a recommendation, the gates of the year."""
    findings = [
        Finding("factor", f"Write your reading of “{title}”.", field=key)
        for (key, title), text in zip(FACTORS, facts.texts, strict=True)
        if not text.strip()
    ]
    findings += proposal_faults(facts.proposal, requested=facts.requested, today=facts.today)
    if facts.proposal.choice is not None and facts.proposal.choice.obligates:
        findings += [*facts.gates, *facts.money]
    return findings


def decision_gate(_request: Any, facts: DecisionFacts, _now: datetime) -> list[Finding]:
    """Return what the decision lacks; a sanction gives notice and a chance to object."""
    findings = proposal_faults(facts.proposal, requested=facts.requested, today=facts.today)
    choice, ground = facts.proposal.choice, facts.proposal.ground
    if choice is not None and choice.obligates:
        findings += [*facts.gates, *facts.money]
    if choice is Choice.DENY and ground is not None and ground.is_sanction:
        findings += _objection_faults(facts)
    return findings


def proposal_faults(proposal: Proposal, *, requested: int, today: date) -> list[Finding]:
    """Return what a recommendation or decision lacks in itself."""
    match proposal.choice:
        case None:
            return [Finding("choice", "Choose one: approve, a lower amount, defer, or deny.", field="choice")]
        case Choice.LOWER:
            return _amount_faults(proposal.amount, requested)
        case Choice.DEFER:
            return _day_faults(proposal, today)
        case Choice.DENY:
            return _denial_faults(proposal)
        case _:
            return []


def _amount_faults(amount: int | None, requested: int) -> list[Finding]:
    if not amount:
        return [Finding("amount", "Enter the lower amount in dollars, more than zero.", field="amount")]
    if amount >= requested:
        return [
            Finding("amount", "The amount is not lower than the request. Choose “approve”.", field="amount")
        ]
    return []


def _day_faults(proposal: Proposal, today: date) -> list[Finding]:
    if proposal.defer_until is None:
        return [Finding("defer", "Enter the day until which the request waits.", field="defer_until")]
    if proposal.defer_until <= today:
        return [Finding("defer", "The day lies in the past. Enter a later one.", field="defer_until")]
    if not proposal.reason.strip():
        return [Finding("reason", "Write what the request waits for.", field="reason")]
    return []


def _denial_faults(proposal: Proposal) -> list[Finding]:
    findings = []
    if proposal.ground is None:
        sentence = "Choose the ground: funds, authority, performance, or terms not kept."
        findings.append(Finding("ground", sentence, field="ground", authority=AUTHORITY))
    if not proposal.reason.strip():
        findings.append(
            Finding(
                "reason", "Write the facts on which the denial rests.", field="reason", authority=AUTHORITY
            )
        )
    return findings


def _objection_faults(facts: DecisionFacts) -> list[Finding]:
    findings = []
    if not facts.objection.strip():
        sentence = "Write how the recipient may object and to whom."
        findings.append(Finding("objection", sentence, field="objection", authority=OBJECTION_AUTHORITY))
    if facts.object_by is None or facts.object_by <= facts.today:
        sentence = "Enter a coming day until which the recipient may object."
        findings.append(Finding("object_by", sentence, field="object_by", authority=OBJECTION_AUTHORITY))
    return findings
