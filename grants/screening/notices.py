"""Who is told of an administrative review: the host, where it failed and where that was undone."""

from sqlmodel import Session

from grants.applications.notices import known, mail_to
from grants.applications.queries.drafts import members_of
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail
from grants.screening.models import Screening
from grants.screening.queries import screening_by_id
from grants.screening.rules import reasons_of


def failed(session: Session, event: Event) -> list[Mail]:
    """Tell every member of the host which question was answered no, and why."""
    screening = _screening(session, event)
    return _mails(session, event, screening, "Result of administrative review", "emails/screening/failed")


def undone(session: Session, event: Event) -> list[Mail]:
    """Tell every member of the host that the result was undone."""
    screening = _screening(session, event)
    return _mails(
        session, event, screening, "Result of administrative review undone", "emails/screening/undone"
    )


def _screening(session: Session, event: Event) -> Screening:
    screening = screening_by_id(session, event.subject_id)
    if screening is None:
        raise LookupError("the administrative review is gone")
    return screening


def _mails(session: Session, event: Event, screening: Screening, words: str, template: str) -> list[Mail]:
    application, competition, organization = known(session, event)
    context = {
        "application": application,
        "competition": competition,
        "organization": organization,
        "screening": screening,
        "reasons": reasons_of(screening),
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
    return [
        mail_to(member.person, f"{competition.number}: {words}", template, context)
        for member in members_of(session, organization.id)
    ]
