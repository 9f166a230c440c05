"""Reads of applications: the draft and its parts, what was submitted, lists, and what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.applications.models import (
    Application,
    ApplicationDocument,
    LateAttempt,
    NamedParty,
    Section,
    SectionVersion,
    SetAside,
    Submission,
    SubmissionFile,
)
from grants.applications.rules.content import SubmissionContent, from_json
from grants.applications.workflow import ApplicationStatus
from grants.competitions.models import Competition
from grants.competitions.rules.states import POSTAL_CODES
from grants.documents.models import StoredFile
from grants.lifecycle.models import Event
from grants.lifecycle.waiting import DUE, NEWS, Waiting
from grants.organizations.models import MemberRole, Membership, Organization

PAGE = 50


@dataclass(frozen=True)
class ApplicationRow:
    """One application in a list, with what names it."""

    application: Application
    competition: Competition
    organization: Organization


@dataclass(frozen=True)
class AttachedDocument:
    """One standing file of a draft."""

    document: ApplicationDocument
    file: StoredFile


@dataclass(frozen=True)
class LateRow:
    """One attempt after the deadline, with whose it was."""

    attempt: LateAttempt
    application: Application
    organization: Organization
    person: Person


@dataclass(frozen=True)
class Member:
    """One current member of a host."""

    person: Person
    role: MemberRole


def application_by_uid(session: Session, uid: str) -> Application | None:
    """Return an application by the name used in URLs."""
    return session.exec(select(Application).where(col(Application.uid) == uid)).first()


def application_by_id(session: Session, application_id: int) -> Application | None:
    """Return an application by its id."""
    return session.get(Application, application_id)


def read_again(session: Session, application: Application) -> Competition | None:
    """Read an application of this session anew, and return its competition, in one query."""
    rows = (
        select(Application, Competition)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .where(col(Application.id) == application.id)
        .execution_options(populate_existing=True)
    )
    row = session.exec(rows).first()
    return None if row is None else row[1]


def application_by_number(session: Session, number: str) -> Application | None:
    """Return an application by the number people say."""
    return session.exec(select(Application).where(col(Application.number) == number)).first()


def standing_application(
    session: Session, *, competition_id: int, organization_id: int, state: str
) -> Application | None:
    """Return the host's application for a state that is not withdrawn."""
    rows = select(Application).where(
        col(Application.competition_id) == competition_id,
        col(Application.organization_id) == organization_id,
        col(Application.state) == state,
        col(Application.status) != ApplicationStatus.WITHDRAWN,
    )
    return session.exec(rows).first()


def applications_of_competition(
    session: Session, competition_id: int, *, statuses: Sequence[ApplicationStatus] | None = None
) -> list[Application]:
    """Return a competition's applications by state and number, of the given statuses if any."""
    rows = select(Application).where(col(Application.competition_id) == competition_id)
    if statuses is not None:
        rows = rows.where(col(Application.status).in_(statuses))
    return list(session.exec(rows.order_by(col(Application.state), col(Application.number))).all())


def applications_of_host(session: Session, actor: Actor) -> list[ApplicationRow]:
    """Return the applications of every organization the actor belongs to, newest first."""
    rows = (
        select(Application, Competition, Organization)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(col(Application.organization_id).in_(list(actor.memberships)))
        .order_by(col(Application.created_at).desc(), col(Application.id).desc())
    )
    return [ApplicationRow(*row) for row in session.exec(rows).all()]


