"""Proving the event chain: every hash recomputed, every number in its place, no end cut."""

from dataclasses import dataclass

from sqlmodel import Session

from grants.lifecycle.queries import chain_head, events_in_order
from grants.lifecycle.readings import seal_holds
from grants.lifecycle.record import FIRST_HASH, event_hash


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


def verify_chain(session: Session, *, head: str | None = None) -> Verdict:
    """Recompute the whole chain; with `head`, a hash kept elsewhere, also find a cut end.

    Seals of readings are recomputed too. Faults name the event's number.
    """
    faults: list[str] = []
    seals: list[tuple[int, dict[str, object]]] = []
    count, previous, seen = 0, FIRST_HASH, head is None
    for event in events_in_order(session):
        count += 1
        if event.seq != count:
            faults.append(f"Event {count} is missing; the next one is {event.seq}.")
            count = event.seq
        if event.previous_hash != previous:
            faults.append(f"Event {event.seq} does not follow the event before it.")
        if event_hash(event) != event.hash:
            faults.append(f"Event {event.seq} was changed: its content does not match its hash.")
        if event.kind == "readings.sealed":
            seals.append((event.seq, event.facts))
        previous = event.hash
        seen = seen or previous == head
    faults.extend(_head_faults(session, count, previous))
    faults.extend(_seal_faults(session, seals))
    if not seen:
        faults.append(f"The chain does not contain the head {head}: its end was cut or rewritten.")
    return Verdict(count, previous, tuple(faults))


def _head_faults(session: Session, count: int, last: str) -> list[str]:
    end = chain_head(session)
    seq, value = (end.seq, end.hash) if end else (0, FIRST_HASH)
    if (seq, value) == (count, last):
        return []
    return [f"The chain ends at event {count}, but {seq} events were written: its end was cut."]


def _seal_faults(session: Session, seals: list[tuple[int, dict[str, object]]]) -> list[str]:
    return [
        f"The readings sealed by event {seq} were changed."
        for seq, facts in seals
        if not seal_holds(
            session, first=int(str(facts["first"])), last=int(str(facts["last"])), sha256=str(facts["sha256"])
        )
    ]
