"""A small organization with an invitation that people can answer, and a record with a few deeds."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.database import Database
from grants.lifecycle.models import Event
from grants.lifecycle.record import record
from grants.organizations.models import Invitation, MemberRole, Organization, OrganizationKind

NOW = datetime(2014, 9, 1, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Invited:
    """An organization, its representative, the invitation of another person, and a stranger."""

    organization: Organization
    invitation: Invitation
    representative: Actor
    addressed: Actor
    stranger: Actor


def make_invited(session: Session) -> Invited:
    """Make an organization with one open invitation."""
    hale, roy, other = (make_person(session, name) for name in ("Dana Hale", "Ana Roy", "Xu Elsewhere"))
    host = Organization(name="Front Range Works", kind=OrganizationKind.NONPROFIT, state="CO", created_at=NOW)
    session.add(host)
    session.flush()
    invitation = Invitation(
        organization_id=host.id,
        email=roy.email,
        role=MemberRole.MEMBER,
        invited_by_id=hale.id,
        invited_at=NOW,
        expires_at=NOW + timedelta(days=14),
    )
    session.add(invitation)
    session.flush()
    return Invited(
        host,
        invitation,
        Actor(hale.id, hale.name, hale.email, memberships={host.id: Role.REPRESENTATIVE}),
        Actor(roy.id, roy.name, roy.email),
        Actor(other.id, other.name, other.email),
    )


def make_person(session: Session, name: str) -> Person:
    """Make a person with a confirmed address."""
    person = Person(
        email=f"{name.lower().replace(' ', '.')}@tests.example",
        name=name,
        password_hash="none",
        password_changed_at=NOW,
        created_at=NOW,
        confirmed_at=NOW,
    )
    session.add(person)
    session.flush()
    return person


def write_deeds(database: Database, count: int) -> list[Event]:
    """Write a chain of so many events, every column of them filled."""
    with database.writing() as session:
        invited = make_invited(session)
    events = []
    for number in range(count):
        with database.writing() as session:
            event = record(
                session,
                "organization.edited",
                invited.organization,
                happened=f"changed the address a {number}. time",
                actor=invited.representative,
                now=NOW + timedelta(minutes=number),
                reason="The office moved to “Larimer St”.",
                facts={"before": {"street": "Main St"}, "after": {"street": "Larimer St", "number": number}},
                before="draft",
                after="draft",
            )
            event.competition_id, event.application_id = 3, 5
        events.append(event)
    return events