def application_rows(
    session: Session,
    actor: Actor,
    *,
    words: str = "",
    state: str = "",
    status: str = "",
    competition_id: int | None = None,
    page: int = 1,
    size: int = PAGE,
) -> tuple[list[ApplicationRow], int]:
    """Return one page of what staff may see, drafts left out, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = [col(Application.submitted_at).is_not(None)]
    if actor.barred:
        wanted.append(col(Application.id).not_in(actor.barred))
    if words:
        wanted.append(_mentions(words))
    if state:
        wanted.append(col(Application.state) == state)
    if status:
        wanted.append(col(Application.status) == status)
    if competition_id is not None:
        wanted.append(col(Application.competition_id) == competition_id)
    total = session.exec(select(func.count()).select_from(Application).where(*wanted)).one()
    rows = session.exec(
        select(Application, Competition, Organization)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(*wanted)
        .order_by(col(Application.submitted_at).desc(), col(Application.id).desc())
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    ).all()
    return [ApplicationRow(*row) for row in rows], total


def _mentions(words: str) -> ColumnElement[bool]:
    like = f"%{words.strip().lower()}%"
    hosts = select(Organization.id).where(func.lower(Organization.name).like(like))
    return or_(
        func.lower(Application.number).like(like),
        func.lower(Application.project_title).like(like),
        col(Application.organization_id).in_(hosts),
    )


def sections_of(session: Session, application_id: int) -> dict[str, Section]:
    """Return the sections by criterion key."""
    rows = (
        select(Section).where(col(Section.application_id) == application_id).order_by(col(Section.id))
    ).execution_options(populate_existing=True)
    return {row.criterion_key: row for row in session.exec(rows).all()}


def locked_section(session: Session, application_id: int, key: str) -> Section | None:
    """Return one section, locked for this transaction and read anew."""
    rows = (
        select(Section)
        .where(col(Section.application_id) == application_id, col(Section.criterion_key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(rows).first()


def section_version(session: Session, section_id: int, version: int) -> SectionVersion | None:
    """Return a section as it was saved under a version."""
    rows = select(SectionVersion).where(
        col(SectionVersion.section_id) == section_id, col(SectionVersion.version) == version
    )
    return session.exec(rows).first()


def section_history(session: Session, section_id: int, *, most: int = 20) -> list[SectionVersion]:
    """Return the latest saved texts of a section, newest first."""
    rows = (
        select(SectionVersion)
        .where(col(SectionVersion.section_id) == section_id)
        .order_by(col(SectionVersion.version).desc())
        .limit(most)
    )
    return list(session.exec(rows).all())


def set_aside_by_uid(session: Session, application_id: int, uid: str) -> SetAside | None:
    """Return what somebody typed on top of an old version."""
    rows = select(SetAside).where(col(SetAside.application_id) == application_id, col(SetAside.uid) == uid)
    return session.exec(rows).first()


def parties_of(session: Session, application_id: int) -> list[NamedParty]:
    """Return the people and partners named in a draft, in the order of entry."""
    rows = (
        select(NamedParty)
        .where(col(NamedParty.application_id) == application_id, col(NamedParty.removed_at).is_(None))
        .order_by(col(NamedParty.kind), col(NamedParty.id))
    )
    return list(session.exec(rows).all())


def party_by_uid(session: Session, application_id: int, uid: str) -> NamedParty | None:
    """Return one named person or partner of a draft."""
    rows = select(NamedParty).where(
        col(NamedParty.application_id) == application_id,
        col(NamedParty.uid) == uid,
        col(NamedParty.removed_at).is_(None),
    )
    return session.exec(rows).first()


def attached_documents(session: Session, application_id: int) -> list[AttachedDocument]:
    """Return the standing files of a draft in the order in which they were added."""
    rows = (
        select(ApplicationDocument, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ApplicationDocument.file_id))
        .where(
            col(ApplicationDocument.application_id) == application_id,
            col(ApplicationDocument.removed_at).is_(None),
        )
        .order_by(col(ApplicationDocument.id))
    )
    return [AttachedDocument(*row) for row in session.exec(rows).all()]


def attached_by_uid(session: Session, application_id: int, uid: str) -> AttachedDocument | None:
    """Return one file of an application, standing or removed."""
    rows = (
        select(ApplicationDocument, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ApplicationDocument.file_id))
        .where(col(ApplicationDocument.application_id) == application_id, col(ApplicationDocument.uid) == uid)
    )
    row = session.exec(rows).first()
    return None if row is None else AttachedDocument(*row)


def latest_submission(session: Session, application: Application) -> Submission | None:
    """Return the submission that counts: the one that no later one replaced."""
    rows = select(Submission).where(
        col(Submission.application_id) == application.id, col(Submission.replaced_at).is_(None)
    )
    return session.exec(rows).first()


def submissions_of(session: Session, application_id: int) -> list[Submission]:
    """Return every submission, newest first."""
    rows = (
        select(Submission)
        .where(col(Submission.application_id) == application_id)
        .order_by(col(Submission.submitted_at).desc(), col(Submission.id).desc())
    )
    return list(session.exec(rows).all())


def submission_by_number(session: Session, application_id: int, number: str) -> Submission | None:
    """Return one submission of an application by its receipt number."""
    rows = select(Submission).where(
        col(Submission.application_id) == application_id, col(Submission.number) == number
    )
    return session.exec(rows).first()


def submission_by_uid(session: Session, uid: str) -> Submission | None:
    """Return a submission by its random name."""
    return session.exec(select(Submission).where(col(Submission.uid) == uid)).first()


def submitted_content(session: Session, application: Application) -> SubmissionContent | None:
    """Return what counts of an application, as it was submitted; None where nothing was."""
    submission = latest_submission(session, application)
    return None if submission is None else from_json(submission.content)


def submitted_contents(session: Session, application_ids: Sequence[int]) -> dict[int, SubmissionContent]:
    """Return what counts of several applications, by application id, in one query."""
    rows = (
        select(Submission)
        .where(col(Submission.application_id).in_(application_ids), col(Submission.replaced_at).is_(None))
        .order_by(col(Submission.application_id))
    )
    return {row.application_id: from_json(row.content) for row in session.exec(rows).all()}


def files_of_submission(session: Session, submission_id: int) -> list[SubmissionFile]:
    """Return the files of a submission in the order of the notice."""
    rows = (
        select(SubmissionFile)
        .where(col(SubmissionFile.submission_id) == submission_id)
        .order_by(col(SubmissionFile.id))
    )
    return list(session.exec(rows).all())


def submission_file(session: Session, application: Application, uid: str) -> SubmissionFile | None:
    """Return one file of the submission that counts, by the file's random name or its own."""
    rows = (
        select(SubmissionFile)
        .join(Submission, col(Submission.id) == col(SubmissionFile.submission_id))
        .where(
            col(SubmissionFile.application_id) == application.id,
            col(Submission.replaced_at).is_(None),
            col(SubmissionFile.uid) == uid,
        )
    )
    return session.exec(rows).first()


