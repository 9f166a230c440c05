"""Conflicts: found by the system, declared by a reviewer, decided by staff; each closes a door at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM, Actor
from grants.access.check import require
from grants.errors import NotFound, refuse
from grants.lifecycle.perform import perform
from grants.lifecycle.record import record
from grants.reviews.models import (
    Answer,
    Conflict,
    ConflictAnswer,
    ConflictSource,
    Interest,
    PanelMember,
)
from grants.reviews.queries import applications as material
from grants.reviews.queries import assignments, conflicts, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.conflicts import (
    ApplicationFacts,
    Match,
    ReviewerFacts,
    Tie,
    conflicts_between,
)
from grants.reviews.services.likenesses import note_likenesses
from grants.reviews.workflow import BARRING, MemberStatus
from grants.web.filters import day

LONGEST = 2000


@dataclass(frozen=True)
class Certified:
    """What a reviewer answers about one application on its names alone."""

    application_id: int
    answer: Answer
    kind: str = ""
    note: str = ""


def find_conflicts(
    session: Session,
    competition_id: int,
    *,
    now: datetime,
    people: Iterable[int] | None = None,
    application_id: int | None = None,
) -> list[Conflict]:
    """Look for conflicts between reviewers and applications; what was found or decided before stays.

    `people` and `application_id` limit the search; without them everyone who accepted is compared
    with every application.
    """
    members = {
        member.person_id: member
        for member in pool.members_of(session, competition_id)
        if member.person_id is not None and member.status == MemberStatus.ACCEPTED
    }
    wanted = set(members) if people is None else set(people) & set(members)
    up_for_review = [
        one
        for one in material.candidates(session, competition_id)
        if application_id is None or one.id == application_id
    ]
    reviewers = reviewer_facts(session, {person_id: members[person_id] for person_id in wanted}, now=now)
    names = application_facts(session, up_for_review)
    known = conflicts.known_pairs(session, competition_id)
    found: list[Conflict] = []
    if not reviewers or not up_for_review:
        return found
    for person_id in sorted(wanted):
        for application in up_for_review:
            if (person_id, application.id) not in known:
                matches = conflicts_between(reviewers[person_id], names[application.id])
                if matches:
                    found.append(keep_found(session, reviewers[person_id], application, matches, now=now))
    note_likenesses(session, reviewers.values(), up_for_review, names, now=now)
    return found


def certify(
    session: Session,
    member: PanelMember,
    answers: Iterable[Certified],
    *,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Keep what a reviewer certified; return the applications whose door is open now.

    Everything that was asked has to be answered; `ask` closes the door until staff decide.
    """
    require(actor, "conflict.declare", member)
    given = {one.application_id: one for one in answers}
    asked = {
        row.application_id
        for row in assignments.sent_to(session, member.person_id or 0, member.competition_id)
    }
    if not given.keys() <= asked:
        raise NotFound
    opened: list[int] = []
    for one in given.values():
        _keep_answer(session, member, one, now=now)
        if one.answer is not Answer.NONE:
            _declare(session, member.person_id or 0, member.competition_id, one, actor=actor, now=now)
        conflict = conflicts.conflict_between(session, member.person_id or 0, one.application_id)
        if conflict is None or conflict.status not in BARRING:
            opened.append(one.application_id)
    record(
        session,
        "conflicts.certified",
        member,
        happened=f"certified conflicts for {len(given)} applications",
        actor=actor,
        now=now,
        facts={"applications": len(given), "opened": len(opened)},
    )
    return opened


