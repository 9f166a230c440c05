"""Reminding the members of drafts before the deadline: seven days, one day, three hours."""

from datetime import datetime, timedelta

from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.applications.queries.lists import drafts_due, times_reminded
from grants.lifecycle.perform import tell
from grants.lifecycle.record import record

STEPS = (
    ("3 hours", timedelta(hours=3)),
    ("1 day", timedelta(days=1)),
    ("7 days", timedelta(days=7)),
)


def remind(session: Session, now: datetime) -> None:
    """Remind each draft once for each step; a step that was missed is not made up for by two mails."""
    for row in drafts_due(session, after=now, until=now + STEPS[-1][1]):
        deadline = row.competition.deadline_at
        if deadline is None:
            continue
        step = next(name for name, before in STEPS if deadline - now <= before)
        if step in times_reminded(session, row.application.id):
            continue
        event = record(
            session,
            "application.reminded",
            row.application,
            happened=f"reminded the members of the deadline, {step} before it",
            actor=SYSTEM,
            now=now,
            facts={"before": step},
        )
        tell(session, event, "applications.reminded")
