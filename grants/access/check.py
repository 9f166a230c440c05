"""The one check: may this actor do this to this record, and if not, may they know why."""

from dataclasses import dataclass

from grants.access.actor import Actor
from grants.access.policy import POLICY, Permission
from grants.access.predicates import is_barred
from grants.errors import GrantsError, MoveRefused, NotAllowed, NotFound
from grants.findings import Finding


@dataclass(frozen=True)
class Decision:
    """The answer of the policy; `error` is what to raise where it is no."""

    allowed: bool
    error: GrantsError | None = None


YES = Decision(allowed=True)


def decide(actor: Actor, permission: str, record: object = None) -> Decision:
    """Answer for one actor, one permission and one record (None: no record is concerned).

    Who may not know of the record gets `NotFound`; who did an earlier deed that another person
    must follow gets `NotAllowed`; a status in which nobody may gets `MoveRefused`. A conflict closes the
    doors of staff and reviewers, never an applicant's own: who belongs to the host goes on as its member.
    """
    row = POLICY[permission]
    if record is not None and not row.is_applicants and is_barred(actor, record):
        return Decision(allowed=False, error=NotFound())
    if not (row.roles & actor.roles):
        return Decision(allowed=False, error=NotFound())
    if record is None:
        return YES
    if not row.when(actor, record):
        return Decision(allowed=False, error=NotFound())
    return _later_conditions(actor, row, record)


def may(actor: Actor, permission: str, record: object = None) -> bool:
    """Say whether the policy allows it; templates ask this before they show a button."""
    return decide(actor, permission, record).allowed


def require(actor: Actor, permission: str, record: object = None) -> None:
    """Raise unless the policy allows it."""
    decision = decide(actor, permission, record)
    if decision.error is not None:
        raise decision.error


def _later_conditions(actor: Actor, row: Permission, record: object) -> Decision:
    for attribute, sentence in row.another_person_than:
        if actor.person_id is not None and getattr(record, attribute, None) == actor.person_id:
            return Decision(allowed=False, error=NotAllowed(sentence))
    status = getattr(record, "status", None)
    if row.statuses is not None and status not in row.statuses:
        return Decision(allowed=False, error=MoveRefused([_status_finding(row, record, status)]))
    return YES


def _status_finding(row: Permission, record: object, status: object) -> Finding:
    *earlier, last = (name.replace("_", " ") for name in sorted(row.statuses or ()))
    allowed = f"{', '.join(earlier)} or {last}" if earlier else last
    name = getattr(record, "label", "This")
    now = str(status).replace("_", " ")
    return Finding("status", f"{name} is {now} now; one can {row.what} only while it is {allowed}.")
