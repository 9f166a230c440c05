"""Feedback to applicants: put together from the acting sheets, cleared by staff, open with the letter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import require
from grants.competitions.models import Competition
from grants.documents.models import Feedback
from grants.documents.services.storing import FileReady, record_file
from grants.errors import NotFound, refuse
from grants.jobs.models import Job
from grants.jobs.queue import enqueue
from grants.lifecycle.record import record
from grants.reviews.queries import applications as material
from grants.reviews.queries import feedback as stored
from grants.reviews.queries import panels, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.feedback import (
    CriterionSaid,
    FeedbackText,
    NameFound,
    Said,
    digest,
    names_in,
    order_for,
    to_json,
)
from grants.reviews.services.acting import ActingSheet, Gathered, gather
from grants.reviews.services.rubric import rubric_of
from grants.reviews.workflow import PanelStatus
from scoring.exact import show_exact
from scoring.rubric import Rubric

MAKE = "reviews.feedback"
OPEN_SHEETS = "Not every score sheet is in."
OPEN_PANEL = "The panel of the state is open."
NOTHING = "No score sheet is in."


@dataclass(frozen=True)
class Clues:
    """What points to the people of a panel: their names; their addresses and the bodies they belong to."""

    names: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True)
class Draft:
    """The feedback on one application as it would go out now."""

    candidate: Candidate
    text: FeedbackText
    names: list[NameFound]
    waits_for: str | None
    """Why it cannot be cleared yet; None if it can."""
    standing: Feedback | None
    told_at: datetime | None

    @property
    def has_changed(self) -> bool:
        """Ask whether the sheets say something else now than what was cleared."""
        return self.standing is not None and self.standing.sha256 != digest(to_json(self.text))

    @property
    def is_ready(self) -> bool:
        """Ask whether it can be cleared without a look at a name."""
        return self.standing is None and self.waits_for is None and not self.names


def drafts(
    session: Session,
    competition: Competition,
    *,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> list[Draft]:
    """Return what would go out on every reviewed application, in a fixed number of queries."""
    found = [
        one
        for one in material.candidates(session, competition.id, without=without)
        if only is None or one.id in only
    ]
    ids = [one.id for one in found]
    gathered = gather(session, competition.id, ids)
    rubric = rubric_of(session, competition)
    open_states = {
        state
        for state, panel in panels.panels_of(session, competition.id).items()
        if panel.status is PanelStatus.OPEN
    }
    cleared = stored.standing_of_competition(session, competition.id)
    told = stored.told_at(session, ids)
    names = _clues(session, competition.id)
    return [
        _draft(
            competition,
            one,
            gathered[one.id],
            rubric,
            names,
            waits_for=_waits_for(gathered[one.id], is_open=one.state in open_states),
            standing=cleared.get(one.id),
            told_at=told.get(one.id),
        )
        for one in found
    ]


def draft_of(session: Session, competition: Competition, application_id: int) -> Draft:
    """Return what would go out on one application."""
    found = drafts(session, competition, only=[application_id])
    if not found:
        raise NotFound
    return found[0]


def clear(
    session: Session,
    competition: Competition,
    ready: Sequence[Draft],
    *,
    names_stand: bool = False,
    actor: Actor,
    now: datetime,
) -> Job | None:
    """Clear feedback: what stands now is frozen, and the worker writes it as PDF; the letter opens it."""
    require(actor, "feedback.clear")
    rows = [
        _cleared(session, competition, draft, names_stand=names_stand, actor=actor, now=now)
        for draft in ready
        if draft.standing is None
    ]
    if not rows:
        return None
    job = enqueue(
        session,
        MAKE,
        {"feedback": [row.uid for row in rows]},
        actor=actor,
        now=now,
        label=f"Write feedback to applicants, {competition.number}",
    )
    for row in rows:
        row.job_uid = job.uid
        session.add(row)
    return job


def withdraw(session: Session, row: Feedback, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a cleared feedback back; it is closed to the applicant until it is cleared again."""
    require(actor, "feedback.clear", row)
    if not reason.strip():
        raise refuse("reason", "Write why the feedback is taken back.", field="reason")
    row.withdrawn_at, row.withdrawn_reason = now, reason.strip()[:2000]
    session.add(row)
    record(
        session,
        "feedback.withdrawn",
        row,
        happened="took the feedback to the applicant back",
        actor=actor,
        now=now,
        reason=row.withdrawn_reason,
    )