def declare_later(
    session: Session,
    member: PanelMember,
    application_id: int,
    *,
    kind: str,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Close an application's door at the reviewer's word, and have staff find a replacement."""
    require(actor, "conflict.declare", member)
    if application_id not in actor.assignments:
        raise NotFound
    declared = Certified(application_id, Answer.CONFLICT, kind, note)
    _keep_answer(session, member, declared, now=now)
    _declare(session, member.person_id or 0, member.competition_id, declared, actor=actor, now=now)


def confirm(session: Session, conflict: Conflict, *, reason: str, actor: Actor, now: datetime) -> None:
    """Decide that there is a conflict."""
    _decide(session, conflict, "confirm", reason=reason, actor=actor, now=now)


def dismiss(session: Session, conflict: Conflict, *, reason: str, actor: Actor, now: datetime) -> None:
    """Decide that there is none; the door opens once the reviewer certified and has the assignment."""
    _decide(session, conflict, "dismiss", reason=reason, actor=actor, now=now)


def reviewer_facts(
    session: Session, members: Mapping[int, PanelMember], *, now: datetime
) -> dict[int, ReviewerFacts]:
    """Return what is known of each reviewer that could make a conflict."""
    people = set(members)
    accounts = pool.people_by_id(session, people)
    entries = pool.reviewers_by_person(session, people)
    interests = pool.interests_in_force(session, people, now)
    organizations = pool.organizations_of_people(session, people)
    found: dict[int, ReviewerFacts] = {}
    for person_id, member in members.items():
        entry, own = entries.get(person_id), organizations.get(person_id, frozenset())
        if entry is not None and entry.organization_id is not None:
            own |= {entry.organization_id}
        found[person_id] = ReviewerFacts(
            name=accounts[person_id].name,
            email=member.email,
            affiliation=entry.affiliation if entry else member.affiliation,
            organizations=own,
            states=frozenset(entry.states if entry else member.states),
            ties=tuple(_tie(row) for row in interests.get(person_id, [])),
            person_id=person_id,
        )
    return found


def application_facts(session: Session, found: list[Candidate]) -> dict[int, ApplicationFacts]:
    """Return the names in each application."""
    parties = material.named_parties(session, [one.id for one in found])
    domains = material.mail_domains(session, {one.organization_id for one in found})
    accounts = material.acting_accounts(session, [one.id for one in found])
    people = material.people_behind(session, found)
    return {
        one.id: ApplicationFacts(
            organization_id=one.organization_id,
            organization=one.organization,
            state=one.state,
            domains=domains.get(one.organization_id, frozenset()),
            parties=tuple(parties[one.id]),
            accounts=accounts.get(one.id, {}),
            people=tuple(people[one.id]),
        )
        for one in found
    }


def keep_found(
    session: Session,
    person: ReviewerFacts,
    application: Candidate,
    matches: Sequence[Match],
    *,
    now: datetime,
) -> Conflict:
    """Write down a conflict that the system found; it closes the door at once."""
    conflict = Conflict(
        person_id=person.person_id,
        application_id=application.id,
        competition_id=application.competition_id,
        source=ConflictSource.FOUND,
        kind=matches[0].kind,
        reason=" ".join(match.reason for match in matches)[:LONGEST],
        noticed_at=now,
    )
    session.add(conflict)
    session.flush()
    record(
        session,
        "conflict.found",
        conflict,
        happened=f"found a conflict of {person.name}: {conflict.kind}",
        actor=SYSTEM,
        now=now,
        reason=conflict.reason,
    )
    return conflict


def _keep_answer(session: Session, member: PanelMember, one: Certified, *, now: datetime) -> None:
    stored = conflicts.answer_of(session, member.person_id or 0, one.application_id)
    if stored is None:
        stored = ConflictAnswer(
            person_id=member.person_id or 0, application_id=one.application_id, answer=one.answer, at=now
        )
    stored.answer, stored.note, stored.at = one.answer, one.note, now
    session.add(stored)


def _declare(
    session: Session, person_id: int, competition_id: int, one: Certified, *, actor: Actor, now: datetime
) -> None:
    """Make or renew the pair's conflict; one that bars already keeps its state."""
    if one.answer is Answer.CONFLICT and not one.note.strip():
        raise refuse("reason", "Say in one line what the conflict is.", field=f"note_{one.application_id}")
    conflict = conflicts.conflict_between(session, person_id, one.application_id)
    if conflict is not None and conflict.status in BARRING:
        return
    kind = one.kind or ("question to staff" if one.answer is Answer.ASK else "declared")
    reason = one.note.strip() or "The reviewer asks staff to decide."
    if conflict is None:
        conflict = Conflict(
            person_id=person_id,
            application_id=one.application_id,
            competition_id=competition_id,
            source=ConflictSource.DECLARED,
            kind=kind,
            reason=reason[:LONGEST],
            noticed_at=now,
        )
        session.add(conflict)
        session.flush()
    conflict.kind, conflict.reason, conflict.noticed_at = kind, reason[:LONGEST], now
    perform(session, conflict, "declare", actor=actor, now=now, reason=reason[:LONGEST])


def _decide(
    session: Session, conflict: Conflict, move: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    if not reason.strip():
        raise refuse("reason", "Write the reason of the decision.", field="reason")
    perform(session, conflict, move, actor=actor, now=now, reason=reason)
    conflict.decided_by_id, conflict.decided_at, conflict.decided_reason = actor.person_id, now, reason
    session.add(conflict)


def _tie(row: Interest) -> Tie:
    return Tie(
        kind=str(row.kind),
        name=row.name,
        organization_id=row.organization_id,
        state=row.state,
        declared=day(row.declared_at),
    )
