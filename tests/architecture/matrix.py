"""The access matrix: what each role may do, in which status, on any record or only on its own."""

from collections.abc import Iterator
from types import SimpleNamespace

from grants.access.actor import Actor
from grants.access.check import decide
from grants.access.policy import POLICY, Permission
from grants.access.roles import APPLICANT, STAFF, Role
from tests.architecture import house

PERSON, ORGANIZATION, APPLICATION, COMPETITION = 7, 11, 13, 17
ADDRESS = "person@tests.example"
ANY_STATUS = "any"


def actor_in(role: Role, *, barred: bool = False) -> Actor:
    """One person who stands in this role and no other, related to the own record in every way."""
    if role is Role.PUBLIC:
        return Actor(person_id=None, name="Nobody")
    reviewer = role is Role.REVIEWER
    return Actor(
        person_id=PERSON,
        name="A person",
        email=ADDRESS,
        staff_roles=frozenset({role}) & STAFF,
        memberships={ORGANIZATION: role} if role in APPLICANT else {},
        is_reviewer=reviewer,
        assignments=frozenset({APPLICATION}) if reviewer else frozenset(),
        invited_to=frozenset({COMPETITION}) if reviewer else frozenset(),
        barred=frozenset({APPLICATION}) if barred else frozenset(),
    )


def own_record(status: str) -> SimpleNamespace:
    """A record to which the actor is related in every way a predicate asks for."""
    return SimpleNamespace(
        status=status,
        person_id=PERSON,
        organization_id=ORGANIZATION,
        application_id=APPLICATION,
        competition_id=COMPETITION,
        email=ADDRESS,
    )


def other_record(status: str) -> SimpleNamespace:
    """A record to which the actor is not related at all."""
    return SimpleNamespace(
        status=status,
        person_id=PERSON + 1,
        organization_id=ORGANIZATION + 1,
        application_id=APPLICATION + 1,
        competition_id=COMPETITION + 1,
        email="another@tests.example",
    )


def rows() -> Iterator[list[str]]:
    """The header, then one row per permission and status; cells say any, own or nothing."""
    yield ["permission", "status", *Role, "not by the person who"]
    for permission in POLICY.values():
        for status in statuses_of(permission):
            cells = [cell(permission.name, role, status) for role in Role]
            yield [
                permission.name,
                status,
                *cells,
                " ".join(name for name, _ in permission.another_person_than),
            ]


def statuses_of(permission: Permission) -> list[str]:
    """The statuses that matter to a permission: all of its workflow, or one that stands for any."""
    for workflow in house.workflows():
        moved = any(move.permission == permission.name for move in workflow.moves.values())
        limited = permission.statuses is not None and permission.name.split(".")[0] == workflow.name
        if moved or limited:
            return [str(status) for status in workflow.states]
    return sorted(permission.statuses) if permission.statuses else [ANY_STATUS]


def cell(permission: str, role: Role, status: str) -> str:
    """Say “any” where the role may do it to any record, “own” to its own only, else nothing."""
    if not _moves_from(permission, status):
        return ""
    actor = actor_in(role)
    if decide(actor, permission, other_record(status)).allowed:
        return "any"
    return "own" if decide(actor, permission, own_record(status)).allowed else ""


def _moves_from(permission: str, status: str) -> bool:
    moves = [
        move
        for workflow in house.workflows()
        for move in workflow.moves.values()
        if move.permission == permission
    ]
    return status == ANY_STATUS or not moves or any(status in move.from_ for move in moves)
