"""A reviewer on the panel: own sheet beside the others', live; revise or let scores stand."""

from collections.abc import Hashable

from flask.typing import ResponseReturnValue

from grants.access.actor import Actor
from grants.competitions.rules.states import POSTAL_CODES
from grants.errors import NotFound
from grants.reviews.queries.comments import Attended, attended_by_uid
from grants.reviews.views.audiences import reviewer as pages
from grants.reviews.views.live import shared_of, watch_asked_for
from grants.reviews.views.own_parts import OwnShown, own_shown_of
from grants.reviews.views.voices import open_to
from grants.reviews.workflow import PanelStatus
from grants.web import current
from grants.web.render import page
from grants.web.routing import still_let_through
from grants.web.streams import Message, stream


@pages.page(
    "/panels/<uid>",
    "panel",
    permission="panel.attend",
    load=attended_by_uid,
    reads="panel",
)
def panel(row: Attended) -> ResponseReturnValue:
    """Show the finalists one reviewed; another's scores stand beside one's own, which are in."""
    shown = _shown(row, current.actor())
    return page(panel=row.panel, competition=row.competition, shown=shown, names=POSTAL_CODES)


@pages.page("/panels/<uid>/live", "live", permission="panel.attend", load=attended_by_uid)
def live(row: Attended) -> ResponseReturnValue:
    """Send what changes on the page of one reviewer as it comes; a closed panel has no changes."""
    actor = current.actor()
    opened = _opened(row, actor)
    if not opened or row.status is PanelStatus.WAITING:
        raise NotFound
    if row.status is PanelStatus.CLOSED:
        return "", 204
    shared, watch = shared_of(row.competition_id, row.state), watch_asked_for()

    def tell(mark: Hashable) -> Message | None:
        key = ("own", actor.person_id, opened)
        return watch.message(shared.made(mark, key, lambda: _shown_anew(row, actor)))

    return stream(shared, tell, goes_on=lambda: _goes_on(row, opened))


def _shown(row: Attended, actor: Actor) -> OwnShown:
    with current.reading() as session:
        shown = own_shown_of(session, row, actor=actor, now=current.now())
    if shown is None:
        raise NotFound
    return shown


def _shown_anew(row: Attended, actor: Actor) -> OwnShown:
    """Show the panel as it is now, which may be closed meanwhile."""
    with current.reading() as session:
        found = attended_by_uid(session, row.uid)
    if found is None:
        raise NotFound
    return _shown(found, actor)


def _opened(row: Attended, actor: Actor) -> frozenset[int]:
    with current.reading() as session:
        return frozenset(one.candidate.id for one in open_to(session, row, actor))


def _goes_on(row: Attended, opened: frozenset[int]) -> bool:
    """Ask anew: signed in, still on the panel, and the very applications open that were so at first."""
    return still_let_through() and _opened(row, current.actor()) == opened
