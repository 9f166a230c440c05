"""Joining a panel: the answer to an invitation, the agreement, the declaration of interests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.errors import NotAllowed, refuse
from grants.lifecycle.perform import perform
from grants.lifecycle.record import record
from grants.reviews.models import Interest, PanelMember, Reviewer
from grants.reviews.queries import pool
from grants.reviews.rules.agreement import VERSION
from grants.reviews.rules.choices import InterestKind, ReviewerKind
from grants.reviews.services.conflicts import find_conflicts
from grants.reviews.workflow import MemberStatus

DECLARATION_LASTS = timedelta(days=365)


@dataclass(frozen=True)
class Declared:
    """One interest as a reviewer states it."""

    kind: InterestKind
    name: str = ""
    state: str | None = None


@dataclass(frozen=True)
class Profile:
    """What a reviewer says of themselves."""

    affiliation: str
    expertise: Sequence[str] = ()
    states: Sequence[str] = ()
    available: bool = True
    availability_note: str = ""
    cv: str = ""
    kind: ReviewerKind | None = None
    cv_file_id: int | None = None
    """A new file in place of the last one, if there is one."""


def accept(session: Session, member: PanelMember, *, actor: Actor, now: datetime) -> None:
    """Accept an invitation; who is signed in with the invited address is bound to it at once."""
    answering = _answering(member, actor, now)
    perform(session, member, "accept", actor=answering, now=now)
    member.answered_at = now
    if actor.person_id is not None:
        _bind(session, member, actor)
    session.add(member)


def decline(session: Session, member: PanelMember, *, reason: str, actor: Actor, now: datetime) -> None:
    """Decline an invitation with a reason."""
    answering = _answering(member, actor, now)
    perform(session, member, "decline", actor=answering, now=now, reason=reason)
    member.answered_at, member.decline_reason = now, reason[:1000]
    session.add(member)


def sign_agreement(
    session: Session, member: PanelMember, *, name: str, tools: bool, actor: Actor, now: datetime
) -> None:
    """Sign the confidentiality agreement; the invitation is bound to the signer's account.

    `tools` is the certificate that nothing goes into outside tools; without it nothing is signed. Who
    signed before there was a certificate signs it alone.
    """
    require(actor, "panel.join", member)
    if member.status != MemberStatus.ACCEPTED:
        raise refuse("status", "Accept the invitation first.")
    if member.agreement_signed_at is not None and member.tools_certified_at is not None:
        return
    if not tools:
        raise refuse("tools", "Tick the box under the certificate on outside tools.", field="tools")
    if " ".join(name.split()).casefold() != " ".join(actor.name.split()).casefold():
        raise refuse("name", f"Sign with your name as it stands in your account: {actor.name}.", field="name")
    _bind(session, member, actor)
    if member.agreement_signed_at is None:
        member.agreement_signed_at, member.agreement_name = now, name[:200]
    member.tools_certified_at = now
    session.add(member)
    record(
        session,
        "agreement.signed",
        member,
        happened="signed the confidentiality agreement and the certificate on outside tools",
        actor=actor,
        now=now,
        facts={"version": VERSION, "name": name[:200]},
    )


def declare_interests(
    session: Session,
    member: PanelMember,
    *,
    profile: Profile,
    interests: Iterable[Declared],
    actor: Actor,
    now: datetime,
) -> int:
    """Keep a dated declaration in place of the last one; return how many conflicts follow from it."""
    require(actor, "conflict.declare", member)
    person_id = member.person_id or 0
    count = declare(session, member, person_id, profile=profile, interests=interests, actor=actor, now=now)
    member.interests_declared_at = now
    if profile.kind is not None:
        member.kind = profile.kind
    session.add(member)
    record(
        session,
        "interests.declared",
        member,
        happened=f"declared {count} interests",
        actor=actor,
        now=now,
        facts={"interests": count, "kind": str(member.kind), "cv_file": profile.cv_file_id is not None},
    )
    session.flush()
    return len(find_conflicts(session, member.competition_id, now=now, people=[person_id]))


def declare(
    session: Session,
    member: PanelMember,
    person_id: int,
    *,
    profile: Profile,
    interests: Iterable[Declared],
    actor: Actor,
    now: datetime,
) -> int:
    """Write the profile and the interests; earlier declarations end and stay readable."""
    entry = pool.reviewer_of(session, person_id) or Reviewer(person_id=person_id, kind=member.kind)
    own = pool.organization_named(session, profile.affiliation) if profile.affiliation else None
    entry.affiliation, entry.organization_id = profile.affiliation, own.id if own else None
    entry.expertise, entry.states = list(profile.expertise), list(profile.states)
    entry.available, entry.availability_note, entry.cv = (
        profile.available,
        profile.availability_note,
        profile.cv,
    )
    entry.kind = profile.kind or entry.kind
    entry.cv_file_id = profile.cv_file_id or entry.cv_file_id
    entry.declared_at, entry.declared_until = now, now + DECLARATION_LASTS
    session.add(entry)
    for row in pool.interests_of(session, person_id):
        row.ended_at = now
        session.add(row)
    count = 0
    for one in interests:
        session.add(_interest(session, person_id, one, now))
        count += 1
    return count


def _interest(session: Session, person_id: int, one: Declared, now: datetime) -> Interest:
    named = pool.organization_named(session, one.name) if one.name else None
    return Interest(
        person_id=person_id,
        organization_id=named.id if named else None,
        name=one.name,
        state=one.state,
        kind=one.kind,
        declared_at=now,
        until=now + DECLARATION_LASTS,
    )


def _answering(member: PanelMember, actor: Actor, now: datetime) -> Actor:
    """Return who answers: the signed-in person, or whoever holds the mailed link."""
    if now > member.expires_at:
        raise refuse("expired", "This invitation has expired. Ask the program officer to invite you again.")
    if actor.person_id is not None:
        if actor.email != member.email:
            raise NotAllowed(
                f"This invitation went to {member.email}. Sign in with that address to answer it."
            )
        return actor
    return Actor(person_id=None, name=member.name, email=member.email)


def _bind(session: Session, member: PanelMember, actor: Actor) -> None:
    if member.person_id is None:
        member.person_id = actor.person_id
        session.add(member)
