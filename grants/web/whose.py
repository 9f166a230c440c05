"""Whose page a form stood on: its token says so under our signature, and its words go to nobody else."""

import hashlib
import hmac
import secrets

from flask import g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from grants.web import current

FIELD, HEADER = "csrf_token", "X-CSRFToken"
SALT = "wtf-csrf-token"
"""The salt under which Flask-WTF signs its tokens."""
OLDEST = 24 * 3600
"""Seconds after which a token says nothing any more; a session ends after 12 hours."""

CAUSES = {
    "The CSRF token is missing.": (
        "token missing",
        "This form came without the mark that our pages give it, so nothing was stored.",
    ),
    "The CSRF session token is missing.": (
        "cookie missing",
        "Your browser sent no cookie with this form, so nothing was stored. Allow cookies for this site.",
    ),
    "The CSRF token has expired.": (
        "token expired",
        "This page stood open for more than 12 hours, so nothing was stored.",
    ),
    "The CSRF token is invalid.": (
        "token damaged",
        "This form does not carry the mark that our page gave it, so nothing was stored.",
    ),
    "The CSRF tokens do not match.": (
        "token of another sign-in",
        "You signed in anew after this page was opened, so nothing was stored.",
    ),
}
"""What the library says of a refused form: the cause for our log, and the sentence for who sent it."""


def mark(person_id: int | None) -> str:
    """Return the mark of a person on pages and devices: the same for years, and it names nobody."""
    if person_id is None:
        return ""
    key = current.settings().password_salt.encode()
    return hmac.new(key, f"grants.person.{person_id}".encode(), hashlib.sha256).hexdigest()[:20]


def present() -> str:
    """Return the mark of who is signed in at this request; empty for nobody."""
    return mark(g.actor.person_id) if "actor" in g and g.actor.is_signed_in else ""


def claim(person_id: int | None) -> None:
    """Have the forms of this browser say from now on that this person has them open."""
    whose = mark(person_id)
    if str(session.get(FIELD, "")).partition(".")[2] != whose:
        session[FIELD] = f"{secrets.token_hex(20)}.{whose}"
        g.pop(FIELD, None)


def sent_token() -> str:
    """Return the token that came with this request, wherever our pages and scripts put it."""
    try:
        return request.headers.get(HEADER) or request.form.get(FIELD, "")
    except HTTPException:  # a body that cannot be taken at all
        return ""


def owner(token: str) -> str | None:
    """Return the mark of the person whose page held the token: empty for nobody, None if it is not ours."""
    settings = current.settings()
    for key in filter(None, (settings.secret_key, settings.secret_key_old)):
        try:
            raw = URLSafeTimedSerializer(key, salt=SALT).loads(token, max_age=OLDEST)
        except BadData:
            continue
        return str(raw).partition(".")[2]
    return None


def from_our_page() -> bool:
    """Say whether the browser vouches that one of our own pages sent this; other sites cannot."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def came_from_us() -> bool:
    """Say whether this looks like a page of ours, so that its body is worth reading."""
    return from_our_page() or FIELD in session
