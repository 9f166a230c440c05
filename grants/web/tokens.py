"""Links that go by mail: a record's random name with our signature, so that no secret is stored.

A mail that waits or was sent lies in the database without its link: where the link's token belongs stands a
seal, which becomes the token as the mail is handed over. Who reads the database cannot open the link.
"""

import hashlib
import re

from flask import Flask
from itsdangerous import BadSignature, Signer

from grants.adapters.seals import SEALED
from grants.config import Settings
from grants.web import current

SEAL = "seal"


def signed(settings: Settings, purpose: str, uid: str) -> str:
    """Sign a record's uid for one purpose; the result stands in a URL."""
    return _signer(settings, purpose).sign(uid).decode()


def opened(purpose: str, token: str) -> str | None:
    """Return the uid that was signed for this purpose; None if we did not sign it."""
    try:
        return _signer(current.settings(), purpose).unsign(token).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def sealed(settings: Settings, purpose: str, uid: str) -> str:
    """Write what stands for a token in a mail that is stored; only we can write it."""
    return f"~{_signer(settings, SEAL).sign(f'{purpose}~{uid}').decode()}~"


def unsealed(settings: Settings, text: str) -> str:
    """Put the tokens into a mail that is handed over; what we did not seal stays as it is."""

    def token(found: re.Match[str]) -> str:
        try:
            content = _signer(settings, SEAL).unsign(found[1]).decode()
        except BadSignature:
            return found[0]
        purpose, _, uid = content.partition("~")
        return signed(settings, purpose, uid)

    return SEALED.sub(token, text)


def absolute(settings: Settings, path: str) -> str:
    """Write the whole address of a path, for mail."""
    return settings.public_url.rstrip("/") + path


def install(app: Flask, settings: Settings) -> None:
    """Give `sealed(purpose, uid)` and `absolute(path)` to the templates of mail."""
    app.jinja_env.globals["sealed"] = lambda purpose, uid: sealed(settings, purpose, uid)
    app.jinja_env.globals["absolute"] = lambda path: absolute(settings, path)


def _signer(settings: Settings, purpose: str) -> Signer:
    old_first = [key for key in (settings.secret_key_old, settings.secret_key) if key]
    return Signer(old_first, salt=f"grants.link.{purpose}", digest_method=hashlib.sha256)
