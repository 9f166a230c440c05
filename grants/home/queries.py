"""Reads of the home pages and of the record: what waits, what was done, and the event list."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, true
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.applications.models import Application
from grants.applications.queries import waiting_for as applications_waiting
from grants.awards.models import Award
from grants.awards.queries import waiting_for as awards_waiting
from grants.awards.workflow import AwardStatus
from grants.competitions.models import Competition
from grants.competitions.queries import Listing, public_competitions
from grants.competitions.queries import waiting_for as competitions_waiting
from grants.competitions.rules.stage import Stage
from grants.competitions.workflow import CompetitionStatus
from grants.continuations.queries.waiting import next_milestones as continuation_milestones
from grants.continuations.queries.waiting import waiting_for as continuations_waiting
from grants.home.rules import LATELY
from grants.jobs.models import Job
from grants.lifecycle.models import Event, Installation, Message, MessageStatus, Notice, NoticeStatus
from grants.lifecycle.queries import installation
from grants.lifecycle.waiting import OTHERS_WAIT, Waiting
from grants.organizations.models import Membership, Organization
from grants.organizations.queries import organizations_of
from grants.organizations.queries import waiting_for as organizations_waiting
from grants.reviews.models import Assignment, Phase, Reviewer, Sheet
from grants.reviews.queries.waiting import waiting_for as reviews_waiting
from grants.reviews.workflow import AssignmentStatus, SheetStatus
from grants.screening.queries import waiting_for as screening_waiting

PAGE = 50
UNDELIVERED = (MessageStatus.REFUSED, MessageStatus.UNKNOWN)
VERIFY_EVERY = timedelta(days=3)


@dataclass(frozen=True)
class EventFilter:
    """What the event list is narrowed to; empty words narrow nothing."""

    thing: str = ""
    person: str = ""
    kind: str = ""
    subject: str = ""


STEPS = ("Applications", "Screening", "Score sheets", "Ranking and selection", "Letters and awards")
RUNNING = 10


@dataclass(frozen=True)
class Running:
    """Where one published competition stands."""

    competition: Competition
    drafts: int
    submitted: int
    eligible: int
    sheets_in: int
    sheets: int
    decided: int
    step: int


def waiting(session: Session, actor: Actor, now: datetime, *, audience: str) -> list[Waiting]:
    """Return everything that waits for a person on one audience's home page, in no order yet."""
    rows = [row for source in SOURCES for row in source(session, actor, now)]
    return [row for row in rows if row.audience == audience]


def own_organizations(session: Session, actor: Actor) -> list[Organization]:
    """Return the organizations to which the person belongs."""
    return [] if actor.person_id is None else organizations_of(session, actor.person_id)


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


def lately_done(session: Session, actor: Actor, now: datetime, *, most: int = 20) -> list[Event]:
    """Return the person's own deeds of the last seven days, newest first."""
    if actor.person_id is None:
        return []
    rows = select(Event).where(
        col(Event.person_id) == actor.person_id, col(Event.at) > now - LATELY, _open_to(actor)
    )
    return list(session.exec(rows.order_by(col(Event.seq).desc()).limit(most)).all())


def events(session: Session, actor: Actor, chosen: EventFilter, *, page: int = 1) -> tuple[list[Event], int]:
    """Return one page of the record, newest first, and how many events the filter shows.

    Events about an application that a conflict closes to the actor are neither listed nor counted.
    """
    clauses = _clauses(chosen, actor)
    total = session.exec(select(func.count(col(Event.id))).where(*clauses)).one()
    rows = select(Event).where(*clauses).order_by(col(Event.seq).desc())
    return list(session.exec(rows.limit(PAGE).offset((page - 1) * PAGE)).all()), total


def event_kinds(session: Session) -> list[str]:
    """Return the kinds of deeds that the record holds."""
    return list(session.exec(select(Event.kind).distinct().order_by(Event.kind)).all())


