"""Writing feedback to applicants as PDF, one each, from what staff cleared."""

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render_many
from grants.adapters.pdf_files import inspect
from grants.competitions.queries import competition_by_id
from grants.documents.models import Feedback
from grants.documents.services.storing import prepare_made
from grants.jobs.runner import Work
from grants.reviews.queries.feedback import feedback_by_uid
from grants.reviews.rules.feedback import from_json
from grants.reviews.services.feedback import keep_file

STEP = 5


def make_feedback(work: Work) -> None:
    """Write the PDF of each cleared feedback that has none; one taken back meanwhile is left out."""
    with work.database.reading() as session:
        found = [feedback_by_uid(session, str(uid)) for uid in work.payload["feedback"]]
        rows = [row for row in found if row is not None and row.file_id is None]
        competition = competition_by_id(session, rows[0].competition_id) if rows else None
    work.progress(0, len(rows))
    pages = [
        work.render(
            "pdf/feedback.html", text=from_json(row.content), row=row, competition=competition, at=work.now()
        )
        for row in rows
    ]
    for done, (row, outcome) in enumerate(zip(rows, render_many(pages), strict=True), start=1):
        if isinstance(outcome, Exception):
            work.fail(str(row.content["number"]), str(outcome)[:300])
        else:
            _keep(work, row, outcome)
        if done % STEP == 0 or done == len(rows):
            work.progress(done, len(rows))
    work.finish({"made": len(rows) - len(work.failures)})


def _keep(work: Work, row: Feedback, content: bytes) -> None:
    name = f"feedback-{row.content['number']}.pdf"
    ready = prepare_made(
        work.files, name, content, media_type="application/pdf", pages=inspect(content).pages
    )
    with work.database.writing() as session:
        stored = feedback_by_uid(session, row.uid)
        if stored is not None:
            keep_file(session, stored, ready, actor=SYSTEM, now=work.now())
