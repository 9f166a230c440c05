"""Writing a long file of scores for one reader, as they may see them when the worker reaches it."""

from tempfile import SpooledTemporaryFile
from typing import IO

from grants.access.actor import SYSTEM
from grants.adapters.spreadsheets import IN_MEMORY, KINDS
from grants.competitions.queries import competition_by_id
from grants.documents.services.storing import prepare_made, record_file
from grants.jobs.runner import Work
from grants.reviews.services.exporting import Scope, reader_of, scope_of, write_scores


def make_scores_file(work: Work) -> None:
    """Write the file and keep it; for somebody who may not have it any more nothing is made."""
    ending = str(work.payload["ending"])
    with SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        scope = _written(work, ending, content)
        if scope is None:
            work.finish({})
            return
        content.seek(0)
        name = f"{scope.name}.{ending}"
        ready = prepare_made(work.files, name, content.read(), media_type=KINDS[ending])
    with work.database.writing() as session:
        file = record_file(session, ready, actor=SYSTEM, now=work.now())
    work.finish({"file": file.id, "applications": sorted(scope.applications), "lines": scope.lines})


def _written(work: Work, ending: str, to: IO[bytes]) -> Scope | None:
    """Write what whoever asked may see now, all of it as it stands at one moment."""
    with work.database.snapshot() as session:
        competition = competition_by_id(session, work.payload["competition"])
        reader = reader_of(session, work.person_id, competition) if competition is not None else None
        if competition is None or reader is None:
            return None
        scope = scope_of(session, competition, str(work.payload["state"]), actor=reader)
        total = scope.lines
        work.progress(0, total)
        write_scores(session, scope, ending, to, tell=lambda done: work.progress(min(done, total), total))
        return scope
