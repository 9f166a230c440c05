"""Reads for finding people of the staff and of panels on an applicant's side."""

from dataclasses import dataclass

from sqlalchemy import func, union
from sqlmodel import Session, col, select

from grants.access.policy import OFFICERS
from grants.access.roles import Role
from grants.accounts.models import StaffRole
from grants.applications.models import Application
from grants.lifecycle.models import Event
from grants.organizations.models import Membership
from grants.reviews.models import PanelMember
from grants.reviews.workflow import MemberStatus

OF_PEOPLE = ("person.role_granted", "organization_invitation.accept", "organization.registered",
             "panel_member.accept", "agreement.signed", "person.profile_changed")  # fmt: skip
OF_APPLICATIONS = ("application.submit", "application.resubmit")
FAR = 500
"""So many events without news are passed before the mark is moved, so that not every turn writes."""


@dataclass(frozen=True)
class Since:
    """What happened since an event that can bring somebody on both sides."""

    last: int
    people: set[int]
    applications: set[int]


def serving(session: Session) -> set[int]:
    """Return who works on applications now: staff roles that do, and everyone on a panel."""
    panel = select(PanelMember.person_id).where(
        col(PanelMember.status) == MemberStatus.ACCEPTED, col(PanelMember.person_id).is_not(None)
    )
    on_panel = {person_id for person_id in session.exec(panel).all() if person_id is not None}
    return officers(session) | on_panel


def running(session: Session, competition_id: int) -> frozenset[int]:
    """Return who runs a competition's panel: program officers, and whoever invited somebody to it."""
    holders = select(StaffRole.person_id).where(
        col(StaffRole.role) == Role.PROGRAM_OFFICER, col(StaffRole.ended_at).is_(None)
    )
    inviting = select(PanelMember.invited_by_id).where(col(PanelMember.competition_id) == competition_id)
    return frozenset(session.execute(union(holders, inviting)).scalars())


def officers(session: Session) -> set[int]:
    """Return who holds a staff role that works on applications."""
    staff = select(StaffRole.person_id).where(
        col(StaffRole.role).in_(sorted(OFFICERS)), col(StaffRole.ended_at).is_(None)
    )
    return set(session.exec(staff).all())


def since(session: Session, mark: int) -> Since | None:
    """Return what happened after an event; None where nothing did that is worth keeping."""
    last = session.exec(select(func.max(col(Event.seq)))).one() or 0
    kinds = (*OF_PEOPLE, *OF_APPLICATIONS)
    rows = session.exec(select(Event).where(col(Event.seq) > mark, col(Event.kind).in_(kinds))).all()
    if not rows and last - mark < FAR:
        return None
    people = {row.person_id for row in rows if row.kind in OF_PEOPLE and row.person_id is not None}
    people |= {row.subject_id for row in rows if row.kind == "person.role_granted"}
    applications = {row.application_id or row.subject_id for row in rows if row.kind in OF_APPLICATIONS}
    hosts = {row.organization_id for row in rows if row.kind in OF_PEOPLE and row.organization_id is not None}
    renamed = {row.person_id for row in rows if row.kind == "person.profile_changed"}
    return Since(last, people, applications | _of_hosts(session, hosts, renamed))


def _of_hosts(session: Session, hosts: set[int], people: set[int | None]) -> set[int]:
    """Return what hosts sent in that have a new member, or one whose name changed."""
    if not hosts and not people:
        return set()
    theirs = select(Membership.organization_id).where(
        col(Membership.person_id).in_(people), col(Membership.left_at).is_(None)
    )
    rows = select(Application.id).where(
        col(Application.submitted_at).is_not(None),
        col(Application.organization_id).in_(hosts) | col(Application.organization_id).in_(theirs),
    )
    return set(session.exec(rows).all())
