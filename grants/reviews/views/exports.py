"""Staff: scores as a file, sent at once where it is short, else made by the worker and taken here."""

from dataclasses import dataclass
from functools import partial

from flask import current_app, request
from flask.typing import ResponseReturnValue

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.competitions.rules.states import POSTAL_CODES
from grants.documents.models import StoredFile
from grants.documents.queries import files_by_id
from grants.documents.views.sending import send_file_row
from grants.errors import NotFound
from grants.jobs.models import Job
from grants.reviews.forms.staff import ScoresFileForm
from grants.reviews.services import exporting
from grants.reviews.views.audiences import staff as pages
from grants.web import current
from grants.web.render import go, page
from grants.web.spreadsheets import send_written

READS = "scores of a competition"
SHOWN = 6
"""Files that the page lists."""


@dataclass(frozen=True)
class Asked:
    """A file that was asked for, with the job that makes it."""

    job: Job
    file: StoredFile | None

    @property
    def program(self) -> str:
        """Return which program it is for."""
        return exporting.PROGRAMS[self.job.payload["ending"]]

    @property
    def state(self) -> str:
        """Return its state; empty for all."""
        return str(self.job.payload["state"])

    @property
    def is_given_up(self) -> bool:
        """Ask whether nothing comes of it, or nothing that is open to the reader still."""
        return self.file is None and self.job.progress in exporting.ENDED


@pages.page(
    "/<number>/scores.xlsx", "export", permission="sheet.read", load=competition_by_number, by=("number",)
)
def export(competition: Competition) -> ResponseReturnValue:
    """Send every submitted score by sub-criterion, reviewer and version, with ranks and method, as Excel."""
    return _at_once(competition, "xlsx")


@pages.page(
    "/<number>/scores.csv", "export_csv", permission="sheet.read", load=competition_by_number, by=("number",)
)
def export_csv(competition: Competition) -> ResponseReturnValue:
    """Send the same list of scores as comma-separated values."""
    return _at_once(competition, "csv")


@pages.page(
    "/<number>/scores",
    "scores",
    permission="sheet.read",
    load=competition_by_number,
    by=("number",),
    methods=("GET", "POST"),
)
def scores(competition: Competition) -> ResponseReturnValue:
    """Have the worker write a file of scores, see how far it is, and take it."""
    form = ScoresFileForm()
    actor = current.actor()
    with current.reading() as session:
        scope = exporting.scope_of(session, competition, request.args.get("state", ""), actor=actor)
    if form.is_sent():
        with current.writing() as session:
            exporting.ask(session, scope, str(form.ending.data), actor=actor, now=current.now())
        return go("staff.reviews.scores", number=competition.number, state=scope.state or None)
    return page(
        form=form,
        competition=competition,
        scope=scope,
        names=POSTAL_CODES,
        programs=exporting.PROGRAMS,
        found=_asked(competition),
    )


@pages.page(
    "/<number>/scores/<uid>",
    "scores_file",
    permission="sheet.read",
    load=competition_by_number,
    by=("number",),
)
def scores_file(competition: Competition, uid: str) -> ResponseReturnValue:
    """Send a file that was made for the reader, as long as everything in it is open to them."""
    actor = current.actor()
    with current.reading() as session:
        asked = {job.uid: job for job in exporting.asked_by(session, competition, actor=actor)}
        if uid not in asked:
            raise NotFound
        exporting.scope_of(session, competition, str(asked[uid].payload["state"]), actor=actor)
    file_id = exporting.file_of(asked[uid], actor=actor)
    if file_id is None:
        raise NotFound
    _note(competition)
    return send_file_row(file_id, download=True)


def _at_once(competition: Competition, ending: str) -> ResponseReturnValue:
    """Send the file if it is short; else show the page where the worker is asked for it."""
    scope_now = partial(
        exporting.scope_of,
        competition=competition,
        state=request.args.get("state", ""),
        actor=current.actor(),
    )
    with current.reading() as session:
        scope = scope_now(session)
    if scope.is_large:
        return go("staff.reviews.scores", number=competition.number, state=scope.state or None)
    _note(competition)  # holding one connection while waiting for another could stop the whole process
    with current.database().snapshot() as session:
        scope = scope_now(session)
        return send_written(scope.name, ending, lambda to: exporting.write_scores(session, scope, ending, to))


def _asked(competition: Competition) -> list[Asked]:
    """Return what the reader asked for last; a file that holds what is closed by now is not there."""
    actor = current.actor()
    with current.reading() as session:
        jobs = exporting.asked_by(session, competition, actor=actor)[:SHOWN]
        wanted = {job.uid: exporting.file_of(job, actor=actor) for job in jobs}
        files = files_by_id(session, {file_id for file_id in wanted.values() if file_id})
    return [Asked(job, files.get(wanted[job.uid] or 0)) for job in jobs]


def _note(competition: Competition) -> None:
    note = current_app.extensions["grants.note_reading"]
    note(current.database(), READS, competition, actor=current.actor(), now=current.now())