def last_verification(session: Session) -> Event | None:
    """Return when the chain was last proven."""
    return session.exec(
        select(Event).where(col(Event.kind) == "chain.verified").order_by(col(Event.seq).desc()).limit(1)
    ).first()


def clock_offset(session: Session) -> timedelta:
    """Return how far the demonstration's clock is from the real one."""
    house = installation(session)
    return timedelta(seconds=house.clock_offset_seconds if house else 0)


def next_milestone(session: Session, now: datetime) -> tuple[str, datetime] | None:
    """Return the next instant at which something begins or falls due in any competition, and what."""
    found = [
        (f"{what}, {number}", at)
        for number, *instants in session.exec(_milestones(now)).all()
        for what, at in zip(("opening", "end of questions", "deadline"), instants, strict=True)
        if at is not None and at > now
    ]
    found += [(f"reviews due, {number}", at) for number, at in session.exec(_reviews_due(now)).all()]
    found += [(f"signature due, {fain}", at) for fain, at in session.exec(_signatures_due(now)).all()]
    found += continuation_milestones(session, now)
    return min(found, key=lambda one: one[1], default=None)


def front_door(session: Session, now: datetime) -> tuple[Listing, Listing]:
    """Return the competitions that are open and those that are coming, the first page of each."""
    return (
        public_competitions(session, Stage.OPEN, now=now),
        public_competitions(session, Stage.COMING, now=now),
    )


def running(session: Session, actor: Actor, now: datetime) -> list[Running]:
    """Return where every published competition stands, in four figures, with a fixed number of queries.

    An application that a conflict closes to the actor is in none of the figures.
    """
    published = session.exec(
        select(Competition)
        .where(col(Competition.status) == CompetitionStatus.PUBLISHED)
        .order_by(col(Competition.deadline_at).desc(), col(Competition.id).desc())
        .limit(RUNNING)
    ).all()
    ids = [competition.id for competition in published]
    statuses = _applications_by_status(session, ids, actor)
    sheets = _sheets(session, ids, actor)
    return [_running(competition, statuses, sheets, now) for competition in published]


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


def jobs_of_late(session: Session, *, most: int = 50) -> list[Job]:
    """Return the newest jobs."""
    return list(session.exec(select(Job).order_by(col(Job.id).desc()).limit(most)).all())


def administration_waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what waits for the administrator: mail on which to decide, and a chain not verified lately."""
    if Role.ADMINISTRATOR not in actor.staff_roles:
        return []
    found = []
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


def _administrative(verb: str, why: str, endpoint: str) -> Waiting:
    return Waiting(
        verb, why, None, "The installation", endpoint, urgency=OTHERS_WAIT, role=Role.ADMINISTRATOR
    )


def contact(session: Session) -> dict[str, str] | None:
    """Return whom to ask: name, phone, hours and mail address, as the installation keeps them."""
    row = installation(session)
    return None if row is None else row.notes.get("contact")


def house(session: Session) -> Installation | None:
    """Return the installation's row."""
    return installation(session)


def _clauses(chosen: EventFilter, actor: Actor) -> list[ColumnElement[bool]]:
    clauses = [_open_to(actor)]
    if chosen.thing:
        clauses.append(_holds(Event.subject_label, chosen.thing))
    if chosen.person:
        clauses.append(_holds(Event.person_name, chosen.person))
    if chosen.kind:
        clauses.append(col(Event.kind) == chosen.kind)
    if chosen.subject:
        clauses.append(col(Event.subject_uid) == chosen.subject)
    return clauses


def _open_to(actor: Actor) -> ColumnElement[bool]:
    if not actor.barred:
        return true()
    about = col(Event.application_id)
    return or_(about.is_(None), about.not_in(sorted(actor.barred)))


def _holds(column: str, words: str) -> ColumnElement[bool]:
    plain = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{plain}%", escape="\\")


