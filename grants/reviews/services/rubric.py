"""The published criteria and rules of a competition, as the scoring package takes them."""

from collections.abc import Sequence
from decimal import Decimal

from sqlmodel import Session

from grants.competitions import queries as competitions
from grants.competitions.models import Competition
from grants.competitions.queries import CriterionNode, Weight
from grants.competitions.rules.choices import FinalistStatus, RankingMethod, TieBreak, TieRule
from scoring import threshold as published
from scoring.rubric import Criterion, Rubric

METHODS = {
    RankingMethod.RANK_SUM: published.Method.RANK_SUM,
    RankingMethod.MEAN: published.Method.MEAN,
    RankingMethod.MEDIAN: published.Method.MEDIAN,
    RankingMethod.TRIMMED_MEAN: published.Method.TRIMMED_MEAN,
}
TIE_RULES = {
    TieRule.AVERAGE: published.TieRule.AVERAGE,
    TieRule.MINIMUM: published.TieRule.MINIMUM,
    TieRule.DENSE: published.TieRule.DENSE,
}
TIE_BREAKS = {TieBreak.FINAL_MEAN: (published.TieBreak.FINAL_MEAN,), TieBreak.NONE: ()}
FINALISTS = {
    FinalistStatus.INITIAL: published.FinalistStatus.INITIAL,
    FinalistStatus.FINAL: published.FinalistStatus.FINAL,
}


def rubric_of(session: Session, competition: Competition) -> Rubric:
    """Return the criteria with their points, one query."""
    weights = competitions.weights_of(session, competition.id)
    return Rubric(_below(weights, None), competition.total_points or Decimal(0))


def rubric_from(criteria: tuple[CriterionNode, ...], total: Decimal | None) -> Rubric:
    """Return stored criteria as a rubric."""
    return Rubric(tuple(_criterion(node) for node in criteria), total or Decimal(0))


def rules_of(competition: Competition) -> published.Rules:
    """Return the ranking rules as the notice declared them."""
    return published.Rules(
        method=METHODS[competition.ranking_method or RankingMethod.MEAN],
        threshold=competition.threshold,
        tie_rule=TIE_RULES[competition.tie_rule],
        tie_breaks=TIE_BREAKS[competition.tie_break],
        reviewers_minimum=competition.reviewers_minimum or 1,
        finalist_status=FINALISTS[competition.finalist_status],
    )


def _below(weights: Sequence[Weight], parent_id: int | None) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(row.key, row.title, row.points, _below(weights, row.id), equal=row.children_equal)
        for row in weights
        if row.parent_id == parent_id
    )


def _criterion(node: CriterionNode) -> Criterion:
    stored = node.criterion
    return Criterion(
        key=stored.key,
        title=stored.title,
        points=stored.points,
        children=tuple(_criterion(child) for child in node.children),
        equal=stored.children_equal,
    )
