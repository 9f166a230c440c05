"""Opening the request of a coming year, prefilled from the approved plan: the worker's daily duty."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.awards.models import Award
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.services import years as budget_years
from grants.competitions.queries import rule_set_of
from grants.continuations.models import Request, RequestPart, RequestPartVersion
from grants.continuations.queries.requests import (
    Coming,
    approved_plan,
    last_sending_of_year,
    periods_without_request,
    request_of_year,
)
from grants.continuations.rules.gates import OPENS_DAYS, due_dates, end_of_day, opens_on
from grants.continuations.rules.parts import Part, read, with_plan
from grants.lifecycle.perform import tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record


def open_due(session: Session, now: datetime) -> None:
    """Open a request for every coming budget period that is near, once; a period's year before is funded."""
    today = now.date()
    horizon = today + timedelta(days=OPENS_DAYS + 1)
    for coming in periods_without_request(session, begins_by=horizon, begins_after=today):
        local = now.astimezone(ZoneInfo(coming.competition.zone)).date()
        if opens_on(coming.period.starts_on) <= local:
            open_request(session, coming, now=now)


def open_request(session: Session, coming: Coming, *, now: datetime) -> Request | None:
    """Open one request and tell the center; None where another worker has opened it meanwhile."""
    lock(session, coming.award)
    rules = rule_set_of(coming.competition)
    if rules is None or request_of_year(session, coming.award.id, coming.period.ordinal) is not None:
        return None
    plan = table_of(session, budget_by_id(session, coming.award.budget_id)).contents
    year = coming.period.ordinal
    budget = budget_years.copy(
        session, [plan[year - 1]], label=f"Year {year} request {coming.award.fain}", now=now
    )
    draft_due, final_due = due_dates(coming.previous.ends_on, rules.reporting)
    zone = coming.competition.zone
    request = Request(
        award_id=coming.award.id,
        budget_period_id=coming.period.id,
        organization_id=coming.award.organization_id,
        application_id=coming.award.application_id,
        competition_id=coming.award.competition_id,
        state=coming.award.state,
        fain=coming.award.fain,
        ordinal=year,
        budget_id=budget.id,
        opened_at=now,
        draft_due_at=end_of_day(draft_due, zone),
        final_due_at=end_of_day(final_due, zone),
        due_authority=rules.reporting.authority,
        zone=zone,
    )
    session.add(request)
    session.flush()
    _prefill(session, request, coming.award, now=now)
    facts = {"award": coming.award.fain, "year": year, "authority": rules.reporting.authority}
    event = record(
        session, "continuation_request.opened", request, happened="opened the continuation request",
        actor=SYSTEM, now=now, facts=facts,
    )  # fmt: skip
    tell(session, event, "continuations.opened")
    return request


def _prefill(session: Session, request: Request, award: Award, *, now: datetime) -> None:
    """Fill the parts from the request of the year before, else from the award."""
    before = last_sending_of_year(session, award.id, request.ordinal - 1)
    known = read(before.content["parts"]) if before else None
    scope = known.scope if known else str(award.items.get("description", ""))
    outcomes = with_plan(Part.OUTCOMES, {}, approved_plan(session, request))
    contents: dict[Part, dict[str, str]] = {
        Part.SCOPE: {"scope": scope},
        Part.OUTCOMES: outcomes,
        Part.ACTUALS: {},
        Part.REASONS: {},
    }
    for key, content in contents.items():
        part = RequestPart(request_id=request.id, key=key, content=content)
        session.add(part)
        session.flush()
        session.add(RequestPartVersion(part_id=part.id, version=1, content=content, at=now))
    session.flush()
