"""Who is told of selections, letters and signatures, and in which words."""

from collections.abc import Iterable

from sqlmodel import Session

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import holders_of
from grants.awards.models import Selection
from grants.awards.queries import award_by_uid, selection_by_uid
from grants.competitions.queries import competition_by_id
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.queries import letter_by_uid
from grants.documents.rules import merge
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail, MailFile
from grants.organizations.queries import members_of
from grants.reviews.queries.doors import barred_people
from grants.reviews.queries.feedback import enclosed_with


def selection_signed(session: Session, event: Event) -> list[Mail]:
    """Tell the grants officers that a decision waits for approval."""
    selection = selection_by_uid(session, event.subject_uid)
    if selection is None:
        return []
    people = _let_in(session, holders_of(session, Role.GRANTS_OFFICER), selection.application_id)
    return [_about_selection(session, selection, person, "decision for your approval") for person in people]


def selection_returned(session: Session, event: Event) -> list[Mail]:
    """Tell who signed that the decision came back."""
    selection = selection_by_uid(session, event.subject_uid)
    if selection is None or selection.signed_by_id is None:
        return []
    people = _still(session, selection.signed_by_id, Role.SELECTING_OFFICIAL)
    people = _let_in(session, people, selection.application_id)
    return [_about_selection(session, selection, person, "decision returned to you") for person in people]


def letter_released(session: Session, event: Event) -> list[Mail]:
    """Tell every member of the recipient, with the letter attached."""
    letter = letter_by_uid(session, event.subject_uid)
    if letter is None or letter.organization_id is None or letter.sha256 is None:
        return []
    subject = merge(letter.snapshot["mail_subject"], letter.snapshot["values"])
    enclosed = enclosed_with(session, letter)
    files = [MailFile(letter.sha256, f"{letter.kind}-{letter.number}.pdf")]
    files.extend(MailFile(one.sha256, one.name) for one in [enclosed] if one is not None)
    return [
        Mail(
            address=row.person.email,
            person_id=row.person.id,
            subject=subject,
            template="emails/documents/letter_released",
            context={
                "organization": letter.snapshot["to"],
                "title": letter.snapshot["title"],
                "number": letter.number,
                "why": "You get this because you are a member of the organization.",
            },
            attachments=tuple(files),
        )
        for row in members_of(session, letter.organization_id)
    ]


def countersigned(session: Session, event: Event) -> list[Mail]:
    """Tell the grants officer who made the award that it is accepted."""
    award = award_by_uid(session, event.subject_uid)
    if award is None or award.made_by_id is None:
        return []
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=f"{award.fain}: countersigned",
            template="emails/awards/countersigned",
            context={"award": award, "why": "You get this because you made the award."},
        )
        for person in _let_in(
            session, _still(session, award.made_by_id, Role.GRANTS_OFFICER), award.application_id
        )
    ]


def _still(session: Session, person_id: int, role: Role) -> list[Person]:
    """Return the person who did the earlier deed, if the role in which it was done is still theirs."""
    return [person for person in holders_of(session, role) if person.id == person_id]


def _about_selection(session: Session, selection: Selection, person: Person, words: str) -> Mail:
    competition = competition_by_id(session, selection.competition_id)
    number = competition.number if competition else ""
    state = CENTER_STATES.get(selection.state, selection.state)
    return Mail(
        address=person.email,
        person_id=person.id,
        subject=f"{number}: {state}, {words}",
        template="emails/awards/selection",
        context={
            "state": state,
            "words": words,
            "reason": selection.returned_reason,
            "selection": selection,
            "why": "You get this because of your role in this competition.",
        },
    )


def _let_in(session: Session, people: Iterable[Person], application_id: int | None) -> list[Person]:
    barred = barred_people(session, application_id) if application_id else frozenset()
    return [person for person in people if person.id not in barred]
