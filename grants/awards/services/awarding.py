"""Preparing, making and accepting an award; only the grants officer's signature binds the government."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.applications.models import Application
from grants.awards.models import Action, ActionKind, Award, BudgetPeriod, Condition, Selection
from grants.awards.queries import award_by_fain, award_of_selection, periods_of
from grants.awards.rules.gates import AwardItem
from grants.awards.workflow import SelectionStatus
from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.periods import spans
from grants.budgets.rules.table import YearBudget
from grants.budgets.rules.totals import assess_year
from grants.budgets.services import years as budget_years
from grants.errors import Refused, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record
from grants.policies.rows import CostShareRow

MONTHS = 12
LAST_MINUTE = time(23, 59)
COUNTERSIGN_WITHIN = timedelta(days=30)
"""Term for the recipient's countersignature: law_and_practice, section 3, marked M: a setting to confirm."""


@dataclass(frozen=True)
class Terms:
    """What the grants officer enters to prepare an award."""

    fain: str
    start: date
    director_name: str
    entered: Mapping[str, str]


@dataclass(frozen=True)
class Obligation:
    """How money is obligated: the kind of action, its modification number, the zone that dates it."""

    kind: ActionKind
    number: int
    bilateral: bool
    zone: str


def prepare(
    session: Session,
    selection: Selection,
    application: Application,
    contents: Sequence[YearBudget],
    *,
    rule: CostShareRow,
    selected_again: bool,
    terms: Terms,
    actor: Actor,
    now: datetime,
) -> Award:
    """Prepare an award from an approved selection: its own copy of the budget, one period for each year."""
    require(actor, "award.prepare")
    lock(session, selection)
    known = award_of_selection(session, selection.id)
    if known is not None:
        return known
    award = _new_award(session, selection, application, contents, terms=terms, now=now)
    for ordinal, content in enumerate(contents, start=1):
        span = spans(terms.start, [MONTHS] * len(contents))[ordinal - 1]
        judged = assess_year(content, rule, ordinal, selected_again=selected_again)
        session.add(_period(award, ordinal, span.begins, span.ends, judged))
    facts = {"fain": award.fain, "years": len(contents)}
    record(session, "award.prepared", award, happened="prepared the award", actor=actor, now=now, facts=facts)
    return award


def _new_award(
    session: Session,
    selection: Selection,
    application: Application,
    contents: Sequence[YearBudget],
    *,
    terms: Terms,
    now: datetime,
) -> Award:
    if selection.status is not SelectionStatus.APPROVED or selection.signed_by_id is None:
        raise refuse("selection", "The selection must be signed and approved first.", field="fain")
    _check_fain(session, terms.fain)
    budget = budget_years.copy(session, contents, label=f"Approved plan {terms.fain}", now=now)
    award = Award(
        fain=terms.fain,
        selection_id=selection.id,
        application_id=application.id,
        organization_id=application.organization_id,
        competition_id=application.competition_id,
        state=application.state,
        budget_id=budget.id,
        director_name=terms.director_name,
        period_start=terms.start,
        period_end=spans(terms.start, [MONTHS] * len(contents))[-1].ends,
        items=dict(terms.entered),
        selected_by_id=selection.signed_by_id,
        prepared_at=now,
    )
    session.add(award)
    session.flush()
    return award


def _period(award: Award, ordinal: int, begins: date, ends: date, judged: Assessment) -> BudgetPeriod:
    return BudgetPeriod(
        award_id=award.id,
        ordinal=ordinal,
        starts_on=begins,
        ends_on=ends,
        planned_federal=judged.federal,
        planned_match=judged.counted_match,
        rule=rule_json(judged),
    )


def rule_json(judged: Assessment) -> dict[str, str]:
    """Write down which rule judged a period, for the period's own row."""
    return {
        "id": judged.rule_id,
        "rule": judged.rule,
        "ceiling": f"{judged.ceiling.numerator}/{judged.ceiling.denominator}",
        "authority": judged.authority,
        "why": judged.why,
    }


def change_terms(
    session: Session, award: Award, *, terms: Terms, version: int, actor: Actor, now: datetime
) -> Award:
    """Change what a prepared award says; a save from a stale page is shown both texts."""
    lock(session, award)
    require(actor, "award.prepare", award)
    if award.version != version:
        raise StaleVersion(
            "Somebody saved this award while you wrote. Both texts are below.",
            current={key: str(value) for key, value in award.items.items()},
            offered=dict(terms.entered),
            version=award.version,
        )
    if terms.fain != award.fain:
        _check_fain(session, terms.fain)
    award.fain, award.director_name, award.items = terms.fain, terms.director_name, dict(terms.entered)
    if terms.start != award.period_start:
        _move_periods(session, award, terms.start)
    award.version += 1
    session.add(award)
    record(session, "award.changed", award, happened="changed the award's terms", actor=actor, now=now)
    return award


def _move_periods(session: Session, award: Award, start: date) -> None:
    rows = periods_of(session, award.id)
    moved = spans(start, [MONTHS] * len(rows))
    award.period_start, award.period_end = start, moved[-1].ends
    for row, span in zip(rows, moved, strict=True):
        row.starts_on, row.ends_on = span.begins, span.ends
        session.add(row)


