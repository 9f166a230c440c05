"""The five years of one award, gathered for the page that staff and the center share."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.awards.models import Action, ActionKind, Award, BudgetPeriod
from grants.awards.queries import actions_of, periods_of
from grants.awards.services.dossier import governing_rule
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.cost_share import Assessment
from grants.budgets.rules.flat import thaw
from grants.budgets.rules.table import Column, InKindDetail, YearBudget, totals
from grants.budgets.rules.totals import assess_year
from grants.budgets.rules.years import AllYears, sum_known, sum_of_years
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id
from grants.continuations.models import Request, Sending
from grants.continuations.queries.requests import last_sendings, letters_by_id, requests_of_award
from grants.continuations.rules.outlook import YearOutlook, sentence
from grants.continuations.rules.parts import Filled, read
from grants.documents.workflow import LetterStatus
from grants.errors import NotFound, refuse
from grants.organizations.models import Organization
from grants.organizations.queries import organization_by_id
from grants.policies.rows import CostShareRow

SOURCES: Final = {
    "applicant_cash": "Applicant contribution, cash",
    "state_cash": "State and local funds, cash",
    "third_inkind": "Third-party contributions, in kind",
    "loaned": "Full-time personnel loaned to the center",
    "federal": "Federal money of the program",
}
_CELLS: Final = {
    "applicant_cash": ("applicant", Column.CASH),
    "state_cash": ("state_local", Column.CASH),
    "third_inkind": ("third_party", Column.INKIND),
    "loaned": ("third_party", Column.INKIND),
    "federal": ("nist_federal", Column.FEDERAL),
}


@dataclass(frozen=True)
class Standing:
    """One year's money as it stands, with the rule that judges it."""

    content: YearBudget
    rule: CostShareRow
    selected_again: bool
    state: str


@dataclass(frozen=True)
class Outlook:
    """An award's years in order, and what is said of them."""

    award: Award
    organization: Organization
    competition: Competition
    years: tuple[YearOutlook, ...]
    standing: tuple[Standing, ...]
    requests: tuple[Request, ...]
    all_years: AllYears

    @property
    def planned_match(self) -> int:
        """Return the match that counts over all planned years."""
        return sum(year.planned_match for year in self.years)

    @property
    def sums(self) -> list[tuple[str, int | None]]:
        """Return each column of money over all years; what no year has is None."""
        years = self.years
        return [
            ("Planned federal", sum_known(year.planned_federal for year in years)),
            ("Planned match", sum_known(year.planned_match for year in years)),
            ("Approved federal", sum_known(year.approved_federal for year in years)),
            ("Approved match", sum_known(year.approved_match for year in years)),
            ("Spent federal", sum_known(year.spent for year in years)),
            ("Documented match", sum_known(year.documented for year in years)),
        ]

    @property
    def sentence(self) -> str:
        """Say how the years stand."""
        return sentence(self.years)

    def what_if(self, year: int, source: str, amount: int) -> tuple[Assessment, Assessment]:
        """Return what the law says of a year before and after one amount more; nothing is stored."""
        now = self.standing[year - 1]
        after = with_amount(now.content, source, amount)
        return self._judge(year, now, now.content), self._judge(year, now, after)

    @staticmethod
    def _judge(year: int, standing: Standing, content: YearBudget) -> Assessment:
        return assess_year(content, standing.rule, year, selected_again=standing.selected_again)


def with_amount(content: YearBudget, source: str, amount: int) -> YearBudget:
    """Return a year with one amount more from one source."""
    cell = _CELLS[source]
    cells = {**content.cells, cell: content.cells.get(cell, 0) + amount}
    detail = content.detail
    if source == "loaned":
        detail = replace(detail, loaned=detail.loaned + amount)
    return YearBudget(cells, InKindDetail(**vars(detail)))


def outlook_of(session: Session, award: Award, *, now: datetime) -> Outlook:
    """Return the five years as staff see them: every action counts from its signature."""
    actions = actions_of(session, award.id)
    return _gather(session, award, actions, now=now)


