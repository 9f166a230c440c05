"""Who is told of what in reviews; a subject names no score, and no applicant before conflicts are checked."""

from collections.abc import Iterable
from datetime import datetime
from functools import wraps

from sqlmodel import Session

from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.queries import holders_of
from grants.competitions.models import Competition
from grants.lifecycle.models import Event
from grants.lifecycle.outbox import Mail, Resolver
from grants.reviews.models import Conflict, Panel, PanelMember, Phase, Sheet
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool, sheets
from grants.reviews.queries.doors import barred_people, outsiders_barred
from grants.reviews.workflow import WRITABLE, AssignmentStatus, MemberStatus


def invited(session: Session, event: Event) -> list[Mail]:
    """Tell somebody that they are asked to review, as long as they are."""
    member = session.get_one(PanelMember, event.subject_id)
    if member.status is not MemberStatus.INVITED:
        return []
    competition = session.get_one(Competition, member.competition_id)
    return [
        Mail(
            address=member.email,
            person_id=member.person_id,
            subject=f"{competition.number}: Invitation to review",
            template="emails/reviews/invited",
            context={"member": member, "competition": competition},
        )
    ]


def invitation_answered(session: Session, event: Event) -> list[Mail]:
    """Tell program officers who accepted or declined."""
    member = session.get_one(PanelMember, event.subject_id)
    competition = session.get_one(Competition, member.competition_id)
    said = "accepted" if event.after == MemberStatus.ACCEPTED else "declined"
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=f"{competition.number}: {member.name} {said} to review",
            template="emails/reviews/answered",
            context={"member": member, "competition": competition, "said": said, "reason": event.reason},
        )
        for person in holders_of(session, Role.PROGRAM_OFFICER)
    ]


def taken_off(session: Session, event: Event) -> list[Mail]:
    """Tell somebody that they are no longer on the panel."""
    member = session.get_one(PanelMember, event.subject_id)
    competition = session.get_one(Competition, member.competition_id)
    return [
        Mail(
            address=member.email,
            person_id=member.person_id,
            subject=f"{competition.number}: Your place on the panel has ended",
            template="emails/reviews/taken_off",
            context={"member": member, "competition": competition, "reason": event.reason},
        )
    ]


def conflict_declared(session: Session, event: Event) -> list[Mail]:
    """Tell program officers that a conflict needs a decision, and a replacement if it was assigned."""
    conflict = session.get_one(Conflict, event.subject_id)
    competition = session.get_one(Competition, conflict.competition_id)
    candidate = material.candidates_by_id(session, [conflict.application_id])[conflict.application_id]
    names = {one.person_id: one.name for one in pool.members_of(session, conflict.competition_id)}
    assigned = assignments.active_pair(session, conflict.application_id, conflict.person_id)
    pair = (conflict.person_id, conflict.application_id)
    read = conflicts.readings_of(session, [pair]).get(pair, [])
    closed = barred_people(session, conflict.application_id)
    what = "Replacement needed for" if assigned else "Conflict to decide:"
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=f"{competition.number}: {what} {candidate.number}",
            template="emails/reviews/conflict_declared",
            context={
                "conflict": conflict,
                "competition": competition,
                "candidate": candidate,
                "name": names.get(conflict.person_id, "A reviewer"),
                "assigned": assigned is not None,
                "read": len(read),
            },
        )
        for person in holders_of(session, Role.PROGRAM_OFFICER)
        if person.id not in closed
    ]


def conflict_dismissed(session: Session, event: Event) -> list[Mail]:
    """Tell the reviewer that staff found no conflict."""
    conflict = session.get_one(Conflict, event.subject_id)
    competition = session.get_one(Competition, conflict.competition_id)
    return _to_people(
        session,
        [conflict.person_id],
        f"{competition.number}: No conflict, by decision of staff",
        "emails/reviews/conflict_dismissed",
        competition=competition,
        reason=event.reason,
    )


