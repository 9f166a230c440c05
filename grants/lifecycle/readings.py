"""Who read what and when: one row per opening, sealed into the chain every hour."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.clock import real_now
from grants.database import Database
from grants.lifecycle.models import Reading
from grants.lifecycle.queries import installation, unsealed_readings
from grants.lifecycle.record import InstallationSubject, plain, record


def note_reading(database: Database, what: str, subject: Any, *, actor: Actor, now: datetime) -> None:
    """Write that the actor opens a record, in a short transaction of its own, before the first byte.

    Without a subject, what is opened belongs to the whole installation, such as a list that is downloaded.
    """
    with database.writing() as session:
        session.add(
            Reading(
                person_id=actor.person_id,
                person_name=actor.name,
                person_role=actor.role_label,
                what=what,
                subject_type=getattr(subject, "__tablename__", "installation"),
                subject_id=getattr(subject, "id", 1),
                subject_uid=getattr(subject, "uid", "installation"),
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
    seal_event = record(
        session,
        "readings.sealed",
        InstallationSubject(house, "Readings"),
        happened=f"sealed {len(rows)} readings",
        actor=SYSTEM,
        now=now,
        facts={"count": len(rows), "sha256": readings_hash(rows)},
    )
    for row in rows:
        row.seal_uid = seal_event.uid
    return len(rows)


def readings_hash(rows: Iterable[Reading]) -> str:
    """Return the SHA-256 over every field of the rows but the seal, in their order."""
    digest = hashlib.sha256()
    for row in rows:
        fields = {name: plain(getattr(row, name)) for name in Reading.model_fields if name != "seal_uid"}
        digest.update(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())
    return digest.hexdigest()
