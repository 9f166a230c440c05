"""Administration of people: who holds which staff role, and what each role may do."""

from dataclasses import dataclass

from flask import current_app, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.access.policy import POLICY, Permission
from grants.access.roles import CONFIRMED, STAFF, Role
from grants.accounts import queries
from grants.accounts.forms import DeedForm, RoleForm, StaffForm
from grants.accounts.models import Person, RoleRequest, StaffRole
from grants.accounts.rules.sessions import separated_from, separation_conflicts
from grants.accounts.services import registration, roles
from grants.errors import Refused
from grants.web import current
from grants.web.fields import page_asked
from grants.web.filters import plural
from grants.web.forms import Form
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


@pages.page("/people/invite", "invite", permission="people.manage", methods=("GET", "POST"))
def invite() -> ResponseReturnValue:
    """Invite somebody to the staff: the account is made, its link mailed, the role given or asked for."""
    form = StaffForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                someone = registration.invite_staff(
                    session, email=str(form.email.data), name=str(form.name.data), now=current.now()
                )
                said = _given(session, someone, Role(form.role.data))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.accounts.person", uid=someone.uid, said=said)
    return page(form=form)


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
                said = _given(session, someone, Role(form.role.data))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.accounts.person", uid=someone.uid, said=said)
    return _person_page(someone, form)


def _person_page(someone: Person, form: Form) -> ResponseReturnValue:
    with current.reading() as session:
        ever = queries.roles_ever(session, someone.id)
        asked = queries.open_requests(session, someone.id)
        ids = [*(row.granted_by_id for row in ever if row.granted_by_id), *(row.asked_by_id for row in asked)]
        givers = queries.people_by_ids(session, ids)
    held = [Role(row.role) for row in ever if row.ended_at is None]
    return page(
        "staff/accounts/person.html",
        form=form,
        someone=someone,
        ever=ever,
        asked=asked,
        givers=givers,
        choices=_choices(held),
        confirmed=CONFIRMED,
        is_oneself=someone.id == current.actor().person_id,
        deed=DeedForm(),
    )


def _given(session: Session, someone: Person, role: Role) -> str:
    """Give a role, or ask for one that needs a second administrator; say what came of it."""
    actor, now = current.actor(), current.now()
    if role in CONFIRMED:
        roles.ask_for_role(session, someone, role, actor=actor, now=now)
        return f"Another administrator must confirm that {someone.name} becomes {role}. They get a mail."
    roles.grant_role(session, someone, role, actor=actor, now=now)
    return f"{someone.name} is {role} now.{_sought(session, someone)}"


def _sought(session: Session, someone: Person) -> str:
    session.flush()
    found = current_app.extensions["grants.seek_conflicts"](session, now=current.now(), people=[someone.id])
    return _closed(len(found))


@pages.page(
    "/role-requests/<uid>",
    "confirm_role",
    permission="people.manage",
    load=queries.request_by_uid,
    methods=("POST",),
)
def confirm_role(asked: RoleRequest) -> ResponseReturnValue:
    """Give a role that another administrator asked for, or refuse it."""
    form = RoleForm(role=asked.role)
    with current.reading() as session:
        someone = session.get_one(Person, asked.person_id)
    is_given = request.form.get("deed") != "refuse"
    try:
        with current.writing() as session:
            act = roles.confirm_role if is_given else roles.refuse_role
            act(session, asked, actor=current.actor(), now=current.now())
            closed = _sought(session, someone) if is_given else ""
    except Refused as refusal:
        form.refuse(refusal)
        return _person_page(someone, form)
    said = f"{someone.name} is {asked.role} now.{closed}" if is_given else f"Not given: {asked.role}."
    return go("staff.accounts.person", uid=someone.uid, said=said)


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
