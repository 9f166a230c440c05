"""Everything a request rests on, gathered from the record; what follows from it is computed here once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.awards.models import Award, BudgetPeriod, Condition
from grants.awards.queries import award_by_id, conditions_of, periods_of
from grants.awards.services.dossier import governing_rule
from grants.awards.workflow import AwardStatus, PeriodStatus
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.changes import carry_over_findings, ratio_findings, transfer_findings
from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.flat import freeze, thaw
from grants.budgets.rules.table import YearBudget
from grants.budgets.rules.totals import assess_year, share_findings, year_findings
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, rule_set_of
from grants.continuations.models import Request, RequestPart, Sending
from grants.continuations.queries.requests import approved_plan, parts_of, sendings_of
from grants.continuations.rules import figures
from grants.continuations.rules.gates import Proposal, panel_finding, previous_finding
from grants.continuations.rules.parts import Filled, Part, part_faults, read, with_plan
from grants.errors import NotFound, refuse
from grants.findings import Finding, Level
from grants.organizations.models import Organization
from grants.organizations.queries import organization_by_id
from grants.policies.rows import CostShareRow
from grants.policies.rule_set import RuleSet

FORMAT: Final = 1


@dataclass(frozen=True)
class Basis:
    """What does not change while a request is worked on: award, periods, plan, and the law of today."""

    request: Request
    award: Award
    competition: Competition
    organization: Organization
    periods: tuple[BudgetPeriod, ...]
    conditions: tuple[Condition, ...]
    plan: tuple[YearBudget, ...]
    approved_outcomes: Mapping[str, int]
    rules: RuleSet
    rule: CostShareRow
    selected_again: bool
    law_differs: str
    today: date

    @property
    def period(self) -> BudgetPeriod:
        """Return the budget period that is asked for."""
        return self.periods[self.request.ordinal - 1]

    @property
    def previous(self) -> BudgetPeriod:
        """Return the budget period before it, the current year."""
        return self.periods[self.request.ordinal - 2]

    @property
    def planned(self) -> YearBudget:
        """Return the approved plan of the year that is asked for."""
        return self.plan[self.request.ordinal - 1]

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the competition, in which days are counted."""
        return ZoneInfo(self.competition.zone)

    @property
    def gates(self) -> list[Finding]:
        """Return what must hold before this year may be funded, whoever asks."""
        request = self.request
        found = previous_finding(request.ordinal, funded=self.previous.status is not PeriodStatus.PLANNED)
        if self.award.status is not AwardStatus.ACCEPTED:
            sentence = "The award is not countersigned, so no later year can be funded."
            found.append(Finding("award", sentence, authority="2 CFR 200.1, period of performance"))
        standing = [one for one in self.conditions if not one.is_general and one.lifted_at is None]
        if standing:
            words = "; ".join(one.nature[:120] for one in standing)
            sentence = f"{len(standing)} specific conditions stand: {words}. Look whether they are met."
            found.append(Finding("conditions", sentence, authority="2 CFR 200.208", level=Level.LOOK))
        return [*found, *panel_finding(request.ordinal, self.rules.evaluation)]

    def judge(self, content: YearBudget) -> Assessment:
        """Judge money for this year by the law of today and the ordinal of the budget period."""
        return assess_year(content, self.rule, self.request.ordinal, selected_again=self.selected_again)


