"""Releasing letters: at one instant each becomes visible to its recipient and is mailed."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.documents.models import Batch, Letter
from grants.documents.queries import letters_of_batch
from grants.errors import Refused, refuse
from grants.findings import Finding
from grants.lifecycle.perform import perform

ANOTHER = "Another grants officer must release this batch."
"""Said where a conflict closes a letter of it to the reader; nobody is named."""


def is_closed(letters: Sequence[Letter], actor: Actor) -> bool:
    """Say whether a conflict closes one of the letters to the actor, so that another must release them."""
    return any(letter.application_id in actor.barred for letter in letters)


def release(session: Session, letters: Sequence[Letter], *, actor: Actor, now: datetime) -> None:
    """Release letters at one instant: each becomes visible to its recipient and is mailed.

    Refused as a whole, without a name, where a conflict closes one of them to the actor.
    """
    if is_closed(letters, actor):
        raise refuse("another", ANOTHER)
    unmade = [letter for letter in letters if letter.file_id is None]
    if unmade:
        names = ", ".join(letter.snapshot["to"] for letter in unmade[:5])
        raise Refused([Finding("unmade", f"{len(unmade)} letters have no PDF: {names}. Make them first.")])
    for letter in letters:
        letter.released_at = now
        session.add(letter)
        session.flush()
        perform(session, letter, "release", actor=actor, now=now, noted={"sha256": letter.sha256})


def release_batch(session: Session, batch: Batch, *, actor: Actor, now: datetime) -> list[Letter]:
    """Release a batch; returns its letters."""
    letters = letters_of_batch(session, batch.id)
    release(session, letters, actor=actor, now=now)
    batch.released_at = now
    session.add(batch)
    session.flush()
    perform(session, batch, "release", actor=actor, now=now, noted={"letters": len(letters)})
    return letters
