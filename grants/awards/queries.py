"""Reads of selections, awards, periods, actions and conditions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session, and_, col, func, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.applications.models import Application
from grants.applications.queries.submissions import submitted_contents
from grants.applications.rules.content import SubmissionContent
from grants.applications.workflow import ApplicationStatus
from grants.awards.models import Action, Award, BudgetPeriod, Condition, Selection
from grants.awards.workflow import AwardStatus, SelectionStatus
from grants.budgets.rules.table import to_period
from grants.budgets.rules.years import AllYears
from grants.competitions.models import Competition, TargetState
from grants.competitions.queries import states_of
from grants.competitions.rules.states import CENTER_STATES
from grants.documents.models import Letter
from grants.documents.workflow import LetterStatus
from grants.lifecycle.waiting import DUE, OTHERS_WAIT, OVERDUE, Waiting
from grants.organizations.models import Organization
from grants.reviews.models import Ranking
from grants.reviews.queries.panels import rankings_of

REVIEWED = (ApplicationStatus.ELIGIBLE, ApplicationStatus.DECLINED, ApplicationStatus.AWARDED)


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


def told_award_by_uid(session: Session, uid: str) -> Award | None:
    """Return an award by its random name once its letter was released; before that the host knows nothing."""
    award = award_by_uid(session, uid)
    return award if award is not None and has_released_letter(session, award) else None


def told_awards_of(session: Session, organization_ids: Sequence[int]) -> list[Award]:
    """Return the awards of organizations whose letters were released, newest period first."""
    told = select(Letter.application_id).where(
        col(Letter.kind) == "award", col(Letter.released_at).is_not(None)
    )
    rows = select(Award).where(
        col(Award.organization_id).in_(organization_ids), col(Award.application_id).in_(told)
    )
    return list(session.exec(rows.order_by(col(Award.period_start).desc(), col(Award.id))).all())


def award_by_fain(session: Session, fain: str) -> Award | None:
    """Return an award by its award number."""
    return session.exec(select(Award).where(col(Award.fain) == fain)).first()


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


@dataclass(frozen=True)
class Ranked:
    """One application of a state as the selecting official sees it; `place` is None below the threshold."""

    application: Application
    organization: str
    place: int | None
    place_label: str
    tied: bool
    rank_sum: str
    final_mean: str
    standing: str
    requested: int | None
    all_years: AllYears | None


@dataclass(frozen=True)
class StateView:
    """A state before its decision: money, frozen ranking, applications in order, what was decided."""

    target: TargetState
    ranking: Ranking | None
    refusals: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    selection: Selection | None

    @property
    def is_official(self) -> bool:
        """Say whether the state has a frozen ranking with an official order."""
        return self.ranking is not None and not self.refusals

    @property
    def waits_for_ranking(self) -> bool:
        """Say whether applications were reviewed and nothing is frozen: then nobody is chosen or declined."""
        return bool(self.ranked) and self.ranking is None

    def chosen(self) -> Ranked | None:
        """Return the application that the standing selection chose."""
        wanted = self.selection.application_id if self.selection else None
        return next((one for one in self.ranked if one.application.id == wanted), None)


def state_views(session: Session, competition_id: int, barred: Iterable[int] = ()) -> list[StateView]:
    """Return every state of a competition with its ranking and selection, in the notice's order."""
    closed = set(barred)
    applications = _reviewed(session, competition_id)
    contents = submitted_contents(session, [row.id for row, _ in applications if row.id not in closed])
    rankings = rankings_of(session, competition_id)
    selections = current_selections(session, competition_id)
    return [
        StateView(
            target=target,
            ranking=rankings.get(target.state),
            refusals=_refusals(rankings.get(target.state)),
            ranked=_ranked(
                [pair for pair in applications if pair[0].state == target.state and pair[0].id not in closed],
                rankings.get(target.state),
                contents,
            ),
            selection=selections.get(target.state),
        )
        for target in states_of(session, competition_id)
    ]


def _reviewed(session: Session, competition_id: int) -> list[tuple[Application, str]]:
    rows = (
        select(Application, Organization.name)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .where(
            col(Application.competition_id) == competition_id,
            col(Application.status).in_(REVIEWED),
        )
        .order_by(col(Application.state), col(Application.number))
    )
    return [(application, name) for application, name in session.exec(rows).all()]


