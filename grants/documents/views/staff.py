"""Staff pages of letters: their words, their batches, one letter."""

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue

from grants.documents.forms import DeedForm, TemplateForm
from grants.documents.models import Batch, Letter, Template
from grants.documents.queries import batch_by_uid, files_by_id, letter_by_uid, letters_of_batch
from grants.documents.rules import LetterKind, merge, template_faults
from grants.documents.services.letters import Words, ask_to_make, save_template, words_in_force
from grants.documents.services.releasing import is_closed, release_batch
from grants.documents.views import previewing
from grants.documents.views.sending import send_file_row
from grants.errors import NotFound, Refused, StaleVersion
from grants.jobs.queries import job_by_uid
from grants.web import current
from grants.web.fields import choices, counted
from grants.web.filters import plural
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("documents", audience="staff")


def kinds() -> dict[str, LetterKind]:
    """Return the kinds of letters that the house knows."""
    found: dict[str, LetterKind] = current_app.extensions["grants.letter_kinds"]
    return found


@pages.page("/templates", "templates", permission="letter.read")
def templates() -> ResponseReturnValue:
    """List the kinds of letters with the version of their words."""
    with current.reading() as session:
        rows = [(kind, words_in_force(session, kind, now=current.now())) for kind in kinds().values()]
    return page(rows=rows)


@pages.page("/templates/<kind>", "template", permission="template.edit", methods=("GET", "POST"))
def template(kind: str) -> ResponseReturnValue:
    """Edit the words of one kind beside a preview with a real case or with sample values."""
    chosen = kinds().get(kind)
    if chosen is None:
        raise NotFound
    with current.reading() as session:
        newest = words_in_force(session, chosen, now=current.now())
        cases = previewing.cases_of(session, chosen, current.actor())
    form = TemplateForm(
        version=str(newest.version),
        letter_title=newest.title,
        body=newest.body,
        mail_subject=newest.mail_subject,
        case=request.args.get("case", ""),
    )
    form.case.choices = choices([("", "The sample values"), *((case.key, case.label) for case in cases)])
    stale: StaleVersion | None = None
    if form.is_sent() and request.form.get("deed") != "preview":
        try:
            saved = _save(chosen, form)
        except StaleVersion as caught:
            stale = caught
            form.version.data = str(caught.version)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"Saved as version {saved}."
            return go("staff.documents.template", kind=kind, case=form.case.data or None, said=said)
    return _template_page(chosen, form, newest, stale)


def _template_page(
    kind: LetterKind, form: TemplateForm, newest: Template, stale: StaleVersion | None
) -> ResponseReturnValue:
    """Show the words with their preview; what is only looked at is judged too, and not stored."""
    body, subject = str(form.body.data or ""), str(form.mail_subject.data or "")
    if request.method == "POST" and not form.has_faults:
        form.lay(template_faults(body, subject, kind.fields))
    with current.reading() as session:
        case = previewing.case_of(session, kind, str(form.case.data or ""), current.actor(), current.now())
    if case.subject is not None:
        note = current_app.extensions["grants.note_reading"]
        note(current.database(), "letter preview", case.subject, actor=current.actor(), now=current.now())
    preview = None if form.has_faults or stale else merge(body, case.values)
    return page(
        form=form,
        kind=kind,
        newest=newest,
        case=case,
        preview=preview,
        stale=stale,
        status=409 if stale else 200,
    )


def _save(kind: LetterKind, form: TemplateForm) -> int:
    with current.writing() as session:
        saved = save_template(
            session,
            kind,
            Words(str(form.letter_title.data), str(form.body.data), str(form.mail_subject.data)),
            version=counted(form.version.data),
            actor=current.actor(),
            now=current.now(),
        )
        return saved.version


@pages.page("/batches/<uid>", "batch", permission="letter.read", load=batch_by_uid)
def batch(batch: Batch) -> ResponseReturnValue:
    """Show the letters of a batch with every figure merged, what failed, and the next deed."""
    with current.reading() as session:
        letters = letters_of_batch(session, batch.id)
        job = job_by_uid(session, batch.job_uid) if batch.job_uid else None
        files = files_by_id(session, {letter.file_id for letter in letters if letter.file_id})
    shown = _open_to_reader(letters)
    titles = {letter.title for letter in shown}
    failures = [one for one in (job.failures if job else ()) if one["item"] in titles]
    return page(
        batch=batch,
        letters=shown,
        files=files,
        job=job,
        failures=failures,
        closed=is_closed(letters, current.actor()),
        form=DeedForm(),
    )


def _open_to_reader(letters: list[Letter]) -> list[Letter]:
    """Leave out the letters about applications that a conflict closes to the reader."""
    return [letter for letter in letters if letter.application_id not in current.actor().barred]


@pages.page("/batches/<uid>/make", "make", permission="letter.make", load=batch_by_uid, methods=("POST",))
def make(batch: Batch) -> ResponseReturnValue:
    """Ask for the PDFs of a batch."""
    with current.writing() as session:
        row = batch_by_uid(session, batch.uid)
        if row is None:
            raise NotFound
        ask_to_make(session, row, actor=current.actor(), now=current.now())
    return go("staff.documents.batch", uid=batch.uid, said="The letters are being made.")


@pages.page(
    "/batches/<uid>/release",
    "release",
    permission="letter.release",
    load=batch_by_uid,
    methods=("GET", "POST"),
)
def release(batch: Batch) -> ResponseReturnValue:
    """Confirm and release every letter of a batch at one instant."""
    form = DeedForm()
    with current.reading() as session:
        letters = letters_of_batch(session, batch.id)
    if form.is_sent():
        try:
            with current.writing() as session:
                row = batch_by_uid(session, batch.uid)
                if row is None:
                    raise NotFound
                releases = current_app.extensions["grants.releases"]
                act = releases.get(row.kind, release_batch)
                act(session, row, actor=current.actor(), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"Released: {plural(len(letters), 'letter')}."
            return go("staff.documents.batch", uid=batch.uid, said=said)
    return page(
        batch=batch,
        letters=_open_to_reader(letters),
        closed=is_closed(letters, current.actor()),
        form=form,
        back=url_for("staff.documents.batch", uid=batch.uid),
    )


@pages.page("/letters/<uid>", "letter", permission="letter.read", load=letter_by_uid, reads="letter")
def letter(letter: Letter) -> ResponseReturnValue:
    """Send the PDF of a letter; a draft that has none is shown as text."""
    if letter.file_id is None:
        body = merge(letter.snapshot["body"], letter.snapshot["values"])
        return page(letter=letter, body=body)
    return send_file_row(letter.file_id)
