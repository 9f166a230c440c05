"""Granting and ending staff roles, within the separation of duties."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.access.roles import CONFIRMED, STAFF, Role
from grants.accounts import queries
from grants.accounts.models import Person, RoleRequest, StaffRole
from grants.accounts.rules.sessions import separation_conflicts
from grants.accounts.services import registration
from grants.database import ends_standing
from grants.errors import refuse
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record

ENOUGH = 2
"""So many administrators give a role together that decides for the government."""
ONLY_COMMAND = (
    "This role needs two administrators, and there is one. Until there are two, whoever runs the "
    "installation gives it: grants people appoint."
)
AUTHORITY = "Separation of duties by person: no role checks its own deeds"


def grant_role(session: Session, person: Person, role: Role, *, actor: Actor, now: datetime) -> StaffRole:
    """Give a person a staff role; refused where it may not be held with one they hold.

    On the pages nobody gives a role to themselves, and a role that decides for the government needs two
    administrators: see `ask_for_role`. The system gives what the command line or the demonstration asks.
    """
    if actor.person_id is not None:
        require(actor, "people.manage", person)
        _not_oneself(person, actor)
        if role in CONFIRMED:
            raise refuse("second", f"Two administrators give the role {role} together.", field="role")
    return _give(session, person, role, actor=actor, now=now, happened=f"gave the role {role}")


def ask_for_role(session: Session, person: Person, role: Role, *, actor: Actor, now: datetime) -> RoleRequest:
    """Ask for a role that a second administrator confirms; before there are two, the command gives it."""
    require(actor, "people.manage", person)
    _not_oneself(person, actor)
    queries.lock_holders(session, Role.ADMINISTRATOR)
    if len(queries.holders_of(session, Role.ADMINISTRATOR)) < ENOUGH:
        raise refuse("second", ONLY_COMMAND, field="role")
    person = session.get_one(Person, person.id, with_for_update=True)  # two wishes at once meet here
    _check(person, role, [Role(row.role) for row in queries.roles_held(session, person.id)])
    if queries.open_request(session, person.id, role) is not None:
        raise refuse("asked", f"The role {role} waits for another administrator already.", field="role")
    asked = RoleRequest(person_id=person.id, role=role, asked_at=now, asked_by_id=actor.person_id or 0)
    session.add(asked)
    session.flush()
    event = record(
        session,
        "person.role_asked",
        person,
        happened=f"asked to give the role {role}",
        actor=actor,
        now=now,
        facts={"role": str(role)},
    )
    tell(session, event, "accounts.role_asked")
    return asked


def confirm_role(session: Session, asked: RoleRequest, *, actor: Actor, now: datetime) -> StaffRole:
    """Give a role that another administrator asked for; the event names both."""
    person = session.get_one(Person, asked.person_id)
    require(actor, "people.manage", person)
    _not_oneself(person, actor)
    fresh = session.get_one(RoleRequest, asked.id, with_for_update=True)
    if fresh.asked_by_id == actor.person_id:
        raise refuse("second", "You asked for this role, so another administrator must confirm it.")
    _end_request(session, fresh, given=True, actor=actor, now=now)
    asker = session.get_one(Person, fresh.asked_by_id)
    happened = f"gave the role {fresh.role}, asked for by {asker.name}"
    return _give(session, person, Role(fresh.role), actor=actor, now=now, happened=happened)


def refuse_role(session: Session, asked: RoleRequest, *, actor: Actor, now: datetime) -> None:
    """Refuse a role that was asked for, or take one's own wish back."""
    person = session.get_one(Person, asked.person_id)
    require(actor, "people.manage", person)
    fresh = session.get_one(RoleRequest, asked.id, with_for_update=True)
    _end_request(session, fresh, given=False, actor=actor, now=now)
    record(
        session,
        "person.role_refused",
        person,
        happened=f"did not give the role {fresh.role}",
        actor=actor,
        now=now,
        facts={"role": str(fresh.role)},
    )


def appoint(session: Session, *, email: str, role: Role, by: str, now: datetime) -> Person:
    """Give a role from the command line, which makes the first administrators and their accounts.

    `by` is the account under which the command runs. Refused once two administrators exist: from then on they
    give roles on the pages.
    """
    queries.lock_holders(session, Role.ADMINISTRATOR)
    if len(queries.holders_of(session, Role.ADMINISTRATOR)) >= ENOUGH:
        raise refuse("appointed", "Two administrators exist. They give roles on the page People and roles.")
    person = registration.invite_staff(session, email=email, name=email.partition("@")[0], now=now)
    operator = Actor(person_id=None, name=f"The system, by {by} at the command line")
    _give(session, person, role, actor=operator, now=now, happened=f"appointed as {role}")
    return person


def _give(
    session: Session, person: Person, role: Role, *, actor: Actor, now: datetime, happened: str
) -> StaffRole:
    person = session.get_one(Person, person.id, with_for_update=True)  # two roles at once meet here
    held = [Role(row.role) for row in queries.roles_held(session, person.id)]
    _check(person, role, held)
    granted = StaffRole(person_id=person.id, role=role, granted_at=now, granted_by_id=actor.person_id)
    session.add(granted)
    session.flush()
    event = record(
        session,
        "person.role_granted",
        person,
        happened=happened,
        actor=actor,
        now=now,
        facts={"role": str(role)},
    )
    if actor is not SYSTEM:
        tell(session, event, "accounts.role_given")
    return granted


def _not_oneself(person: Person, actor: Actor) -> None:
    if person.id == actor.person_id:
        raise refuse("oneself", "Nobody gives a role to themselves. Another administrator can.", field="role")


def _end_request(session: Session, asked: RoleRequest, *, given: bool, actor: Actor, now: datetime) -> None:
    if asked.decided_at is not None:
        raise refuse("decided", "This wish was decided already.")
    asked.decided_at, asked.decided_by_id, asked.given = now, actor.person_id, given
    session.add(asked)
    session.flush()


def end_role(session: Session, person: Person, granted: StaffRole, *, actor: Actor, now: datetime) -> None:
    """End a staff role; the row stays. The last administrator stays administrator."""
    require(actor, "people.manage", person)
    if granted.role is Role.ADMINISTRATOR:
        queries.lock_holders(session, Role.ADMINISTRATOR)
    person = session.get_one(Person, person.id, with_for_update=True)
    granted = session.get_one(StaffRole, granted.id, with_for_update=True)
    if granted.ended_at is not None:
        return
    if granted.role is Role.ADMINISTRATOR and len(queries.holders_of(session, Role.ADMINISTRATOR)) == 1:
        raise refuse("last", "This is the only administrator. Make another person administrator first.")
    granted.ended_at, granted.ended_by_id = now, actor.person_id
    session.add(granted)
    ends_standing(session, person.id)
    record(
        session,
        "person.role_ended",
        person,
        happened=f"ended the role {granted.role}",
        actor=actor,
        now=now,
        facts={"role": str(granted.role)},
    )


def _check(person: Person, role: Role, held: list[Role]) -> None:
    if role not in STAFF:
        raise refuse("role", "Choose one of the staff roles.", field="role")
    if role in held:
        raise refuse("role", f"{person.name} is {role} already.", field="role")
    conflicts = separation_conflicts(role, held)
    if conflicts:
        names = " and ".join(conflicts)
        raise refuse(
            "separation",
            f"{person.name} is {names}. The same person may not be {role} as well; end that role first.",
            field="role",
            authority=AUTHORITY,
        )
