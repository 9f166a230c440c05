"""One award letter against bare WeasyPrint with reused style sheets on the same HTML."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from grants.access.actor import SYSTEM
from grants.adapters import pdf
from grants.adapters.files import Files
from grants.awards.rules import letter_kinds
from grants.clock import StoppedClock
from grants.commands.worker import Worker
from grants.database import Database
from grants.documents.jobs import letter_html
from grants.documents.models import Letter
from grants.documents.rules import LetterKind
from grants.documents.services.letters import Addressee, draft_letter, keep_made
from grants.documents.services.storing import prepare_made
from grants.jobs.queue import enqueue
from grants.jobs.runner import Work
from tests.bench.houses import house_of
from tests.bench.run import Measurement, at_most

DEARER = 1.3
TIMES = 15
NOW = datetime(2015, 3, 1, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """What the worker has at hand when it makes letters."""

    work: Work
    database: Database
    files: Files


def measure() -> list[Measurement]:
    """Measure one letter from its row to the stored file and the moved status, and bare WeasyPrint."""
    with house_of("sqlite", StoppedClock(NOW)) as app:
        desk = desk_of(Worker(app, clock=lambda: StoppedClock(NOW)))
        letters = [drafted(desk, letter_kinds.AWARD) for _ in range(TIMES + 1)]
        html = letter_html(desk.work, letters[0])
        make(desk, letters[0])
        bare(html)
        ours, theirs = [], []
        for letter in letters[1:]:  # in turns, so that a busy machine slows both
            ours.append(timed(partial(make, desk, letter)))
            theirs.append(timed(partial(bare, html)))
    value, against = (statistics.quantiles(times, n=4)[0] for times in (ours, theirs))
    return [at_most("one award letter, made and kept", value, "ms", against=against, bound=DEARER)]


def desk_of(worker: Worker) -> Desk:
    """Put a job at hand, as the runner does."""
    with worker.database.writing() as session:
        job = enqueue(session, "bench", {}, actor=SYSTEM, now=NOW, label="Bench")
    work = Work(
        uid=job.uid,
        payload={},
        person_id=None,
        person_name="",
        database=worker.database,
        settings=worker.settings,
        files=worker.runner.files,
        clock=StoppedClock(NOW),
        render=worker.render,
        attempt=1,
    )
    return Desk(work, worker.database, worker.runner.files)


def drafted(desk: Desk, kind: LetterKind) -> Letter:
    """Draft an award letter with a plausible word in every field."""
    values = {field.name: f"Front Range {field.name.replace('_', ' ')}" for field in kind.fields}
    about = Addressee(None, None, None, "award", 1, "Front Range Manufacturing Alliance")
    with desk.database.writing() as session:
        return draft_letter(session, kind, about, values, batch=None, now=NOW)


def make(desk: Desk, letter: Letter) -> None:
    """Make one letter as the worker does: render, store, record."""
    content = pdf.render(letter_html(desk.work, letter))
    ready = prepare_made(desk.files, f"{letter.number}.pdf", content, media_type="application/pdf")
    with desk.database.writing() as session:
        keep_made(session, session.merge(letter), ready, actor=SYSTEM, now=NOW)


def bare(html: str) -> bytes:
    """Make the same page with WeasyPrint and nothing else; style sheets and fonts are read once."""
    from weasyprint import HTML

    fonts, styles = pdf._styles()
    page = HTML(string=html, base_url="static:///", url_fetcher=pdf._fetcher())
    return bytes(page.write_pdf(stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True))


def timed(act: Callable[[], object]) -> float:
    """Return how long something took, in milliseconds."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000
