"""Administration of people: who holds which staff role, and what each role may do."""

from dataclasses import dataclass

from flask import current_app, request
from flask.typing import ResponseReturnValue

from grants.access.policy import POLICY, Permission
from grants.access.roles import STAFF, Role
from grants.accounts import queries
from grants.accounts.forms import DeedForm, RoleForm
from grants.accounts.models import Person, StaffRole
from grants.accounts.rules.sessions import separated_from, separation_conflicts
from grants.accounts.services import roles
from grants.errors import Refused
from grants.web import current
from grants.web.fields import page_asked
from grants.web.filters import plural
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("accounts", audience="staff")
IN_ORDER = [role for role in Role if role in STAFF]


@dataclass(frozen=True)
class Choice:
    """One staff role as it can be given to one person."""

    role: Role
    may: tuple[str, ...]
    not_with: tuple[Role, ...]
    held: bool
    conflicts: tuple[Role, ...]


@pages.page("/people", "people", permission="people.manage")
def people() -> ResponseReturnValue:
    """List everybody with an account and the staff roles they hold."""
    words, name = request.args.get("words", "")[:100], request.args.get("role", "")
    role = Role(name) if name in set(IN_ORDER) else None
    number = page_asked()
    with current.reading() as session:
        rows, total = queries.people(session, words=words, role=role, page=number)
    return page(
        rows=rows,
        total=total,
        words=words,
        chosen_role=role,
        number=number,
        last=-(-total // queries.PAGE),
        choices=[(one.value, one.value.capitalize()) for one in IN_ORDER],
        staff_roles=IN_ORDER,
        permissions=_permissions(),
        separated={role: separated_from(role) for role in IN_ORDER},
    )


@pages.page(
    "/people/<uid>",
    "person",
    permission="people.manage",
    load=queries.person_by_uid,
    methods=("GET", "POST"),
)
def person(someone: Person) -> ResponseReturnValue:
    """Show one person's roles and give another."""
    form = RoleForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                roles.grant_role(
                    session, someone, Role(form.role.data), actor=current.actor(), now=current.now()
                )
                session.flush()
                seek = current_app.extensions["grants.seek_conflicts"]
                found = seek(session, now=current.now(), people=[someone.id])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"{someone.name} is {form.role.data} now.{_closed(len(found))}"
            return go("staff.accounts.person", uid=someone.uid, said=said)
    with current.reading() as session:
        ever = queries.roles_ever(session, someone.id)
        givers = queries.people_by_ids(session, [row.granted_by_id for row in ever if row.granted_by_id])
    held = [Role(row.role) for row in ever if row.ended_at is None]
    return page(form=form, someone=someone, ever=ever, givers=givers, choices=_choices(held), deed=DeedForm())


def _closed(count: int) -> str:
    """Say how many applications a conflict closes from the start; the administrator sees none of them."""
    if not count:
        return ""
    stays = "stays" if count == 1 else "stay"
    return f" {plural(count, 'application')} {stays} closed to them, who stand on the applicant's side."


@pages.page(
    "/roles/<uid>/end",
    "end_role",
    permission="people.manage",
    load=queries.role_by_uid,
    methods=("POST",),
)
def end_role(granted: StaffRole) -> ResponseReturnValue:
    """End a role; the row stays in the record."""
    with current.writing() as session:
        someone = session.get_one(Person, granted.person_id)
        roles.end_role(session, someone, granted, actor=current.actor(), now=current.now())
    return go("staff.accounts.person", uid=someone.uid, said=f"{someone.name} is no longer {granted.role}.")


def _permissions() -> list[Permission]:
    return [row for row in POLICY.values() if row.roles & STAFF]


def _choices(held: list[Role]) -> list[Choice]:
    return [
        Choice(
            role=role,
            may=tuple(row.what for row in _permissions() if role in row.roles),
            not_with=tuple(separated_from(role)),
            held=role in held,
            conflicts=tuple(separation_conflicts(role, held)),
        )
        for role in IN_ORDER
    ]
