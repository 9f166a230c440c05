"""Working on a request: each part and the budget year saved with its version, until the final is in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.budgets.queries import budget_by_id, table_of
from grants.budgets.rules.table import YearBudget
from grants.budgets.services import years
from grants.budgets.services.years import SavedYear
from grants.continuations.models import Request, RequestPart, RequestPartVersion
from grants.continuations.queries.requests import approved_plan, locked_part, part_as_saved
from grants.continuations.rules import figures
from grants.continuations.rules.figures import CarryOver
from grants.continuations.rules.parts import Part, label_of, merged, with_plan
from grants.continuations.workflow import RequestStatus
from grants.errors import MoveRefused, NotFound, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.queries import lock
from grants.money import dollars

EDITABLE = (RequestStatus.DRAFT, RequestStatus.DRAFT_SENT)


@dataclass(frozen=True)
class SavedPart:
    """What is stored after a save; `merged` says that another person's fields are in it."""

    version: int
    merged: bool


def save_part(
    session: Session,
    request: Request,
    key: Part,
    content: Mapping[str, str],
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> SavedPart:
    """Store one part that was written on top of `version`.

    Fields that another person changed meanwhile are merged; where both changed the same field
    `StaleVersion` is raised with both texts and nothing is stored. The same content again is a success.
    The approved plan is the agency's record: what a center says of it is not read.
    """
    require_editable(session, request, actor=actor)
    part = locked_part(session, request.id, key)
    if part is None:
        raise NotFound
    offered = {name: text for name, text in content.items() if text}
    if key is Part.OUTCOMES:
        offered = with_plan(key, offered, approved_plan(session, request))
    if offered == part.content:
        return SavedPart(part.version, merged=False)
    result = offered if version == part.version else _merge(session, part, offered, version)
    is_merged = version != part.version
    if result != part.content:
        part.content = result
        part.version += 1
        part.updated_by_id, part.updated_at = actor.person_id, now
        session.add(part)
        session.add(
            RequestPartVersion(
                part_id=part.id,
                version=part.version,
                content=result,
                person_id=actor.person_id,
                at=now,
            )
        )
        session.flush()
    return SavedPart(part.version, merged=is_merged)


def save_budget(
    session: Session, request: Request, content: YearBudget, *, version: int, actor: Actor, now: datetime
) -> SavedYear:
    """Store the money of the year; see `budgets.services.years.save_year`."""
    require_editable(session, request, actor=actor)
    return years.save_year(session, request.budget_id, 1, content, version=version, actor=actor, now=now)


def answer_carry_over(
    session: Session,
    request: Request,
    answer: CarryOver,
    amount: int,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> SavedYear:
    """Write the answer into the rows of the budget, where it is counted once; the base level stays."""
    require_editable(session, request, actor=actor)
    if answer is not CarryOver.NONE and not amount:
        raise refuse("amount", "Enter the amount that is carried over.", field="amount")
    stored = table_of(session, budget_by_id(session, request.budget_id)).year(1)
    try:
        changed = figures.with_carry_over(stored.content, answer, amount)
    except ValueError:
        base = stored.content.amount(*figures.FEDERAL) + figures.carried(stored.content)[0]
        raise refuse(
            "amount", f"The base of the year is {dollars(base)}. Carry over at most that much toward it.",
            field="amount",
        ) from None  # fmt: skip
    return save_budget(session, request, changed, version=version, actor=actor, now=now)


def require_editable(session: Session, request: Request, *, actor: Actor) -> None:
    """Raise unless the actor may write and the request is with the center."""
    require(actor, "continuation.write", request)
    lock(session, request)
    if request.status not in EDITABLE:
        sentence = "The final request is in and locked. Your program officer can send it back, with a reason."
        raise MoveRefused([Finding("status", sentence)])


def _merge(session: Session, part: RequestPart, ours: Mapping[str, str], version: int) -> dict[str, str]:
    before = part_as_saved(session, part.id, version)
    result, conflicts = merged(before.content if before else None, part.content, ours)
    if conflicts:
        raise StaleVersion(
            "Somebody saved this while you wrote. Both texts are below; nothing is lost.",
            current={label_of(name): part.content.get(name, "") for name in conflicts},
            offered={label_of(name): ours.get(name, "") for name in conflicts},
            version=part.version,
        )
    return {name: text for name, text in result.items() if text}
