"""A reviewer's own pages: reviews by state, own scores side by side, panel calls, declarations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_id, competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import NotFound
from grants.reviews.models import Assignment, Panel, PanelMember, Phase, Score, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, panels, pool, sheets
from grants.reviews.queries.applications import Candidate
from grants.reviews.services.rubric import rubric_of
from grants.reviews.views.audiences import reviewer as pages
from grants.reviews.workflow import IN, MemberStatus, SheetStatus
from grants.web import current
from grants.web.render import page


@dataclass(frozen=True)
class OwnSheet:
    """One of the reader's own sheets in a list."""

    sheet: Sheet
    candidate: Candidate
    due_at: datetime | None
    given: int
    so_far: Fraction

    @property
    def state_word(self) -> tuple[str, str]:
        """Return what is true of the sheet, and its tone."""
        if self.sheet.status in IN:
            return "Submitted", "done"
        if self.sheet.status == SheetStatus.RETURNED:
            return "Returned to you", "warn"
        if self.sheet.phase is Phase.FINAL:
            return "Revise, or say that your scores stand", "new"
        return ("In progress", "progress") if self.given else ("Not started", "plain")


@dataclass(frozen=True)
class Reviews:
    """A reviewer's reviews of one competition, and what has to come first."""

    member: PanelMember
    competition: Competition
    to_answer: int
    rows: tuple[OwnSheet, ...]

    @property
    def by_state(self) -> dict[str, list[OwnSheet]]:
        """Return the sheets by state."""
        found: dict[str, list[OwnSheet]] = {}
        for row in self.rows:
            found.setdefault(row.candidate.state, []).append(row)
        return found


@pages.page("", "index", permission="review.list")
def index() -> ResponseReturnValue:
    """List one's own reviews by state, with own progress only."""
    with current.reading() as session:
        found = reviews_of(session, current.actor())
    return page(found=found, names=POSTAL_CODES)


@pages.page(
    "/compare/<number>", "compare", permission="review.list", load=competition_by_number, by=("number",)
)
def compare(competition: Competition) -> ResponseReturnValue:
    """Show one's own scores side by side: sheets across, criteria down."""
    actor = current.actor()
    with current.reading() as session:
        found = next(
            (one for one in reviews_of(session, actor) if one.competition.id == competition.id), None
        )
        if found is None:
            raise NotFound
        rubric = rubric_of(session, found.competition)
        scores = sheets.scores_of_many(session, [row.sheet.id for row in found.rows])
    return page(found=found, leaves=rubric.leaves, scores=scores)


@pages.page("/panels", "panels", permission="review.list")
def panel_calls() -> ResponseReturnValue:
    """List the panel calls of the states one reviews."""
    with current.reading() as session:
        rows = _panels(session, current.actor())
    return page(rows=rows, names=POSTAL_CODES)


@pages.page("/declarations", "declarations", permission="review.list")
def declarations() -> ResponseReturnValue:
    """Show what one signed and declared, and until when it holds."""
    actor = current.actor()
    with current.reading() as session:
        invitations = pool.invitations_of(session, actor.person_id or 0, actor.email)
        entry = pool.reviewer_of(session, actor.person_id or 0)
        interests = pool.interests_of(session, actor.person_id or 0)
    return page(invitations=invitations, entry=entry, interests=interests)


def reviews_of(session: Session, actor: Actor) -> list[Reviews]:
    """Return an actor's reviews by competition, in a fixed number of queries."""
    person_id = actor.person_id or 0
    invitations = pool.invitations_of(session, person_id, actor.email)
    sent = assignments.sent_to(session, person_id)
    answered = conflicts.answers_of(session, person_id)
    own = sheets.own_sheets(session, person_id, actor.assignments)
    candidates = material.candidates_by_id(session, {row.application_id for row in own})
    scores = sheets.scores_of_many(session, [row.id for row in own])
    due = {row.application_id: row.due_at for row in sent}
    return [
        Reviews(
            member=member,
            competition=competition,
            to_answer=_to_answer(member, sent, answered),
            rows=tuple(
                _own(row, candidates[row.application_id], due, scores.get(row.id, {}))
                for row in latest(own)
                if row.competition_id == competition.id
            ),
        )
        for member, competition in invitations
    ]


def latest(own: list[Sheet]) -> list[Sheet]:
    """Return one sheet per application: the revision where there is one."""
    chosen: dict[int, Sheet] = {}
    for row in own:
        if row.application_id not in chosen or row.phase is Phase.FINAL:
            chosen[row.application_id] = row
    return list(chosen.values())


def _to_answer(member: PanelMember, sent: list[Assignment], answered: Mapping[int, object]) -> int:
    if member.status != MemberStatus.ACCEPTED:
        return 0
    return sum(
        1
        for row in sent
        if row.competition_id == member.competition_id and row.application_id not in answered
    )


def _own(
    row: Sheet, candidate: Candidate, due: Mapping[int, datetime | None], scores: Mapping[str, Score]
) -> OwnSheet:
    given = [score.earned for score in scores.values() if score.earned is not None]
    total = sum(given, Fraction(0))
    until = row.due_at if row.phase is Phase.FINAL else due.get(row.application_id)
    return OwnSheet(row, candidate, until, len(given), total)


def _panels(session: Session, actor: Actor) -> list[tuple[Panel, Competition, bool]]:
    """Return the panels of the reader's states, each with whether the own first sheets are in."""
    own = sheets.own_sheets(session, actor.person_id or 0, actor.assignments)
    found: list[tuple[Panel, Competition, bool]] = []
    for competition_id in sorted({row.competition_id for row in own}):
        competition = competition_by_id(session, competition_id)
        by_state = panels.panels_of(session, competition_id)
        mine = {row.state for row in own if row.competition_id == competition_id}
        for state, panel in by_state.items():
            if state in mine and competition is not None:
                firsts = [row for row in own if row.state == state and row.phase is Phase.INITIAL]
                found.append((panel, competition, all(row.status in IN for row in firsts)))
    return found
