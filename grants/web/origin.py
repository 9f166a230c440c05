"""From which site a form is sent: judged against the public address, which is known, not against a header.

A proxy may pass any `Host` on. In production a form is taken only from the public address; elsewhere
also from the address at which this page was asked for: a demonstration answers at every name of its machine.
"""

from urllib.parse import urlsplit

import structlog
from flask import Flask, request

from grants.config import Mode
from grants.errors import refuse
from grants.web import current

ASKS = {"GET", "HEAD", "OPTIONS"}
PORTS = {"http": 80, "https": 443}
log = structlog.get_logger()


def install(app: Flask) -> None:
    """Judge every request that may change something, after the guard and before the token is looked at."""
    app.config["WTF_CSRF_SSL_STRICT"] = False  # it would judge by the Host that a proxy passed on
    app.before_request(judge)


def judge() -> None:
    """Refuse where a browser says that the form stood on another site.

    A browser that says nothing is left to the form's token.
    """
    if request.method in ASKS:
        return
    sent_from = said_origin()
    settings = current.settings()
    ours = {origin_of(settings.public_url)}
    if settings.mode is not Mode.PRODUCTION:
        ours.add(origin_of(request.host_url))
    if sent_from is None or sent_from in ours:
        return
    public = settings.public_url.rstrip("/")
    log.warning("form refused", cause="origin", origin=sent_from, expected=public, path=request.path)
    raise refuse(
        "origin",
        f"This form stood on a page of {sent_from[:200]}, and forms are taken only from {public}. "
        f"Open the page at {public} and send it there.",
    )


def said_origin() -> str | None:
    """Return the origin that the browser names, by the page's address where it names none."""
    named = request.headers.get("Origin", "")
    if named and named != "null":
        return origin_of(named)
    page = request.headers.get("Referer", "")
    return origin_of(page) if page else None


def origin_of(address: str) -> str:
    """Write the origin of an address: scheme, host, and the port where it is not the usual one."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return address
    scheme = parts.scheme.lower()
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if port in {None, PORTS.get(scheme)} else f"{scheme}://{host}:{port}"
