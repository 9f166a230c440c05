"""Which applications a person may open as a reviewer, and which a conflict closes to them."""

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Integer, Label, String, bindparam, literal_column, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select

from grants.applications.models import Application
from grants.database import bare_rows, bare_table
from grants.organizations.models import Membership
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
    for what, number in bare_rows(session, _FACTS, {"person_id": person_id}):
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


def outsiders_barred(session: Session, application_id: int) -> frozenset[int]:
    """Return the barred who do not belong to the host: its own members are told what the host is told."""
    members = (
        select(Membership.person_id)
        .join(Application, col(Application.organization_id) == col(Membership.organization_id))
        .where(col(Application.id) == application_id, col(Membership.left_at).is_(None))
    )
    return barred_people(session, application_id) - frozenset(session.exec(members).all())


def _facts() -> CompoundSelect[tuple[str, int]]:
    person_id = bindparam("person_id", type_=Integer)
    conflict, member = bare_table(Conflict).c, bare_table(PanelMember).c
    sent, answer = bare_table(Assignment).c, bare_table(ConflictAnswer).c
    barred = select_bare(_word("barred"), conflict.application_id).where(
        conflict.person_id == person_id, conflict.status.in_(BARRING)
    )
    panel = select_bare(_word("panel"), member.competition_id).where(
        member.person_id == person_id, member.status == MemberStatus.ACCEPTED
    )
    open_doors = (
        select_bare(_word("open"), sent.application_id)
        .join_from(
            sent.id.table,
            member.id.table,
            (member.competition_id == sent.competition_id) & (member.person_id == sent.person_id),
        )
        .join(
            answer.id.table,
            (answer.application_id == sent.application_id) & (answer.person_id == sent.person_id),
        )
        .where(
            sent.person_id == person_id,
            sent.status == AssignmentStatus.SENT,
            member.status == MemberStatus.ACCEPTED,
            member.agreement_signed_at.is_not(None),
        )
    )
    return union_all(barred, panel, open_doors)


def _word(word: str) -> Label[str]:
    return sql_cast(literal_column(f"'{word}'"), String(10)).label("what")


_FACTS = _facts()
"""Built once: every request asks it."""
