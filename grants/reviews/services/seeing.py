"""Nobody sees another's scores before their own are in, whatever other role they hold."""

from collections.abc import Iterable

from sqlmodel import Session

from grants.access.actor import Actor
from grants.errors import NotAllowed
from grants.reviews.queries.sheets import has_open_sheet


def owes_own(session: Session, actor: Actor, applications: Iterable[int]) -> bool:
    """Ask whether the actor reviews one of these applications and has not submitted the own sheet."""
    return actor.is_reviewer and has_open_sheet(
        session, actor.person_id or 0, set(applications) & actor.assignments
    )


def require_own_in(session: Session, actor: Actor, applications: Iterable[int]) -> None:
    """Raise while the actor's own score sheet on one of these applications is not in."""
    if owes_own(session, actor, applications):
        raise NotAllowed("You review here yourself. Others' scores open to you once your own are in.")
