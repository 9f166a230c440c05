"""Writing down, at most once a minute, that a signed-in person is still there."""

from flask import Flask, Response, g

from grants.accounts.services import sessions
from grants.web import current
from grants.web.streams import EVENT_STREAM


def install(app: Flask) -> None:
    """Note the sign of life after the answer is made, in a transaction of its own.

    A live page that keeps its stream open is none: nobody need be there.
    """
    app.after_request(_note)


def _note(response: Response) -> Response:
    sign_in_id = g.pop("sign_in_to_note", None)
    if sign_in_id is not None and response.mimetype != EVENT_STREAM:
        with current.database().writing() as session:
            sessions.note_life(session, sign_in_id)
    return response
