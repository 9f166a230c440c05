"""Who is told of what happens to an application; the words are in templates/emails/applications."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import holders_of, people_by_ids, person_by_id
from grants.applications.models import Application
from grants.applications.queries import drafts, lists, submissions
from grants.competitions import notices as competition_notices
from grants.competitions.models import Competition
from grants.competitions.notices import Follower
from grants.competitions.queries import competition_by_id
from grants.documents.queries import file_by_id
from grants.eligibility.queries import people_who_checked
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail, MailFile
from grants.organizations.models import MemberRole, Organization
from grants.organizations.queries import organization_by_id


def submitted(session: Session, event: Event) -> list[Mail]:
    """Send the receipt to every member: number, instant, hash of each file, until when it may be replaced."""
    application, competition, organization = known(session, event)
    submission = submissions.submission_by_number(session, application.id, str(event.facts["receipt"]))
    if submission is None:
        raise LookupError("the submission is gone")
    attachments = []
    if submission.receipt_file_id is not None:
        file = file_by_id(session, submission.receipt_file_id)
        attachments.append(MailFile(file.sha256, file.name))
    return [
        mail_to(
            person,
            f"{competition.number}: Received {short(submission.submitted_at, competition.zone)}",
            "emails/applications/submitted",
            _context(application, competition, organization)
            | {
                "submission": submission,
                "files": submissions.files_of_submission(session, submission.id),
                "by": event.person_name,
                "replaces": event.facts.get("replaces"),
            },
            attachments,
        )
        for person in _members(session, organization)
    ]


def withdrawn(session: Session, event: Event) -> list[Mail]:
    """Tell every member that the application is withdrawn."""
    application, competition, organization = known(session, event)
    return [
        mail_to(
            person,
            f"{competition.number}: Withdrawn {short(event.at, competition.zone)}",
            "emails/applications/withdrawn",
            _context(application, competition, organization) | {"by": event.person_name},
        )
        for person in _members(session, organization)
    ]


def asked(session: Session, event: Event) -> list[Mail]:
    """Ask whoever signs for the organization to look and to submit."""
    application, competition, organization = known(session, event)
    return [
        mail_to(
            member.person,
            f"{competition.number}: Ready for you to submit",
            "emails/applications/asked",
            _context(application, competition, organization) | {"by": event.person_name},
        )
        for member in drafts.members_of(session, organization.id)
        if member.role is MemberRole.REPRESENTATIVE
    ]


def late(session: Session, event: Event) -> list[Mail]:
    """Tell the person and the program officers of an attempt after the deadline."""
    application, competition, organization = known(session, event)
    attempt = next(
        row
        for row in submissions.late_attempts_of(session, application.id)
        if row.uid == event.facts["late_attempt"]
    )
    person = person_by_id(session, attempt.person_id)
    told = {one.id: one for one in [person, *holders_of(session, Role.PROGRAM_OFFICER)] if one is not None}
    return [
        mail_to(
            one,
            f"{competition.number}: Not accepted: arrived after the deadline",
            "emails/applications/late",
            _context(application, competition, organization)
            | {"attempt": attempt, "is_staff": one.id != attempt.person_id},
        )
        for one in told.values()
    ]


def reminded(session: Session, event: Event) -> list[Mail]:
    """Remind the members of a draft that was not submitted."""
    application, competition, organization = known(session, event)
    deadline = competition.deadline_at or event.at
    return [
        mail_to(
            person,
            f"{competition.number}: Not submitted: closes {short(deadline, competition.zone)}",
            "emails/applications/reminded",
            _context(application, competition, organization)
            | {
                "reader_zone": person.zone,
                "representatives": [
                    member.person.name
                    for member in drafts.members_of(session, organization.id)
                    if member.role is MemberRole.REPRESENTATIVE
                ],
            },
        )
        for person in _members(session, organization)
    ]


def competition_amended(session: Session, event: Event) -> list[Mail]:
    """Tell everyone with an application, and everyone who checked, what an amendment changes."""
    return competition_notices.amended(session, event, followers_of(session, event.subject_id))


def competition_canceled(session: Session, event: Event) -> list[Mail]:
    """Tell everyone with an application that the competition is canceled."""
    return competition_notices.canceled(session, event, followers_of(session, event.subject_id))


def followers_of(session: Session, competition_id: int) -> list[Follower]:
    """Return each person once whom a change of a competition concerns."""
    found: dict[int, Follower] = {}
    for application, person in lists.people_of_applications(session, competition_id):
        page = f"/applicant/applications/{application.uid}"
        found.setdefault(person.id, Follower(person.id, person.email, person.zone, page))
    for person in people_by_ids(session, people_who_checked(session, competition_id)).values():
        found.setdefault(person.id, Follower(person.id, person.email, person.zone))
    return list(found.values())


def known(session: Session, event: Event) -> tuple[Application, Competition, Organization]:
    """Return the application of an event with what names it."""
    application = drafts.application_by_id(session, event.application_id or event.subject_id)
    competition = competition_by_id(session, application.competition_id) if application else None
    organization = organization_by_id(session, application.organization_id) if application else None
    if application is None or competition is None or organization is None:
        raise LookupError("the application is gone")
    return application, competition, organization


def mail_to(
    person: Person,
    subject: str,
    template: str,
    context: dict[str, Any],
    attachments: Iterable[MailFile] = (),
) -> Mail:
    """Write one mail to one person."""
    return Mail(person.email, subject[:300], template, person.id, context, tuple(attachments))


def short(value: datetime, zone: str) -> str:
    """Write an instant as short as a subject line wants it: “Oct 11, 3:20:44 p.m. EDT”."""
    local = value.astimezone(ZoneInfo(zone))
    half = "a.m." if local.hour < 12 else "p.m."  # noqa: PLR2004  # noon
    return f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M:%S} {half} {local.tzname()}"


def _members(session: Session, organization: Organization) -> list[Person]:
    return [member.person for member in drafts.members_of(session, organization.id)]


def _context(
    application: Application, competition: Competition, organization: Organization
) -> dict[str, Any]:
    return {
        "application": application,
        "competition": competition,
        "organization": organization,
        "zone": competition.zone,
        "page": f"/applicant/applications/{application.uid}",
        "contact": {
            "name": competition.contact_name,
            "phone": competition.contact_phone,
            "hours": competition.contact_hours,
            "email": competition.contact_email,
        }
        if competition.contact_name
        else None,
    }
