"""The next steps from an approved selection to an opened letter: each kind is a row of `STEPS`.

A step stands on the home of who may do it, and never where a conflict closes the application to them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.check import may
from grants.access.roles import Role
from grants.applications.models import Application
from grants.applications.workflow import ApplicationStatus
from grants.awards.models import Award, Choice, Selection
from grants.awards.workflow import AwardStatus, SelectionStatus
from grants.competitions.models import Competition
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.models import Batch, Letter
from grants.documents.workflow import LetterStatus
from grants.lifecycle.models import Reading
from grants.lifecycle.waiting import NEWS, OTHERS_WAIT, OVERDUE, WITH_OTHERS, Waiting
from grants.organizations.models import Membership

DECISIONS = ("award", "decline")
"""The kinds of letters that tell an applicant how a competition was decided."""
GONE = (LetterStatus.DISCARDED, LetterStatus.SUPERSEDED)


@dataclass(frozen=True)
class Step:
    """One kind of step of a grants officer: the permission it needs, and its rows."""

    key: str
    permission: str
    rows: Callable[[Session, Actor, datetime], Iterator[Waiting]]


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what waits for a grants officer and for a host's members once a state is decided."""
    found: list[Waiting] = []
    if Role.GRANTS_OFFICER in actor.staff_roles:
        allowed = [step for step in STEPS if may(actor, step.permission)]
        found += [row for step in allowed for row in step.rows(session, actor, now)]
    if actor.memberships:
        found += [*_decisions_to_read(session, actor), *_signatures_of_others(session, actor)]
    return found


def _prepare(session: Session, actor: Actor, _now: datetime) -> Iterator[Waiting]:
    """Name approved selections from which no award is prepared."""
    rows = (
        select(Selection, Competition.number)
        .join(Competition, col(Competition.id) == col(Selection.competition_id))
        .where(
            col(Selection.status) == SelectionStatus.APPROVED,
            col(Selection.choice) == Choice.SELECT,
            ~exists().where(col(Award.selection_id) == col(Selection.id)),
            _open_to(actor, Selection.application_id),
        )
        .order_by(col(Selection.approved_at), col(Selection.id))
    )
    for selection, number in session.exec(rows).all():
        verb = f"Prepare the award for {CENTER_STATES.get(selection.state, selection.state)}"
        yield _row(verb, "The selection is approved", number, "staff.awards.prepare", uid=selection.uid)


