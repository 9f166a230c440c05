"""Reads of administration: mail to decide on, jobs, the installation's row, the demonstration's people."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.queries import open_requests
from grants.clock import real_now
from grants.home.queries.record import last_verification
from grants.home.queries.working import working
from grants.jobs.models import Job
from grants.lifecycle.models import Installation, Message, MessageStatus, Notice, NoticeStatus
from grants.lifecycle.queries import installation
from grants.lifecycle.waiting import OTHERS_WAIT, Waiting
from grants.organizations.models import Membership, Organization
from grants.reviews.models import Reviewer

UNDELIVERED = (MessageStatus.REFUSED, MessageStatus.UNKNOWN)


VERIFY_EVERY = timedelta(days=3)


def undelivered(session: Session, *, most: int = 200) -> list[Message]:
    """Return the mail on which a person must decide: refused for good, or killed inside the exchange."""
    rows = select(Message).where(col(Message.progress).in_(UNDELIVERED)).order_by(col(Message.id).desc())
    return list(session.exec(rows.limit(most)).all())


def message_by_uid(session: Session, uid: str) -> Message | None:
    """Return one mail by the name used in URLs."""
    return session.exec(select(Message).where(col(Message.uid) == uid)).first()


def failed_notices(session: Session, *, most: int = 200) -> list[Notice]:
    """Return the notices that could not be turned into mail, newest first."""
    rows = select(Notice).where(col(Notice.progress) == NoticeStatus.FAILED).order_by(col(Notice.id).desc())
    return list(session.exec(rows.limit(most)).all())


def mail_counts(session: Session) -> dict[str, int]:
    """Return how many mails stand where."""
    rows = session.exec(select(Message.progress, func.count(col(Message.id))).group_by(Message.progress))
    return {str(progress): count for progress, count in rows.all()}


def jobs_of_late(session: Session, actor: Actor, *, most: int = 50) -> list[Job]:
    """Return the newest jobs: one's own, and all of them to an administrator whom no conflict bars."""
    rows = select(Job).order_by(col(Job.id).desc()).limit(most)
    if Role.ADMINISTRATOR not in actor.staff_roles or actor.barred:
        rows = rows.where(col(Job.person_id) == actor.person_id)
    return list(session.exec(rows).all())


def administration_waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what waits for the administrator: mail on which to decide, and a chain not verified lately."""
    if Role.ADMINISTRATOR not in actor.staff_roles:
        return []
    found = [*_work_waiting(session), *_roles_waiting(session, actor)]
    counts = mail_counts(session)
    count = sum(counts.get(status, 0) for status in UNDELIVERED)
    if count:
        mails = "1 mail" if count == 1 else f"{count} mails"
        found.append(
            _administrative(f"Decide on {mails}", "Refused, or not known to have arrived", "staff.home.mail")
        )
    verified = last_verification(session)
    if verified is None or now - verified.at > VERIFY_EVERY:
        days = "so far" if verified is None else f"for {(now - verified.at).days} days"
        found.append(_administrative("Verify the chain", f"Not verified {days}", "staff.home.events"))
    return found


def _roles_waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Name the roles that others asked for: nobody confirms their own wish, or a role for themselves."""
    asked = [row for row in open_requests(session) if actor.person_id not in {row.asked_by_id, row.person_id}]
    if not asked:
        return []
    roles = "1 role" if len(asked) == 1 else f"{len(asked)} roles"
    why = "Asked for by another administrator"
    return [_administrative(f"Confirm or refuse {roles}", why, "staff.accounts.people")]


def _work_waiting(session: Session) -> list[Waiting]:
    """Say that a worker is missing or that mail is late; both by the real clock, as nothing else here."""
    state = working(session, at=real_now())
    found = []
    if state.missing:
        names = " and ".join(state.missing)
        found.append(
            _administrative(
                f"Start the worker for {names}", "None was seen in the last minute", "staff.home.jobs"
            )
        )
    if state.is_mail_late and state.mail_since is not None:
        why = f"The oldest waits for {(state.at - state.mail_since) // timedelta(minutes=1)} minutes"
        found.append(_administrative("See why mail waits", why, "staff.home.mail"))
    return found


def _administrative(verb: str, why: str, endpoint: str) -> Waiting:
    return Waiting(
        verb, why, None, "The installation", endpoint, urgency=OTHERS_WAIT, role=Role.ADMINISTRATOR
    )


def house(session: Session) -> Installation | None:
    """Return the installation's row."""
    return installation(session)


def contact(session: Session) -> dict[str, str] | None:
    """Return whom to ask: name, phone, hours and mail address, as the installation keeps them."""
    row = installation(session)
    return None if row is None else row.notes.get("contact")


def clock_offset(session: Session) -> timedelta:
    """Return how far the demonstration's clock is from the real one."""
    house = installation(session)
    return timedelta(seconds=house.clock_offset_seconds if house else 0)


def standing_of_people(session: Session, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Say what people are beyond staff, for the demonstration's list: group, and words."""
    told = {
        person_id: ("Applicants and centers", f"{role}, {name}")
        for person_id, role, name in session.exec(
            select(Membership.person_id, Membership.role, Organization.name)
            .join(Organization, col(Organization.id) == col(Membership.organization_id))
            .where(col(Membership.person_id).in_(ids), col(Membership.left_at).is_(None))
            .order_by(col(Membership.id))
        ).all()
    }
    reviewers = select(Reviewer.person_id, Reviewer.kind, Reviewer.affiliation)
    for person_id, kind, affiliation in session.exec(reviewers.where(col(Reviewer.person_id).in_(ids))).all():
        told.setdefault(person_id, ("Reviewers", f"{kind} reviewer, {affiliation}"))
    return told
