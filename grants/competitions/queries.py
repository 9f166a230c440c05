"""Reads of competitions: by number, their parts, the notice as plain values."""

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from grants.competitions.models import (
    Competition,
    Criterion,
    RequiredDocument,
    SelectionFactor,
    TargetState,
)
from grants.policies.rule_set import RuleSet


@dataclass(frozen=True)
class CriterionNode:
    """One stored criterion with those below it, in published order."""

    criterion: Criterion
    children: tuple["CriterionNode", ...]

    @property
    def is_scored(self) -> bool:
        """Ask whether reviewers give points here: only where nothing stands below."""
        return not self.children

    def everything(self) -> list["CriterionNode"]:
        """List this criterion and all below it, parents before children."""
        return [self, *(found for child in self.children for found in child.everything())]


@dataclass(frozen=True)
class RubricRow:
    """One criterion as the scoring package needs it; `parent_key` is None at the top."""

    id: int
    key: str
    title: str
    points: Decimal | None
    parent_key: str | None
    children_equal: bool


def competition_by_number(session: Session, number: str) -> Competition | None:
    """Return the competition of this opportunity number."""
    return session.exec(select(Competition).where(col(Competition.number) == number)).first()


def competition_by_id(session: Session, competition_id: int) -> Competition | None:
    """Return a competition by its internal number."""
    return session.get(Competition, competition_id)


def states_of(session: Session, competition_id: int) -> list[TargetState]:
    """Return the target states in the order of the notice."""
    rows = (
        select(TargetState)
        .where(col(TargetState.competition_id) == competition_id)
        .order_by(col(TargetState.position), col(TargetState.id))
    )
    return list(session.exec(rows).all())


def criteria_rows(session: Session, competition_id: int) -> list[Criterion]:
    """Return the criteria in order of position among their siblings."""
    rows = (
        select(Criterion)
        .where(col(Criterion.competition_id) == competition_id)
        .order_by(col(Criterion.position), col(Criterion.id))
    )
    return list(session.exec(rows).all())


def criteria_of(session: Session, competition_id: int) -> tuple[CriterionNode, ...]:
    """Return the criteria as a tree in published order."""
    return _below(criteria_rows(session, competition_id), None)


def rubric_rows(session: Session, competition_id: int) -> list[RubricRow]:
    """Return every criterion for scoring, parents before children, in published order."""
    nodes = [node for top in criteria_of(session, competition_id) for node in top.everything()]
    keys = {node.criterion.id: node.criterion.key for node in nodes}
    return [
        RubricRow(
            id=node.criterion.id,
            key=node.criterion.key,
            title=node.criterion.title,
            points=node.criterion.points,
            parent_key=keys.get(node.criterion.parent_id or 0),
            children_equal=node.criterion.children_equal,
        )
        for node in nodes
    ]


def factors_of(session: Session, competition_id: int) -> list[SelectionFactor]:
    """Return the published selection factors in order."""
    rows = (
        select(SelectionFactor)
        .where(col(SelectionFactor.competition_id) == competition_id)
        .order_by(col(SelectionFactor.position), col(SelectionFactor.id))
    )
    return list(session.exec(rows).all())


def documents_of(session: Session, competition_id: int) -> list[RequiredDocument]:
    """Return the documents of an application in the order of the notice."""
    rows = (
        select(RequiredDocument)
        .where(col(RequiredDocument.competition_id) == competition_id)
        .order_by(col(RequiredDocument.position), col(RequiredDocument.id))
    )
    return list(session.exec(rows).all())


def rule_set_of(competition: Competition) -> RuleSet | None:
    """Return the rules copied at publication; None while the competition is a draft."""
    return RuleSet.from_json(competition.rule_set) if competition.rule_set is not None else None


def _below(rows: list[Criterion], parent_id: int | None) -> tuple[CriterionNode, ...]:
    return tuple(CriterionNode(row, _below(rows, row.id)) for row in rows if row.parent_id == parent_id)
