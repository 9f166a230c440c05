"""What changes on a reviewer's own panel page while people talk, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar

from markupsafe import Markup
from sqlmodel import Session

from grants.access.actor import Actor
from grants.reviews.models import Panel, Score
from grants.reviews.queries.comments import Attended
from grants.reviews.services.rubric import rubric_of
from grants.reviews.views.live import Live, Part, moment, written
from grants.reviews.views.voices import Finalist, Voice, finalists_of
from grants.reviews.workflow import IN, PanelStatus
from grants.web.filters import points
from scoring.rubric import Leaf

MACROS = "reviewer/reviews/parts/panel.html"
BUTTON = "usa-button"
KEPT = 2048
"""Comments and figures of several panels at once."""


@dataclass(frozen=True, kw_only=True)
class OwnShown(Live):
    """A panel as one of its reviewers sees it."""

    found: list[Finalist]
    leaves: tuple[Leaf, ...]
    reshaped: ClassVar[str] = "The applications or the reviewers that you see here changed."


def own_shown_of(session: Session, panel: Attended, *, actor: Actor, now: datetime) -> OwnShown | None:
    """Read a panel as far as it is open to a reviewer; None where nothing is."""
    found = finalists_of(session, panel, actor) if panel.status is not PanelStatus.WAITING else []
    if not found:
        return None
    competition = panel.competition
    leaves: tuple[Leaf, ...] = rubric_of(session, competition).leaves
    last_change = moment(_last_change(panel.panel, found), competition.zone, now)
    return OwnShown(
        status=panel.status,
        parts={"last-change": Part(last_change), **dict(_of_finalists(panel.panel, found, leaves))},
        columns=tuple(f"{one.candidate.uid} {voice.name}" for one in found for voice in one.voices),
        sections=tuple(f"finalist-{one.candidate.uid}" for one in found),
        found=found,
        leaves=leaves,
    )


def _last_change(panel: Panel, found: list[Finalist]) -> datetime | None:
    instants = [panel.opened_at, panel.closed_at]
    instants += [voice.last_change for one in found for voice in one.voices]
    return max((one for one in instants if one is not None), default=None)


def _of_finalists(
    panel: Panel, found: list[Finalist], leaves: tuple[Leaf, ...]
) -> Iterator[tuple[str, Part]]:
    first_waiting = next((one for one in found if one.own.status not in IN), None)
    for one in found:
        yield from _of_own(panel, one, is_next=one is first_waiting)
        for place, voice in enumerate(one.voices):
            yield from _of_voice(one.candidate.uid, place, voice, leaves)


def _of_own(panel: Panel, one: Finalist, *, is_next: bool) -> Iterator[tuple[str, Part]]:
    """Yield how far one's own sheet is, and the way to it."""
    uid, is_over = one.candidate.uid, panel.status is PanelStatus.CLOSED
    yield f"own-{uid}", Part(written(MACROS, "standing", one.own))
    link = written(MACROS, "way", one.candidate.number, one.own.status in IN or is_over)
    yield f"way-{uid}", Part(link, BUTTON if is_next else f"{BUTTON} {BUTTON}--outline")


def _of_voice(uid: str, place: int, voice: Voice, leaves: tuple[Leaf, ...]) -> Iterator[tuple[str, Part]]:
    """Yield one reviewer's column of points, and the reasons."""
    for leaf in leaves:
        score = voice.acting.scores.get(leaf.key)
        now = points(score.earned) if score is not None else "none"
        yield f"points-{uid}-{leaf.key}-{place}", _figure(now, voice.before(leaf.key))
        yield f"comment-{uid}-{leaf.key}-{place}", Part(_comment(score))
    yield f"total-{uid}-{place}", _figure(points(voice.acting.total), voice.total_before)


def _figure(now: str, before: Fraction | None) -> Part:
    earlier = points(before) if before is not None else ""
    return Part(_told("figure", now, earlier), "number", now)


def _comment(score: Score | None) -> Markup:
    return _told("comment", score.strengths, score.weaknesses) if score is not None else Markup()


@lru_cache(maxsize=KEPT)
def _told(macro: str, *words: str) -> Markup:
    """Write words, once for all readers and messages: most of a page is as it was a second ago."""
    return written(MACROS, macro, *words)
