"""Making letters: each rendered in a pool of processes, stored by hash, recorded one by one."""

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render_many
from grants.documents.models import Batch, Letter
from grants.documents.queries import batch_by_uid, letter_by_uid, letters_of_batch
from grants.documents.rules import merge
from grants.documents.services.letters import keep_made
from grants.documents.services.storing import prepare_made
from grants.documents.workflow import BatchStatus, LetterStatus
from grants.jobs.runner import Work
from grants.lifecycle.perform import perform


def make_letters(work: Work) -> None:
    """Make the PDF of every letter of a batch that has none; one that fails is named and can be retried."""
    with work.database.reading() as session:
        batch = _known(batch_by_uid(session, work.payload["batch_uid"]))
        letters = [
            letter for letter in letters_of_batch(session, batch.id) if letter.status is LetterStatus.DRAFT
        ]
    total = len(letters)
    work.progress(0, total)
    pages = [letter_html(work, letter) for letter in letters]
    for done, (letter, outcome) in enumerate(zip(letters, render_many(pages), strict=True), start=1):
        if isinstance(outcome, Exception):
            work.fail(letter.title, str(outcome)[:300])
        else:
            _keep(work, letter, outcome)
        if done % 5 == 0 or done == total:
            work.progress(done, total)
    if not work.failures:
        _finish(work, batch.uid)
    work.finish({"made": total - len(work.failures), "batch_uid": batch.uid})


def _finish(work: Work, uid: str) -> None:
    """Say that all letters are made; a worker that died before this job ended may have said so already."""
    with work.database.writing() as session:
        batch = _known(batch_by_uid(session, uid))
        if batch.status is BatchStatus.MAKING:
            perform(session, batch, "finish", actor=SYSTEM, now=work.now())


def letter_html(work: Work, letter: Letter) -> str:
    """Render the page of a letter from its snapshot."""
    body = merge(letter.snapshot["body"], letter.snapshot["values"])
    return work.render("pdf/letter.html", letter=letter, body=body, snapshot=letter.snapshot)


def _keep(work: Work, letter: Letter, content: bytes) -> None:
    ready = prepare_made(
        work.files, f"{letter.kind}-{letter.number}.pdf", content, media_type="application/pdf"
    )
    with work.database.writing() as session:
        row = letter_by_uid(session, letter.uid)
        if row is not None and row.status is LetterStatus.DRAFT:
            keep_made(session, row, ready, actor=SYSTEM, now=work.now())


def _known(batch: Batch | None) -> Batch:
    if batch is None:
        raise LookupError("the batch is gone")
    return batch
