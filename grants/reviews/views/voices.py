"""What a reviewer on the panel may see: the finalists one scored, each reviewer's points and reasons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session

from grants.access.actor import Actor
from grants.reviews.models import Phase, Sheet
from grants.reviews.queries import comments, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.queries.comments import Attended, Own, Written


@dataclass(frozen=True)
class Voice:
    """One reviewer's points and reasons on one finalist."""

    name: str
    is_own: bool
    acting: Written
    """The revision where one is in, else the sheet from before the call."""
    first: Written | None
    """The sheet from before the call."""

    @property
    def last_change(self) -> datetime | None:
        """Return when the sheet that counts was submitted."""
        return self.acting.sheet.submitted_at

    @property
    def total_before(self) -> Fraction | None:
        """Return the sum before the call, if it was another."""
        before = self.first.total if self.first is not None else None
        return before if before != self.acting.total else None

    def before(self, key: str) -> Fraction | None:
        """Return the points before the call on a sub-criterion, if they were others."""
        first = self.first.scores.get(key) if self.first is not None else None
        score = self.acting.scores.get(key)
        if first is None or score is None or first.earned == score.earned:
            return None
        return first.earned


@dataclass(frozen=True)
class Finalist:
    """One finalist of the panel that the reader reviewed."""

    candidate: Candidate
    own: Sheet
    voices: tuple[Voice, ...]


def open_to(session: Session, panel: Attended, actor: Actor) -> list[Own]:
    """Return the actor's sheets to revise on the finalists open to them: the own first sheet is in there."""
    return comments.own_in_panel(session, actor.person_id or 0, panel, actor.assignments - actor.barred)


def finalists_of(session: Session, panel: Attended, actor: Actor) -> list[Finalist]:
    """Return the finalists open to the actor, by number, with every sheet that is in."""
    own = open_to(session, panel, actor)
    if not own:
        return []
    rows = comments.written_on(session, [one.candidate.id for one in own])
    names = {one.person_id: one.name for one in pool.members_of(session, panel.competition_id)}
    return [Finalist(one.candidate, one.sheet, _voices(rows, one.candidate.id, names, actor)) for one in own]


def _voices(
    rows: Iterable[Written], application_id: int, names: Mapping[int | None, str], actor: Actor
) -> tuple[Voice, ...]:
    """Return the acting sheet of each reviewer, the reader's own first."""
    by_person: dict[int, dict[Phase, Written]] = {}
    for row in rows:
        if row.sheet.application_id == application_id:
            by_person.setdefault(row.sheet.person_id, {})[row.sheet.phase] = row
    voices = [
        Voice(
            names.get(person_id, "A reviewer"),
            person_id == actor.person_id,
            by.get(Phase.FINAL) or by[Phase.INITIAL],
            by.get(Phase.INITIAL),
        )
        for person_id, by in by_person.items()
    ]
    return tuple(sorted(voices, key=lambda voice: (not voice.is_own, voice.name)))
