"""The budget of an application: the policy and the clock are asked, then budgets does the work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.applications.models import Application
from grants.applications.queries.drafts import desk_with_rules
from grants.applications.services.drafting import (
    require_editable,
    require_editable_desk,
    require_editable_part,
)
from grants.budgets.models import MatchLine
from grants.budgets.queries import budget_by_id, match_line_by_uid, table_of
from grants.budgets.rules.table import YearBudget
from grants.budgets.services import sources, years
from grants.budgets.services.sources import Source
from grants.budgets.services.years import SavedYear
from grants.errors import NotFound
from grants.policies.rule_set import RuleSet
from grants.versions import Offer


@dataclass(frozen=True)
class SavedInZone:
    """What is stored of a year, with the zone in which its instant is told and the rules that judge it."""

    year: SavedYear
    zone: str
    rules: RuleSet


def save_budget_year(
    session: Session,
    application: Application,
    year: int,
    content: YearBudget,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> SavedYear:
    """Store one whole year of the budget; see `budgets.services.years.save_year`."""
    require_editable_part(session, application, actor=actor, now=now)
    return years.save_year(
        session, application.budget_id, year, content, version=version, actor=actor, now=now
    )


def offer_budget_year(
    session: Session, application: Application, year: int, offer: Offer, *, actor: Actor, now: datetime
) -> SavedInZone:
    """Store what can be stored of an offer; see `budgets.services.years.offer_year`."""
    found = desk_with_rules(session, application.id)
    if found is None or found[1] is None:
        raise NotFound
    zone = require_editable_desk(found[0], actor=actor, now=now)
    saved = years.offer_year(session, application.budget_id, year, offer, actor=actor, now=now)
    return SavedInZone(saved, zone, RuleSet.from_json(found[1]))


def answer_before(
    session: Session, application: Application, *, was_center: bool, actor: Actor, now: datetime
) -> None:
    """Keep whether the host was the center of the state before."""
    require_editable(session, application, actor=actor, now=now)
    application.was_center = was_center
    session.add(application)


def copy_year(
    session: Session,
    application: Application,
    *,
    from_year: int,
    to_years: Iterable[int],
    actor: Actor,
    now: datetime,
) -> list[SavedYear]:
    """Put the amounts of one year into others; what stood there stays in their history."""
    require_editable(session, application, actor=actor, now=now)
    table = table_of(session, budget_by_id(session, application.budget_id))
    content = table.year(from_year).content
    return [
        years.save_year(
            session,
            application.budget_id,
            year,
            content,
            version=table.year(year).version,
            actor=actor,
            now=now,
        )
        for year in to_years
        if year != from_year
    ]


def add_source(
    session: Session,
    application: Application,
    source: Source,
    *,
    for_years: Iterable[int],
    actor: Actor,
    now: datetime,
) -> list[MatchLine]:
    """Name a source of match for one year or several."""
    require_editable(session, application, actor=actor, now=now)
    budget = budget_by_id(session, application.budget_id)
    return sources.add_source(session, budget, source, years=for_years, actor=actor, now=now)


def change_source(
    session: Session,
    application: Application,
    uid: str,
    source: Source,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> MatchLine:
    """Change a source that was read at `version`."""
    require_editable(session, application, actor=actor, now=now)
    line = _line(session, application, uid)
    return sources.change_source(session, line, source, version=version, actor=actor, now=now)


def remove_source(
    session: Session, application: Application, uid: str, *, actor: Actor, now: datetime
) -> MatchLine:
    """Take a source out of the budget."""
    require_editable(session, application, actor=actor, now=now)
    line = _line(session, application, uid)
    sources.remove_source(session, line, now=now)
    return line


def _line(session: Session, application: Application, uid: str) -> MatchLine:
    line = match_line_by_uid(session, application.budget_id, uid)
    if line is None:
        raise NotFound
    return line