def assignments_sent(session: Session, event: Event) -> list[Mail]:
    """Tell each reviewer how many applications came and went; conflicts are checked before names are read."""
    competition = session.get_one(Competition, event.subject_id)
    added: dict[str, int] = event.facts["assigned"]
    gone: dict[str, int] = event.facts["withdrawn"]
    due = {
        str(row.person_id): row.due_at
        for row in assignments.active_assignments(session, competition.id)
        if row.status == AssignmentStatus.SENT and row.sent_at == event.at
    }
    people = pool.people_by_id(session, {int(one) for one in (*added, *gone)})
    taken = _taken(session, competition.id, event.at)
    mails = []
    for person_id, person in sorted(people.items()):
        count, less = added.get(str(person_id), 0), gone.get(str(person_id), 0)
        words = (
            f"{count} applications assigned to you" if count else f"{less} applications taken off your list"
        )
        mails.append(
            Mail(
                address=person.email,
                person_id=person.id,
                subject=f"{competition.number}: {words.replace('1 applications', '1 application')}",
                template="emails/reviews/assignments_sent",
                context={
                    "competition": competition,
                    "count": count,
                    "less": less,
                    "taken": taken.get(person_id, []),
                    "due": due.get(str(person_id)),
                    "name": person.name,
                },
            )
        )
    return mails


def _taken(session: Session, competition_id: int, at: datetime) -> dict[int, list[str]]:
    """Return the numbers that one sending took off each list, those left out that are closed meanwhile."""
    rows = assignments.told_withdrawals(session, competition_id, at)
    names = material.candidates_by_id(session, {row.application_id for row in rows})
    barring = conflicts.barring_pairs(session, competition_id)
    found: dict[int, list[str]] = {}
    for row in rows:
        if (row.person_id, row.application_id) not in barring:
            found.setdefault(row.person_id, []).append(names[row.application_id].number)
    return {person_id: sorted(numbers) for person_id, numbers in found.items()}


def reminded(session: Session, event: Event) -> list[Mail]:
    """Remind reviewers of the number of sheets they owe."""
    competition = session.get_one(Competition, event.subject_id)
    owed: dict[str, int] = event.facts["sheets"]
    due = _first_due(session, competition.id)
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=f"{competition.number}: {_sheets(owed[str(person.id)])} due",
            template="emails/reviews/reminded",
            context={
                "competition": competition,
                "count": owed[str(person.id)],
                "due": due.get(person.id),
                "name": person.name,
            },
        )
        for person in pool.people_by_id(session, {int(one) for one in owed}).values()
    ]


def _first_due(session: Session, competition_id: int) -> dict[int, datetime]:
    """Return the earliest instant at which each person's open first sheets are due."""
    open_ = {
        (row.application_id, row.person_id)
        for row in sheets.sheets_of(session, competition_id)
        if row.status in WRITABLE and row.phase is Phase.INITIAL
    }
    found: dict[int, datetime] = {}
    for row in assignments.active_assignments(session, competition_id):
        if row.due_at is not None and (row.application_id, row.person_id) in open_:
            found[row.person_id] = min(row.due_at, found.get(row.person_id, row.due_at))
    return found


def extended(session: Session, event: Event) -> list[Mail]:
    """Tell a reviewer of more time for a sheet, without the name of an applicant."""
    sheet = session.get_one(Sheet, event.subject_id)
    if not _is_theirs(session, sheet):
        return []
    competition = session.get_one(Competition, sheet.competition_id)
    row = assignments.active_pair(session, sheet.application_id, sheet.person_id)
    return _to_people(
        session,
        [sheet.person_id],
        f"{competition.number}: More time for a score sheet",
        "emails/reviews/extended",
        competition=competition,
        sheet=sheet,
        due=row.due_at if row else None,
        reason=event.reason,
    )


def _is_theirs(session: Session, sheet: Sheet) -> bool:
    """Ask whether the author of a sheet still has it to write: assigned, and not barred meanwhile."""
    row = assignments.active_pair(session, sheet.application_id, sheet.person_id)
    return row is not None and sheet.person_id not in barred_people(session, sheet.application_id)


def sheet_returned(session: Session, event: Event) -> list[Mail]:
    """Tell the author why a sheet came back; nobody barred meanwhile is told of the application."""
    sheet = session.get_one(Sheet, event.subject_id)
    if not _is_theirs(session, sheet):
        return []
    competition = session.get_one(Competition, sheet.competition_id)
    candidate = material.candidates_by_id(session, [sheet.application_id])[sheet.application_id]
    return _to_people(
        session,
        [sheet.person_id],
        f"{competition.number}: Score sheet returned to you",
        "emails/reviews/sheet_returned",
        competition=competition,
        sheet=sheet,
        candidate=candidate,
        reason=event.reason,
    )


def panel_call_set(session: Session, event: Event) -> list[Mail]:
    """Tell the reviewers of a state when the call is."""
    return _panel(session, event, "Panel call", "emails/reviews/panel_call_set")