def told_outlook_of(session: Session, award: Award, *, now: datetime) -> Outlook:
    """Return the five years as the center sees them: a continuation counts once its letter is released."""
    actions = actions_of(session, award.id)
    letters = letters_by_id(session, [one.letter_id for one in actions if one.letter_id])
    released = {key for key, letter in letters.items() if letter.status is LetterStatus.RELEASED}
    told = [one for one in actions if one.kind is ActionKind.NEW_AWARD or one.letter_id in released]
    return _gather(session, award, told, now=now)


def _gather(session: Session, award: Award, actions: Collection[Action], *, now: datetime) -> Outlook:
    competition = competition_by_id(session, award.competition_id)
    organization = organization_by_id(session, award.organization_id)
    if competition is None or organization is None:
        raise NotFound
    periods = periods_of(session, award.id)
    plan = table_of(session, budget_by_id(session, award.budget_id)).contents
    requests = requests_of_award(session, award.id)
    sendings = last_sendings(session, [one.id for one in requests])
    sent = {one.ordinal: sendings[one.id] for one in requests if one.id in sendings}
    obligated = {one.budget_period_id: one.obligated_on for one in actions}
    today = now.astimezone(ZoneInfo(competition.zone)).date()
    standing = tuple(
        _standing(session, award, competition, period, plan, sent, obligated, today) for period in periods
    )
    return Outlook(
        award=award,
        organization=organization,
        competition=competition,
        years=tuple(
            _year(period, standing[period.ordinal - 1], sent, is_told=period.id in obligated)
            for period in periods
        ),
        standing=standing,
        requests=tuple(requests),
        all_years=sum_of_years(plan),
    )


def _standing(
    session: Session,
    award: Award,
    competition: Competition,
    period: BudgetPeriod,
    plan: tuple[YearBudget, ...],
    sent: Mapping[int, Sending],
    obligated: Mapping[int, date],
    today: date,
) -> Standing:
    """Return the money that stands for a year: approved, else asked for, else planned."""
    day = obligated.get(period.id, today)
    again = award.items.get("selected_again") == "yes"
    rule, as_again, _ = governing_rule(competition, day, selected_again=again)
    if period.id in obligated and period.budget_id is not None:
        table = table_of(session, budget_by_id(session, period.budget_id))
        # the first year keeps the whole plan as its budget, a later one has its own
        content = table.contents[period.ordinal - 1 if len(table.contents) > 1 else 0]
        return Standing(content, rule, as_again, "Approved")
    if period.ordinal in sent:
        content = thaw(sent[period.ordinal].content["budget"])
        return Standing(content, rule, as_again, "Asked for")
    return Standing(plan[period.ordinal - 1], rule, as_again, "Planned")


def _year(
    period: BudgetPeriod, standing: Standing, sent: Mapping[int, Sending], *, is_told: bool
) -> YearOutlook:
    try:
        judged = assess_year(
            standing.content, standing.rule, period.ordinal, selected_again=standing.selected_again
        )
    except ValueError:
        raise refuse("budget", f"The budget of year {period.ordinal} cannot be judged. Mend it.") from None
    asked = thaw(sent[period.ordinal].content["budget"]) if period.ordinal in sent else None
    after = sent.get(period.ordinal + 1)
    so_far = _filled(after).so_far if after else None
    return YearOutlook(
        ordinal=period.ordinal,
        begins=period.starts_on,
        ends=period.ends_on,
        state=standing.state,
        planned_federal=period.planned_federal,
        planned_match=period.planned_match,
        approved_federal=period.approved_federal if is_told else None,
        approved_match=period.approved_match if is_told else None,
        requested_federal=totals(asked).revenue[Column.FEDERAL] if asked else None,
        requested_match=totals(asked).non_federal if asked else None,
        spent=so_far.spent if so_far else None,
        documented=so_far.documented if so_far else None,
        judged=judged,
    )


def _filled(sending: Sending) -> Filled:
    return read(sending.content["parts"])