def _milestones(now: datetime) -> Any:
    return select(
        Competition.number, Competition.opens_at, Competition.questions_until, Competition.deadline_at
    ).where(col(Competition.status) == CompetitionStatus.PUBLISHED, col(Competition.deadline_at) > now)


def _reviews_due(now: datetime) -> Any:
    return (
        select(Competition.number, func.min(Assignment.due_at))
        .join(Competition, col(Competition.id) == col(Assignment.competition_id))
        .where(col(Assignment.due_at) > now, col(Assignment.status) == AssignmentStatus.SENT)
        .group_by(Competition.number)
    )


def _signatures_due(now: datetime) -> Any:
    return (
        select(Award.fain, Award.countersign_by)
        .where(col(Award.countersign_by) > now, col(Award.status) == AwardStatus.MADE)
        .order_by(col(Award.countersign_by))
        .limit(1)
    )


def _applications_by_status(session: Session, ids: list[int], actor: Actor) -> dict[tuple[int, str], int]:
    rows = session.exec(
        select(Application.competition_id, Application.status, func.count(col(Application.id)))
        .where(col(Application.competition_id).in_(ids), col(Application.id).not_in(sorted(actor.barred)))
        .group_by(col(Application.competition_id), col(Application.status))
    ).all()
    return {(competition_id, str(status)): count for competition_id, status, count in rows}


def _sheets(session: Session, ids: list[int], actor: Actor) -> dict[int, tuple[int, int]]:
    """Return for each competition how many first score sheets are in, of how many that were assigned."""
    is_in = col(Sheet.status).in_([SheetStatus.SUBMITTED, SheetStatus.FINAL])
    rows = session.exec(
        select(Assignment.competition_id, func.count(case((is_in, 1))), func.count(col(Assignment.id)))
        .outerjoin(
            Sheet,
            and_(
                col(Sheet.application_id) == col(Assignment.application_id),
                col(Sheet.person_id) == col(Assignment.person_id),
                col(Sheet.phase) == Phase.INITIAL,
            ),
        )
        .where(
            col(Assignment.competition_id).in_(ids),
            col(Assignment.status) == AssignmentStatus.SENT,
            col(Assignment.application_id).not_in(sorted(actor.barred)),
        )
        .group_by(col(Assignment.competition_id))
    ).all()
    return {competition_id: (done, all_) for competition_id, done, all_ in rows}


def _running(
    competition: Competition,
    statuses: dict[tuple[int, str], int],
    sheets: dict[int, tuple[int, int]],
    now: datetime,
) -> Running:
    def count(*names: str) -> int:
        return sum(statuses.get((competition.id, name), 0) for name in names)

    done, all_ = sheets.get(competition.id, (0, 0))
    return Running(
        competition=competition,
        drafts=count("draft"),
        submitted=count("submitted", "eligible", "ineligible", "declined", "awarded"),
        eligible=count("eligible", "declined", "awarded"),
        sheets_in=done,
        sheets=all_,
        decided=count("declined", "awarded"),
        step=_step(competition, statuses, (done, all_), now),
    )


def _step(
    competition: Competition,
    statuses: dict[tuple[int, str], int],
    sheets: tuple[int, int],
    now: datetime,
) -> int:
    """Return on which of `STEPS` the competition stands, counted from 0."""
    if competition.deadline_at is None or competition.deadline_at >= now:
        return 0
    if statuses.get((competition.id, "submitted"), 0):
        return 1
    done, all_ = sheets
    if done < all_ or not all_:
        return 2
    return 3 if statuses.get((competition.id, "eligible"), 0) else 4


SOURCES: tuple[Callable[[Session, Actor, datetime], list[Waiting]], ...] = (
    organizations_waiting,
    competitions_waiting,
    applications_waiting,
    screening_waiting,
    reviews_waiting,
    awards_waiting,
    continuations_waiting,
    administration_waiting,
)
"""Every slice that offers rows; a row's endpoint says on whose home page it stands."""
