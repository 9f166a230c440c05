"""What an open panel lacks before it can close, finalist by finalist."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session

from grants.competitions.models import Competition
from grants.reviews.models import Panel, Phase
from grants.reviews.queries import applications as material
from grants.reviews.queries import conflicts, panels, pool, sheets
from grants.reviews.workflow import IN


@dataclass(frozen=True)
class Lack:
    """What one finalist still lacks before the panel can close."""

    number: str
    unconfirmed: tuple[str, ...]
    """Reviewers who neither revised nor said that their scores stand."""
    is_unsigned: bool
    """The chair's record is not signed."""

    @property
    def message(self) -> str:
        """Say it in one sentence."""
        parts = []
        if self.unconfirmed:
            verb = "have" if len(self.unconfirmed) > 1 else "has"
            who = " and ".join(filter(None, [", ".join(self.unconfirmed[:-1]), self.unconfirmed[-1]]))
            parts.append(f"{who} {verb} neither revised nor let the scores stand")
        if self.is_unsigned:
            parts.append("the record of the discussion is not signed")
        return f"{self.number}: {'; '.join(parts)}."


def lacking(
    session: Session, competition: Competition, panel: Panel, *, without: Collection[int] = ()
) -> list[Lack]:
    """Return what each finalist lacks before a panel can close: revisions not confirmed, a record not signed.

    `without` are applications closed to the reader.
    """
    people = {one.person_id: one.name for one in pool.members_of(session, competition.id)}
    records = panels.records_of(session, panel.id)
    barring = conflicts.barring_pairs(session, competition.id)
    unconfirmed: dict[int, list[str]] = {}
    for row in sheets.sheets_of(session, competition.id, state=panel.state, without=without):
        is_awaited = row.phase is Phase.FINAL and row.status not in IN
        if is_awaited and (row.person_id, row.application_id) not in barring:
            name = people.get(row.person_id, "A reviewer")
            unconfirmed.setdefault(row.application_id, []).append(name)
    found = []
    for one in sorted(material.candidates_by_id(session, records).values(), key=lambda one: one.number):
        lack = Lack(one.number, tuple(unconfirmed.get(one.id, ())), records[one.id].signed_at is None)
        if one.id not in without and (lack.unconfirmed or lack.is_unsigned):
            found.append(lack)
    return found