@dataclass(frozen=True)
class Dossier:
    """A request with its money and its parts, as the center has them now or as they were sent."""

    basis: Basis
    content: YearBudget
    filled: Filled
    year_version: int
    year_at: datetime | None
    parts: Mapping[str, RequestPart]
    sendings: tuple[Sending, ...]

    @property
    def request(self) -> Request:
        """Return the request itself."""
        return self.basis.request

    @property
    def sending(self) -> Sending | None:
        """Return what was sent last."""
        return self.sendings[0] if self.sendings else None

    @cached_property
    def judged(self) -> Assessment | None:
        """Return what the law says of the year; None where its in-kind detail is too much to judge."""
        try:
            return self.basis.judge(self.content)
        except ValueError:
            return None

    @property
    def requested(self) -> int:
        """Return the federal share asked for, in cents."""
        return self.judged.federal if self.judged else 0

    @cached_property
    def unspent(self) -> int:
        """Return what the center expects to leave unspent of the current year's federal money."""
        expected = self.filled.so_far.expected
        return 0 if expected is None else max(0, (self.basis.previous.approved_federal or 0) - expected)

    @cached_property
    def effects(self) -> tuple[figures.Effect, ...]:
        """Return what each answer to the carry-over question would do, with the amount that stands there."""
        amount = max(*figures.carried(self.content)) or self.unspent
        return self.effects_of(amount)

    def effects_of(self, amount: int) -> tuple[figures.Effect, ...]:
        """Return what each answer would do with an amount."""
        try:
            return figures.effects(
                self.content,
                amount,
                self.basis.rule,
                self.request.ordinal,
                selected_again=self.basis.selected_again,
            )
        except ValueError:
            return ()

    @cached_property
    def match(self) -> figures.MatchDelivered | None:
        """Return factor 3: match against the federal money spent; None where the year so far is empty."""
        so_far, previous = self.filled.so_far, self.basis.previous
        if so_far.spent is None:
            return None
        return figures.match_delivered(
            spent=so_far.spent,
            claimed=so_far.claimed or 0,
            documented=so_far.documented or 0,
            ceiling=Fraction(previous.rule.get("ceiling", "1/2")),
            approved_federal=previous.approved_federal or 0,
            approved_match=previous.approved_match or 0,
        )

    @cached_property
    def differences(self) -> list[figures.Difference]:
        """Return what differs from the approved plan, money first."""
        return [
            *figures.budget_differences(self.basis.planned, self.content),
            *figures.outcome_differences(self.filled.outcomes),
        ]

    @cached_property
    def findings(self) -> list[Finding]:
        """Return everything there is to say of the request: what stops the final, then what to look at."""
        return [
            *part_faults(self.filled, self.request.ordinal),
            *self.money_findings,
            *figures.reason_faults(self.differences, dict(self.filled.reasons)),
        ]

    @cached_property
    def money_findings(self) -> list[Finding]:
        """Return what there is to say of the year's money: share, balance, ratio, carry-over, transfers."""
        basis, year = self.basis, self.request.ordinal
        found = year_findings(self.content, basis.rule, year, selected_again=basis.selected_again)
        if self.judged is not None:
            planned = basis.period
            found += ratio_findings(
                self.judged,
                approved_federal=planned.planned_federal,
                approved_total=planned.planned_federal + planned.planned_match,
            )
        toward, above = figures.carried(self.content)
        found += carry_over_findings(toward=toward, above=above, unspent=self.unspent, year=year)
        return found + transfer_findings(
            basis.planned, self.content, rule=basis.rules.budget_change, year=year
        )

    def obligated(self, proposal: Proposal) -> YearBudget:
        """Return the money as a decision would obligate it; raise `Refused` where the amount does not fit."""
        if proposal.amount is None or proposal.choice is None or not proposal.choice.obligates:
            return self.content
        if proposal.amount >= self.requested:  # the gate says that it is not lower
            return self.content
        try:
            return figures.lowered(self.content, proposal.amount)
        except ValueError:
            raise refuse(
                "amount",
                "Carried-over and supplemental money alone are more than this amount. Enter a larger one.",
                field="amount",
            ) from None

    def money_faults(self, proposal: Proposal) -> list[Finding]:
        """Return how the money of a decision would break the law of the obligating date."""
        return share_findings(self.basis.judge(self.obligated(proposal)))


def basis_of(session: Session, request: Request, *, now: datetime) -> Basis:
    """Gather the award with its periods and plan, and the law of today."""
    award = award_by_id(session, request.award_id)
    competition = competition_by_id(session, request.competition_id)
    organization = organization_by_id(session, request.organization_id)
    if competition is None or organization is None:
        raise NotFound
    rules = rule_set_of(competition)
    if rules is None:
        raise refuse("rules", "The competition has no frozen rules; it was never published.")
    today = now.astimezone(ZoneInfo(competition.zone)).date()
    rule, again, differs = governing_rule(
        competition, today, selected_again=award.items.get("selected_again") == "yes"
    )
    return Basis(
        request=request,
        award=award,
        competition=competition,
        organization=organization,
        periods=tuple(periods_of(session, award.id)),
        conditions=tuple(conditions_of(session, award.id)),
        plan=table_of(session, budget_by_id(session, award.budget_id)).contents,
        approved_outcomes=approved_plan(session, request),
        rules=rules,
        rule=rule,
        selected_again=again,
        law_differs=differs,
        today=today,
    )


def draft_dossier(session: Session, request: Request, *, now: datetime) -> Dossier:
    """Return the request as the center has it now."""
    parts = parts_of(session, request.id)
    year = table_of(session, budget_by_id(session, request.budget_id)).year(1)
    basis = basis_of(session, request, now=now)
    return Dossier(
        basis=basis,
        content=year.content,
        filled=read({key: part.content for key, part in parts.items()}, basis.approved_outcomes),
        year_version=year.version,
        year_at=year.updated_at,
        parts=parts,
        sendings=tuple(sendings_of(session, request.id)),
    )


def sent_dossier(session: Session, request: Request, *, now: datetime) -> Dossier:
    """Return the request as it was sent last; before that, the approved plan with empty parts."""
    sendings = sendings_of(session, request.id)
    basis = basis_of(session, request, now=now)
    return Dossier(
        basis=basis,
        content=thaw(sendings[0].content["budget"]) if sendings else basis.planned,
        filled=read(sendings[0].content["parts"] if sendings else {}, basis.approved_outcomes),
        year_version=0,
        year_at=None,
        parts={},
        sendings=tuple(sendings),
    )


def frozen(dossier: Dossier) -> tuple[dict[str, Any], str]:
    """Return what is sent as plain data, and its SHA-256."""
    content = {
        "format": FORMAT,
        "award": dossier.request.fain,
        "year": dossier.request.ordinal,
        "parts": {
            str(key): with_plan(Part(key), part.content, dossier.basis.approved_outcomes)
            for key, part in sorted(dossier.parts.items())
        },
        "budget": freeze(dossier.content),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return content, hashlib.sha256(text.encode()).hexdigest()
