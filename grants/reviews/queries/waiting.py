"""What waits in reviews: for a reviewer, for the program officer, for the chair."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.access.roles import Role
from grants.competitions.models import Competition
from grants.competitions.workflow import CompetitionStatus
from grants.lifecycle.waiting import DUE, NEWS, OTHERS_WAIT, OVERDUE, Waiting
from grants.reviews.models import (
    Assignment,
    Conflict,
    Panel,
    PanelMember,
    PanelRecord,
    Phase,
    Reviewer,
    Sheet,
)
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool, sheets
from grants.reviews.queries.involvement import officers
from grants.reviews.workflow import (
    IN,
    WRITABLE,
    AssignmentStatus,
    ConflictStatus,
    MemberStatus,
    PanelStatus,
    SheetStatus,
)

RENEW_WITHIN = timedelta(days=30)


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return everything that waits for an actor in reviews, in a fixed number of queries per role."""
    found = _as_reviewer(session, actor, now)
    if Role.PROGRAM_OFFICER in actor.staff_roles:
        found.extend(_as_officer(session, actor, now))
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
    due = {row.application_id: row.due_at for row in sent}
    return [
        *(row for member, one in invitations for row in _joining(member, one, sent, answered)),
        *(
            _sheet(row, names, filled, due, zones, now)
            for row in own
            if row.status in WRITABLE
            and (row.phase is Phase.INITIAL or (row.competition_id, row.state) in open_panels)
        ),
        *_renewal(entry, now),
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
        why = "By the link in the mail that invited you"
        return [
            _step(member, competition, "Answer the invitation to review", why, "index", member.expires_at)
        ]
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
        {} if page == "index" else {"uid": member.uid},
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
    until = due.get(row.application_id) if row.phase is Phase.INITIAL else None
    if row.status == SheetStatus.RETURNED:
        verb, why = "Look again at a score sheet", f"Returned to you: {row.returned_reason}"
    elif row.phase is Phase.FINAL:
        verb, why = "Revise your scores, or let them stand", "The panel is open"
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


def _as_officer(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    competitions = _running(session)
    rows = session.exec(
        select(Conflict).where(
            col(Conflict.competition_id).in_(competitions),
            col(Conflict.status).in_([ConflictStatus.DECLARED, ConflictStatus.FOUND]),
            col(Conflict.application_id).not_in(actor.barred),
        )
    ).all()
    active = session.exec(
        select(Assignment).where(
            col(Assignment.competition_id).in_(competitions),
            col(Assignment.status) != AssignmentStatus.WITHDRAWN,
            col(Assignment.application_id).not_in(actor.barred),
        )
    ).all()
    names = material.candidates_by_id(session, {row.application_id for row in rows})
    serving = Serving(officers(session), _scored(session, rows))
    return [
        *_replacements(rows, active, names, competitions, serving),
        *_late(session, active, competitions, actor, now),
        *_unsent(active, competitions),
    ]


@dataclass(frozen=True)
class Serving:
    """Who is on the staff, and which pairs of person and application have a sheet that is in."""

    staff: set[int]
    scored: set[tuple[int, int]]


def _scored(session: Session, rows: Iterable[Conflict]) -> set[tuple[int, int]]:
    """Return the pairs of these conflicts whose sheet was submitted before the conflict was known."""
    found = select(Sheet.person_id, Sheet.application_id).where(
        col(Sheet.application_id).in_({row.application_id for row in rows}), col(Sheet.status).in_(IN)
    )
    return set(session.exec(found).all())


def _running(session: Session) -> dict[int, Competition]:
    rows = select(Competition).where(col(Competition.status) == CompetitionStatus.PUBLISHED)
    return {row.id: row for row in session.exec(rows).all()}


def _replacements(
    rows: Iterable[Conflict],
    active: Iterable[Assignment],
    names: Mapping[int, material.Candidate],
    competitions: Mapping[int, Competition],
    serving: Serving,
) -> list[Waiting]:
    """Return the conflicts that ask for a deed: of the assigned, of staff, and those declared."""
    assigned = {(row.person_id, row.application_id) for row in active}
    found = []
    for row in rows:
        replace = (row.person_id, row.application_id) in assigned
        of_staff = row.person_id in serving.staff
        if not replace and not of_staff and row.status == ConflictStatus.FOUND:
            continue
        number = names[row.application_id].number
        verb, why = "Decide a conflict", "A reviewer asks or declared it"
        if replace and (row.person_id, row.application_id) in serving.scored:
            verb = f"Decide on a submitted sheet of {number}"
            why = f"Conflict {row.status} after its author scored"
        elif replace:
            verb, why = f"Replace a reviewer of {number}", f"Conflict {row.status} after assignment"
        elif row.status == ConflictStatus.FOUND:
            why = "Found by the system: somebody of the staff stands on the applicant's side"
        found.append(
            Waiting(
                verb,
                why,
                None,
                number,
                "staff.reviews.conflict",
                {"uid": row.uid},
                OTHERS_WAIT,
                Role.PROGRAM_OFFICER,
                competitions[row.competition_id].zone,
            )
        )
    return found


def _late(
    session: Session,
    active: Iterable[Assignment],
    competitions: Mapping[int, Competition],
    actor: Actor,
    now: datetime,
) -> list[Waiting]:
    due = {(row.application_id, row.person_id): row.due_at for row in active if row.due_at is not None}
    rows = session.exec(
        select(Sheet).where(
            col(Sheet.competition_id).in_(competitions),
            col(Sheet.phase) == Phase.INITIAL,
            col(Sheet.application_id).not_in(actor.barred),
        )
    ).all()
    found = []
    for competition in competitions.values():
        own = [
            row
            for row in rows
            if row.competition_id == competition.id and (row.application_id, row.person_id) in due
        ]
        late = [row for row in own if row.status not in IN and due[row.application_id, row.person_id] < now]
        if late:
            found.append(
                Waiting(
                    f"Remind: {len(late)} of {len(own)} sheets late",
                    "No rank without them",
                    min(due[row.application_id, row.person_id] for row in late),
                    competition.number,
                    "staff.reviews.progress",
                    {"number": competition.number},
                    OVERDUE,
                    Role.PROGRAM_OFFICER,
                    competition.zone,
                )
            )
    return found


def _unsent(active: Iterable[Assignment], competitions: Mapping[int, Competition]) -> list[Waiting]:
    counts: dict[int, int] = {}
    for row in active:
        if row.status == AssignmentStatus.DRAFT:
            counts[row.competition_id] = counts.get(row.competition_id, 0) + 1
    return [
        Waiting(
            f"Send {count} assignment{'s' if count > 1 else ''}",
            "Reviewers do not know of them yet",
            None,
            competitions[competition_id].number,
            "staff.reviews.assign",
            {"number": competitions[competition_id].number},
            DUE,
            Role.PROGRAM_OFFICER,
            competitions[competition_id].zone,
        )
        for competition_id, count in counts.items()
    ]


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
            "The panel closes when it is signed",
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
