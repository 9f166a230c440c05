"""The only code that sets a status."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.errors import MoveRefused, Refused
from grants.findings import Finding, stops
from grants.lifecycle.models import Event, Notice
from grants.lifecycle.moves import SILENT, Move, Workflow
from grants.lifecycle.queries import lock
from grants.lifecycle.record import record as write_event


def perform(
    session: Session,
    record: Any,
    move: str,
    *,
    actor: Actor,
    now: datetime,
    facts: Any = None,
    reason: str | None = None,
    noted: dict[str, Any] | None = None,
) -> Event:
    """Move a record to its next status and write the event and the notice with it.

    The record's class names its workflow. The row is locked and read again first, so that of two
    people only one moves it. Raises what the policy raises, `MoveRefused` from a status without this
    move, and `Refused` with the findings of all guards at once. `facts` goes to the
    guards, `noted` (JSON values) into the event.
    """
    workflow: Workflow = record.workflow
    row = workflow.moves[move]
    lock(session, record)
    if actor is not SYSTEM:
        require(actor, row.permission, record)
    _require_status(workflow, row, record)
    findings = [finding for guard in row.guards for finding in guard(record, facts, now)]
    if stops(findings):
        raise Refused(stops(findings))
    before = record.status
    record.status = workflow.states(row.to)
    session.add(record)
    event = write_event(
        session,
        f"{workflow.name}.{row.name}",
        record,
        happened=row.happened,
        actor=actor,
        now=now,
        reason=reason,
        facts=noted,
        before=str(before),
        after=row.to,
    )
    if row.notice != SILENT:
        session.add(Notice(name=row.notice, event_uid=event.uid, at=now))
    return event


def perform_many(
    session: Session, records: Iterable[Any], move: str, *, actor: Actor, now: datetime, facts: Any = None
) -> list[Event]:
    """Move a list of records in one transaction: all, or none with every finding."""
    events: list[Event] = []
    findings: list[Finding] = []
    for record in records:
        try:
            events.append(perform(session, record, move, actor=actor, now=now, facts=facts))
        except Refused as refusal:
            findings.extend(refusal.findings)
    if findings:
        raise Refused(findings)
    return events


def tell(session: Session, event: Event, notice: str) -> None:
    """Have people told of an event that moved no status, such as an amendment."""
    session.add(Notice(name=notice, event_uid=event.uid, at=event.at))


def _require_status(workflow: Workflow, row: Move, record: Any) -> None:
    if record.status in row.from_:
        return
    now = str(record.status).replace("_", " ")
    needed = " or ".join(f"“{name.replace('_', ' ')}”" for name in sorted(row.from_))
    name, deed = workflow.name.replace("_", " "), row.name.replace("_", " ")
    message = f"This {name} is “{now}”; “{deed}” needs {needed}."
    raise MoveRefused([Finding("status", message, field="status")])
