"""Names alike: noted by the system, a person looks at them (`services.looking`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from grants.access.actor import SYSTEM
from grants.lifecycle.record import record
from grants.reviews.models import Likeness
from grants.reviews.queries import conflicts, likenesses
from grants.reviews.queries.applications import Candidate
from grants.reviews.rules.conflicts import ApplicationFacts, ReviewerFacts
from grants.reviews.rules.likeness import likenesses_between
from grants.reviews.workflow import BARRING

LONGEST = 2000


def note_likenesses(
    session: Session,
    people: Iterable[ReviewerFacts],
    applications: Iterable[Candidate],
    names: Mapping[int, ApplicationFacts],
    *,
    now: datetime,
) -> list[Likeness]:
    """Note what is alike between people and applications; return what a person has to look at anew.

    A pair that a conflict closes is left alone. What somebody looked at comes again only where something
    is alike that was not known then.
    """
    everyone, papers = list(people), list(applications)
    ids = [one.id for one in papers], [one.person_id for one in everyone]
    known = likenesses.of_pairs(session, ids[1], ids[0])
    decided = conflicts.of_pairs(session, ids[1], ids[0])
    noted = []
    for person in everyone:
        for one in papers:
            pair = person.person_id, one.id
            if pair in decided and decided[pair].status in BARRING:
                continue
            matched = likenesses_between(person, names[one.id])
            before = known[pair].matched if pair in known else []
            if any(sentence not in before for sentence in matched):
                row = known.get(pair) or Likeness(
                    person_id=person.person_id,
                    application_id=one.id,
                    competition_id=one.competition_id,
                    noticed_at=now,
                )
                noted.append(_note(session, row, person.name, [*matched, *before], now=now))
    return noted


def _note(session: Session, row: Likeness, name: str, matched: list[str], *, now: datetime) -> Likeness:
    row.matched, row.noticed_at = list(dict.fromkeys(matched)), now
    row.looked_at = row.looked_by_id = row.finding = None
    session.add(row)
    session.flush()
    record(
        session,
        "likeness.found",
        row,
        happened=f"found names like those of {name}",
        actor=SYSTEM,
        now=now,
        reason=" ".join(matched)[:LONGEST],
    )
    return row
