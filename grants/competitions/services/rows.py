"""Writing a section's values into rows, which keep their identity by key, code or position."""

from collections.abc import Callable
from typing import Any, Final

from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.models import Competition, Criterion, RequiredDocument, SelectionFactor, TargetState
from grants.competitions.rules import notice as n


def write_section(
    session: Session, competition: Competition, section: str, content: n.SectionContent
) -> None:
    """Store one section in the rows of its competition."""
    _WRITERS[section](session, competition, content)
    session.add(competition)
    session.flush()


def _identity(_session: Session, competition: Competition, one: n.Identity) -> None:
    competition.number = one.number
    competition.title = one.title
    competition.program = one.program
    competition.assistance_listing = one.assistance_listing
    competition.fiscal_year = one.fiscal_year
    competition.authority = one.authority
    competition.selecting_official = one.selecting_official


def _goals(_session: Session, competition: Competition, one: n.Goals) -> None:
    competition.goals = one.text


def _dates(_session: Session, competition: Competition, one: n.Dates) -> None:
    competition.zone = one.zone
    competition.planned_publication_on = one.planned_publication
    competition.opens_at = one.opens
    competition.deadline_at = one.deadline
    competition.questions_until = one.questions_until
    competition.determination = one.determination
    competition.notice_period_reason = one.shorter_period_reason


def _award(_session: Session, competition: Competition, one: n.Award) -> None:
    competition.award_years = one.years
    competition.expected_award_on = one.expected_award
    competition.expected_start = one.expected_start


def _ranking(_session: Session, competition: Competition, one: n.Ranking) -> None:
    competition.reviewers_minimum = one.reviewers_minimum
    competition.threshold = one.threshold
    competition.finalist_status = one.finalists
    competition.ranking_method = one.method
    competition.tie_rule = one.tie_rule
    competition.tie_break = one.tie_break
    competition.feedback_points = one.feedback_points


def _rules(_session: Session, competition: Competition, one: n.Rules) -> None:
    competition.cost_share_schedule = one.cost_share
    competition.selected_again = one.selected_again
    competition.location_rule = one.location


def _contact(_session: Session, competition: Competition, one: n.Contact) -> None:
    competition.contact_name = one.name
    competition.contact_email = one.email
    competition.contact_phone = one.phone
    competition.contact_hours = one.hours


def _confirm(_session: Session, competition: Competition, content: n.Confirmations) -> None:
    competition.sample_notes = [{"value": one.value, "note": one.note} for one in content.unconfirmed]


def _states(session: Session, competition: Competition, content: n.States) -> None:
    stored = {row.state: row for row in queries.states_of(session, competition.id)}
    for position, one in enumerate(content.state):
        row = stored.pop(one.code, None) or TargetState(
            competition_id=competition.id, state=one.code, position=position
        )
        row.position = position
        row.federal_per_year = one.federal_per_year
        row.awards_expected = one.awards
        row.service_area = one.service_area
        session.add(row)
    _remove(session, list(stored.values()))


def _factors(session: Session, competition: Competition, content: n.Factors) -> None:
    stored = queries.factors_of(session, competition.id)
    for position, text in enumerate(content.factor):
        row = stored.pop(0) if stored else SelectionFactor(competition_id=competition.id, position=0, text="")
        row.position, row.text = position, text
        session.add(row)
    _remove(session, stored)


def _documents(session: Session, competition: Competition, content: n.Documents) -> None:
    stored = {row.key: row for row in queries.documents_of(session, competition.id)}
    for position, one in enumerate(content.document):
        row = stored.pop(one.key, None) or RequiredDocument(
            competition_id=competition.id, key=one.key, title=one.title, position=position
        )
        row.position, row.title, row.required = position, one.title, one.required
        row.page_limit, row.guidance = one.page_limit, one.guidance
        session.add(row)
    _remove(session, list(stored.values()))


def _criteria(session: Session, competition: Competition, content: n.Criteria) -> None:
    competition.total_points = content.total
    stored = {row.key: row for row in queries.criteria_rows(session, competition.id)}
    kept = {one.key for one in n.walk(content.criterion)}
    for row in stored.values():
        row.parent_id = None
        session.add(row)
    session.flush()
    _remove(session, [row for key, row in stored.items() if key not in kept])
    _write_criteria(session, competition, content.criterion, None, stored)


def _write_criteria(
    session: Session,
    competition: Competition,
    criteria: tuple[n.CriterionPlan, ...],
    parent_id: int | None,
    stored: dict[str, Criterion],
) -> None:
    for position, one in enumerate(criteria):
        row = stored.get(one.key) or Criterion(
            competition_id=competition.id, key=one.key, title=one.title, position=position
        )
        row.parent_id, row.position, row.title = parent_id, position, one.title
        row.points, row.children_equal = one.points, one.equal
        row.guidance, row.word_limit = one.guidance, one.word_limit
        row.bands = [{"low": f"{b.low:f}", "high": f"{b.high:f}", "text": b.text} for b in one.band]
        session.add(row)
        session.flush()
        _write_criteria(session, competition, one.criterion, row.id, stored)


def _remove(session: Session, rows: list[Any]) -> None:
    """Take rows out of a notice in preparation; what was published stands in its edition."""
    for row in rows:
        session.delete(row)
    session.flush()


_WRITERS: Final[dict[str, Callable[[Session, Competition, Any], None]]] = {
    "identity": _identity,
    "goals": _goals,
    "states": _states,
    "dates": _dates,
    "award": _award,
    "criteria": _criteria,
    "ranking": _ranking,
    "factors": _factors,
    "documents": _documents,
    "rules": _rules,
    "contact": _contact,
    "confirm": _confirm,
}
