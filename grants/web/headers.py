"""Security headers of every answer."""

import math

from flask import Flask, Response, g, request

from grants.errors import TooManyTries
from grants.web import current

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; worker-src 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def install(app: Flask) -> None:
    """Add the headers after every request; a view that sets one keeps its own."""
    app.after_request(_add)


def note_wait(refusal: Exception) -> None:
    """Have the answer say when to try again, where that is known."""
    if isinstance(refusal, TooManyTries) and refusal.wait is not None:
        g.retry_after = math.ceil(refusal.wait.total_seconds())


def _add(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.endpoint != "static" or response.status_code >= 400:  # noqa: PLR2004
        signed_in = getattr(g, "actor", None) is not None and g.actor.is_signed_in
        headers.setdefault("Cache-Control", "private, no-store" if signed_in else "no-cache")
    if "retry_after" in g:
        headers["Retry-After"] = str(g.retry_after)
    if request.is_secure or current.settings().public_url.startswith("https:"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
