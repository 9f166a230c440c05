"""Reads of continuation requests, their parts, sendings, evaluations and decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from grants.access.actor import Actor
from grants.awards.models import Award, BudgetPeriod
from grants.awards.workflow import AwardStatus, PeriodStatus
from grants.competitions.models import Competition
from grants.continuations.models import (
    Decision,
    Evaluation,
    Request,
    RequestPart,
    RequestPartVersion,
    Sending,
)
from grants.continuations.rules.parts import plan_in
from grants.continuations.workflow import RequestStatus
from grants.documents.models import Batch, Letter
from grants.organizations.models import Organization

PAGE = 50


def request_by_uid(session: Session, uid: str) -> Request | None:
    """Return a request by its random name."""
    return session.exec(select(Request).where(col(Request.uid) == uid)).first()


def request_by_id(session: Session, request_id: int) -> Request:
    """Return a request."""
    return session.exec(select(Request).where(col(Request.id) == request_id)).one()


def request_of_year(session: Session, award_id: int, ordinal: int) -> Request | None:
    """Return the request for one year of an award."""
    rows = select(Request).where(col(Request.award_id) == award_id, col(Request.ordinal) == ordinal)
    return session.exec(rows).first()


def requests_of_award(session: Session, award_id: int) -> list[Request]:
    """Return the requests of an award by year."""
    rows = select(Request).where(col(Request.award_id) == award_id).order_by(col(Request.ordinal))
    return list(session.exec(rows).all())


def requests_of_awards(session: Session, award_ids: Sequence[int]) -> list[Request]:
    """Return the requests of several awards, by award and year."""
    rows = select(Request).where(col(Request.award_id).in_(award_ids))
    return list(session.exec(rows.order_by(col(Request.award_id), col(Request.ordinal))).all())


@dataclass(frozen=True)
class Coming:
    """A planned budget period without a request, whose year before is funded."""

    award: Award
    period: BudgetPeriod
    previous: BudgetPeriod
    competition: Competition


def periods_without_request(session: Session, *, begins_by: date, begins_after: date) -> list[Coming]:
    """Return the planned periods of accepted awards that begin in a span of days and have no request."""
    before = aliased(BudgetPeriod)
    has_request = select(Request.id).where(col(Request.budget_period_id) == col(BudgetPeriod.id)).exists()
    rows = (
        select(Award, BudgetPeriod, before, Competition)
        .join(BudgetPeriod, col(BudgetPeriod.award_id) == col(Award.id))
        .join(
            before,
            (col(before.award_id) == col(Award.id)) & (col(before.ordinal) == col(BudgetPeriod.ordinal) - 1),
        )
        .join(Competition, col(Competition.id) == col(Award.competition_id))
        .where(
            col(Award.status) == AwardStatus.ACCEPTED,
            col(BudgetPeriod.status) == PeriodStatus.PLANNED,
            col(before.status) != PeriodStatus.PLANNED,
            col(BudgetPeriod.starts_on) <= begins_by,
            col(BudgetPeriod.starts_on) > begins_after,
            ~has_request,
        )
        .order_by(col(Award.id), col(BudgetPeriod.ordinal))
    )
    return [Coming(*row) for row in session.exec(rows).all()]


def parts_of(session: Session, request_id: int) -> dict[str, RequestPart]:
    """Return the parts of a request by key."""
    rows = select(RequestPart).where(col(RequestPart.request_id) == request_id).order_by(col(RequestPart.id))
    return {row.key: row for row in session.exec(rows).all()}


def locked_part(session: Session, request_id: int, key: str) -> RequestPart | None:
    """Return one part, locked for this transaction and read anew."""
    found = (
        select(RequestPart)
        .where(col(RequestPart.request_id) == request_id, col(RequestPart.key) == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(found).first()


def part_as_saved(session: Session, part_id: int, version: int) -> RequestPartVersion | None:
    """Return one part as it was saved under a version."""
    rows = select(RequestPartVersion).where(
        col(RequestPartVersion.part_id) == part_id, col(RequestPartVersion.version) == version
    )
    return session.exec(rows).first()


def sendings_of(session: Session, request_id: int) -> list[Sending]:
    """Return what was sent of a request, newest first."""
    rows = select(Sending).where(col(Sending.request_id) == request_id)
    return list(session.exec(rows.order_by(col(Sending.number).desc())).all())


def last_sending_of_year(session: Session, award_id: int, ordinal: int) -> Sending | None:
    """Return what was sent last for one year of an award."""
    rows = (
        select(Sending)
        .join(Request, col(Request.id) == col(Sending.request_id))
        .where(col(Request.award_id) == award_id, col(Request.ordinal) == ordinal)
        .order_by(col(Sending.number).desc())
    )
    return session.exec(rows.limit(1)).first()


def approved_plan(session: Session, request: Request) -> dict[str, int]:
    """Return the outcomes approved for the year before a request, by outcome: the agency's record.

    They are what the approved request of that year asked for when it was sent last. Empty for the second
    year: what was approved of the first stands in the proposal's words.
    """
    before = request_of_year(session, request.award_id, request.ordinal - 1)
    if before is None or before.status is not RequestStatus.APPROVED:
        return {}
    sent = last_sending_of_year(session, request.award_id, before.ordinal)
    return plan_in(sent.content["parts"]) if sent is not None else {}


def last_sendings(session: Session, request_ids: Sequence[int]) -> dict[int, Sending]:
    """Return what was sent last of several requests, by request, in one query."""
    newest = (
        select(Sending.request_id, func.max(Sending.number).label("number"))
        .where(col(Sending.request_id).in_(request_ids))
        .group_by(col(Sending.request_id))
        .subquery()
    )
    rows = (
        select(Sending)
        .join(
            newest,
            (newest.c.request_id == col(Sending.request_id)) & (newest.c.number == col(Sending.number)),
        )
        .order_by(col(Sending.id))
    )
    return {row.request_id: row for row in session.exec(rows).all()}


def evaluations_of(session: Session, request_id: int) -> list[Evaluation]:
    """Return the evaluations of a request, newest first; one that is not sent yet is a draft."""
    rows = select(Evaluation).where(col(Evaluation.request_id) == request_id)
    return list(session.exec(rows.order_by(col(Evaluation.number).desc())).all())


def locked_evaluation(session: Session, request_id: int) -> Evaluation | None:
    """Return the newest evaluation of a request, locked and read anew."""
    rows = (
        select(Evaluation)
        .where(col(Evaluation.request_id) == request_id)
        .order_by(col(Evaluation.number).desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.exec(rows).first()


def decisions_of(session: Session, request_id: int) -> list[Decision]:
    """Return the decisions on a request, newest first."""
    rows = select(Decision).where(col(Decision.request_id) == request_id)
    return list(session.exec(rows.order_by(col(Decision.id).desc())).all())


def letters_by_id(session: Session, ids: Sequence[int]) -> dict[int, Letter]:
    """Return letters by their ids."""
    rows = select(Letter).where(col(Letter.id).in_(ids)).order_by(col(Letter.id))
    return {row.id: row for row in session.exec(rows).all()}


def batches_by_id(session: Session, ids: Sequence[int]) -> dict[int, Batch]:
    """Return batches of letters by their ids."""
    rows = select(Batch).where(col(Batch.id).in_(ids)).order_by(col(Batch.id))
    return {row.id: row for row in session.exec(rows).all()}


@dataclass(frozen=True)
class Queued:
    """One line of the staff's list: the request with its center, and whether its decision was told."""

    request: Request
    organization: str
    period: BudgetPeriod