def panel_opened(session: Session, event: Event) -> list[Mail]:
    """Tell the reviewers of a state that they may revise."""
    return _panel(session, event, "You may revise your scores", "emails/reviews/panel_opened")


def panel_closed(session: Session, event: Event) -> list[Mail]:
    """Tell chairs that a panel is closed."""
    panel = session.get_one(Panel, event.subject_id)
    competition = session.get_one(Competition, panel.competition_id)
    closed = _barred_in_state(session, panel)
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=f"{competition.number}: Panel for {panel.state} closed",
            template="emails/reviews/panel_closed",
            context={"panel": panel, "competition": competition, "reason": event.reason},
        )
        for person in holders_of(session, Role.PANEL_CHAIR)
        if person.id not in closed
    ]


def ranking_frozen(session: Session, event: Event) -> list[Mail]:
    """Tell selecting officials that a state's ranking is ready."""
    competition = session.get_one(Competition, event.competition_id)
    state = event.subject_label.removeprefix("Ranking of ")[:2]
    ids = [one.id for one in material.candidates(session, competition.id, state=state)]
    closed = {person for one in ids for person in barred_people(session, one)}
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=f"{competition.number}: Ranking ready for {state}",
            template="emails/reviews/ranking_frozen",
            context={"competition": competition, "state": state, "sha256": event.facts["sha256"]},
        )
        for person in holders_of(session, Role.SELECTING_OFFICIAL)
        if person.id not in closed
    ]


def let_in(resolve: Resolver) -> Resolver:
    """Keep the mail of every notice about an application from whom a conflict closes it.

    Each notice chooses its own readers; this holds for all of them, whatever slice they belong to.
    """

    @wraps(resolve)
    def told(session: Session, event: Event) -> list[Mail]:
        mails = resolve(session, event)
        if event.application_id is None or not mails:
            return mails
        closed = outsiders_barred(session, event.application_id)
        return [mail for mail in mails if mail.person_id not in closed]

    return told


def _panel(session: Session, event: Event, words: str, template: str) -> list[Mail]:
    """Write to who reviews a finalist of the state now, and whom no conflict keeps out of the call.

    One call speaks of every finalist: who may not know one of them hears nothing of it.
    """
    panel = session.get_one(Panel, event.subject_id)
    competition = session.get_one(Competition, panel.competition_id)
    discussed = _discussed(session, panel, event)
    closed = {person for one in discussed for person in barred_people(session, one)}
    people = {
        row.person_id
        for row in assignments.active_assignments(session, competition.id, state=panel.state)
        if row.status is AssignmentStatus.SENT and row.application_id in discussed
    }
    return _to_people(
        session,
        people - closed,
        f"{competition.number}: {words}, {panel.state}",
        template,
        competition=competition,
        panel=panel,
    )


def _discussed(session: Session, panel: Panel, event: Event) -> set[int]:
    """Return the finalists as the event knew them; where it names none, all of the state's may be."""
    found = material.candidates(session, panel.competition_id, state=panel.state)
    named = event.facts.get("finalists") or event.facts.get("discussed")
    return {one.id for one in found if named is None or one.number in named}


def _barred_in_state(session: Session, panel: Panel) -> set[int]:
    return {
        person
        for one in material.candidates(session, panel.competition_id, state=panel.state)
        for person in barred_people(session, one.id)
    }


def _to_people(
    session: Session, people: Iterable[int], subject: str, template: str, **context: object
) -> list[Mail]:
    found: list[Person] = sorted(pool.people_by_id(session, set(people)).values(), key=lambda one: one.id)
    return [
        Mail(
            address=person.email,
            person_id=person.id,
            subject=subject,
            template=template,
            context={**context, "name": person.name},
        )
        for person in found
    ]


def _sheets(count: int) -> str:
    return "1 score sheet" if count == 1 else f"{count} score sheets"


NOTICES = {
    "reviews.invited": invited,
    "reviews.invitation_answered": invitation_answered,
    "reviews.taken_off": taken_off,
    "reviews.conflict_declared": conflict_declared,
    "reviews.conflict_dismissed": conflict_dismissed,
    "reviews.assignments_sent": assignments_sent,
    "reviews.reminded": reminded,
    "reviews.extended": extended,
    "reviews.sheet_returned": sheet_returned,
    "reviews.panel_call_set": panel_call_set,
    "reviews.panel_opened": panel_opened,
    "reviews.panel_closed": panel_closed,
    "reviews.ranking_frozen": ranking_frozen,
}
