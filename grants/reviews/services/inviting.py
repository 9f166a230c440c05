"""Asking people to review: one or many, again, or no longer."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.errors import refuse
from grants.lifecycle.perform import perform, tell
from grants.lifecycle.record import record
from grants.reviews.models import PanelMember
from grants.reviews.queries import assignments, pool
from grants.reviews.rules.choices import ReviewerKind
from grants.reviews.rules.invitees import Invitee


def invite(
    session: Session,
    competition: Competition,
    people: Iterable[Invitee],
    *,
    cap: int,
    expires_at: datetime,
    actor: Actor,
    now: datetime,
) -> list[PanelMember]:
    """Invite everyone on the list who is not invited yet; return the new invitations."""
    require(actor, "pool.manage", competition)
    if expires_at <= now:
        raise refuse(
            "expiry", "Choose a day that lies ahead: until then they can answer.", field="expires_on"
        )
    made = [
        _invite_one(session, competition, one, cap=cap, expires_at=expires_at, actor=actor, now=now)
        for one in people
        if pool.member_by_address(session, competition.id, one.email) is None
    ]
    if not made:
        raise refuse("nobody-new", "Everyone on the list is invited already.", field="people")
    return made


def invite_again(
    session: Session, member: PanelMember, *, expires_at: datetime, actor: Actor, now: datetime
) -> None:
    """Invite somebody anew who declined or let the invitation expire."""
    if expires_at <= now:
        raise refuse(
            "expiry", "Choose a day that lies ahead: until then they can answer.", field="expires_on"
        )
    perform(session, member, "invite_again", actor=actor, now=now)
    member.expires_at, member.invited_at = expires_at, now
    member.answered_at = member.decline_reason = None
    session.add(member)


def take_off(session: Session, member: PanelMember, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take somebody off the panel, with everything assigned to them."""
    if not reason.strip():
        raise refuse("reason", "Write why the reviewer leaves the panel.", field="reason")
    perform(session, member, "withdraw", actor=actor, now=now, reason=reason)
    if member.person_id is None:
        return
    for row in assignments.active_assignments(session, member.competition_id):
        if row.person_id == member.person_id:
            perform(session, row, "withdraw", actor=actor, now=now, reason=reason)
            row.withdrawn_at = row.withdrawal_told_at = now
            row.withdrawn_reason = reason[:500]
            session.add(row)


def set_cap(session: Session, member: PanelMember, *, cap: int, actor: Actor, now: datetime) -> None:
    """Change how many applications a reviewer can take."""
    require(actor, "pool.manage", member)
    before, member.cap = member.cap, cap
    session.add(member)
    record(
        session,
        "panel_member.cap_changed",
        member,
        happened=f"changed the load cap of {member.name}",
        actor=actor,
        now=now,
        before=str(before),
        after=str(cap),
    )


def expire_unanswered(session: Session, now: datetime) -> None:
    """Let invitations expire whose day is over; the worker does it at every turn."""
    for member in pool.expired_invitations(session, now):
        perform(session, member, "expire", actor=SYSTEM, now=now)


def _invite_one(
    session: Session,
    competition: Competition,
    one: Invitee,
    *,
    cap: int,
    expires_at: datetime,
    actor: Actor,
    now: datetime,
) -> PanelMember:
    account = pool.person_by_email(session, one.email)
    member = PanelMember(
        competition_id=competition.id,
        person_id=None,
        email=one.email,
        name=account.name if account and account.is_set_up else one.name,
        kind=ReviewerKind(one.kind),
        affiliation=one.affiliation,
        cap=cap,
        invited_by_id=actor.person_id or 0,
        invited_at=now,
        expires_at=expires_at,
    )
    session.add(member)
    session.flush()
    event = record(
        session,
        "panel_member.invited",
        member,
        happened=f"invited {member.name} to review",
        actor=actor,
        now=now,
    )
    tell(session, event, "reviews.invited")
    return member