def _result(ranking: Ranking | None) -> Mapping[str, Any]:
    if ranking is None:
        return {}
    found: Mapping[str, Any] = ranking.content["results"]["states"].get(ranking.state, {})
    return found


def _refusals(ranking: Ranking | None) -> tuple[str, ...]:
    return tuple(_result(ranking).get("refusals", ()))


def _ranked(
    pairs: Sequence[tuple[Application, str]],
    ranking: Ranking | None,
    contents: Mapping[int, SubmissionContent],
) -> tuple[Ranked, ...]:
    result = _result(ranking)
    found = [_one(row, name, result, contents.get(row.id)) for row, name in pairs]
    return tuple(sorted(found, key=lambda one: (one.place is None, one.place or 0, one.application.number)))


def _one(row: Application, name: str, result: Mapping[str, Any], content: SubmissionContent | None) -> Ranked:
    place = result.get("places", {}).get(row.number)
    standing = result.get("standings", {}).get(row.number, {})
    label = str(place["place"]) if place else ""
    return Ranked(
        application=row,
        organization=name,
        place=int(label.split()[0]) if label else None,
        place_label=label or "not ranked",
        tied="tied" in label,
        rank_sum=_decimal_text(place["value"]) if place else "",
        final_mean=_mean_text(place["final_mean"]) if place else "",
        standing=str(standing.get("text", "")),
        requested=to_period(content.years[0]).new_obligation if content and content.years else None,
        all_years=content.all_years if content and content.years else None,
    )


def _mean_text(fraction: str) -> str:
    value = Fraction(fraction)
    return f"{Decimal(value.numerator) / Decimal(value.denominator):.2f}"


def _decimal_text(fraction: str) -> str:
    value = Fraction(fraction)
    if value.denominator == 1:
        return str(value.numerator)
    return f"{Decimal(value.numerator) / Decimal(value.denominator):.2f}"


def reviewed_applications(session: Session, competition_id: int) -> list[Application]:
    """Return the applications that were reviewed, by state and number."""
    return [application for application, _ in _reviewed(session, competition_id)]


def letters_standing(session: Session, competition_id: int) -> set[int]:
    """Return the applications that have a decision letter which was neither discarded nor superseded."""
    rows = select(Letter.application_id).where(
        col(Letter.competition_id) == competition_id,
        col(Letter.kind).in_(["award", "decline"]),
        col(Letter.status).not_in([LetterStatus.DISCARDED, LetterStatus.SUPERSEDED]),
    )
    return {application_id for application_id in session.exec(rows).all() if application_id is not None}


