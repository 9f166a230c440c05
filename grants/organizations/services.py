"""Registering an organization, changing its data, and who belongs to it."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.accounts.models import Person
from grants.accounts.queries import person_by_email
from grants.database import ends_standing
from grants.errors import NotFound, Refused, StaleVersion, refuse
from grants.lifecycle.perform import perform, tell
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record
from grants.organizations import queries
from grants.organizations.models import Invitation, MemberRole, Membership, Organization, OrganizationKind
from grants.organizations.rules import INVITED_FOR, OrganizationFields, faults_of, tidied
from grants.organizations.workflow import InvitationStatus


def create(session: Session, fields: OrganizationFields, *, actor: Actor, now: datetime) -> Organization:
    """Register an organization; whoever does so is its first authorized representative."""
    require(actor, "organization.create")
    if actor.person_id is None:
        raise NotFound
    fields = _checked(fields)
    organization = Organization(
        **{**asdict(fields), "kind": OrganizationKind(fields.kind)},
        created_at=now,
        created_by_id=actor.person_id,
    )
    session.add(organization)
    session.flush()
    session.add(
        Membership(
            organization_id=organization.id,
            person_id=actor.person_id,
            role=MemberRole.REPRESENTATIVE,
            joined_at=now,
        )
    )
    record(
        session,
        "organization.registered",
        organization,
        happened="registered the organization and signs for it",
        actor=actor,
        now=now,
        facts={"after": _plain(organization)},
    )
    return organization


def edit(
    session: Session,
    organization: Organization,
    fields: OrganizationFields,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> Organization:
    """Change an organization's data; raises `StaleVersion` where somebody changed it meanwhile."""
    organization = session.get_one(Organization, organization.id, with_for_update=True)
    require(actor, "organization.edit", organization)
    fields = _checked(fields)
    before, after = _plain(organization), _plain_fields(fields)
    changed = {name for name in after if before[name] != after[name]}
    if not changed:
        return organization
    if version != organization.version:
        message = f"Somebody changed the data of {organization.name} while you wrote. Nothing is lost."
        raise StaleVersion(message, current=before, offered=after, version=organization.version)
    for name in changed:
        value = getattr(fields, name)
        setattr(organization, name, OrganizationKind(value) if name == "kind" else value)
    organization.version += 1
    session.add(organization)
    record(
        session,
        "organization.changed",
        organization,
        happened="changed the organization's data",
        actor=actor,
        now=now,
        facts={
            "before": {name: before[name] for name in sorted(changed)},
            "after": {name: after[name] for name in sorted(changed)},
        },
    )
    return organization


def invite(
    session: Session, organization: Organization, *, email: str, role: MemberRole, actor: Actor, now: datetime
) -> Invitation:
    """Invite an address; a second invitation takes the place of the first."""
    require(actor, "organization.invite", organization)
    if actor.person_id is None:
        raise NotFound
    _representatives_only(organization, role, actor)
    email = email.strip().lower()
    known = person_by_email(session, email)
    if known is not None and queries.membership_of(session, organization.id, known.id) is not None:
        raise refuse("member", f"{known.name} belongs to {organization.name} already.", field="email")
    earlier = queries.open_invitation(session, organization.id, email)
    if earlier is not None:
        perform(session, earlier, "withdraw", actor=actor, now=now, reason="Invited again.")
        session.flush()
    invitation = Invitation(
        organization_id=organization.id,
        email=email,
        role=role,
        invited_by_id=actor.person_id,
        invited_at=now,
        expires_at=now + INVITED_FOR,
    )
    session.add(invitation)
    session.flush()
    event = record(
        session,
        "organization.invited",
        invitation,
        happened=f"invited {email} to join as {role}",
        actor=actor,
        now=now,
        facts={"email": email, "role": str(role)},
    )
    tell(session, event, "organizations.invited")
    return invitation


def invite_again(session: Session, invitation: Invitation, *, actor: Actor, now: datetime) -> Invitation:
    """Mail an invitation that nobody answered once more; refused where it was answered or taken back."""
    lock(session, invitation)
    if invitation.status is not InvitationStatus.INVITED:
        raise refuse("answered", f"This invitation is {invitation.status}. Invite the person anew.")
    organization = queries.invitation_row(session, invitation).organization
    return invite(session, organization, email=invitation.email, role=invitation.role, actor=actor, now=now)


def accept(
    session: Session, invitation: Invitation, *, person: Person, actor: Actor, now: datetime
) -> Membership:
    """Join by an invitation to one's confirmed address."""
    if person.id != actor.person_id:
        raise NotFound
    _in_time(invitation, now)
    perform(session, invitation, "accept", actor=actor, now=now)
    return _join(session, invitation, person, now=now)