def queue(
    session: Session, actor: Actor, *, status: str = "", words: str = "", page: int = 1
) -> tuple[list[Queued], int]:
    """Return one page of the requests, those due first, and how many the filter shows."""
    clauses: list[ColumnElement[bool]] = [col(Request.application_id).not_in(sorted(actor.barred))]
    if status in set(RequestStatus):
        clauses.append(col(Request.status) == status)
    if words.strip():
        clauses.append(_holds(words, Organization.name) | _holds(words, Request.fain))
    rows = (
        select(Request, Organization.name, BudgetPeriod)
        .join(Organization, col(Organization.id) == col(Request.organization_id))
        .join(BudgetPeriod, col(BudgetPeriod.id) == col(Request.budget_period_id))
        .where(*clauses)
    )
    count = (
        select(func.count(col(Request.id)))
        .join(Organization, col(Organization.id) == col(Request.organization_id))
        .where(*clauses)
    )
    order = (col(Request.final_due_at), col(Request.state), col(Request.id))
    found = session.exec(rows.order_by(*order).limit(PAGE).offset((page - 1) * PAGE)).all()
    return [Queued(*row) for row in found], session.exec(count).one()


def decisions_of_requests(session: Session, request_ids: Sequence[int]) -> list[Decision]:
    """Return the decisions on several requests, by request and in their order."""
    rows = select(Decision).where(col(Decision.request_id).in_(request_ids))
    return list(session.exec(rows.order_by(col(Decision.request_id), col(Decision.id))).all())


@dataclass(frozen=True)
class CenterRow:
    """One center of the staff's list: its award, how many years are funded, and its newest request."""

    award: Award
    organization: str
    funded: int
    request: Request | None


def centers(session: Session, actor: Actor, *, words: str = "", page: int = 1) -> tuple[list[CenterRow], int]:
    """Return one page of the centers with an accepted award, by state, and how many there are."""
    clauses: list[ColumnElement[bool]] = [
        col(Award.status) == AwardStatus.ACCEPTED,
        col(Award.application_id).not_in(sorted(actor.barred)),
    ]
    if words.strip():
        clauses.append(_holds(words, Organization.name) | _holds(words, Award.fain))
    rows = (
        select(Award, Organization.name)
        .join(Organization, col(Organization.id) == col(Award.organization_id))
        .where(*clauses)
        .order_by(col(Award.state), col(Award.fain))
    )
    count = (
        select(func.count(col(Award.id)))
        .join(Organization, col(Organization.id) == col(Award.organization_id))
        .where(*clauses)
    )
    found = session.exec(rows.limit(PAGE).offset((page - 1) * PAGE)).all()
    ids = [award.id for award, _name in found]
    funded = _funded(session, ids)
    newest = {one.award_id: one for one in requests_of_awards(session, ids)}
    total = session.exec(count).one()
    return [CenterRow(one, name, funded.get(one.id, 0), newest.get(one.id)) for one, name in found], total


def _funded(session: Session, award_ids: Sequence[int]) -> dict[int, int]:
    rows = (
        select(BudgetPeriod.award_id, func.count(col(BudgetPeriod.id)))
        .where(col(BudgetPeriod.award_id).in_(award_ids), col(BudgetPeriod.status) != PeriodStatus.PLANNED)
        .group_by(col(BudgetPeriod.award_id))
    )
    return dict(session.exec(rows).all())


def _holds(words: str, column: str) -> ColumnElement[bool]:
    """Match words anywhere in a column, whatever their case; what LIKE reads as a sign is plain text."""
    plain = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{plain}%", escape="\\")
