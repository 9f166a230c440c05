"""What waits in reviews: for a reviewer, for the program officer, for the chair."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.competitions.models import Competition
from grants.competitions.rules.states import POSTAL_CODES
from grants.lifecycle.waiting import DUE, NEWS, OTHERS_WAIT, OVERDUE, Waiting
from grants.reviews.models import (
    Assignment,
    Panel,
    PanelMember,
    PanelRecord,
    Phase,
    Reviewer,
    Sheet,
)
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool, sheets
from grants.reviews.queries.officer_steps import officer_steps
from grants.reviews.workflow import (
    WRITABLE,
    MemberStatus,
    PanelStatus,
    SheetStatus,
)

RENEW_WITHIN = timedelta(days=30)
CALL_LASTS = timedelta(hours=4)
"""How long a call that has begun stays on its reviewers' home pages."""


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return everything that waits for an actor in reviews, in a fixed number of queries per role."""
    found = _as_reviewer(session, actor, now)
    found.extend(officer_steps(session, actor, now))
    if Role.PANEL_CHAIR in actor.staff_roles:
        found.extend(_as_chair(session, actor))
    return found


def _as_reviewer(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    person_id = actor.person_id or 0
    invitations = pool.invitations_of(session, person_id, actor.email)
    if not invitations:
        return []
    sent = assignments.sent_to(session, person_id)
    answered = conflicts.answers_of(session, person_id)
    own = sheets.own_sheets(session, person_id, actor.assignments)
    names = material.candidates_by_id(session, {row.application_id for row in own})
    filled = sheets.last_saved(session, [row.id for row in own])
    entry = pool.reviewer_of(session, person_id)
    zones = {competition.id: competition.zone for _member, competition in invitations}
    open_panels = _open_panels(session, zones)
    reviewing = {(row.competition_id, row.state) for row in sent if row.application_id in actor.assignments}
    due = {row.application_id: row.due_at for row in sent}
    return [
        *(row for member, one in invitations for row in _joining(member, one, sent, answered)),
        *(
            _sheet(row, names, filled, due, zones, now)
            for row in own
            if row.status in WRITABLE
            and (row.phase is Phase.INITIAL or (row.competition_id, row.state) in open_panels)
        ),
        *_calls(session, reviewing, zones, now),
        *_renewal(entry, now),
    ]


def _calls(
    session: Session, reviewing: set[tuple[int, str]], zones: Mapping[int, str], now: datetime
) -> list[Waiting]:
    """Return the calls of the coming day in states that the person reviews, with the page of the link."""
    rows = select(Panel).where(
        col(Panel.competition_id).in_(list(zones)),
        col(Panel.status) != PanelStatus.CLOSED,
        col(Panel.call_at) > now - CALL_LASTS,
        col(Panel.call_at) <= now + timedelta(days=1),
    )
    return [
        Waiting(
            f"Join the panel call of {POSTAL_CODES.get(panel.state, panel.state)}",
            "The page of panel calls has the link" if panel.call_link else "The officer sends the link",
            panel.call_at,
            "Panel call",
            "reviewer.reviews.panels",
            zone=zones[panel.competition_id],
        )
        for panel in session.exec(rows.order_by(col(Panel.call_at), col(Panel.id))).all()
        if (panel.competition_id, panel.state) in reviewing
    ]


def _open_panels(session: Session, competitions: Iterable[int]) -> set[tuple[int, str]]:
    rows = select(Panel.competition_id, Panel.state).where(
        col(Panel.competition_id).in_(list(competitions)), col(Panel.status) == PanelStatus.OPEN
    )
    return set(session.exec(rows).all())


def _renewal(entry: Reviewer | None, now: datetime) -> list[Waiting]:
    until = entry.declared_until if entry is not None else None
    if until is None or until >= now + RENEW_WITHIN:
        return []
    return [
        Waiting(
            "Renew your declaration",
            "It expires soon" if until > now else "It has expired",
            until,
            "Your interests",
            "reviewer.reviews.declarations",
            urgency=DUE if until > now else OVERDUE,
        )
    ]


def _joining(
    member: PanelMember,
    competition: Competition,
    sent: Iterable[Assignment],
    answered: Mapping[int, object],
) -> list[Waiting]:
    """Return the steps that are missing: answer, agreement, interests, conflicts."""
    if member.status == MemberStatus.INVITED:
        verb, why = "Answer the invitation to review", "Accept, or decline with a reason"
        return [_step(member, competition, verb, why, "answer", member.expires_at)]
    if member.agreement_signed_at is None:
        why = "Nothing is shown before"
        return [_step(member, competition, "Sign the confidentiality agreement", why, "agreement")]
    found = []
    if member.interests_declared_at is None:
        why = "Conflicts are looked for in them"
        found.append(_step(member, competition, "Declare your interests", why, "interests"))
    unanswered = [
        row for row in sent if row.competition_id == competition.id and row.application_id not in answered
    ]
    if unanswered:
        count = len(unanswered)
        verb = f"Check conflicts for {count} application{'s' if count > 1 else ''}"
        due = min((row.due_at for row in unanswered if row.due_at is not None), default=None)
        found.append(_step(member, competition, verb, "Nothing opens before", "conflict", due))
    return found


def _step(
    member: PanelMember,
    competition: Competition,
    verb: str,
    why: str,
    page: str,
    due: datetime | None = None,
) -> Waiting:
    return Waiting(
        verb,
        why,
        due,
        competition.number,
        f"reviewer.reviews.{page}",
        {"uid": member.uid},
        OTHERS_WAIT,
        zone=competition.zone,
    )


def _sheet(
    row: Sheet,
    names: Mapping[int, material.Candidate],
    filled: Mapping[int, tuple[int, datetime]],
    due: Mapping[int, datetime | None],
    zones: Mapping[int, str],
    now: datetime,
) -> Waiting:
    one = names[row.application_id]
    count = filled.get(row.id, (0, now))[0]
    until = due.get(row.application_id) if row.phase is Phase.INITIAL else row.due_at
    if row.status == SheetStatus.RETURNED:
        verb, why = "Look again at a score sheet", f"Returned to you: {row.returned_reason}"
    elif row.phase is Phase.FINAL:
        verb, why = (
            "Revise your scores, or let them stand",
            "The panel is open" if until else "Until the panel closes",
        )
    elif count:
        verb, why = "Go on with a score sheet", f"{count} sub-criteria have points"
    else:
        verb, why = "Start a score sheet", "Not opened yet"
    late = until is not None and until < now
    urgency = OVERDUE if late else OTHERS_WAIT if row.status == SheetStatus.RETURNED else DUE
    return Waiting(
        verb,
        why,
        until,
        f"{one.number} {one.organization}",
        "reviewer.reviews.open",
        {"uid": row.uid},
        urgency,
        zone=zones.get(row.competition_id, "America/New_York"),
    )


def _as_chair(session: Session, actor: Actor) -> list[Waiting]:
    rows = session.exec(
        select(Panel, PanelRecord, Competition)
        .join(PanelRecord, col(PanelRecord.panel_id) == col(Panel.id))
        .join(Competition, col(Competition.id) == col(Panel.competition_id))
        .where(
            col(PanelRecord.signed_at).is_(None),
            col(PanelRecord.application_id).not_in(actor.barred),
            col(Panel.status) == PanelStatus.OPEN,
        )
        .order_by(col(Panel.state), col(PanelRecord.id))
    ).all()
    names = material.candidates_by_id(session, {record.application_id for _panel, record, _one in rows})
    return [
        Waiting(
            "Write and sign the record of the discussion",
            "The program officer closes the panel once every record is signed",
            panel.call_at,
            names[record.application_id].number,
            "staff.reviews.discussion",
            {"uid": names[record.application_id].uid},
            DUE if panel.call_at else NEWS,
            Role.PANEL_CHAIR,
            competition.zone,
        )
        for panel, record, competition in rows
    ]