def accept_by_link(
    session: Session, invitation: Invitation, *, person: Person, actor: Actor, now: datetime
) -> Membership:
    """Join by the mailed link, which proves the address of the account as well."""
    if person.email != invitation.email:
        raise refuse(
            "address",
            f"This invitation went to {invitation.email}. Sign in with that address, or ask for another one.",
        )
    if person.confirmed_at is None:
        person = session.get_one(Person, person.id)
        person.confirmed_at = now
        session.add(person)
    return accept(session, invitation, person=person, actor=replace(actor, email=person.email), now=now)


def decline(session: Session, invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Decline an invitation; the mailed link is enough, no account is needed."""
    _in_time(invitation, now)
    perform(session, invitation, "decline", actor=actor, now=now)


def withdraw(session: Session, invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Take an invitation back; its link stops working."""
    perform(session, invitation, "withdraw", actor=actor, now=now)


def remove(
    session: Session, organization: Organization, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    """End a membership, one's own or another's; somebody who signs must remain."""
    require(actor, "organization.invite", organization)
    session.get_one(Organization, organization.id, with_for_update=True)
    membership = session.get_one(Membership, membership.id, with_for_update=True)
    _belongs(membership, organization)
    if membership.left_at is not None:
        return
    if membership.person_id != actor.person_id:
        _representatives_only(organization, membership.role, actor)
    _keep_a_signer(session, organization, membership)
    membership.left_at = now
    session.add(membership)
    ends_standing(session, membership.person_id)
    _record_member(session, organization, membership, "left", "ended the membership of", actor=actor, now=now)


def change_role(
    session: Session,
    organization: Organization,
    membership: Membership,
    role: MemberRole,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Make a member an authorized representative, or no longer; only a representative may."""
    require(actor, "organization.invite", organization)
    session.get_one(Organization, organization.id, with_for_update=True)
    membership = session.get_one(Membership, membership.id, with_for_update=True)
    _belongs(membership, organization)
    if membership.left_at is not None or membership.role is role:
        return
    _representatives_only(organization, MemberRole.REPRESENTATIVE, actor)
    if role is MemberRole.MEMBER:
        _keep_a_signer(session, organization, membership)
    membership.role = role
    session.add(membership)
    ends_standing(session, membership.person_id)
    said = "made authorized representative" if role is MemberRole.REPRESENTATIVE else "made member"
    _record_member(session, organization, membership, "role_changed", said, actor=actor, now=now)


def expire_invitations(session: Session, now: datetime) -> None:
    """End the invitations that nobody answered in time; the worker calls it at every turn."""
    for invitation in queries.invitations_run_out(session, now):
        perform(session, invitation, "expire", actor=SYSTEM, now=now)


def _join(session: Session, invitation: Invitation, person: Person, *, now: datetime) -> Membership:
    present = queries.membership_of(session, invitation.organization_id, person.id)
    if present is not None:
        return present
    membership = Membership(
        organization_id=invitation.organization_id,
        person_id=person.id,
        role=invitation.role,
        invited_by_id=invitation.invited_by_id,
        joined_at=now,
    )
    session.add(membership)
    session.flush()
    return membership


def _checked(fields: OrganizationFields) -> OrganizationFields:
    fields = tidied(fields)
    faults = faults_of(fields)
    if faults:
        raise Refused(faults)
    return fields


def _in_time(invitation: Invitation, now: datetime) -> None:
    if invitation.expires_at <= now:
        raise refuse("expired", "The time to answer this invitation is over. Ask for a new one.")


def _representatives_only(organization: Organization, role: MemberRole, actor: Actor) -> None:
    if role is MemberRole.REPRESENTATIVE and actor.memberships.get(organization.id) != role.value:
        raise refuse(
            "representative",
            "Only an authorized representative can name or remove one. Ask one of them now.",
            field="role",
        )


def _keep_a_signer(session: Session, organization: Organization, membership: Membership) -> None:
    if membership.role is not MemberRole.REPRESENTATIVE:
        return
    if len(queries.representatives_of(session, organization.id)) == 1:
        raise refuse(
            "last",
            f"{organization.name} has one authorized representative. Make another member one first.",
        )


def _belongs(membership: Membership, organization: Organization) -> None:
    if membership.organization_id != organization.id:
        raise NotFound


def _record_member(
    session: Session,
    organization: Organization,
    membership: Membership,
    kind: str,
    said: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    person = session.get_one(Person, membership.person_id)
    event = record(
        session,
        f"organization.member_{kind}",
        organization,
        happened=f"{said}: {person.name}",
        actor=actor,
        now=now,
        facts={"person": person.name, "email": person.email, "role": str(membership.role)},
    )
    tell(session, event, "organizations.member_changed")


def _plain(organization: Organization) -> dict[str, str]:
    return {name: _word(getattr(organization, name)) for name in OrganizationFields.__dataclass_fields__}


def _plain_fields(fields: OrganizationFields) -> dict[str, str]:
    return {name: _word(value) for name, value in asdict(fields).items()}


def _word(value: object) -> str:
    return "" if value is None else str(value)
