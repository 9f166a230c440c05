"""Answering an invitation by its mailed link, with an account or without one."""

from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.accounts.queries import person_by_email, person_by_id
from grants.accounts.services.registration import as_actor
from grants.errors import NotFound, Refused
from grants.organizations import queries, services
from grants.organizations.forms import MEANINGS, AnswerForm
from grants.organizations.models import Invitation
from grants.organizations.workflow import InvitationStatus
from grants.web import current, tokens
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("organizations", audience="public")
PURPOSE = "organization_invitation"


@pages.page("/invitation/<token>", "invitation", permission="organization.decline", methods=("GET", "POST"))
def invitation(token: str) -> ResponseReturnValue:
    """Show who invites to what; accept with the account of the invited address."""
    found = _opened(token)
    actor = current.actor()
    form = AnswerForm()
    with current.reading() as session:
        row = queries.invitation_row(session, found)
        person = person_by_id(session, actor.person_id)
        account = person_by_email(session, found.email)
    if form.is_sent() and person is not None:
        try:
            with current.writing() as session:
                fresh = session.get_one(Invitation, found.id)
                services.accept_by_link(session, fresh, person=person, actor=actor, now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"You belong to {row.organization.name} now."
            return go("applicant.organizations.show", uid=row.organization.uid, said=said)
    over = _is_over(found, current.now())
    return page(
        form=form,
        row=row,
        token=token,
        over=over,
        known=account is not None and account.is_set_up,
        fits=person is not None and person.email == found.email,
        here=url_for("public.organizations.invitation", token=token),
        meanings=MEANINGS,
        status=410 if over else 200,
    )


@pages.page("/invitation/<token>/decline", "decline", permission="organization.decline", methods=("POST",))
def decline(token: str) -> ResponseReturnValue:
    """Decline by the mailed link; no account is needed."""
    found = _opened(token)
    with current.writing() as session:
        fresh = session.get_one(Invitation, found.id)
        person = person_by_email(session, found.email)
        actor = current.actor() if person is None else as_actor(person)
        services.decline(session, fresh, actor=actor, now=current.now())
    return go("public.home.index", said="You declined the invitation; whoever invited you is told.")


def invited_address(session: Session, token: str, now: datetime) -> str:
    """Return the address to which an open invitation was mailed, by its link; empty if it is none."""
    uid = tokens.opened(PURPOSE, token)
    found = queries.invitation_by_uid(session, uid) if uid else None
    return "" if found is None or _is_over(found, now) else found.email


def _is_over(found: Invitation, now: datetime) -> bool:
    return found.status is not InvitationStatus.INVITED or found.expires_at <= now


def _opened(token: str) -> Invitation:
    uid = tokens.opened(PURPOSE, token)
    with current.reading() as session:
        found = queries.invitation_by_uid(session, uid) if uid else None
    if found is None:
        raise NotFound
    return found
