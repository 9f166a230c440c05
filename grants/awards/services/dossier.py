"""Gathering what a decision rests on from the record: for the gates, the memo and the letters."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.accounts.queries import person_by_id
from grants.applications.models import Application
from grants.applications.queries.drafts import application_by_id
from grants.applications.queries.submissions import submitted_content
from grants.applications.rules.content import SubmissionContent
from grants.awards.models import Award, BudgetPeriod, Condition
from grants.awards.queries import StateView, actions_of, conditions_of, periods_of
from grants.awards.rules.gates import AwardItem, StateFacts
from grants.awards.rules.items import AwardFacts, award_items
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.totals import assess_year
from grants.budgets.rules.years import AllYears, sum_known, sum_of_years
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, rule_set_of
from grants.errors import NotFound, refuse
from grants.organizations.models import Organization
from grants.organizations.queries import organization_by_id, representatives_of
from grants.policies.loader import NoRule, rule_on
from grants.policies.rows import CostShareRow, SelectedAgain

T = TypeVar("T")


@dataclass(frozen=True)
class Dossier:
    """An award with everything that hangs on it."""

    award: Award
    application: Application
    competition: Competition
    organization: Organization
    periods: tuple[BudgetPeriod, ...]
    conditions: tuple[Condition, ...]
    judged: Assessment
    items: tuple[AwardItem, ...]
    law_differs: str
    representative: str
    grants_officer: str
    all_years: AllYears

    @property
    def planned_match(self) -> int:
        """Return the match that counts over all planned years."""
        return sum(period.planned_match for period in self.periods)

    @property
    def approved_federal(self) -> int | None:
        """Return the federal money of the years approved so far; None before the first is."""
        return sum_known(period.approved_federal for period in self.periods)

    @property
    def approved_match(self) -> int | None:
        """Return the match of the years approved so far; None before the first is."""
        return sum_known(period.approved_match for period in self.periods)


def state_facts(view: StateView, factors: tuple[str, ...], application_id: int | None) -> StateFacts:
    """Return what the selection gate asks of a state."""
    chosen = next((one for one in view.ranked if one.application.id == application_id), None)
    return StateFacts(
        finalists={one.application.id: one.place for one in view.ranked if one.place is not None},
        tied=frozenset(one.application.id for one in view.ranked if one.tied),
        factors=factors,
        official=view.is_official,
        requested=(chosen.requested or 0) if chosen else 0,
        available=view.target.federal_per_year or 0,
        waits_for_ranking=view.waits_for_ranking,
    )


def memo(view: StateView) -> dict[str, Any]:
    """Return the table that stands in the selection memo: every application with place and figures."""
    return {
        "state": view.target.state,
        "published_per_year": str(view.target.federal_per_year or 0),
        "ranking_sha256": view.ranking.sha256 if view.ranking else None,
        "applications": [
            {
                "number": one.application.number,
                "organization": one.organization,
                "place": one.place_label,
                "rank_sum": one.rank_sum,
                "final_mean": one.final_mean,
                "standing": one.standing,
                "requested": None if one.requested is None else str(one.requested),
                "federal_all_years": str(one.all_years.federal) if one.all_years else None,
                "match_all_years": str(one.all_years.match) if one.all_years else None,
            }
            for one in view.ranked
        ],
    }


def governing_rule(
    competition: Competition, day: date, *, selected_again: bool = False
) -> tuple[CostShareRow, bool, str]:
    """Return the cost-share rule of a day, whether it is read as selected again, and a caution.

    The notice's own copy acts as long as it is the law of the day; where the law of the obligating
    date is another one, that one acts and the sentence says so (law_and_practice, section 1).
    """
    rules = rule_set_of(competition)
    if rules is None:
        raise refuse("rules", "The competition has no frozen rules; it was never published.")
    published = rules.cost_share
    again = selected_again and competition.selected_again is SelectedAgain.LOWEST
    try:
        today = rule_on(CostShareRow, day)
    except NoRule:
        return published, again, ""
    if today.id == published.id:
        return published, again, ""
    return (
        today,
        again,
        f"The notice published {published.title}; the law of {day:%B %-d, %Y} is {today.title}.",
    )


def award_dossier(session: Session, award: Award, *, now: datetime, officer: str = "") -> Dossier:
    """Gather an award with the assessment of its first period and every item it must state."""
    application = _known(application_by_id(session, award.application_id))
    competition = _known(competition_by_id(session, award.competition_id))
    organization = _known(organization_by_id(session, award.organization_id))
    periods = periods_of(session, award.id)
    table = table_of(session, budget_by_id(session, award.budget_id))
    rule, again, differs = governing_rule(
        competition, (award.made_at or now).date(), selected_again=award.items.get("selected_again") == "yes"
    )
    judged = assess_year(table.contents[0], rule, 1, selected_again=again)
    signer = person_by_id(session, award.made_by_id)
    name = award.made_by_name or (signer.name if signer else officer)
    facts = _facts(award, organization, competition, periods[0], judged, officer=name)
    obligated = sum(action.amount for action in actions_of(session, award.id))
    facts = replace(facts, obligated_total=obligated or judged.new_obligation)
    representatives = representatives_of(session, organization.id)
    return Dossier(
        award=award,
        application=application,
        competition=competition,
        organization=organization,
        periods=tuple(periods),
        conditions=tuple(conditions_of(session, award.id)),
        judged=judged,
        items=tuple(award_items(facts, award.items)),
        law_differs=differs,
        representative=representatives[0].name if representatives else organization.name,
        grants_officer=name,
        all_years=sum_of_years(table.contents),
    )


def _facts(
    award: Award,
    organization: Organization,
    competition: Competition,
    first: BudgetPeriod,
    judged: Assessment,
    *,
    officer: str,
) -> AwardFacts:
    return AwardFacts(
        recipient=organization.name,
        uei=organization.uei,
        fain=award.fain,
        award_date=_day(award.made_at, competition.zone) if award.made_at else "the day of signing",
        period_of_performance=_span(award.period_start, award.period_end),
        budget_period=_span(first.starts_on, first.ends_on),
        obligated_now=judged.new_obligation,
        obligated_total=judged.new_obligation,
        approved_match=judged.counted_match,
        approved_total=judged.federal + judged.counted_match,
        budget_holds=judged.passes,
        listing=competition.assistance_listing,
        contact=_contact(competition, officer),
    )


def award_letter_values(dossier: Dossier, *, date_text: str, state_name: str) -> dict[str, str]:
    """Return every field of the award letter, from the record."""
    award, competition = dossier.award, dossier.competition
    stated = {item.key: item.value for item in dossier.items}
    specific = [one.nature for one in dossier.conditions if not one.is_general and one.lifted_at is None]
    return {
        **common_values(
            competition,
            dossier.organization,
            dossier.application,
            date_text=date_text,
            state_name=state_name,
            representative=dossier.representative,
        ),
        "fain": award.fain,
        "uei": stated["uei"],
        "listing": f"{stated['listing']} {stated['listing_title']}",
        "description": stated["description"],
        "research": stated["research"],
        "period": stated["period"],
        "budget_period": stated["budget_period"],
        "obligated_now": stated["obligated_now"],
        "obligated_total": stated["obligated_total"],
        "cost_share": stated["cost_share"],
        "total": stated["total"],
        "all_years": dossier.all_years.words,
        "share_rule": dossier.judged.why,
        "share_authority": dossier.judged.authority,
        "indirect_rate": stated["indirect_rate"],
        "goals": stated["goals"],
        "terms": stated["terms"],
        "later_periods": stated["later_periods"],
        "conditions": "; ".join(specific) or "none",
        "countersign_by": _day(award.countersign_by, competition.zone)
        if award.countersign_by
        else "the day the award names",
        "grants_officer": dossier.grants_officer,
    }


def decline_letter_values(
    competition: Competition,
    organization: Organization,
    application: Application,
    *,
    date_text: str,
    state_name: str,
    representative: str,
    reason: str,
) -> dict[str, str]:
    """Return every field of the decline letter."""
    return {
        **common_values(
            competition,
            organization,
            application,
            date_text=date_text,
            state_name=state_name,
            representative=representative,
        ),
        "reason": reason,
        "threshold": f"{competition.threshold or 0:f}",
        "feedback": "on your application's page, by criterion",
    }


def common_values(
    competition: Competition,
    organization: Organization,
    application: Application,
    *,
    date_text: str,
    state_name: str,
    representative: str,
) -> dict[str, str]:
    """Return the fields that every letter to an applicant has."""
    return {
        "date": date_text,
        "organization": organization.name,
        "address": organization.address,
        "representative": representative,
        "competition": competition.number,
        "competition_title": competition.title,
        "application": application.number,
        "state": state_name,
        "contact": _contact(competition, ""),
    }


def submitted(session: Session, application: Application) -> SubmissionContent:
    """Return what was submitted; the award's budget and director come from it."""
    content = submitted_content(session, application)
    if content is None:
        raise refuse("submission", "The application was never submitted.")
    return content


def _contact(competition: Competition, officer: str) -> str:
    parts = (officer, competition.contact_name, competition.contact_phone, competition.contact_email)
    return ", ".join(part for part in parts if part)


def _span(begins: date, ends: date) -> str:
    return f"{begins:%B} {begins.day}, {begins.year} to {ends:%B} {ends.day}, {ends.year}"


def day_in(zone: str, instant: datetime) -> date:
    """Return the day of an instant on the clock of a competition's zone; letters are dated by it."""
    return instant.astimezone(ZoneInfo(zone)).date()


def _day(instant: datetime, zone: str) -> str:
    local = day_in(zone, instant)
    return f"{local:%B} {local.day}, {local.year}"


def _known(found: T | None) -> T:
    if found is None:
        raise NotFound
    return found
