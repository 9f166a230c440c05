"""Which applications a person may open as a reviewer, and which a conflict closes to them."""

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Integer, Label, String, bindparam, literal_column, union_all
from sqlalchemy import cast as sql_cast
from sqlmodel import Session, col, select

from grants.reviews.models import Assignment, Conflict, ConflictAnswer, PanelMember
from grants.reviews.workflow import BARRING, AssignmentStatus, MemberStatus


@dataclass(frozen=True)
class ReviewerFacts:
    """What the actor's loader needs to know of a person as a reviewer."""

    is_reviewer: bool
    invited_to: frozenset[int]
    """Competitions whose panel the person accepted to join."""
    assignments: frozenset[int]
    """Applications whose door is open: sent, agreement signed, conflicts certified, none barring."""
    barred: frozenset[int]
    """Applications closed by a conflict, whatever else the person is."""


def reviewer_facts(session: Session, person_id: int) -> ReviewerFacts:
    """Return everything the policy asks of a reviewer, with one query."""
    found: dict[str, set[int]] = {"barred": set(), "panel": set(), "open": set()}
    for what, number in session.execute(_FACTS, {"person_id": person_id}):
        found[what].add(number)
    barred = frozenset(found["barred"])
    return ReviewerFacts(
        is_reviewer=bool(found["panel"]),
        invited_to=frozenset(found["panel"]),
        assignments=frozenset(found["open"]) - barred,
        barred=barred,
    )


def assignments_of(session: Session, person_id: int) -> frozenset[int]:
    """Return the applications whose door is open to this reviewer."""
    return reviewer_facts(session, person_id).assignments


def barred_of(session: Session, person_id: int) -> frozenset[int]:
    """Return the applications that a conflict closes to this person."""
    return reviewer_facts(session, person_id).barred


def barred_people(session: Session, application_id: int) -> frozenset[int]:
    """Return the people to whom a conflict closes an application; no mail about it goes to them."""
    rows = select(Conflict.person_id).where(
        col(Conflict.application_id) == application_id, col(Conflict.status).in_(BARRING)
    )
    return frozenset(session.exec(rows).all())


def _facts() -> CompoundSelect[tuple[str, int]]:
    person_id = bindparam("person_id", type_=Integer)
    barred = select(_word("barred"), col(Conflict.application_id)).where(
        col(Conflict.person_id) == person_id, col(Conflict.status).in_(BARRING)
    )
    panel = select(_word("panel"), col(PanelMember.competition_id)).where(
        col(PanelMember.person_id) == person_id, col(PanelMember.status) == MemberStatus.ACCEPTED
    )
    open_doors = (
        select(_word("open"), col(Assignment.application_id))
        .join(
            PanelMember,
            (col(PanelMember.competition_id) == col(Assignment.competition_id))
            & (col(PanelMember.person_id) == col(Assignment.person_id)),
        )
        .join(
            ConflictAnswer,
            (col(ConflictAnswer.application_id) == col(Assignment.application_id))
            & (col(ConflictAnswer.person_id) == col(Assignment.person_id)),
        )
        .where(
            col(Assignment.person_id) == person_id,
            col(Assignment.status) == AssignmentStatus.SENT,
            col(PanelMember.status) == MemberStatus.ACCEPTED,
            col(PanelMember.agreement_signed_at).is_not(None),
        )
    )
    return union_all(barred, panel, open_doors)


def _word(word: str) -> Label[str]:
    return sql_cast(literal_column(f"'{word}'"), String(10)).label("what")


_FACTS = _facts()
"""Built once: every request asks it."""
