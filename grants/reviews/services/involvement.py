"""Conflicts that no declaration shows: a person of the staff or a panel stands on an applicant's side.

They are looked for when a role is given, a membership begins, an invitation to review is accepted and an
application is submitted, and bar every role at once; another person decides.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.lifecycle.perform import perform
from grants.lifecycle.queries import installation
from grants.reviews.models import Conflict
from grants.reviews.queries import applications as material
from grants.reviews.queries import conflicts, involvement, pool
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.conflicts import ApplicationFacts, ReviewerFacts, involvement_between
from grants.reviews.services.conflicts import LONGEST, application_facts, keep_found, reviewer_facts
from grants.reviews.services.likenesses import note_likenesses
from grants.reviews.workflow import ConflictStatus, MemberStatus

MARK = "involvement_sought"
"""Where the installation's row keeps up to which event conflicts were looked for."""


def seek(
    session: Session,
    *,
    now: datetime,
    people: Iterable[int] | None = None,
    applications: Iterable[int] | None = None,
) -> list[Conflict]:
    """Look for people of the staff and of panels among those of the applicants; return what is new.

    `people` and `applications` limit the search. What a person decided stays, unless a reason came up that
    was not known then.
    """
    serving = involvement.serving(session)
    wanted = serving if people is None else serving & set(people)
    found: list[Conflict] = []
    if not wanted:
        return found
    sent = material.sent_in(session, ids=applications)
    names = application_facts(session, sent)
    known = conflicts.of_pairs(session, wanted, [one.id for one in sent])
    everyone = _facts(session, wanted)
    for person_id, person in everyone.items():
        for one in sent:
            matches = involvement_between(person, names[one.id])
            standing = known.get((person_id, one.id))
            if matches and standing is None:
                found.append(keep_found(session, person, one, matches, now=now))
            elif matches and standing is not None and _is_news(standing, [m.reason for m in matches]):
                found.append(_find_again(session, standing, [m.reason for m in matches], now=now))
    _note_staff(session, everyone, sent, names, now=now)
    _note_panels(session, wanted, sent, names, now=now)
    return found


def seek_due(session: Session, now: datetime) -> None:
    """Look where something happened since the last time; the worker does it at every turn."""
    house = installation(session)
    if house is None:
        return
    since = involvement.since(session, int(house.notes.get(MARK, 0)))
    if since is None:
        return
    if since.people:
        seek(session, now=now, people=since.people)
    if since.applications:
        seek(session, now=now, applications=since.applications)
    house.notes = {**house.notes, MARK: since.last}
    session.add(house)


def _note_staff(
    session: Session,
    everyone: Mapping[int, ReviewerFacts],
    sent: Sequence[Candidate],
    names: Mapping[int, ApplicationFacts],
    *,
    now: datetime,
) -> None:
    """Note names of officers that are like those of any application."""
    staff = involvement.officers(session) & everyone.keys()
    note_likenesses(session, [everyone[one] for one in sorted(staff)], sent, names, now=now)


def _note_panels(
    session: Session,
    people: Collection[int],
    sent: Sequence[Candidate],
    names: Mapping[int, ApplicationFacts],
    *,
    now: datetime,
) -> None:
    """Note names of reviewers, and of what they declared, that are like those of their own competition."""
    for competition_id in sorted({one.competition_id for one in sent}):
        members = {
            member.person_id: member
            for member in pool.members_of(session, competition_id)
            if member.person_id is not None
            and member.person_id in people
            and member.status is MemberStatus.ACCEPTED
        }
        facts = reviewer_facts(session, members, now=now) if members else {}
        papers = [one for one in sent if one.competition_id == competition_id]
        note_likenesses(session, facts.values(), papers, names, now=now)


def _facts(session: Session, people: set[int]) -> dict[int, ReviewerFacts]:
    organizations = pool.organizations_of_people(session, people)
    return {
        person.id: ReviewerFacts(
            name=person.name,
            email=person.email,
            organizations=organizations.get(person.id, frozenset()),
            person_id=person.id,
        )
        for person in sorted(pool.people_by_id(session, people).values(), key=lambda one: one.id)
    }


def _is_news(standing: Conflict, reasons: list[str]) -> bool:
    """Say whether somebody dismissed the conflict without knowing one of the reasons."""
    return standing.status is ConflictStatus.DISMISSED and any(
        reason not in standing.reason for reason in reasons
    )


def _find_again(session: Session, standing: Conflict, reasons: list[str], *, now: datetime) -> Conflict:
    standing.reason = " ".join(dict.fromkeys([*reasons, standing.reason]))[:LONGEST]
    standing.noticed_at = now
    perform(session, standing, "find_again", actor=SYSTEM, now=now, reason=standing.reason)
    return standing
