"""Mail about organizations: invitations, their answers, and who was named or removed."""

from sqlmodel import Session

from grants.accounts.queries import person_by_id
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail
from grants.organizations import queries
from grants.organizations.workflow import InvitationStatus


def invited(session: Session, event: Event) -> list[Mail]:
    """Mail the link with which an invitation is answered."""
    invitation = queries.invitation_by_id(session, event.subject_id)
    if invitation is None or invitation.status is not InvitationStatus.INVITED:
        return []
    row = queries.invitation_row(session, invitation)
    context = {"invitation": invitation, "organization": row.organization, "invited_by": row.invited_by}
    subject = f"You are invited to join {row.organization.name}"
    return [Mail(invitation.email, subject, "emails/organizations/invited", None, context)]


def joined(session: Session, event: Event) -> list[Mail]:
    """Tell the inviter that the invitation was accepted."""
    return _answer(session, event, "accepted")


def declined(session: Session, event: Event) -> list[Mail]:
    """Tell the inviter that the invitation was declined."""
    return _answer(session, event, "declined")


def member_changed(session: Session, event: Event) -> list[Mail]:
    """Tell everybody who signs for the organization who was named or removed."""
    organization = queries.organization_by_id(session, event.subject_id)
    if organization is None:
        return []
    return [
        Mail(
            person.email,
            f"Members of {organization.name} changed",
            "emails/organizations/member_changed",
            person.id,
            {"organization": organization},
        )
        for person in queries.representatives_of(session, organization.id)
    ]


def _answer(session: Session, event: Event, answer: str) -> list[Mail]:
    invitation = queries.invitation_by_id(session, event.subject_id)
    inviter = person_by_id(session, invitation.invited_by_id) if invitation else None
    if invitation is None or inviter is None:
        return []
    if queries.membership_of(session, invitation.organization_id, inviter.id) is None:
        return []
    organization = queries.invitation_row(session, invitation).organization
    subject = f"{invitation.email} {answer} the invitation to {organization.name}"
    context = {"invitation": invitation, "organization": organization, "answer": answer}
    return [Mail(inviter.email, subject, "emails/organizations/answered", inviter.id, context)]
