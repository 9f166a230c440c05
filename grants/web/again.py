"""A form that came at the wrong moment is shown filled and not acted on: look at it, and send it once more.

The page's own view shows it, as it shows a form with faults; but no form counts as sent, and no write
transaction opens. What such a page does not show stands below it.
"""

from typing import Any

from flask import current_app, flash, g, make_response, request, session
from flask.wrappers import Response
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from grants.errors import GrantsError
from grants.web.current import OnlyShown
from grants.web.typed import readable


def is_only_shown() -> bool:
    """Say whether this request is shown again rather than acted on."""
    return bool(g.get("only_shown", False))


def shown_again(sentence: str, *, level: str) -> Response | None:
    """Return the page of this request with everything that was typed; None where its view shows none."""
    if request.files or request.endpoint is None:
        return None
    g.only_shown = True
    flash(sentence, level)
    view: Any = current_app.view_functions[request.endpoint]
    try:
        response = make_response(view(**(request.view_args or {})))
    except (OnlyShown, GrantsError, HTTPException):
        response = None
    finally:
        g.only_shown = False
    if response is not None and g.get("shown_in_full", False) and response.status_code < 300:  # noqa: PLR2004
        return response
    session.pop("_flashes", None)
    return None


def unseen(html: str) -> list[tuple[str, str]]:
    """List what was typed and does not stand on the page."""
    return [(name, text) for name, text in readable() if str(escape(text.strip())) not in html]