def keep_file(session: Session, row: Feedback, ready: FileReady, *, actor: Actor, now: datetime) -> None:
    """Keep the PDF of a feedback that the worker wrote."""
    if row.file_id is None:
        row.file_id = record_file(session, ready, actor=actor, now=now).id
        session.add(row)


def _cleared(
    session: Session,
    competition: Competition,
    draft: Draft,
    *,
    names_stand: bool,
    actor: Actor,
    now: datetime,
) -> Feedback:
    _require_clearable(draft, names_stand=names_stand)
    content = to_json(draft.text)
    row = Feedback(
        application_id=draft.candidate.id,
        organization_id=draft.candidate.organization_id,
        competition_id=competition.id,
        content=content,
        sha256=digest(content),
        names_stand=bool(draft.names),
        cleared_by_id=actor.person_id,
        cleared_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        "feedback.cleared",
        row,
        happened="cleared the feedback to the applicant",
        actor=actor,
        now=now,
        facts={"sha256": row.sha256, "names": [one.name for one in draft.names]},
    )
    return row


def _require_clearable(draft: Draft, *, names_stand: bool) -> None:
    number = draft.candidate.number
    if draft.waits_for is not None:
        raise refuse("waits", f"{number} cannot be cleared: {draft.waits_for}")
    if draft.names and not names_stand:
        raise refuse(
            "names",
            f"{number}: a reviewer's name stands in the text. Read it, then say that it may stand, or return "
            "the sheet to its author.",
            field="names_stand",
        )


def _draft(
    competition: Competition,
    candidate: Candidate,
    found: Gathered,
    rubric: Rubric,
    names: Clues,
    *,
    waits_for: str | None,
    standing: Feedback | None,
    told_at: datetime | None,
) -> Draft:
    text = _text(competition, candidate, found.sheets, rubric)
    return Draft(candidate, text, names_in(text, names.names, names.others), waits_for, standing, told_at)


def _text(
    competition: Competition, candidate: Candidate, sheets: Sequence[ActingSheet], rubric: Rubric
) -> FeedbackText:
    by_member: Mapping[str, ActingSheet] = {one.member_uid: one for one in sheets}
    ordered = [by_member[uid] for uid in order_for(candidate.uid, by_member)]
    return FeedbackText(
        number=candidate.number,
        organization=candidate.organization,
        competition=competition.number,
        state=candidate.state,
        reviewers=len(ordered),
        criteria=tuple(
            CriterionSaid(
                leaf.key,
                leaf.title,
                show_exact(leaf.points),
                tuple(
                    _said(place, one, leaf.key, shows_points=competition.feedback_points)
                    for place, one in enumerate(ordered, start=1)
                ),
            )
            for leaf in rubric.leaves
        ),
    )


def _said(place: int, one: ActingSheet, key: str, *, shows_points: bool) -> Said:
    score = one.scores.get(key)
    if score is None:
        return Said(f"Reviewer {place}", "", "", "")
    points = show_exact(score.earned) if shows_points and score.earned is not None else ""
    return Said(f"Reviewer {place}", points, score.strengths, score.weaknesses)


def _waits_for(found: Gathered, *, is_open: bool) -> str | None:
    if not found.sheets:
        return NOTHING
    if is_open:
        return OPEN_PANEL
    return None if found.is_settled else OPEN_SHEETS


def _clues(session: Session, competition_id: int) -> Clues:
    members = pool.members_of(session, competition_id)
    entries = pool.reviewers_by_person(session, {one.person_id for one in members if one.person_id})
    bodies = {one.affiliation for one in members} | {one.affiliation for one in entries.values()}
    return Clues(frozenset(one.name for one in members), frozenset({one.email for one in members} | bodies))
