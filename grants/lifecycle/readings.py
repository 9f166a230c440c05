"""Who read what and when: one row per opening, sealed into the chain every hour."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.clock import real_now
from grants.database import Database
from grants.lifecycle.models import Installation, Reading
from grants.lifecycle.queries import installation, readings_sealed_by, unsealed_readings
from grants.lifecycle.record import record


def note_reading(database: Database, what: str, subject: Any, *, actor: Actor, now: datetime) -> None:
    """Write that the actor opens a record, in a short transaction of its own, before the first byte."""
    with database.writing() as session:
        session.add(
            Reading(
                person_id=actor.person_id,
                person_name=actor.name,
                person_role=actor.role_label,
                what=what,
                subject_type=subject.__tablename__,
                subject_id=subject.id,
                subject_uid=subject.uid,
                application_id=getattr(subject, "application_id", None),
                at=now,
                real_at=real_now(),
            )
        )


def seal(session: Session, *, now: datetime) -> int:
    """Seal every reading not sealed so far by one event that carries their hash; return how many."""
    rows = unsealed_readings(session)
    house = installation(session)
    if not rows or house is None:
        return 0
    record(
        session,
        "readings.sealed",
        SealSubject(house),
        happened=f"sealed {len(rows)} readings",
        actor=SYSTEM,
        now=now,
        facts={"first": rows[0].id, "last": rows[-1].id, "count": len(rows), "sha256": readings_hash(rows)},
    )
    for row in rows:
        row.sealed = True
    return len(rows)


class SealSubject:
    """The installation as the subject of an event."""

    __tablename__ = "installation"
    uid = "installation"
    label = "Readings"

    def __init__(self, house: Installation) -> None:
        self.id = house.id


def readings_hash(rows: list[Reading]) -> str:
    """Return the SHA-256 over the rows as they were read."""
    digest = hashlib.sha256()
    for row in rows:
        fields = [row.id, row.person_id, row.what, row.subject_type, row.subject_uid, row.real_at.isoformat()]
        digest.update(json.dumps(fields, separators=(",", ":")).encode())
    return digest.hexdigest()


def seal_holds(session: Session, *, first: int, last: int, sha256: str) -> bool:
    """Say whether the readings from `first` to `last` still hash to what their seal says."""
    return readings_hash(readings_sealed_by(session, first, last)) == sha256
