"""Reads of selections, awards, periods, actions and conditions."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from grants.awards.models import Action, Award, BudgetPeriod, Condition, Selection
from grants.awards.workflow import SelectionStatus
from grants.documents.models import Letter


def selection_by_uid(session: Session, uid: str) -> Selection | None:
    """Return a selection by its random name."""
    return session.exec(select(Selection).where(col(Selection.uid) == uid)).first()


def selection_by_id(session: Session, selection_id: int) -> Selection:
    """Return a selection."""
    return session.exec(select(Selection).where(col(Selection.id) == selection_id)).one()


def selections_of(session: Session, competition_id: int) -> list[Selection]:
    """Return every selection of a competition, superseded ones included, by state and number."""
    rows = select(Selection).where(col(Selection.competition_id) == competition_id)
    return list(session.exec(rows.order_by(col(Selection.state), col(Selection.number))).all())


def selections_of_state(session: Session, competition_id: int, state: str) -> list[Selection]:
    """Return the selections of one state, newest first."""
    rows = select(Selection).where(
        col(Selection.competition_id) == competition_id, col(Selection.state) == state
    )
    return list(session.exec(rows.order_by(col(Selection.number).desc())).all())


def current_selections(session: Session, competition_id: int) -> dict[str, Selection]:
    """Return the selection that stands for each state."""
    rows = select(Selection).where(
        col(Selection.competition_id) == competition_id,
        col(Selection.status) != SelectionStatus.SUPERSEDED,
    )
    found = session.exec(rows.order_by(col(Selection.state), col(Selection.number))).all()
    return {row.state: row for row in found}


def last_number(session: Session, competition_id: int, state: str) -> int:
    """Return the number of the newest selection of a state, 0 where there is none."""
    newest = select(func.max(Selection.number)).where(
        col(Selection.competition_id) == competition_id, col(Selection.state) == state
    )
    return session.exec(newest).one() or 0


def award_by_uid(session: Session, uid: str) -> Award | None:
    """Return an award by its random name."""
    return session.exec(select(Award).where(col(Award.uid) == uid)).first()


def award_by_id(session: Session, award_id: int) -> Award:
    """Return an award."""
    return session.exec(select(Award).where(col(Award.id) == award_id)).one()


def award_of_selection(session: Session, selection_id: int) -> Award | None:
    """Return the award prepared from a selection."""
    return session.exec(select(Award).where(col(Award.selection_id) == selection_id)).first()


def award_of_application(session: Session, application_id: int) -> Award | None:
    """Return the award that an application led to."""
    return session.exec(select(Award).where(col(Award.application_id) == application_id)).first()


def awards_of_competition(session: Session, competition_id: int) -> list[Award]:
    """Return the awards of a competition by state."""
    rows = select(Award).where(col(Award.competition_id) == competition_id).order_by(col(Award.state))
    return list(session.exec(rows).all())


def awards_of_organizations(session: Session, organization_ids: Sequence[int]) -> list[Award]:
    """Return the awards of organizations, newest period first."""
    rows = select(Award).where(col(Award.organization_id).in_(organization_ids))
    return list(session.exec(rows.order_by(col(Award.period_start).desc(), col(Award.id))).all())


def periods_of(session: Session, award_id: int) -> list[BudgetPeriod]:
    """Return the budget periods of an award in order."""
    rows = select(BudgetPeriod).where(col(BudgetPeriod.award_id) == award_id)
    return list(session.exec(rows.order_by(col(BudgetPeriod.ordinal))).all())


def period_by_id(session: Session, period_id: int) -> BudgetPeriod:
    """Return a budget period."""
    return session.exec(select(BudgetPeriod).where(col(BudgetPeriod.id) == period_id)).one()


def actions_of(session: Session, award_id: int) -> list[Action]:
    """Return the obligating actions of an award by modification number."""
    rows = select(Action).where(col(Action.award_id) == award_id)
    return list(session.exec(rows.order_by(col(Action.modification_number))).all())


def conditions_of(session: Session, award_id: int) -> list[Condition]:
    """Return the conditions of an award, general ones first."""
    rows = select(Condition).where(col(Condition.award_id) == award_id)
    return list(session.exec(rows.order_by(col(Condition.is_general).desc(), col(Condition.id))).all())


def letters_about(session: Session, subject_type: str, subject_id: int) -> list[Letter]:
    """Return the letters about one record, newest first."""
    rows = select(Letter).where(
        col(Letter.subject_type) == subject_type, col(Letter.subject_id) == subject_id
    )
    return list(session.exec(rows.order_by(col(Letter.id).desc())).all())
