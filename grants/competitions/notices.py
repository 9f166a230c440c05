"""The mails about a competition; who is told is asked of the slices above, which know who has a draft."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.models import Competition
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail


@dataclass(frozen=True)
class Follower:
    """A person to be told; `page` is the path of what they have to look at, such as their task list."""

    person_id: int | None
    address: str
    zone: str = "America/New_York"
    page: str = ""


def amended(session: Session, event: Event, followers: Iterable[Follower]) -> list[Mail]:
    """Write the mails of a published amendment: what changed, before and after, why, from when."""
    competition = _competition(session, event)
    amendment = queries.amendment_by_uid(session, str(event.facts["amendment"]))
    if amendment is None:
        raise LookupError("the amendment is gone")
    changed = (
        amendment.changes[0]["label"] if len(amendment.changes) == 1 else f"{len(amendment.changes)} changes"
    )
    subject = f"{competition.number}: Amendment {amendment.number}: {changed[0].lower() + changed[1:]}"
    return [
        Mail(
            person_id=follower.person_id,
            address=follower.address,
            subject=subject[:300],
            template="emails/competitions/amended",
            context={"competition": competition, "amendment": amendment, "follower": follower},
        )
        for follower in followers
    ]


def canceled(session: Session, event: Event, followers: Iterable[Follower]) -> list[Mail]:
    """Write the mails of a canceled competition, with the reason."""
    competition = _competition(session, event)
    return [
        Mail(
            person_id=follower.person_id,
            address=follower.address,
            subject=f"{competition.number}: Competition canceled",
            template="emails/competitions/canceled",
            context={"competition": competition, "reason": event.reason or "", "follower": follower},
        )
        for follower in followers
    ]


def _competition(session: Session, event: Event) -> Competition:
    competition = queries.competition_by_id(session, event.subject_id)
    if competition is None:
        raise LookupError("the competition is gone")
    return competition
