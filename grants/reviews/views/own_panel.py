"""A reviewer on the panel: own sheet beside the others' once the own is in, revise or let scores stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import NotFound
from grants.reviews.models import Panel, Phase, Score, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import panels, pool, sheets
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.rubric import rubric_of
from grants.reviews.views.audiences import reviewer as pages
from grants.reviews.workflow import IN, PanelStatus
from grants.web import current
from grants.web.render import page
from scoring.rubric import Leaf


@dataclass(frozen=True)
class Voice:
    """One reviewer's points and reasons on one finalist."""

    name: str
    is_own: bool
    scores: Mapping[str, Score]
    total: Decimal
    first: Mapping[str, Decimal | None]
    """Points before the call, where a revision is in."""
    first_total: Decimal

    def moved(self, key: str) -> Decimal | None:
        """Return the points before the call on a sub-criterion, if they were others."""
        before, score = self.first.get(key), self.scores.get(key)
        return before if score is not None and score.points != before else None


@dataclass(frozen=True)
class Finalist:
    """One finalist of the panel that the reader reviewed."""

    candidate: Candidate
    own: Sheet
    voices: tuple[Voice, ...]


@pages.page(
    "/panels/<uid>",
    "panel",
    permission="panel.attend",
    load=panels.panel_by_uid,
    reads="panel",
)
def panel(row: Panel) -> ResponseReturnValue:
    """Show the finalists one reviewed; another's scores stand beside one's own, which are in."""
    with current.reading() as session:
        competition = competition_by_id(session, row.competition_id)
        if competition is None or row.status is PanelStatus.WAITING:
            raise NotFound
        found = finalists_of(session, competition, row, current.actor())
        leaves: tuple[Leaf, ...] = rubric_of(session, competition).leaves
    if not found:
        raise NotFound
    return page(panel=row, competition=competition, found=found, leaves=leaves, names=POSTAL_CODES)


def finalists_of(session: Session, competition: Competition, row: Panel, actor: Actor) -> list[Finalist]:
    """Return the finalists open to the actor with every sheet that is in, if the actor's own first one is."""
    rows = [
        one
        for one in sheets.sheets_of(session, competition.id, state=row.state, without=actor.barred)
        if one.application_id in actor.assignments
    ]
    own = {
        one.application_id: one
        for one in rows
        if one.person_id == actor.person_id and one.phase is Phase.FINAL
    }
    firsts = {
        one.application_id
        for one in rows
        if one.person_id == actor.person_id and one.phase is Phase.INITIAL and one.status in IN
    }
    names = {one.person_id: one.name for one in pool.members_of(session, competition.id)}
    candidates = material.candidates_by_id(session, own.keys() & firsts)
    shown = [one for one in rows if one.status in IN and one.application_id in candidates]
    scores = sheets.scores_of_many(session, [one.id for one in shown])
    return [
        Finalist(candidate, own[number], tuple(_voices(shown, number, names, scores, actor)))
        for number, candidate in sorted(candidates.items(), key=lambda pair: pair[1].number)
    ]


def _voices(
    shown: list[Sheet],
    application_id: int,
    names: Mapping[int | None, str],
    scores: Mapping[int, Mapping[str, Score]],
    actor: Actor,
) -> list[Voice]:
    """Return the acting sheet of each reviewer, the reader's own first."""
    acting: dict[int, Sheet] = {}
    first: dict[int, Sheet] = {}
    for one in shown:
        if one.application_id == application_id:
            if one.person_id not in acting or one.phase is Phase.FINAL:
                acting[one.person_id] = one
            if one.phase is Phase.INITIAL:
                first[one.person_id] = one
    voices = [
        _voice(
            names.get(person_id, "A reviewer"),
            scores.get(one.id, {}),
            scores.get(first[person_id].id, {}) if person_id in first else {},
            is_own=person_id == actor.person_id,
        )
        for person_id, one in acting.items()
    ]
    return sorted(voices, key=lambda voice: (not voice.is_own, voice.name))


def _voice(name: str, scores: Mapping[str, Score], first: Mapping[str, Score], *, is_own: bool) -> Voice:
    before = {key: score.points for key, score in first.items()}
    return Voice(name, is_own, scores, _total(scores), before, _total(first))


def _total(scores: Mapping[str, Score]) -> Decimal:
    return sum((score.points or Decimal(0) for score in scores.values()), Decimal(0))
