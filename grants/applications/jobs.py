"""The receipt of a submission as PDF."""

from grants.access.actor import SYSTEM
from grants.adapters.pdf import render
from grants.adapters.pdf_files import inspect
from grants.applications.queries.drafts import application_by_id
from grants.applications.queries.submissions import files_of_submission, submission_by_uid
from grants.applications.rules.certifications import CERTIFICATIONS
from grants.applications.rules.content import from_json
from grants.competitions.queries import competition_by_id
from grants.documents.services.storing import prepare_made, record_file
from grants.jobs.runner import Work


def make_receipt(work: Work) -> None:
    """Write the receipt of one submission; a second run finds it made."""
    with work.database.reading() as session:
        submission = submission_by_uid(session, str(work.payload["submission"]))
        application = application_by_id(session, submission.application_id) if submission else None
        competition = competition_by_id(session, application.competition_id) if application else None
        if submission is None or competition is None or submission.receipt_file_id is not None:
            return
        files = files_of_submission(session, submission.id)
    html = work.render(
        "pdf/receipt.html",
        submission=submission,
        content=from_json(submission.content),
        competition=competition,
        files=files,
        certifications=CERTIFICATIONS,
        zone=competition.zone,
    )
    pdf = render(html)
    ready = prepare_made(
        work.files,
        f"receipt-{submission.number}.pdf",
        pdf,
        media_type="application/pdf",
        pages=inspect(pdf).pages,
    )
    with work.database.writing() as session:
        stored = submission_by_uid(session, submission.uid)
        if stored is not None and stored.receipt_file_id is None:
            stored.receipt_file_id = record_file(session, ready, actor=SYSTEM, now=work.now()).id
            session.add(stored)
    work.finish({"receipt": submission.number})
