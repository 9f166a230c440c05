"""Reads of the staff search: each kind as far as it is open to the actor."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.check import may
from grants.accounts.queries import PersonRow, people
from grants.applications.models import Application
from grants.awards.models import Award
from grants.competitions.models import Competition
from grants.organizations.models import Organization

MOST = 20


@dataclass(frozen=True)
class Found:
    """What fits the words, at most twenty of each kind."""

    competitions: list[Competition]
    applications: list[tuple[Application, str]]
    awards: list[tuple[Award, str]]
    people: list[PersonRow]

    @property
    def any(self) -> bool:
        """Say whether anything fits."""
        return bool(self.competitions or self.applications or self.awards or self.people)


def found(session: Session, actor: Actor, words: str) -> Found:
    """Return what fits the words among what the actor may open.

    Applications count once they were submitted; those that a conflict closes, and their awards, are
    not found.
    """
    return Found(
        competitions=_competitions(session, words) if may(actor, "competition.list") else [],
        applications=_applications(session, actor, words) if may(actor, "application.inspect") else [],
        awards=_awards(session, actor, words) if may(actor, "award.read") else [],
        people=people(session, words=words)[0][:MOST] if may(actor, "people.manage") else [],
    )


def holds(column: object, words: str) -> ColumnElement[bool]:
    """Ask whether a column holds the words, upper and lower case alike, signs taken as they are."""
    plain = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{plain}%", escape="\\")


def _competitions(session: Session, words: str) -> list[Competition]:
    fits = or_(holds(Competition.number, words), holds(Competition.title, words))
    rows = select(Competition).where(fits).order_by(col(Competition.number).desc()).limit(MOST)
    return list(session.exec(rows).all())


def _applications(session: Session, actor: Actor, words: str) -> list[tuple[Application, str]]:
    fits = or_(holds(Application.number, words), holds(Organization.name, words))
    rows = (
        select(Application, Organization.name)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(
            fits, col(Application.submitted_at).is_not(None), col(Application.id).not_in(sorted(actor.barred))
        )
        .order_by(col(Application.id).desc())
        .limit(MOST)
    )
    return [(application, host) for application, host in session.exec(rows).all()]


def _awards(session: Session, actor: Actor, words: str) -> list[tuple[Award, str]]:
    fits = or_(holds(Award.fain, words), holds(Organization.name, words))
    rows = (
        select(Award, Organization.name)
        .join(Organization, col(Organization.id) == col(Award.organization_id))
        .where(fits, col(Award.application_id).not_in(sorted(actor.barred)))
        .order_by(col(Award.id).desc())
        .limit(MOST)
    )
    return [(award, host) for award, host in session.exec(rows).all()]
