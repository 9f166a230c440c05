"""How often one may knock: limits on guesses and on mail, counted in this process's memory."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(
    get_remote_address, storage_uri="memory://", strategy="moving-window", headers_enabled=False
)


def install(app: Flask) -> None:
    """Count for this application."""
    limiter.init_app(app)


def at_most(rate: str, of: str, *, by: str | None = None) -> None:
    """Count one attempt at `of` by an address, or by what `by` names; too many answer 429.

    `rate` reads like “10 per 15 minutes”.
    """
    key = f"{of}:{by if by is not None else request.remote_addr}"
    with limiter.limit(rate, key_func=lambda: key, scope=of):
        return
