"""Granting and ending staff roles, within the separation of duties."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.access.roles import STAFF, Role
from grants.accounts import queries
from grants.accounts.models import Person, StaffRole
from grants.accounts.rules.sessions import separation_conflicts
from grants.errors import refuse
from grants.lifecycle.record import record

AUTHORITY = "Separation of duties by person: no role checks its own deeds"


def grant_role(session: Session, person: Person, role: Role, *, actor: Actor, now: datetime) -> StaffRole:
    """Give a person a staff role; refused where it may not be held with one they hold."""
    if actor is not SYSTEM:
        require(actor, "people.manage", person)
    held = [Role(row.role) for row in queries.roles_held(session, person.id)]
    _check(person, role, held)
    granted = StaffRole(person_id=person.id, role=role, granted_at=now, granted_by_id=actor.person_id)
    session.add(granted)
    session.flush()
    record(
        session,
        "person.role_granted",
        person,
        happened=f"gave the role {role}",
        actor=actor,
        now=now,
        facts={"role": str(role)},
    )
    return granted


def end_role(session: Session, person: Person, granted: StaffRole, *, actor: Actor, now: datetime) -> None:
    """End a staff role; the row stays. The last administrator stays administrator."""
    require(actor, "people.manage", person)
    granted = session.get_one(StaffRole, granted.id, with_for_update=True)
    if granted.ended_at is not None:
        return
    if granted.role is Role.ADMINISTRATOR and len(queries.holders_of(session, Role.ADMINISTRATOR)) == 1:
        raise refuse("last", "This is the only administrator. Make another person administrator first.")
    granted.ended_at, granted.ended_by_id = now, actor.person_id
    session.add(granted)
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
