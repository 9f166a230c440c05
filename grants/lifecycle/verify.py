"""Proving the event chain: every hash recomputed, every number in its place, no end cut."""

from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from grants.lifecycle.models import Event, Reading
from grants.lifecycle.queries import chain_head
from grants.lifecycle.readings import readings_hash
from grants.lifecycle.record import FIRST_HASH, event_hash
from grants.lifecycle.stored import stored_rows


@dataclass(frozen=True)
class Verdict:
    """What the check found: the number of events, the hash of the last, and every fault in words."""

    events: int
    head: str
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Say whether the chain is unbroken."""
        return not self.faults


@dataclass
class Walk:
    """How far the check has come along the chain, and what it found."""

    count: int = 0
    previous: str | None = FIRST_HASH
    """The hash of the event before; None where that event cannot be read."""
    sought: str | None = None
    faults: list[str] = field(default_factory=list)
    seals: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The seal of readings by its uid: the event's number and the hash of the readings."""

    def see(self, number: int, event: Event | None) -> None:
        """Check the next event."""
        if number != self.count + 1:
            self.faults.append(f"Event {self.count + 1} is missing; the next one is {number}.")
        self.count = number
        if event is None:
            self.faults.append(f"Event {number} was changed: it cannot be read as it was written.")
            self.previous = None
            return
        if event.seq != number:
            self.faults.append(f"Event {number} was changed: its number is {event.seq}.")
        if self.previous is not None and event.previous_hash != self.previous:
            self.faults.append(f"Event {number} does not follow the event before it.")
        if event_hash(event) != event.hash:
            self.faults.append(f"Event {number} was changed: its content does not match its hash.")
        if event.kind == "readings.sealed":
            self.seals[event.uid] = (number, str(event.facts.get("sha256")))
        self.previous = event.hash
        if event.hash == self.sought:
            self.sought = None


def verify_chain(session: Session, *, head: str | None = None) -> Verdict:
    """Recompute the whole chain; with `head`, a hash kept elsewhere, also find a cut end.

    Seals of readings are recomputed too. Faults name the event's number. A database that cannot be
    read at all is a fault, not an error.
    """
    walk = Walk(sought=head)
    try:
        for number, event in stored_rows(session, Event):
            walk.see(number, event)
        walk.faults.extend(_head_faults(session, walk))
        walk.faults.extend(_seal_faults(session, walk.seals))
    except DBAPIError as error:
        walk.faults.append(f"The database cannot be read after event {walk.count}: {error.orig}.")
    if walk.sought is not None:
        walk.faults.append(f"The chain does not contain the head {head}: its end was cut or rewritten.")
    return Verdict(walk.count, walk.previous or "unknown", tuple(walk.faults))


def _head_faults(session: Session, walk: Walk) -> list[str]:
    end = chain_head(session)
    seq, value = (end.seq, end.hash) if end else (0, FIRST_HASH)
    if seq != walk.count:
        return [f"The chain ends at event {walk.count}, but {seq} events were written: its end was cut."]
    if walk.previous is not None and value != walk.previous:
        return [f"The chain does not end with the hash that was noted when event {seq} was written."]
    return []


def _seal_faults(session: Session, seals: dict[str, tuple[int, str]]) -> list[str]:
    found: dict[str, list[Reading]] = {}
    faults = []
    for number, reading in stored_rows(session, Reading):
        if reading is None:
            faults.append(f"Reading {number} was changed: it cannot be read as it was written.")
        elif reading.seal_uid is not None:
            found.setdefault(reading.seal_uid, []).append(reading)
    faults.extend(
        f"The readings sealed by event {number} were changed."
        for uid, (number, sha256) in seals.items()
        if readings_hash(found.get(uid, [])) != sha256
    )
    strangers = sorted(set(found) - set(seals))
    faults.extend(f"A seal of readings, {uid}, is not in the chain." for uid in strangers)
    return faults
