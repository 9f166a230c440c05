"""Working on a request: each part and the budget year saved with its version, until the final is in."""

from collections.abc import Callable, Iterable, Mapping
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
from grants.continuations.rules.parts import Part, label_of, with_plan
from grants.continuations.workflow import RequestStatus
from grants.errors import MoveRefused, NotFound, StaleVersion, refuse
from grants.findings import Finding
from grants.lifecycle.queries import lock
from grants.money import dollars
from grants.versions import Offer, Outcome, based_on, merge

CLASH = "Somebody saved this while you wrote. Both texts are below; nothing is lost."
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
    offered = {name: content.get(name, "") for name in _names(session, request, key, content)}
    offer = Offer(offered, version)
    outcome = offer_part(session, request, key, offer, shown=dict, actor=actor, now=now)
    if outcome.clashes:
        raise stale_part(outcome, offered)
    return SavedPart(outcome.version, merged=outcome.is_merged)


def offer_part(
    session: Session,
    request: Request,
    key: Part,
    offer: Offer,
    *,
    shown: Callable[[Mapping[str, str]], Mapping[str, str]],
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Store every field of an offer that can be stored; the outcome says what became of the others.

    `shown` writes kept fields as the page shows them, which is what the bases of a script are of.
    """
    require_editable(session, request, actor=actor)
    part = locked_part(session, request.id, key)
    if part is None:
        raise NotFound
    found, offered = part.version, dict(offer.fields)
    if key is Part.OUTCOMES:
        plan = with_plan(key, {}, approved_plan(session, request))
        offered |= {name: text for name, text in plan.items() if name in offered or offer.bases is None}
    there, mine = shown(part.content), shown(offered)
    merged = merge(there, {name: mine.get(name, "") for name in offered}, _bases(session, part, shown, offer))
    taken = {name for name in offered if merged.fields.get(name, "") == mine.get(name, "")}
    kept = part.content | {name: text for name, text in offered.items() if name in taken}
    result = {name: text for name, text in kept.items() if text}
    if result != part.content:
        _write(session, part, result, actor=actor, now=now)
    fields = dict.fromkeys(offered, "") | dict(shown(part.content))
    return Outcome(part.version, found, fields, part.updated_at, (), merged.clashes, offer.version)


def part_as_stored(part: RequestPart, names: Iterable[str], fields: Mapping[str, str]) -> Outcome:
    """Return where a part stands, for who comes back to an open page."""
    return Outcome(part.version, part.version, dict.fromkeys(names, "") | dict(fields), part.updated_at)


def stale_part(outcome: Outcome, offered: Mapping[str, str]) -> StaleVersion:
    """Return both texts of each field that two people changed, named for people."""
    return StaleVersion(
        CLASH,
        current={label_of(name): outcome.fields.get(name, "") for name in outcome.clashes},
        offered={label_of(name): offered.get(name, "") for name in outcome.clashes},
        version=outcome.version,
    )


def _names(session: Session, request: Request, key: Part, content: Mapping[str, str]) -> list[str]:
    """Return every field that a whole part may hold, always in one order: what is not in it was emptied."""
    part = locked_part(session, request.id, key)
    return list(dict.fromkeys([*content, *(part.content if part else ())]))


def _bases(
    session: Session,
    part: RequestPart,
    shown: Callable[[Mapping[str, str]], Mapping[str, str]],
    offer: Offer,
) -> Mapping[str, str]:
    if offer.bases is not None:
        return offer.bases
    if offer.version == part.version:
        return based_on(shown(part.content), offer.fields)
    before = part_as_saved(session, part.id, offer.version)
    return based_on(shown(before.content) if before else None, offer.fields)


def _write(
    session: Session, part: RequestPart, content: dict[str, str], *, actor: Actor, now: datetime
) -> None:
    part.content = content
    part.version += 1
    part.updated_by_id, part.updated_at = actor.person_id, now
    session.add(part)
    version = RequestPartVersion(
        part_id=part.id, version=part.version, content=content, person_id=actor.person_id, at=now
    )
    session.add(version)
    session.flush()


def save_budget(
    session: Session, request: Request, content: YearBudget, *, version: int, actor: Actor, now: datetime
) -> SavedYear:
    """Store the money of the year; see `budgets.services.years.save_year`."""
    require_editable(session, request, actor=actor)
    return years.save_year(session, request.budget_id, 1, content, version=version, actor=actor, now=now)


def offer_budget(
    session: Session, request: Request, offer: Offer, *, actor: Actor, now: datetime
) -> SavedYear:
    """Store what can be stored of an offer; see `budgets.services.years.offer_year`."""
    require_editable(session, request, actor=actor)
    return years.offer_year(session, request.budget_id, 1, offer, actor=actor, now=now)


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
