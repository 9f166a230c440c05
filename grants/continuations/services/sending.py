"""Sending a request: the draft with its faults, the final only when nothing is missing; both frozen."""

from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.continuations.models import Request, Sending, SendingKind
from grants.continuations.rules.gates import RequestFacts
from grants.continuations.services.dossier import draft_dossier, frozen
from grants.continuations.workflow import RequestStatus
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import lock


def send_draft(session: Session, request: Request, *, actor: Actor, now: datetime) -> Sending:
    """Send the draft to the program officer; it may be sent again until the final is in."""
    require(actor, "continuation.write", request)
    return _send(session, request, SendingKind.DRAFT, "send_draft", actor=actor, now=now)


def submit_final(session: Session, request: Request, *, actor: Actor, now: datetime) -> Sending:
    """Submit the final request; a second press by the same person meets the same sending.

    Raises `Refused` with every fault of the parts and of the money.
    """
    require(actor, "continuation.submit", request)
    lock(session, request)
    if request.status is RequestStatus.FINAL_SENT and request.final_sent_by_id == actor.person_id:
        known = draft_dossier(session, request, now=now).sending
        if known is not None:
            return known
    return _send(session, request, SendingKind.FINAL, "submit_final", actor=actor, now=now)


def _send(
    session: Session, request: Request, kind: SendingKind, move: str, *, actor: Actor, now: datetime
) -> Sending:
    lock(session, request)
    dossier = draft_dossier(session, request, now=now)
    content, sha256 = frozen(dossier)
    due = request.final_due_at if kind is SendingKind.FINAL else request.draft_due_at
    if kind is SendingKind.FINAL:
        request.final_sent_at, request.final_sent_by_id = now, actor.person_id
    else:
        request.draft_sent_at = now
    sending = Sending(
        request_id=request.id,
        number=len(dossier.sendings) + 1,
        kind=kind,
        content=content,
        sha256=sha256,
        sent_by_id=actor.person_id,
        sent_by_name=actor.name,
        sent_at=now,
    )
    session.add_all([request, sending])
    session.flush()
    noted = {"sha256": sha256, "number": sending.number, "late": now > due}
    facts = RequestFacts(dossier.findings)
    perform(session, request, move, actor=actor, now=now, facts=facts, noted=noted)
    return sending