def holders(session: Session) -> dict[str, str]:
    """Return who holds the award of each state, for the public map: accepted awards, the newest first."""
    rows = (
        select(Award.state, Organization.name)
        .join(Organization, col(Organization.id) == col(Award.organization_id))
        .where(col(Award.status) == AwardStatus.ACCEPTED)
        .order_by(col(Award.period_start), col(Award.id))
    )
    return dict(session.exec(rows).all())


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return what waits for this person in selection and award."""
    found: list[Waiting] = []
    if Role.SELECTING_OFFICIAL in actor.staff_roles:
        found.extend(_states_to_decide(session))
    if Role.GRANTS_OFFICER in actor.staff_roles:
        found.extend(_selections_to_approve(session, actor))
        found.extend(_awards_to_make(session, actor))
    ids = [key for key, role in actor.memberships.items() if role is Role.REPRESENTATIVE]
    found.extend(_awards_to_sign(session, ids, now))
    return found


def _states_to_decide(session: Session) -> list[Waiting]:
    decided = (
        select(Selection.id)
        .where(
            col(Selection.competition_id) == col(Ranking.competition_id),
            col(Selection.state) == col(Ranking.state),
            col(Selection.status).in_([SelectionStatus.SIGNED, SelectionStatus.APPROVED]),
        )
        .exists()
    )
    rows = (
        select(Competition.number, func.count())
        .join(Ranking, col(Ranking.competition_id) == col(Competition.id))
        .where(col(Ranking.superseded_at).is_(None), ~decided)
        .group_by(col(Competition.number))
        .order_by(col(Competition.number))
    )
    return [
        Waiting(
            verb=f"Decide {count} state{'' if count == 1 else 's'}",
            why="the ranking is frozen",
            due=None,
            subject=number,
            endpoint="staff.awards.selection",
            values={"number": number},
            urgency=OTHERS_WAIT,
            role=Role.SELECTING_OFFICIAL,
        )
        for number, count in session.exec(rows).all()
    ]


def _selections_to_approve(session: Session, actor: Actor) -> list[Waiting]:
    rows = (
        select(Selection, Competition.number)
        .join(Competition, col(Competition.id) == col(Selection.competition_id))
        .where(
            col(Selection.status) == SelectionStatus.SIGNED,
            col(Selection.signed_by_id) != actor.person_id,
        )
        .order_by(col(Selection.signed_at), col(Selection.id))
    )
    return [
        Waiting(
            verb=f"Approve the decision on {CENTER_STATES.get(selection.state, selection.state)}",
            why=f"signed by {selection.signed_by_name}",
            due=None,
            subject=number,
            endpoint="staff.awards.approve",
            values={"uid": selection.uid},
            urgency=OTHERS_WAIT,
            role=Role.GRANTS_OFFICER,
        )
        for selection, number in session.exec(rows).all()
        if selection.application_id not in actor.barred
    ]


def _awards_to_make(session: Session, actor: Actor) -> list[Waiting]:
    rows = (
        select(Award)
        .where(
            col(Award.status) == AwardStatus.PREPARED,
            col(Award.selected_by_id) != actor.person_id,
            col(Award.application_id).not_in(sorted(actor.barred)),
        )
        .order_by(col(Award.id))
    )
    return [
        Waiting(
            verb=f"Make award {award.fain}",
            why="prepared, waits at the gate of 2 CFR 200.211",
            due=None,
            subject=CENTER_STATES.get(award.state, award.state),
            endpoint="staff.awards.show",
            values={"uid": award.uid},
            urgency=OTHERS_WAIT,
            role=Role.GRANTS_OFFICER,
        )
        for award in session.exec(rows).all()
    ]


def _awards_to_sign(session: Session, organization_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """Name awards to countersign; once the term has passed nobody can, and only a call helps."""
    return [
        Waiting(
            verb=f"Call the grants officer about award {award.fain}"
            if late
            else f"Countersign award {award.fain}",
            why="the term for signing has passed" if late else "only you can sign",
            due=award.countersign_by,
            subject=CENTER_STATES.get(award.state, award.state),
            endpoint="applicant.awards.show" if late else "applicant.awards.countersign",
            values={"uid": award.uid},
            urgency=OVERDUE if late else DUE,
        )
        for award in told_awards_of(session, organization_ids)
        if award.status is AwardStatus.MADE
        for late in [award.countersign_by is not None and award.countersign_by < now]
    ]


def has_released_letter(session: Session, award: Award) -> bool:
    """Say whether the recipient was told: the award letter is released."""
    rows = select(Letter.id).where(
        col(Letter.application_id) == award.application_id,
        col(Letter.kind) == "award",
        col(Letter.released_at).is_not(None),
    )
    return session.exec(rows.limit(1)).first() is not None


def award_cases(session: Session, *, without: Collection[int], most: int = 50) -> list[tuple[Award, str]]:
    """Return the newest awards with their recipients' names, without applications closed to the reader."""
    rows = (
        select(Award, Organization.name)
        .join(Organization, col(Organization.id) == col(Award.organization_id))
        .where(col(Award.application_id).not_in(without))
        .order_by(col(Award.id).desc())
        .limit(most)
    )
    return [(award, name) for award, name in session.exec(rows).all()]


def decline_cases(
    session: Session, *, without: Collection[int], most: int = 50
) -> list[tuple[Application, str]]:
    """Return the newest applications that an approved selection of their state did not select."""
    rows = (
        select(Application, Organization.name)
        .join(Organization, col(Organization.id) == col(Application.organization_id))
        .join(
            Selection,
            and_(
                col(Selection.competition_id) == col(Application.competition_id),
                col(Selection.state) == col(Application.state),
            ),
        )
        .where(
            col(Selection.status) == SelectionStatus.APPROVED,
            func.coalesce(col(Selection.application_id), 0) != col(Application.id),
            col(Application.status).in_((ApplicationStatus.ELIGIBLE, ApplicationStatus.DECLINED)),
            col(Application.id).not_in(without),
        )
        .order_by(col(Application.id).desc())
        .limit(most)
    )
    return [(application, name) for application, name in session.exec(rows).all()]
