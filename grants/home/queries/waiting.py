"""What waits for a person: the rows that every slice offers."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.applications.queries.lists import waiting_for as applications_waiting
from grants.awards.queries import waiting_for as awards_waiting
from grants.competitions.queries import waiting_for as competitions_waiting
from grants.continuations.queries.waiting import waiting_for as continuations_waiting
from grants.home.queries.administration import administration_waiting
from grants.home.queries.decision_steps import waiting_for as decisions_waiting
from grants.lifecycle.waiting import Waiting
from grants.organizations.models import Organization
from grants.organizations.queries import organizations_of
from grants.organizations.queries import waiting_for as organizations_waiting
from grants.reviews.queries.waiting import waiting_for as reviews_waiting
from grants.screening.queries import waiting_for as screening_waiting


def own_organizations(session: Session, actor: Actor) -> list[Organization]:
    """Return the organizations to which the person belongs."""
    return [] if actor.person_id is None else organizations_of(session, actor.person_id)


def waiting(session: Session, actor: Actor, now: datetime, *, audience: str) -> list[Waiting]:
    """Return everything that waits for a person on one audience's home page, in no order yet."""
    rows = [row for source in SOURCES for row in source(session, actor, now)]
    return [row for row in rows if row.audience == audience]


SOURCES: tuple[Callable[[Session, Actor, datetime], list[Waiting]], ...] = (
    organizations_waiting,
    competitions_waiting,
    applications_waiting,
    screening_waiting,
    reviews_waiting,
    awards_waiting,
    decisions_waiting,
    continuations_waiting,
    administration_waiting,
)
"""Every slice that offers rows; a row's endpoint says on whose home page it stands."""
