"""The files of an application: adding them whole or in pieces, removing and opening them."""

import re
from contextlib import closing
from urllib.parse import unquote

from flask import flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from grants.adapters.pdf_files import LARGEST
from grants.applications.forms import DocumentForm
from grants.applications.models import Application
from grants.applications.queries import drafts
from grants.applications.services import attaching, drafting
from grants.applications.services.workspace import Workspace, workspace_of
from grants.applications.views.doors import applicant, around
from grants.applications.views.tasks import crumbs_of
from grants.documents.models import Upload
from grants.documents.queries import open_upload
from grants.documents.services import uploads
from grants.documents.services.storing import FileReady, plain_name
from grants.documents.views.sending import send_stored
from grants.documents.views.taking import PICTURES, note_for_administrators, take_in
from grants.errors import NotFound, Refused, Unavailable, refuse
from grants.findings import Finding
from grants.web import current
from grants.web.render import go, page

RANGE = re.compile(r"bytes (\d{1,12})-(-?\d{1,12})/(\d{1,12})")


@applicant.page(
    "/<uid>/documents",
    "documents",
    permission="application.read",
    load=drafts.application_by_uid,
    methods=("GET", "POST"),
    largest=LARGEST + 1024 * 1024,
)
def documents(application: Application) -> ResponseReturnValue:
    """Show each kind of document with its files, and take a file from a plain form."""
    form = DocumentForm()
    if form.is_sent():
        key = form.key.data or ""
        try:
            said = _add_whole(application, key)
        except Refused as refusal:
            return _documents_page(application, form, {key: refusal.findings}, status=refusal.status)
        return _added(application, key, said)
    return _documents_page(application, form, {})


def _documents_page(
    application: Application, form: DocumentForm, refused: dict[str, list[Finding]], *, status: int = 200
) -> ResponseReturnValue:
    with current.reading() as session:
        workspace: Workspace = workspace_of(session, application)
    return page(
        "applicant/applications/documents.html",
        status=status,
        **around(workspace.frame, "documents"),
        form=form,
        workspace=workspace,
        refused=refused,
        failed=bool(refused),
        crumbs=crumbs_of(workspace.frame.competition, application, "Documents"),
    )


def _added(application: Application, key: str, said: str) -> ResponseReturnValue:
    return go(
        "applicant.applications.documents",
        uid=application.uid,
        anchor=f"document-{key}",
        said=said,
    )


def _add_whole(application: Application, key: str) -> str:
    """Take a file that came in one multipart form, and say what was done; no transaction is open yet."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise refuse("file", "Choose a file first.", field="file")
    with closing(sent):
        content = sent.stream.read()
    return _attach(application, key, take_in(sent.filename, content, about=application))


def _attach(application: Application, key: str, ready: FileReady, upload: Upload | None = None) -> str:
    """Attach a checked file and return what is said of it."""
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        known = attaching.same_file(session, application, key, ready)
        attaching.add_document(session, application, key, ready, actor=actor, now=now)
        if upload is not None:
            session.add(upload)
            upload.received, upload.ended_at = upload.size, now
    said = known or "The file is received and checked."
    return said if ready.has_text else said + PICTURES


@applicant.page(
    "/<uid>/documents/<key>/pieces",
    "pieces",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("PUT",),
)
def pieces(application: Application, key: str) -> ResponseReturnValue:
    """Take one piece of a file; the last one has the whole looked at and attached."""
    start, size = _range()
    name = plain_name(unquote(request.headers.get("X-File-Name", "file.pdf")))
    place = f"{application.uid}:{key}:{request.headers.get('X-File-Key', '')}"[:200]
    chunk = request.get_data(cache=False)
    upload = _open_or_begin(application, place, name, size, start)
    if upload is None:
        return jsonify(received=0), 409
    path = uploads.part_path(current.settings(), upload)
    present = path.stat().st_size if path.exists() else 0
    if start > present:
        return jsonify(received=present), 409
    try:
        received = uploads.append(path, offset=start, chunk=chunk, size=upload.size)
    except Unavailable as refusal:
        note_for_administrators(refusal)
        raise
    if received < upload.size:
        return jsonify(received=received)
    return _finish(application, key, upload)


def _range() -> tuple[int, int]:
    found = RANGE.fullmatch(request.headers.get("Content-Range", ""))
    if found is None:
        raise refuse("range", "This part of the file does not say where it belongs. Choose the file again.")
    return int(found[1]), int(found[3])


def _open_or_begin(application: Application, place: str, name: str, size: int, start: int) -> Upload | None:
    actor = current.actor()
    with current.reading() as session:
        known = open_upload(session, actor.person_id or 0, place)
    if known is not None and known.size == size:
        return known
    if start > 0:
        return None
    now = current.now()
    with current.writing() as session:
        session.add(application)
        drafting.require_editable(session, application, actor=actor, now=now)
        return uploads.begin(session, place=place, name=name, size=size, actor=actor, now=now)


def _finish(application: Application, key: str, upload: Upload) -> ResponseReturnValue:
    path = uploads.part_path(current.settings(), upload)
    try:
        ready = take_in(upload.name, uploads.whole(path, upload), about=application)
        said = _attach(application, key, ready, upload)
    except Unavailable:  # the bytes stay where they gathered: the last piece sent again is enough
        raise
    except Refused:
        _end(upload)
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)
    flash(said, "success")
    url = url_for(  # another query, so that the browser fetches the page anew
        "applicant.applications.documents", uid=application.uid, added=upload.uid, _anchor=f"document-{key}"
    )
    return jsonify(received=upload.size, url=url)


def _end(upload: Upload) -> None:
    """Close an upload whose file was refused, so that the same file may be sent again."""
    with current.writing() as session:
        stored = session.merge(upload)
        stored.ended_at = current.now()


@applicant.page(
    "/<uid>/documents/<document>/remove",
    "remove_document",
    permission="application.edit",
    load=drafts.application_by_uid,
    methods=("POST",),
)
def remove_document(application: Application, document: str) -> ResponseReturnValue:
    """Take a file out of the draft."""
    actor, now = current.actor(), current.now()
    with current.writing() as session:
        session.add(application)
        removed = attaching.remove_document(session, application, document, actor=actor, now=now)
    return go(
        "applicant.applications.documents",
        uid=application.uid,
        anchor=f"document-{removed.required_key}",
        said="The file is taken out. Submissions that hold it keep it.",
    )


@applicant.page(
    "/<uid>/files/<document>",
    "file",
    permission="application.read",
    load=drafts.application_by_uid,
    reads="document",
)
def file(application: Application, document: str) -> ResponseReturnValue:
    """Send one file of the draft."""
    with current.reading() as session:
        found = drafts.attached_by_uid(session, application.id, document)
    if found is None:
        raise NotFound
    return send_stored(found.file)
