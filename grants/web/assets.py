"""Where the files of the pages stand: at an address that changes with them, so that browsers keep them."""

import hashlib
from datetime import timedelta
from functools import cache
from typing import Final

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue

from grants.config import ROOT

FOLDER: Final = ROOT / "static"
KEPT_FOR: Final = timedelta(days=365)
"""As long as RFC 9111 finds sensible for what never changes at its address."""


@cache
def address() -> str:
    """Return the path under which `static/` stands as it is now, for example "/static/5f1c0a9be2d4".

    One hash for the whole folder: style sheets and scripts name their neighbors relatively, and so reach them
    in the same state. Computed once in a process.
    """
    digest = hashlib.sha256()
    for path in sorted(each for each in FOLDER.rglob("*") if each.is_file()):
        digest.update(f"{path.relative_to(FOLDER)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


def install(app: Flask) -> None:
    """Answer for addresses of earlier states: a page open at an upgrade still loads its parts from there."""
    app.add_url_rule("/static/<state>/<path:filename>", "static_before", _moved)


def _moved(state: str, filename: str) -> ResponseReturnValue:
    return redirect(url_for("static", filename=filename), 302)
