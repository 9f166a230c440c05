"""Which applications a person may open as a reviewer, and which a conflict closes to them."""

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Label,
    String,
    bindparam,
    literal_column,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select

from grants.applications.models import Application, Submission
from grants.database import bare_rows, bare_table
from grants.organizations.models import Membership
from grants.reviews.models import Assignment, Conflict, ConflictAnswer, PanelMember
from grants.reviews.workflow import BARRING, AssignmentStatus, ConflictStatus, MemberStatus


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
    involved: frozenset[int] = frozenset()
    """Applications of the person's host, or that name the account, where nobody decided otherwise.

    They are closed to the person as staff and as a reviewer, before the conflict is even written down.
    """


def reviewer_facts(session: Session, person_id: int) -> ReviewerFacts:
    """Return everything the policy asks of a reviewer, with one query."""
    found: dict[str, set[int]] = {"barred": set(), "panel": set(), "open": set(), "involved": set()}
    for what, number in bare_rows(session, _FACTS, {"person_id": person_id}):
        found[what].add(number)
    involved = frozenset(found["involved"])
    barred = frozenset(found["barred"]) | (involved if found["panel"] else frozenset())
    return ReviewerFacts(
        is_reviewer=bool(found["panel"]),
        invited_to=frozenset(found["panel"]),
        assignments=frozenset(found["open"]) - barred,
        barred=barred,
        involved=involved,
    )


def assignments_of(session: Session, person_id: int) -> frozenset[int]:
    """Return the applications whose door is open to this reviewer."""
    return reviewer_facts(session, person_id).assignments


def barred_of(session: Session, person_id: int) -> frozenset[int]:
    """Return the applications that a conflict closes to this person as staff and as a reviewer."""
    facts = reviewer_facts(session, person_id)
    return facts.barred | facts.involved


def barred_people(session: Session, application_id: int) -> frozenset[int]:
    """Return the people to whom a conflict closes an application; no mail about it goes to them."""
    rows = select(Conflict.person_id).where(
        col(Conflict.application_id) == application_id, col(Conflict.status).in_(BARRING)
    )
    return frozenset(session.exec(rows).all()) | involved_people(session, application_id)


def involved_people(session: Session, application_id: int) -> frozenset[int]:
    """Return the host's people and the accounts named in an application, where nobody decided otherwise."""
    rows = bare_rows(session, _INVOLVED_PEOPLE, {"application_id": application_id})
    return frozenset(person_id for (person_id,) in rows)


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
    arms = [
        select_bare(_word("involved"), one.application_id).where(
            one.person_id == person_id, *one.joined, ~_dismissed(one)
        )
        for one in _involvements()
    ]
    return union_all(barred, panel, open_doors, *arms)


@dataclass(frozen=True)
class _Involvement:
    """One way to belong to an application by one's account: who, which, and how the tables join."""

    person_id: ColumnElement[int]
    application_id: ColumnElement[int]
    joined: tuple[ColumnElement[bool], ...] = ()


def _involvements() -> list[_Involvement]:
    """Name who belongs to the host of, opened, answers for or submitted which application."""
    application, member = bare_table(Application).c, bare_table(Membership).c
    submission = bare_table(Submission).c
    of_host = (member.organization_id == application.organization_id, member.left_at.is_(None))
    return [
        _Involvement(member.person_id, application.id, of_host),
        _Involvement(application.contact_person_id, application.id),
        _Involvement(application.created_by_id, application.id),
        _Involvement(submission.submitted_by_id, submission.application_id),
    ]


def _dismissed(pair: _Involvement) -> ColumnElement[bool]:
    decided = bare_table(Conflict).alias("decided").c
    return (
        select_bare(decided.id)
        .where(
            decided.person_id == pair.person_id,
            decided.application_id == pair.application_id,
            decided.status == ConflictStatus.DISMISSED,
        )
        .correlate_except(decided.id.table)
        .exists()
    )


def _people() -> CompoundSelect[tuple[int]]:
    application_id = bindparam("application_id", type_=Integer)
    return union_all(
        *(
            select_bare(one.person_id).where(
                one.application_id == application_id,
                one.person_id.is_not(None),
                *one.joined,
                ~_dismissed(one),
            )
            for one in _involvements()
        )
    )


def _word(word: str) -> Label[str]:
    return sql_cast(literal_column(f"'{word}'"), String(10)).label("what")


_FACTS = _facts()
"""Built once: every request asks it."""
_INVOLVED_PEOPLE = _people()
