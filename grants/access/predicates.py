"""Questions about an actor and a record, pure, that read aloud in the policy table."""

from collections.abc import Callable

from grants.access.actor import Actor
from grants.access.roles import SCREENING, Role

Predicate = Callable[[Actor, object], bool]


def application_of(record: object) -> int | None:
    """Return the id of the application that a record is or belongs to, if any."""
    return getattr(record, "application_id", None)


def is_barred(actor: Actor, record: object) -> bool:
    """Ask whether a conflict closes the door to this record."""
    return application_of(record) in actor.barred


def always(_actor: Actor, _record: object) -> bool:
    """Leave it to the role alone."""
    return True


def is_member_of_host(actor: Actor, record: object) -> bool:
    """Ask whether the actor belongs to the organization the record belongs to."""
    organization_id = getattr(record, "organization_id", None)
    return organization_id is not None and actor.belongs_to(organization_id)


def represents_host(actor: Actor, record: object) -> bool:
    """Ask whether the actor is the authorized representative of the record's organization."""
    organization_id = getattr(record, "organization_id", None)
    return actor.memberships.get(organization_id or 0) is Role.REPRESENTATIVE


def is_own(actor: Actor, record: object) -> bool:
    """Ask whether the record is the actor's own."""
    return actor.person_id is not None and getattr(record, "person_id", None) == actor.person_id


def is_assigned(actor: Actor, record: object) -> bool:
    """Ask whether the application's door was opened to this reviewer."""
    return application_of(record) in actor.assignments


def is_own_and_assigned(actor: Actor, record: object) -> bool:
    """Ask whether a score sheet is the actor's own on an application still open to them."""
    return is_own(actor, record) and is_assigned(actor, record)


def is_on_panel(actor: Actor, record: object) -> bool:
    """Ask whether the actor accepted to review in the record's competition."""
    return getattr(record, "competition_id", None) in actor.invited_to


def is_addressed(actor: Actor, record: object) -> bool:
    """Ask whether an invitation went to the actor's address or account."""
    email = getattr(record, "email", None)
    return is_own(actor, record) or (bool(actor.email) and email == actor.email)


def sees_organization(actor: Actor, record: object) -> bool:
    """Ask whether the actor is staff or belongs to the record's organization."""
    return actor.is_staff or is_member_of_host(actor, record)


def sees_self_check(actor: Actor, record: object) -> bool:
    """Ask whether a self-check belongs to nobody yet, to the actor, or to their organization.

    Of staff only those see it who work on applications: the administrator keeps accounts.
    """
    return (
        getattr(record, "person_id", None) is None
        or is_own(actor, record)
        or is_member_of_host(actor, record)
        or bool(actor.staff_roles & SCREENING)
    )
