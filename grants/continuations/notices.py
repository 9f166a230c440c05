"""Who is told of continuation requests, and in which words; a decision is told by its letter."""

from collections.abc import Iterable

from sqlmodel import Session

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import holders_of
from grants.continuations.models import Request
from grants.continuations.queries.requests import decisions_of, evaluations_of, request_by_uid
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail
from grants.organizations.queries import members_of
from grants.reviews.queries.doors import barred_people
from grants.web.filters import day, instant

TEMPLATE = "emails/continuations/request"
CENTER_WHY = "You get this because you are a member of the organization."
STAFF_WHY = "You get this because of your role in the program."


def opened(session: Session, event: Event) -> list[Mail]:
    """Tell the center that the request of the coming year is open and prefilled."""
    request = _request(session, event)
    lines = [
        f"The request for year {request.ordinal} is open. It is filled in from your approved plan.",
        f"The draft is due {instant(request.draft_due_at, request.zone)}.",
        f"The final is due {instant(request.final_due_at, request.zone)}.",
        f"Authority: {request.due_authority}.",
    ]
    subject = f"year {request.ordinal} request: draft due {day(request.draft_due_at.date())}"
    return _to_center(session, request, subject, lines)


def draft_sent(session: Session, event: Event) -> list[Mail]:
    """Tell the program officers that a draft can be commented on."""
    request = _request(session, event)
    lines = [f"The draft of the year {request.ordinal} request is in, sent by {event.person_name}."]
    officers = holders_of(session, Role.PROGRAM_OFFICER)
    return _to_staff(session, request, officers, f"draft of the year {request.ordinal} request is in", lines)


def final_sent(session: Session, event: Event) -> list[Mail]:
    """Tell the program officers that a request waits for evaluation, and the center that it is in."""
    request = _request(session, event)
    received = instant(event.at, request.zone)
    lines = [f"The final request for year {request.ordinal} was received {received}."]
    lines += [f"SHA-256 of what was received: {event.facts.get('sha256', '')}"]
    officers = holders_of(session, Role.PROGRAM_OFFICER)
    subject = f"final year {request.ordinal} request is in"
    return [
        *_to_staff(session, request, officers, subject, lines),
        *_to_center(session, request, f"year {request.ordinal} request received", lines),
    ]


def sent_back(session: Session, event: Event) -> list[Mail]:
    """Tell the center what to change."""
    request = _request(session, event)
    lines = [
        f"Your program officer sent the year {request.ordinal} request back: {event.reason}",
        f"The final is due {instant(request.final_due_at, request.zone)}.",
    ]
    return _to_center(session, request, f"year {request.ordinal} request was sent back", lines)


def commented(session: Session, event: Event) -> list[Mail]:
    """Tell the center what its program officer says of the draft."""
    request = _request(session, event)
    lines = [
        f"{event.person_name} comments on your draft: {event.reason}",
        f"The final is due {instant(request.final_due_at, request.zone)}.",
    ]
    return _to_center(session, request, f"comment on your year {request.ordinal} draft", lines)


def evaluated(session: Session, event: Event) -> list[Mail]:
    """Tell the grants officers, but not who evaluated, that a request waits for a decision."""
    request = _request(session, event)
    officers = [one for one in holders_of(session, Role.GRANTS_OFFICER) if one.id != request.evaluated_by_id]
    lines = [f"The year {request.ordinal} request is evaluated by {event.person_name} and waits for you."]
    return _to_staff(session, request, officers, f"year {request.ordinal} request for your decision", lines)


def evaluation_returned(session: Session, event: Event) -> list[Mail]:
    """Tell who evaluated what the grants officer misses."""
    request = _request(session, event)
    newest = evaluations_of(session, request.id)[0]
    people = [one for one in holders_of(session, Role.PROGRAM_OFFICER) if one.id == newest.evaluated_by_id]
    lines = [f"The grants officer returned your evaluation: {event.reason}"]
    subject = f"evaluation of the year {request.ordinal} request returned to you"
    return _to_staff(session, request, people, subject, lines)


def deferred(session: Session, event: Event) -> list[Mail]:
    """Tell the center until when its request waits, and for what."""
    request = _request(session, event)
    newest = decisions_of(session, request.id)[0]
    until = day(newest.defer_until) if newest.defer_until else "a later day"
    lines = [f"The decision on your year {request.ordinal} request is deferred until {until}.", newest.reason]
    return _to_center(session, request, f"decision on your year {request.ordinal} request", lines)


def _request(session: Session, event: Event) -> Request:
    found = request_by_uid(session, event.subject_uid)
    if found is None:
        raise LookupError("the request of this notice is gone")
    return found


def _to_center(session: Session, request: Request, subject: str, lines: list[str]) -> list[Mail]:
    people = [row.person for row in members_of(session, request.organization_id)]
    endpoint = "applicant.continuations.request"
    return [_mail(request, one, subject, lines, endpoint, CENTER_WHY) for one in people]


def _to_staff(
    session: Session, request: Request, people: Iterable[Person], subject: str, lines: list[str]
) -> list[Mail]:
    barred = barred_people(session, request.application_id)
    endpoint = "staff.continuations.show"
    return [
        _mail(request, one, subject, lines, endpoint, STAFF_WHY) for one in people if one.id not in barred
    ]


def _mail(request: Request, person: Person, subject: str, lines: list[str], endpoint: str, why: str) -> Mail:
    return Mail(
        address=person.email,
        person_id=person.id,
        subject=f"{request.fain}: {subject}",
        template=TEMPLATE,
        context={"lines": lines, "endpoint": endpoint, "uid": request.uid, "why": why},
    )
