"""Links that go by mail: a record's random name with our signature, so that no secret is stored."""

import hashlib

from flask import Flask
from itsdangerous import BadSignature, Signer

from grants.config import Settings
from grants.web import current


def signed(settings: Settings, purpose: str, uid: str) -> str:
    """Sign a record's uid for one purpose; the result stands in a URL."""
    return _signer(settings, purpose).sign(uid).decode()


def opened(purpose: str, token: str) -> str | None:
    """Return the uid that was signed for this purpose; None if we did not sign it."""
    try:
        return _signer(current.settings(), purpose).unsign(token).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def absolute(settings: Settings, path: str) -> str:
    """Write the whole address of a path, for mail."""
    return settings.public_url.rstrip("/") + path


def install(app: Flask, settings: Settings) -> None:
    """Give `signed(purpose, uid)` and `absolute(path)` to the templates of mail."""
    app.jinja_env.globals["signed"] = lambda purpose, uid: signed(settings, purpose, uid)
    app.jinja_env.globals["absolute"] = lambda path: absolute(settings, path)


def _signer(settings: Settings, purpose: str) -> Signer:
    old_first = [key for key in (settings.secret_key_old, settings.secret_key) if key]
    return Signer(old_first, salt=f"grants.link.{purpose}", digest_method=hashlib.sha256)
