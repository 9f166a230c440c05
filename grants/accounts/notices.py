"""Mail about accounts: links to confirm and to reset, and news of every change to how one signs in."""

from sqlmodel import Session

from grants.access.roles import Role
from grants.accounts import queries
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail


def confirm(session: Session, event: Event) -> list[Mail]:
    """Mail the link that confirms an address, or sets up the account where no password was chosen yet."""
    link = queries.mailed_link_by_id(session, event.subject_id)
    person = queries.person_by_id(session, link.person_id) if link else None
    if person is not None and not person.is_set_up:
        return _link(session, event, "Set up your account", "emails/accounts/set_up")
    return _link(session, event, "Confirm your address", "emails/accounts/confirm")


def reset(session: Session, event: Event) -> list[Mail]:
    """Mail the link with which a new password is set."""
    return _link(session, event, "Set a new password", "emails/accounts/reset")


def registered_again(session: Session, event: Event) -> list[Mail]:
    """Tell the owner of an account that somebody tried to register with the address."""
    template, then = "emails/accounts/registered_again", event.facts.get("then")
    return _person(session, event.subject_id, "You have an account already", template, then=then)


def sign_in_changed(session: Session, event: Event) -> list[Mail]:
    """Tell the person what changed in how they sign in, and how to undo it."""
    return _person(session, event.subject_id, "Sign-in changed", "emails/accounts/sign_in_changed")


def role_asked(session: Session, event: Event) -> list[Mail]:
    """Tell the other administrators that a role waits for one of them."""
    return _of_roles(session, event, "A staff role waits for you", [Role.ADMINISTRATOR])


def role_given(session: Session, event: Event) -> list[Mail]:
    """Tell every administrator and auditor that a role was given, so that nothing is given unseen."""
    return _of_roles(session, event, "A staff role was given", [Role.ADMINISTRATOR, Role.AUDITOR])


def _of_roles(session: Session, event: Event, subject: str, roles: list[Role]) -> list[Mail]:
    someone = queries.person_by_id(session, event.subject_id)
    told = {one.id: one for role in roles for one in queries.holders_of(session, role)}
    return [
        Mail(one.email, subject, "emails/accounts/role", one.id, {"someone": someone, "words": subject})
        for one in told.values()
        if someone is not None and one.id not in {event.person_id, someone.id}
    ]


def _link(session: Session, event: Event, subject: str, template: str) -> list[Mail]:
    link = queries.mailed_link_by_id(session, event.subject_id)
    if link is None or link.used_at is not None:
        return []
    then = event.facts.get("then")
    return _person(
        session, link.person_id, subject, template, link_uid=link.uid, expires_at=link.expires_at, then=then
    )


def _person(session: Session, person_id: int, subject: str, template: str, **context: object) -> list[Mail]:
    person = queries.person_by_id(session, person_id)
    if person is None:
        return []
    return [Mail(person.email, subject, template, person.id, {"person": person, **context})]
