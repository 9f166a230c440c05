"""The live panel: what changes in the matrix goes to the pages that stand open, while they may be."""

from collections.abc import Hashable

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import NotFound
from grants.reviews.queries import applications as material
from grants.reviews.queries import panels
from grants.reviews.services.seeing import owes_own, require_own_in
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.live import shared_of, watch_asked_for
from grants.reviews.views.panel_parts import VIEWS, Shown, shown_of
from grants.reviews.workflow import PanelStatus
from grants.web import current
from grants.web.routing import still_let_through
from grants.web.streams import Message, stream


@pages.page(
    "/<number>/panels/<state>/live",
    "live",
    permission="ranking.read",
    load=competition_by_number,
    by=("number",),
)
def live(competition: Competition, state: str) -> ResponseReturnValue:
    """Send the changes of a state's panel as they come; a closed panel has none, and the browser stops."""
    actor, view = current.actor(), request.args.get("view", "totals")
    with current.reading() as session:
        ids = _applications(session, competition, state)
        require_own_in(session, actor, ids)
        if not ids - actor.barred:
            raise NotFound
        panel = panels.panel_of(session, competition.id, state)
    if panel is not None and panel.status is PanelStatus.CLOSED:
        return "", 204
    closed = frozenset(ids & actor.barred)
    shared, watch = shared_of(competition.id, state), watch_asked_for()

    def tell(mark: Hashable) -> Message | None:
        return watch.message(
            shared.made(
                mark,
                (view, closed),
                lambda: _shown(competition, state, view if view in VIEWS else "totals", actor),
            )
        )

    return stream(shared, tell, goes_on=lambda: _goes_on(competition, state, closed))


def _shown(competition: Competition, state: str, view: str, actor: Actor) -> Shown:
    with current.reading() as session:
        shown = shown_of(session, competition, state, view=view, actor=actor, now=current.now())
    if shown is None:
        raise NotFound
    return shown


def _goes_on(competition: Competition, state: str, closed: frozenset[int]) -> bool:
    """Ask anew: signed in, the role, the own sheets in, and no conflict that was not there at first."""
    if not still_let_through():
        return False
    actor = current.actor()
    with current.reading() as session:
        ids = _applications(session, competition, state)
        return ids & actor.barred == closed and not owes_own(session, actor, ids)


def _applications(session: Session, competition: Competition, state: str) -> set[int]:
    return {one.id for one in material.candidates(session, competition.id, state=state)}