def make(
    session: Session,
    award: Award,
    *,
    items: Sequence[AwardItem],
    judged: Assessment,
    zone: str,
    actor: Actor,
    now: datetime,
) -> Action:
    """Make the award: the first period is funded by modification 0, dated the day of signing.

    Raises `Refused` with every missing item of 2 CFR 200.211 and with the cost-share finding of year 1.
    """
    require(actor, "award.make", award)
    _refuse_broken_share(judged)
    award.made_by_id, award.made_by_name, award.made_at = actor.person_id, actor.name, now
    award.countersign_by = _end_of_term(now, zone)
    session.add(award)
    perform(session, award, "make", actor=actor, now=now, facts=items, noted={"fain": award.fain})
    first = periods_of(session, award.id)[0]
    return fund(
        session,
        award,
        first,
        judged=judged,
        budget_id=award.budget_id,
        as_action=Obligation(ActionKind.NEW_AWARD, number=0, bilateral=True, zone=zone),
        actor=actor,
        now=now,
    )


def fund(
    session: Session,
    award: Award,
    period: BudgetPeriod,
    *,
    judged: Assessment,
    budget_id: int,
    as_action: Obligation,
    actor: Actor,
    now: datetime,
) -> Action:
    """Obligate a budget period's money by one action and write down the share that now binds."""
    _refuse_broken_share(judged)
    period.approved_federal, period.approved_match = judged.federal, judged.counted_match
    period.budget_id, period.rule = budget_id, rule_json(judged)
    session.add(period)
    session.flush()
    noted = {"federal": str(judged.federal), "match": str(judged.counted_match), "rule": judged.rule_id}
    perform(session, period, "fund", actor=actor, now=now, noted=noted)
    action = Action(
        award_id=award.id,
        budget_period_id=period.id,
        modification_number=as_action.number,
        kind=as_action.kind,
        amount=judged.new_obligation,
        obligated_on=now.astimezone(ZoneInfo(as_action.zone)).date(),
        bilateral=as_action.bilateral,
        signed_by_id=actor.person_id,
        signed_by_name=actor.name,
        at=now,
    )
    session.add(action)
    session.flush()
    return action


def _end_of_term(now: datetime, zone: str) -> datetime:
    """Return the last minute of the last day for the countersignature, in the competition's zone."""
    last = (now.astimezone(ZoneInfo(zone)) + COUNTERSIGN_WITHIN).date()
    return datetime.combine(last, LAST_MINUTE, ZoneInfo(zone))


def countersign(session: Session, award: Award, *, title: str, actor: Actor, now: datetime) -> None:
    """Accept the award for the recipient, within its term; the signature is the account's name."""
    require(actor, "award.countersign", award)
    if award.countersign_by is not None and now > award.countersign_by:
        raise refuse("term", "The term for signing has passed. Call the grants officer.")
    if not title.strip():
        raise refuse("signature", "Enter your title as it stands in the signature.", field="title")
    award.countersigned_by_id, award.countersigned_at = actor.person_id, now
    award.countersigned_by_name, award.countersigned_title = actor.name, title.strip()
    session.add(award)
    perform(session, award, "countersign", actor=actor, now=now)


def add_condition(
    session: Session, award: Award, condition: Condition, *, actor: Actor, now: datetime
) -> Condition:
    """Add a condition; a specific one tells the five things of 2 CFR 200.208(d)."""
    require(actor, "award.prepare", award)
    findings = _condition_faults(condition)
    if findings:
        raise Refused(findings)
    condition.added_by_id, condition.added_at = actor.person_id, now
    session.add(condition)
    session.flush()
    record(
        session,
        "award.condition_added",
        award,
        happened="added a condition to the award",
        actor=actor,
        now=now,
        facts={"condition": condition.nature[:300], "general": condition.is_general},
    )
    return condition


FIVE = {
    "nature": "Say what the condition requires.",
    "reason": "Say why the condition is imposed.",
    "removal": "Say what removes the condition.",
    "time_allowed": "Say how much time is allowed.",
    "reconsideration": "Say how the recipient asks for reconsideration.",
}


def _condition_faults(condition: Condition) -> list[Finding]:
    needed = ("nature",) if condition.is_general else tuple(FIVE)
    return [
        Finding(f"condition_{name}", FIVE[name], field=name, authority="2 CFR 200.208(d)")
        for name in needed
        if not str(getattr(condition, name)).strip()
    ]


def _check_fain(session: Session, fain: str) -> None:
    plain = fain.replace("-", "")
    if not (plain.isascii() and plain.isalnum() and 5 <= len(plain) <= 30):  # noqa: PLR2004  # FABS: 30
        raise refuse("fain", "Enter the award number with letters and digits, as 70NANB15H001.", field="fain")
    if award_by_fain(session, fain) is not None:
        raise refuse("fain", f"Another award has the number {fain}.", field="fain")


def _refuse_broken_share(judged: Assessment) -> None:
    if not judged.passes:
        sentence = (
            f"Year {judged.year}: the federal share is over {judged.rule}. The match is short; "
            "mend the budget before money is obligated."
        )
        raise Refused([Finding("cost_share", sentence, field="budget", authority=judged.authority)])
