"""Reads of the reviewer pool: invitations, reviewers, declared interests, load."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from grants.accounts.models import Person
from grants.competitions.models import Competition
from grants.organizations.models import Membership, Organization
from grants.reviews.models import Assignment, Interest, PanelMember, Reviewer
from grants.reviews.workflow import AssignmentStatus, MemberStatus

NO_ONE = ""


def member_by_uid(session: Session, uid: str) -> PanelMember | None:
    """Return an invitation by its name in URLs."""
    return session.exec(select(PanelMember).where(col(PanelMember.uid) == uid)).first()


def member_by_address(session: Session, competition_id: int, email: str) -> PanelMember | None:
    """Return the invitation of an address in a competition."""
    return session.exec(
        select(PanelMember).where(
            col(PanelMember.competition_id) == competition_id, col(PanelMember.email) == email
        )
    ).first()


def members_of(session: Session, competition_id: int) -> list[PanelMember]:
    """Return everyone invited to a competition's panel, by name."""
    rows = (
        select(PanelMember)
        .where(col(PanelMember.competition_id) == competition_id)
        .order_by(func.lower(col(PanelMember.name)), col(PanelMember.id))
    )
    return list(session.exec(rows).all())


class Invited(Protocol):
    """Whoever has an invitation and, once it is bound to an account, a person."""

    @property
    def id(self) -> int:
        """Return the invitation's number, in the order of invitation."""

    @property
    def person_id(self) -> int | None:
        """Return the account, if there is one."""


def seats(members: Iterable[Invited]) -> dict[int, str]:
    """Return each person's seat, “R1”, “R2” …, in the order of invitation; it stays for ever."""
    ordered = sorted((member for member in members if member.person_id is not None), key=lambda one: one.id)
    return {
        member.person_id: f"R{number}" for number, member in enumerate(ordered, start=1) if member.person_id
    }


def invitations_of(session: Session, person_id: int, email: str) -> list[tuple[PanelMember, Competition]]:
    """Return a person's invitations, the newest first; by account, or by address before one is bound."""
    rows = (
        select(PanelMember, Competition)
        .join(Competition, col(Competition.id) == col(PanelMember.competition_id))
        .where(
            (col(PanelMember.person_id) == person_id)
            | (col(PanelMember.person_id).is_(None) & (col(PanelMember.email) == email)),
            col(PanelMember.status).in_([MemberStatus.INVITED, MemberStatus.ACCEPTED]),
        )
        .order_by(col(PanelMember.invited_at).desc(), col(PanelMember.id).desc())
    )
    return list(session.exec(rows).all())


def membership_in(session: Session, competition_id: int, person_id: int) -> PanelMember | None:
    """Return a person's accepted place on a competition's panel."""
    return session.exec(
        select(PanelMember).where(
            col(PanelMember.competition_id) == competition_id,
            col(PanelMember.person_id) == person_id,
            col(PanelMember.status) == MemberStatus.ACCEPTED,
        )
    ).first()


def expired_invitations(session: Session, now: datetime) -> list[PanelMember]:
    """Return invitations that nobody answered in time."""
    rows = (
        select(PanelMember)
        .where(col(PanelMember.status) == MemberStatus.INVITED, col(PanelMember.expires_at) < now)
        .order_by(col(PanelMember.id))
    )
    return list(session.exec(rows).all())


def reviewer_of(session: Session, person_id: int) -> Reviewer | None:
    """Return a person's entry in the pool."""
    return session.exec(select(Reviewer).where(col(Reviewer.person_id) == person_id)).first()


def reviewers_by_person(session: Session, people: set[int]) -> dict[int, Reviewer]:
    """Return pool entries by person."""
    rows = select(Reviewer).where(col(Reviewer.person_id).in_(people))
    return {row.person_id: row for row in session.exec(rows).all()}


def person_by_email(session: Session, email: str) -> Person | None:
    """Return the account of an address, if there is one."""
    return session.exec(select(Person).where(col(Person.email) == email.lower())).first()


