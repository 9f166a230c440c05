"""What a form held whose session had ended: sealed for who typed it, carried through sign-in, shown again.

The seal is for one person and one hour. Nothing of it is stored here: it travels in the sign-in form.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app, flash, g, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from grants.web import current, whose
from grants.web.typed import in_words, sent_fields

NAME = "carried"
WITHIN = 3600
"""Seconds in which the person must be back."""
LARGEST = 1024 * 1024
SHOWN_AFTER = "grants.shown_after_sign_in"
BACK = "What you typed is back. Nothing of it was stored yet: look at it, and send it."
NOT_YOURS = "What was typed before is not shown: it was somebody else's, or more than an hour has passed."


@dataclass(frozen=True)
class Kept:
    """An opened seal."""

    whose: str
    path: str
    fields: list[tuple[str, str]]


def ended(whose_form: str | None) -> ResponseReturnValue:
    """Answer a plain form of an ended session with the sign-in page, which carries what was typed."""
    box = _sealed(whose_form) if whose_form else ""
    if not box:
        return render_template("errors/401.html"), 401
    sign_in: Callable[..., ResponseReturnValue] = current_app.extensions["grants.sign_in_page"]
    return make_response(sign_in(box, whose_form=whose_form), 401)


def box_sent() -> str:
    """Return the seal that came with a sign-in form, if we made it; empty otherwise."""
    box = request.form.get(NAME, "")
    return box if box and _opened(box) is not None else ""


def returned(person_id: int) -> ResponseReturnValue | None:
    """Return the page with what was typed before the sign-in; None where nothing was, or by somebody else."""
    if not request.form.get(NAME):
        return None
    kept = _opened(request.form[NAME])
    if kept is None or kept.whose != whose.mark(person_id):
        flash(NOT_YOURS, "info")
        return None
    return _asked_again(kept)


def listed(fields: list[tuple[str, str]], path: str, sentence: str, *, status: int) -> ResponseReturnValue:
    """Show what was typed where no page of its own shows it, with one button that sends it once more."""
    shown = [(in_words(name), text) for name, text in fields if text.strip() and name != "version"]
    html = render_template("errors/once_more.html", sentence=sentence, path=path, fields=fields, shown=shown)
    return make_response(html, status)


def _asked_again(kept: Kept) -> Response:
    """Put the form to its page once more as the new session, without a token: it is shown, never acted on."""
    cookie = current_app.session_interface.get_signing_serializer(current_app)  # type: ignore[attr-defined]
    headers = {name: value for name, value in request.headers if name in {"User-Agent", "Origin", "Referer"}}
    headers["Cookie"] = f"{current_app.config['SESSION_COOKIE_NAME']}={cookie.dumps(dict(session))}"
    environment = {SHOWN_AFTER: True, "REMOTE_ADDR": request.remote_addr or ""}
    context = current_app.test_request_context(
        kept.path,
        method="POST",
        base_url=request.host_url,
        headers=headers,
        environ_overrides=environment,
        data=_by_name(kept.fields),
    )
    with context:
        response = current_app.full_dispatch_request()
        shown, after = bool(g.get("shown_again", False)), dict(session)
    session.update(after)
    if not shown:
        return make_response(listed(kept.fields, kept.path, BACK, status=200))
    return make_response(response.get_data(as_text=True), 200)


def _by_name(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in fields:
        found.setdefault(name, []).append(text)
    return found


def _sealed(whose_form: str) -> str:
    fields = sent_fields()
    if not fields or sum(len(name) + len(text.encode()) for name, text in fields) > LARGEST:
        return ""
    path = request.full_path.rstrip("?")
    plain = json.dumps({"whose": whose_form, "path": path, "fields": fields}).encode()
    return _box().encrypt(zlib.compress(plain)).decode()


def _opened(box: str) -> Kept | None:
    try:
        kept = json.loads(zlib.decompress(_box().decrypt(box.encode(), ttl=WITHIN)))
    except (InvalidToken, UnicodeEncodeError):
        return None
    return Kept(kept["whose"], kept["path"], [(name, text) for name, text in kept["fields"]])


def _box() -> MultiFernet:
    settings = current.settings()
    keys = filter(None, (settings.secret_key, settings.secret_key_old))
    digests = [hashlib.sha256(f"grants.carried.{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