def _lapsed(session: Session, actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Name awards whose term for the countersignature has passed."""
    rows = select(Award).where(
        col(Award.status) == AwardStatus.MADE,
        col(Award.countersign_by) < now,
        _letter_of(Award.application_id, col(Letter.released_at).is_not(None)),
        _open_to(actor, Award.application_id),
    )
    for award in session.exec(rows.order_by(col(Award.countersign_by), col(Award.id))).all():
        verb, why = f"Call the recipient of {award.fain}", "The term for its countersignature has passed"
        yield _row(
            verb, why, _state(award), "staff.awards.show", due=award.countersign_by, late=True, uid=award.uid
        )


def _untold(session: Session, actor: Actor, _now: datetime) -> Iterator[Waiting]:
    """Count decisions that can be told and have no letter: awards that were made, and declines."""
    no_letter = ~_letter_of(Application.id, col(Letter.status).not_in(GONE))
    awarded = exists().where(
        col(Award.application_id) == col(Application.id), col(Award.status) != AwardStatus.PREPARED
    )
    declined = and_(
        col(Application.status) == ApplicationStatus.ELIGIBLE,
        exists().where(
            col(Selection.competition_id) == col(Application.competition_id),
            col(Selection.state) == col(Application.state),
            col(Selection.status) == SelectionStatus.APPROVED,
            col(Selection.choice) != Choice.HOLD,
            or_(
                col(Selection.application_id).is_(None), col(Selection.application_id) != col(Application.id)
            ),
        ),
    )
    rows = (
        select(Competition.number, func.count(col(Application.id)))
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .where(no_letter, or_(awarded, declined), _open_to(actor, Application.id))
        .group_by(col(Competition.number))
        .order_by(col(Competition.number))
    )
    for number, count in session.exec(rows).all():
        verb, why = f"Draft {_letters(count)}", "The hosts know of no decision yet"
        yield _row(verb, why, number, "staff.awards.selection", number=number)


def _unreleased(session: Session, actor: Actor, _now: datetime) -> Iterator[Waiting]:
    """Count the letters of a round that are drafted or made, and not released."""
    rows = (
        select(Batch.uid, Letter.status, Competition.number, func.count(col(Letter.id)))
        .join(Batch, col(Batch.id) == col(Letter.batch_id))
        .join(Competition, col(Competition.id) == col(Letter.competition_id))
        .where(
            col(Letter.kind).in_(DECISIONS),
            col(Letter.status).in_([LetterStatus.DRAFT, LetterStatus.MADE]),
            _open_to(actor, Letter.application_id),
        )
        .group_by(col(Batch.id), col(Batch.uid), col(Letter.status), col(Competition.number))
        .order_by(col(Batch.id), col(Letter.status))
    )
    for uid, status, number, count in session.exec(rows).all():
        is_made = status is LetterStatus.MADE
        verb = f"{'Release' if is_made else 'Make'} {_letters(count)}"
        why = "Made, and not released" if is_made else "Drafted, without a PDF"
        yield _row(verb, why, number, "staff.documents.batch", uid=uid)


STEPS: tuple[Step, ...] = (
    Step("prepare", "award.prepare", _prepare),
    Step("lapsed", "award.read", _lapsed),
    Step("untold", "letter.make", _untold),
    Step("unreleased", "letter.release", _unreleased),
)
"""Every step of a grants officer after the approval, in the order of the work."""


def _decisions_to_read(session: Session, actor: Actor) -> Iterator[Waiting]:
    """Name released letters that this member has not opened; who joined later is told of none before."""
    opened = exists().where(
        col(Reading.person_id) == actor.person_id,
        or_(
            and_(col(Reading.what) == "letter", col(Reading.subject_id) == col(Letter.id)),
            and_(
                col(Reading.what) == "award",
                col(Reading.application_id) == col(Letter.application_id),
                col(Reading.at) >= col(Letter.released_at),
            ),
        ),
    )
    rows = (
        select(Letter, Application, Competition.number, Competition.zone)
        .join(Application, col(Application.id) == col(Letter.application_id))
        .join(Competition, col(Competition.id) == col(Application.competition_id))
        .join(Membership, col(Membership.organization_id) == col(Letter.organization_id))
        .where(
            col(Membership.person_id) == actor.person_id,
            col(Membership.organization_id).in_(sorted(actor.memberships)),
            col(Membership.joined_at) <= col(Letter.released_at),
            col(Letter.status) == LetterStatus.RELEASED,
            ~opened,
        )
        .order_by(col(Letter.released_at), col(Letter.id))
    )
    for letter, application, number, zone in session.exec(rows).all():
        state = CENTER_STATES.get(application.state, application.state)
        yield Waiting(
            verb=f"Your decision is here: open the letter on {state}",
            why=letter.title,
            due=None,
            subject=f"{number}, {application.number}",
            endpoint="applicant.documents.letter",
            values={"uid": letter.uid},
            urgency=NEWS,
            zone=zone,
        )


def _signatures_of_others(session: Session, actor: Actor) -> Iterator[Waiting]:
    """Name awards that wait for a countersignature which this member cannot give."""
    ids = [key for key, role in actor.memberships.items() if role is not Role.REPRESENTATIVE]
    rows = select(Award).where(
        col(Award.organization_id).in_(ids),
        col(Award.status) == AwardStatus.MADE,
        _letter_of(Award.application_id, col(Letter.released_at).is_not(None)),
    )
    for award in session.exec(rows.order_by(col(Award.made_at), col(Award.id))).all() if ids else ():
        yield Waiting(
            verb=f"Countersignature of award {award.fain}",
            why="your authorized representative",
            due=award.made_at,
            subject=_state(award),
            endpoint="applicant.awards.show",
            values={"uid": award.uid},
            urgency=WITH_OTHERS,
        )


def _row(
    verb: str,
    why: str,
    subject: str,
    endpoint: str,
    *,
    due: datetime | None = None,
    late: bool = False,
    **at: str,
) -> Waiting:
    urgency = OVERDUE if late else OTHERS_WAIT
    return Waiting(verb, why, due, subject, endpoint, at, urgency, Role.GRANTS_OFFICER)


def _state(award: Award) -> str:
    return CENTER_STATES.get(award.state, award.state)


def _open_to(actor: Actor, application_id: Any) -> ColumnElement[bool]:
    """Leave out what a conflict closes to the actor; a decision without an application stays."""
    return or_(col(application_id).is_(None), col(application_id).not_in(sorted(actor.barred)))


def _letter_of(application_id: Any, *clauses: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ask for a letter that tells the decision on an application."""
    return exists().where(
        col(Letter.application_id) == col(application_id), col(Letter.kind).in_(DECISIONS), *clauses
    )


def _letters(count: int) -> str:
    return "1 decision letter" if count == 1 else f"{count} decision letters"
