"""Scores as a file: what of them one reader may have, written at once or, where it is long, by the worker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlmodel import Session

from grants.access.actor import Actor
from grants.access.check import may, require
from grants.accounts import queries as accounts
from grants.adapters.spreadsheets import Line, csv_pieces, write_workbook
from grants.competitions.models import Competition
from grants.errors import NotFound
from grants.jobs.models import Job, JobProgress
from grants.jobs.queue import enqueue
from grants.reviews.queries import applications as material
from grants.reviews.queries import exports
from grants.reviews.queries.doors import reviewer_facts
from grants.reviews.services.rubric import rubric_of
from grants.reviews.services.score_book import HEAD, RANK_HEAD, Book
from grants.reviews.services.seeing import owes_own, require_own_in

KIND = "reviews.scores_file"
PERMISSION = "sheet.read"
PROGRAMS = {"xlsx": "Excel", "csv": "CSV"}
"""Endings of the files, each with what one calls it."""
LARGE = 3_000
"""Lines from which the worker writes the file: an Excel file of 3,000 lines takes about a second."""
STEP = 1_000
"""Lines between two words of progress."""
ENDED = (JobProgress.DONE, JobProgress.FAILED)


@dataclass(frozen=True)
class Scope:
    """What a file of scores holds for one reader."""

    competition: Competition
    state: str
    """Empty for all states."""
    applications: frozenset[int]
    lines: int
    barred: frozenset[int]

    @property
    def is_large(self) -> bool:
        """Ask whether the worker writes it."""
        return self.lines > LARGE

    @property
    def name(self) -> str:
        """Return the name of its file, without the ending."""
        return f"scores-{self.competition.number}{'-' + self.state if self.state else ''}"


def scope_of(session: Session, competition: Competition, state: str, *, actor: Actor) -> Scope:
    """Return what the actor's file would hold, without applications closed to them.

    Raises `NotFound` for a state without an application, `NotAllowed` while a sheet of their own is owed.
    """
    require(actor, PERMISSION, competition)
    found = material.candidates(session, competition.id)
    if state and state not in {one.state for one in found}:
        raise NotFound
    require_own_in(session, actor, [one.id for one in found])
    ids = {one.id for one in found if state in ("", one.state)} - actor.barred
    counts = exports.sheets_in(session, competition.id)
    sheets = sum(counts.get(application_id, 0) for application_id in ids)
    leaves = len(rubric_of(session, competition).leaves)
    return Scope(competition, state, frozenset(ids), sheets * leaves, actor.barred)


def write_scores(
    session: Session, scope: Scope, ending: str, to: IO[bytes], *, tell: Callable[[int], None] | None = None
) -> None:
    """Write the file from the open session; `tell` hears how many lines are written."""
    book = Book.read(session, scope.competition, state=scope.state or None, without=scope.barred)
    lines = _told(book.lines(), tell) if tell else book.lines()
    if ending == "csv":
        to.writelines(csv_pieces(_under(HEAD, lines)))
        return
    write_workbook(
        to,
        (
            ("Scores", _under(HEAD, lines)),
            ("Ranks", _under(RANK_HEAD, book.ranks())),
            ("Method", _under(("What", "Value"), book.method())),
        ),
    )


def ask(session: Session, scope: Scope, ending: str, *, actor: Actor, now: datetime) -> Job:
    """Ask the worker for a file; while the same one is under way it is that one."""
    require(actor, PERMISSION, scope.competition)
    start = f"{_start(scope.competition, actor)}{scope.state or 'all'}:{ending}:"
    ended = [job for job in exports.jobs_asked(session, start) if job.progress in ENDED]
    where = f", {scope.state}" if scope.state else ""
    return enqueue(
        session,
        KIND,
        {"competition": scope.competition.id, "state": scope.state, "ending": ending},
        actor=actor,
        now=now,
        label=f"Scores of {scope.competition.number}{where} as {PROGRAMS[ending]}",
        unique=f"{start}{len(ended)}",
    )


def asked_by(session: Session, competition: Competition, *, actor: Actor) -> list[Job]:
    """Return the files of a competition that the actor asked for, newest first."""
    return exports.jobs_asked(session, _start(competition, actor))


def file_of(job: Job, *, actor: Actor) -> int | None:
    """Return the file a job made if all that it holds is open to the actor still."""
    file_id = job.result.get("file")
    closed = actor.barred & set(job.result.get("applications", ()))
    return None if file_id is None or closed or job.person_id != actor.person_id else int(file_id)


def reader_of(session: Session, person_id: int | None, competition: Competition) -> Actor | None:
    """Return who asked as they stand now; None for somebody who may not have the scores any more."""
    person = accounts.person_by_id(session, person_id)
    if person is None or not person.active:
        return None
    facts = reviewer_facts(session, person.id)
    actor = Actor(
        person_id=person.id,
        name=person.name,
        staff_roles=frozenset(held.role for held in accounts.roles_held(session, person.id)),
        is_reviewer=facts.is_reviewer,
        assignments=facts.assignments,
        barred=facts.barred | facts.involved,
    )
    everything = [one.id for one in material.candidates(session, competition.id)]
    is_open = may(actor, PERMISSION, competition) and not owes_own(session, actor, everything)
    return actor if is_open else None


def _start(competition: Competition, actor: Actor) -> str:
    return f"{KIND}:{competition.id}:{actor.person_id}:"


def _under(head: Line, lines: Iterator[Line]) -> Iterator[Line]:
    yield head
    yield from lines


def _told(lines: Iterator[Line], tell: Callable[[int], None]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        yield line
        if number % STEP == 0:
            tell(number)
