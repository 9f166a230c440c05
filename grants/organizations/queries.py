"""Reads of organizations, their members and invitations."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_
from sqlalchemy import select as select_bare
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.database import bare_rows, bare_table
from grants.lifecycle.waiting import NEWS, Waiting
from grants.organizations.models import Invitation, MemberRole, Membership, Organization
from grants.organizations.workflow import InvitationStatus


@dataclass(frozen=True)
class MemberRow:
    """One current member with what the members' table shows."""

    membership: Membership
    person: Person
    invited_by: str | None

    @property
    def role(self) -> MemberRole:
        """The role held in the organization."""
        return self.membership.role

    @property
    def may_sign(self) -> bool:
        """Say whether this member certifies and submits."""
        return self.membership.role is MemberRole.REPRESENTATIVE


@dataclass(frozen=True)
class InvitationRow:
    """One invitation with the names on it."""

    invitation: Invitation
    organization: Organization
    invited_by: str


def organization_by_uid(session: Session, uid: str) -> Organization | None:
    """Return one organization by the name used in URLs."""
    return session.exec(select(Organization).where(col(Organization.uid) == uid)).first()


def organization_by_id(session: Session, organization_id: int) -> Organization | None:
    """Return one organization."""
    return session.get(Organization, organization_id)


def organizations_by_ids(session: Session, ids: set[int] | frozenset[int]) -> dict[int, Organization]:
    """Return several organizations by their ids."""
    if not ids:
        return {}
    rows = session.exec(select(Organization).where(col(Organization.id).in_(ids))).all()
    return {organization.id: organization for organization in rows}


_BARE = bare_table(Membership).c
_MEMBERSHIPS = select_bare(_BARE.organization_id, _BARE.role).where(
    _BARE.person_id == bindparam("person_id"), _BARE.left_at.is_(None)
)
"""Built once: every request asks it."""


def memberships_of(session: Session, person_id: int) -> dict[int, Role]:
    """Return what a person is in each organization now; for the actor of a request."""
    rows = bare_rows(session, _MEMBERSHIPS, {"person_id": person_id})
    return {organization_id: Role(role) for organization_id, role in rows}


def organizations_of(session: Session, person_id: int) -> list[Organization]:
    """Return the organizations a person belongs to now, by name."""
    return list(
        session.exec(
            select(Organization)
            .join(Membership, col(Membership.organization_id) == col(Organization.id))
            .where(col(Membership.person_id) == person_id, col(Membership.left_at).is_(None))
            .order_by(func.lower(Organization.name), col(Organization.id))
        ).all()
    )


def membership_of(session: Session, organization_id: int, person_id: int) -> Membership | None:
    """Return a person's current membership."""
    return session.exec(
        select(Membership).where(
            col(Membership.organization_id) == organization_id,
            col(Membership.person_id) == person_id,
            col(Membership.left_at).is_(None),
        )
    ).first()


def membership_by_uid(session: Session, uid: str) -> Membership | None:
    """Return one membership by the name used in URLs."""
    return session.exec(select(Membership).where(col(Membership.uid) == uid)).first()


def members_of(session: Session, organization_id: int) -> list[MemberRow]:
    """Return the current members, representatives first, then by the day they joined."""
    inviter = aliased(Person)
    rows = session.exec(
        select(Membership, Person, inviter.name)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .outerjoin(inviter, col(inviter.id) == col(Membership.invited_by_id))
        .where(col(Membership.organization_id) == organization_id, col(Membership.left_at).is_(None))
        .order_by(col(Membership.role), col(Membership.joined_at), col(Membership.id))
    ).all()
    return [MemberRow(membership, person, invited_by) for membership, person, invited_by in rows]


def representatives_of(session: Session, organization_id: int) -> list[Person]:
    """Return the people who sign for an organization."""
    return [row.person for row in members_of(session, organization_id) if row.may_sign]


def invitation_by_uid(session: Session, uid: str) -> Invitation | None:
    """Return one invitation by the name used in URLs."""
    return session.exec(select(Invitation).where(col(Invitation.uid) == uid)).first()


def invitation_by_id(session: Session, invitation_id: int) -> Invitation | None:
    """Return one invitation."""
    return session.get(Invitation, invitation_id)


def open_invitation(session: Session, organization_id: int, email: str) -> Invitation | None:
    """Return the unanswered invitation of an address."""
    return session.exec(
        select(Invitation).where(
            col(Invitation.organization_id) == organization_id,
            col(Invitation.email) == email,
            col(Invitation.status) == InvitationStatus.INVITED,
        )
    ).first()


def invitations_of(session: Session, organization_id: int) -> list[InvitationRow]:
    """Return the invitations of an organization that nobody answered, newest first."""
    return _invitations(session, organization_id=organization_id)


def invitations_to(session: Session, email: str, *, now: datetime) -> list[InvitationRow]:
    """Return the unanswered invitations to an address that have not run out."""
    rows = _invitations(session, email=email)
    return [row for row in rows if row.invitation.expires_at > now]


def invitation_row(session: Session, invitation: Invitation) -> InvitationRow:
    """Return an invitation with the names on it."""
    organization, inviter = session.exec(
        select(Organization, Person.name)
        .join(Person, col(Person.id) == invitation.invited_by_id)
        .where(col(Organization.id) == invitation.organization_id)
    ).one()
    return InvitationRow(invitation, organization, inviter)


def invitations_run_out(session: Session, now: datetime) -> list[Invitation]:
    """Return the unanswered invitations whose time is over."""
    return list(
        session.exec(
            select(Invitation)
            .where(col(Invitation.status) == InvitationStatus.INVITED, col(Invitation.expires_at) <= now)
            .order_by(col(Invitation.id))
        ).all()
    )


def organizations_like(session: Session, words: str, *, most: int = 20) -> list[Organization]:
    """Return organizations by a part of the name, the EIN or the UEI; for the search of staff."""
    like = f"%{words.strip().lower()}%"
    return list(
        session.exec(
            select(Organization)
            .where(
                or_(
                    func.lower(Organization.name).like(like),
                    col(Organization.ein).like(like),
                    func.lower(Organization.uei).like(like),
                )
            )
            .order_by(func.lower(Organization.name), col(Organization.id))
            .limit(most)
        ).all()
    )


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return the invitations that wait for an answer, where the address is confirmed."""
    if not actor.email:
        return []
    return [
        Waiting(
            verb=f"Answer the invitation to join {row.organization.name}",
            why=f"{row.invited_by} asked you to join as {row.invitation.role}.",
            due=row.invitation.expires_at,
            subject=row.organization.name,
            endpoint="applicant.organizations.invited",
            values={"uid": row.invitation.uid},
            urgency=NEWS,
            zone=actor.zone,
        )
        for row in invitations_to(session, actor.email, now=now)
    ]


def _invitations(
    session: Session, *, organization_id: int | None = None, email: str | None = None
) -> list[InvitationRow]:
    chosen = (
        select(Invitation, Organization, Person.name)
        .join(Organization, col(Organization.id) == col(Invitation.organization_id))
        .join(Person, col(Person.id) == col(Invitation.invited_by_id))
        .where(col(Invitation.status) == InvitationStatus.INVITED)
        .order_by(col(Invitation.invited_at).desc(), col(Invitation.id).desc())
    )
    if organization_id is not None:
        chosen = chosen.where(col(Invitation.organization_id) == organization_id)
    if email is not None:
        chosen = chosen.where(col(Invitation.email) == email)
    return [InvitationRow(*row) for row in session.exec(chosen).all()]