def people_by_id(session: Session, people: set[int]) -> dict[int, Person]:
    """Return accounts by id."""
    rows = select(Person).where(col(Person.id).in_(people))
    return {row.id: row for row in session.exec(rows).all()}


def interests_of(session: Session, person_id: int) -> list[Interest]:
    """Return what a person declared and did not end, newest first, expired ones included."""
    rows = (
        select(Interest)
        .where(col(Interest.person_id) == person_id, col(Interest.ended_at).is_(None))
        .order_by(col(Interest.declared_at).desc(), col(Interest.id).desc())
    )
    return list(session.exec(rows).all())


def interest_by_uid(session: Session, uid: str) -> Interest | None:
    """Return one declaration."""
    return session.exec(select(Interest).where(col(Interest.uid) == uid)).first()


def interests_in_force(session: Session, people: set[int], now: datetime) -> dict[int, list[Interest]]:
    """Return the declarations that hold at this instant, by person."""
    rows = (
        select(Interest)
        .where(
            col(Interest.person_id).in_(people),
            col(Interest.ended_at).is_(None),
            col(Interest.until) > now,
        )
        .order_by(col(Interest.id))
    )
    found: dict[int, list[Interest]] = {}
    for row in session.exec(rows).all():
        found.setdefault(row.person_id, []).append(row)
    return found


def organizations_of_people(session: Session, people: set[int]) -> dict[int, frozenset[int]]:
    """Return the organizations that each person belongs to now."""
    rows = select(Membership.person_id, Membership.organization_id).where(
        col(Membership.person_id).in_(people), col(Membership.left_at).is_(None)
    )
    found: dict[int, set[int]] = {}
    for person_id, organization_id in session.exec(rows).all():
        found.setdefault(person_id, set()).add(organization_id)
    return {person_id: frozenset(ids) for person_id, ids in found.items()}


def organization_named(session: Session, name: str) -> Organization | None:
    """Return the organization with exactly this name, whatever the case."""
    rows = select(Organization).where(func.lower(col(Organization.name)) == name.lower())
    return session.exec(rows.order_by(col(Organization.id))).first()


@dataclass(frozen=True)
class Load:
    """How many applications a reviewer has in one competition."""

    drafts: int
    sent: int

    @property
    def total(self) -> int:
        """Return drafts and sent ones together: what counts against the cap."""
        return self.drafts + self.sent


NO_LOAD = Load(0, 0)


def loads(session: Session, competition_id: int, *, without: Iterable[int] = ()) -> Mapping[int, Load]:
    """Return each reviewer's load in a competition, by person."""
    rows = (
        select(Assignment.person_id, Assignment.status, func.count())
        .where(
            col(Assignment.competition_id) == competition_id,
            col(Assignment.status) != AssignmentStatus.WITHDRAWN,
            col(Assignment.application_id).not_in(list(without)),
        )
        .group_by(col(Assignment.person_id), col(Assignment.status))
    )
    counts: dict[int, dict[AssignmentStatus, int]] = {}
    for person_id, status, count in session.exec(rows).all():
        counts.setdefault(person_id, {})[AssignmentStatus(status)] = count
    return {
        person_id: Load(by.get(AssignmentStatus.DRAFT, 0), by.get(AssignmentStatus.SENT, 0))
        for person_id, by in counts.items()
    }


def loads_everywhere(session: Session, people: set[int], *, without: Iterable[int] = ()) -> dict[int, int]:
    """Return how many sent assignments each person has over all competitions."""
    rows = (
        select(Assignment.person_id, func.count())
        .where(
            col(Assignment.person_id).in_(people),
            col(Assignment.status) == AssignmentStatus.SENT,
            col(Assignment.application_id).not_in(list(without)),
        )
        .group_by(col(Assignment.person_id))
    )
    return dict(session.exec(rows).all())
