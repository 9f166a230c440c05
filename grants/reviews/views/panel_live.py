"""The live panel: what changes in the matrix goes to the pages that stand open, while they may be."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from flask import request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.access.actor import Actor
from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.errors import NotFound
from grants.reviews.queries import applications as material
from grants.reviews.queries import live as changes
from grants.reviews.queries import panels
from grants.reviews.views.audiences import staff as pages
from grants.reviews.views.panel_parts import MOVED, OTHER_TABLE, VIEWS, Part, Shown, shown_of
from grants.reviews.views.seeing import owes_own, require_own_in
from grants.reviews.workflow import PanelStatus
from grants.web import current
from grants.web.routing import still_let_through
from grants.web.streams import Message, Shared, stream, streams


@dataclass
class Watch:
    """What one browser has on its page, and what it must be told."""

    shape: str
    digest: str
    parts: Mapping[str, Part] = field(default_factory=dict)

    def message(self, shown: Shown) -> Message | None:
        """Return the parts that changed; where the page has another shape, that it must be loaded anew."""
        if shown.shape != self.shape:
            words = OTHER_TABLE if self.shape.startswith(f"{shown.status}-") else MOVED[shown.status]
            return Message("stale", shown.digest, {"words": words}, last=True)
        if shown.digest == self.digest:
            self.parts = shown.parts
            return None
        changed = {name: part for name, part in shown.parts.items() if self.parts.get(name) != part}
        self.digest, self.parts = shown.digest, shown.parts
        told = {
            name: {"html": part.html, "class": part.classes, "value": part.value}
            for name, part in changed.items()
        }
        return Message("parts", shown.digest, {"parts": told})


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
    shared = _shared(competition, state)
    since = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    watch = Watch(request.args.get("shape", ""), since)

    def tell(mark: Hashable) -> Message | None:
        return watch.message(
            shared.made(
                mark,
                (view, closed),
                lambda: _shown(competition, state, view if view in VIEWS else "totals", actor),
            )
        )

    return stream(shared, tell, goes_on=lambda: _goes_on(competition, state, closed))


def _shared(competition: Competition, state: str) -> Shared:
    """Return what every stream of this panel in this process looks at."""
    database = current.database()

    def read() -> Hashable:
        with database.reading() as session:
            return changes.mark_of(session, competition.id, state)

    return streams().shared(("panel", competition.id, state), read)


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