def late_attempts(session: Session, actor: Actor, competition_id: int | None = None) -> list[LateRow]:
    """Return what came after the deadline, newest first."""
    rows = (
        select(LateAttempt, Application, Organization, Person)
        .join(Application, col(Application.id) == col(LateAttempt.application_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .join(Person, col(Person.id) == col(LateAttempt.person_id))
        .order_by(col(LateAttempt.at).desc(), col(LateAttempt.id).desc())
    )
    if actor.barred:
        rows = rows.where(col(LateAttempt.application_id).not_in(actor.barred))
    if competition_id is not None:
        rows = rows.where(col(LateAttempt.competition_id) == competition_id)
    return [LateRow(*row) for row in session.exec(rows).all()]


def late_attempts_of(session: Session, application_id: int) -> list[LateAttempt]:
    """Return one application's attempts after the deadline, newest first."""
    rows = (
        select(LateAttempt)
        .where(col(LateAttempt.application_id) == application_id)
        .order_by(col(LateAttempt.at).desc(), col(LateAttempt.id).desc())
    )
    return list(session.exec(rows).all())


def members_of(session: Session, organization_id: int) -> list[Member]:
    """Return the current members of a host, by name."""
    rows = (
        select(Person, Membership)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(col(Membership.organization_id) == organization_id, col(Membership.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    )
    return [Member(person, membership.role) for person, membership in session.exec(rows).all()]


def drafts_due(session: Session, *, after: datetime, until: datetime) -> list[ApplicationRow]:
    """Return the drafts never submitted whose deadline lies after one instant and not after another."""
    rows = (
        select(Application, Competition, Organization)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(
            col(Application.status) == ApplicationStatus.DRAFT,
            col(Competition.deadline_at) > after,
            col(Competition.deadline_at) <= until,
        )
        .order_by(col(Application.id))
    )
    return [ApplicationRow(*row) for row in session.exec(rows).all()]


PUBLIC_EVENTS = (
    "application.started",
    "application.submit",
    "application.resubmit",
    "application.withdraw",
    "application.screen_in",
    "application.screen_out",
    "application.undo_screening",
    "application.came_late",
)
"""What the applicant sees of the record; what is decided in the house is told by letter."""


def public_events(session: Session, application_id: int) -> list[Event]:
    """Return what happened to an application as its host may see it, oldest first."""
    rows = (
        select(Event)
        .where(col(Event.application_id) == application_id, col(Event.kind).in_(PUBLIC_EVENTS))
        .order_by(col(Event.seq))
    )
    return list(session.exec(rows).all())


def people_of_applications(session: Session, competition_id: int) -> list[tuple[Application, Person]]:
    """Return the members of every host whose application is not withdrawn, with that application."""
    rows = (
        select(Application, Person)
        .join(Membership, col(Membership.organization_id) == col(Application.organization_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            col(Application.competition_id) == competition_id,
            col(Application.status) != ApplicationStatus.WITHDRAWN,
            col(Membership.left_at).is_(None),
        )
        .order_by(col(Application.id), col(Person.id))
    )
    return [(application, person) for application, person in session.exec(rows).all()]


def times_reminded(session: Session, application_id: int) -> set[str]:
    """Return which reminders of the deadline an application has had."""
    rows = select(Event).where(
        col(Event.application_id) == application_id, col(Event.kind) == "application.reminded"
    )
    return {str(event.facts.get("before")) for event in session.exec(rows.order_by(col(Event.seq))).all()}


def standing_applications_of(session: Session, application: Application) -> list[Application]:
    """Return the same host's other applications for the same state of the same competition."""
    rows = (
        select(Application)
        .where(
            col(Application.competition_id) == application.competition_id,
            col(Application.organization_id) == application.organization_id,
            col(Application.state) == application.state,
            col(Application.id) != application.id,
            col(Application.status) != ApplicationStatus.WITHDRAWN,
        )
        .order_by(col(Application.id))
    )
    return list(session.exec(rows).all())


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what the members of a host have to do for their applications, most pressing first."""
    if not actor.memberships:
        return []
    rows = (
        select(Application, Competition)
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .where(
            col(Application.organization_id).in_(list(actor.memberships)),
            col(Application.status).in_(
                [ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.INELIGIBLE]
            ),
        )
        .order_by(col(Competition.deadline_at), col(Application.id))
    )
    found = [
        _waiting(actor, application, competition, now) for application, competition in session.exec(rows)
    ]
    return [row for row in found if row is not None]


def _waiting(
    actor: Actor, application: Application, competition: Competition, now: datetime
) -> Waiting | None:
    deadline = competition.deadline_at
    state = POSTAL_CODES.get(application.state, application.state)
    subject = f"{competition.number}, {application.number}"
    values = {"uid": application.uid}
    if application.status is ApplicationStatus.INELIGIBLE:
        verb, why = (
            f"Read the result of administrative review for {state}",
            "Your application is not reviewed",
        )
        page = "applicant.applications.status"
        return Waiting(verb, why, None, subject, page, values, NEWS, zone=competition.zone)
    if application.status is not ApplicationStatus.DRAFT or deadline is None or deadline < now:
        return None
    if actor.memberships.get(application.organization_id) is Role.REPRESENTATIVE:
        verb, why = (
            f"Finish and submit the application for {state}",
            "Only an authorized representative submits",
        )
    else:
        verb, why = f"Finish the application for {state}", "It is not submitted"
    page = "applicant.applications.tasks"
    return Waiting(verb, why, deadline, subject, page, values, DUE, zone=competition.zone)
