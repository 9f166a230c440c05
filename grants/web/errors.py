"""Every refusal as one page with one sentence and the right status; never a stack trace."""

import secrets

import structlog
from flask import Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException

from grants.adapters.files import FileMissing, is_full
from grants.clock import real_now
from grants.errors import GrantsError, NoRoom, NotAllowed, Refused, StaleVersion
from grants.findings import Finding
from grants.web import again, carried, headers, saving, whose
from grants.web.bodies import MOST_FIELDS, TooManyFields
from grants.web.collisions import sentence_of
from grants.web.routing import SignInNeeded, to_sign_in
from grants.web.typed import sent_fields, typed

MOST_SWALLOWED = 64 * 1024 * 1024
"""Bytes of a body that is too large which are read all the same, so that its sender hears why."""

FULL = (
    "There is no room left here to store what was sent. What was saved before is safe. Keep this page open "
    "and send it again later."
)
PAGES = {403, 404, 409, 413, 415, 422, 429, 500, 503, 507}
log = structlog.get_logger()


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(GrantsError, _refused)
    app.register_error_handler(SignInNeeded, to_sign_in)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DataError, _not_kept)
    app.register_error_handler(DBAPIError, _collided)
    app.register_error_handler(Exception, _failed)


def _refused(error: GrantsError) -> ResponseReturnValue:
    if isinstance(error, FileMissing):
        log.error("file missing", path=request.path, sha256=error.sha256)
    headers.note_wait(error)
    return answer(error.status, findings_of(error))


def findings_of(error: GrantsError) -> list[Finding]:
    """Return what a refusal says, as findings."""
    if isinstance(error, Refused):
        return error.findings
    if isinstance(error, NotAllowed | StaleVersion):
        return [Finding("refused", error.message)]
    return []


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose token does not hold: who typed it gets it shown, or kept until they are back."""
    cause, sentence = whose.CAUSES.get(str(error.description), ("origin", str(error.description)))
    if request.environ.get(carried.SHOWN_AFTER):
        return _shown_after_sign_in()
    log.warning("form refused", cause=cause, endpoint=request.endpoint, path=request.path)
    owner, present = whose.owner(whose.sent_token()), whose.present()
    if saving.by_script() and present:
        return jsonify(kind="token", person=present, token=generate_csrf()), 422
    if owner and owner != present:
        return to_sign_in(SignInNeeded())
    if not saving.by_script() and (present or whose.from_our_page()):
        shown = again.shown_again(f"{sentence} Look at it and send it once more.", level="warning")
        if shown is not None:
            shown.status_code = 422
            return shown
    if owner and owner == present and not request.files:
        fields, path = sent_fields(), request.full_path.rstrip("?")
        return carried.listed(fields, path, f"{sentence} Look at it and send it once more.", status=422)
    return answer(422, [Finding("form", f"{sentence} Open the page again and send it anew.")])


def _shown_after_sign_in() -> ResponseReturnValue:
    """Show the form that came back through sign-in; its sender lists it where no page of its own shows it."""
    shown = again.shown_again(carried.BACK, level="info")
    g.shown_again = shown is not None
    return shown if shown is not None else ""


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if 300 <= code < 400:  # noqa: PLR2004  # redirects that werkzeug raises
        return error.get_response()
    if code in {413, 415}:
        _swallow()
    return answer(code if code in PAGES else 404 if code in {400, 405} else code, _sentence(error))


def _swallow() -> None:
    """Read the rest of a body that is refused: a browser that is cut off while it sends shows no answer."""
    if not request.environ.get("wsgi.input_terminated"):
        return
    body, left = request.environ["wsgi.input"], MOST_SWALLOWED
    while left > 0 and (piece := body.read(min(left, 65_536))):
        left -= len(piece)


def _sentence(error: HTTPException) -> list[Finding]:
    if error.code == 405:  # noqa: PLR2004
        return [Finding("method", "This address does not take that kind of request.")]
    if error.code == 415:  # noqa: PLR2004
        return [Finding("kind", "Forms are taken here, and no JSON; nothing was stored.")]
    if isinstance(error, TooManyFields):
        return [Finding("fields", f"What was sent has more than {MOST_FIELDS:,} fields; nothing was stored.")]
    if error.code == 413:  # noqa: PLR2004
        limit = (request.max_content_length or 0) // 1024**2
        return [Finding("size", f"What was sent is larger than {limit} MB, the limit; nothing was stored.")]
    return []


def _not_kept(error: DataError) -> ResponseReturnValue:
    """Answer where PostgreSQL cannot keep a character of what was sent; any other fault is ours."""
    if "NUL (0x00)" not in str(error.orig):
        return _failed(error)
    sentence = "What was sent holds a character that cannot be kept (NUL). Remove it and send it again."
    return answer(422, [Finding("text.nul", sentence)])


def _collided(error: DBAPIError) -> ResponseReturnValue:
    """Answer who came second to a key that is given once, as a deed that another did first."""
    sentence = sentence_of(error)
    return _failed(error) if sentence is None else answer(409, [Finding("meanwhile", sentence)])


def _failed(error: Exception) -> ResponseReturnValue:
    """Answer a fault of ours from a template that needs nothing: no frame, no query, no context."""
    if is_full(error):
        log.error("no room left", path=request.path, exc_info=error)
        return _refused(NoRoom(FULL))
    reference = f"{secrets.token_hex(2)}-{secrets.token_hex(1)}"
    log.error("request failed", reference=reference, path=request.path, exc_info=error)
    if request.headers.get("X-Requested-With") == "fetch":
        return answer(500, [], reference=reference)
    template = current_app.jinja_env.get_template("errors/500.html")
    return template.render(reference=reference, at=real_now()), 500


def answer(status: int, findings: list[Finding], **context: object) -> ResponseReturnValue:
    """Answer with an error page, or with JSON where a script asked."""
    if request.headers.get("X-Requested-With") == "fetch":
        said = [{"code": f.code, "field": f.field, "message": f.message} for f in findings]
        return jsonify(findings=said, **{k: str(v) for k, v in context.items()}), status
    if status in {409, 422, 429}:
        context = {"typed": typed(), "again_url": _again(), "place": _place(), **context}
    template = f"errors/{status if status in PAGES else 404}.html"
    return render_template(template, findings=findings, at=real_now(), **context), status


def _again() -> str | None:
    """Return the address of the page whose form was refused, if it is a page."""
    rule = request.url_rule
    return request.path if request.method != "GET" and rule and "GET" in (rule.methods or ()) else None


def _place() -> object | None:
    """Return where the record of this request stands, as the slices know it."""
    find = current_app.extensions.get("grants.place_of")
    return find(g.record) if find is not None and g.get("record") is not None else None
