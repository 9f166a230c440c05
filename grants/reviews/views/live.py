"""A page that is live: its parts by their ids, what a browser has of them, and what it must be told."""

import hashlib
import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo

from flask import get_template_attribute, request
from markupsafe import Markup, escape

from grants.reviews.queries.live import mark_of
from grants.reviews.workflow import PanelStatus
from grants.web import current
from grants.web.filters import clock_time, instant_seconds, iso
from grants.web.streams import Message, Shared, streams

MOVED = {
    PanelStatus.WAITING: "The panel was set back.",
    PanelStatus.OPEN: "The panel was opened.",
    PanelStatus.CLOSED: "The panel was closed.",
}


@dataclass(frozen=True)
class Part:
    """One element of the page by its id: what stands in it, its classes, and its value as it is spoken."""

    html: Markup
    classes: str = ""
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Live:
    """A panel as a page shows it to a reader, part by part; page and stream show the same parts."""

    status: PanelStatus
    parts: Mapping[str, Part]
    columns: tuple[str, ...] = ()
    """Whose points stand where, as far as the parts' ids do not say it."""
    sections: tuple[str, ...] = ()
    """The parts of the page that go when the door to an application closes: those that are open, by id."""
    reshaped: ClassVar[str] = "The finalists or their reviewers changed."

    @cached_property
    def shape(self) -> str:
        """Name which parts there are; a page of another shape has to be loaded anew."""
        return f"{self.status}-{_digest([sorted(self.parts), self.columns])}"

    @cached_property
    def digest(self) -> str:
        """Name what stands in the parts."""
        return _digest({name: [part.html, part.classes, part.value] for name, part in self.parts.items()})


@dataclass
class Watch:
    """What one browser has on its page, and what it must be told."""

    shape: str
    digest: str
    parts: Mapping[str, Part] = field(default_factory=dict)

    def message(self, shown: Live) -> Message | None:
        """Return the parts that changed; where the page has another shape, that it must be loaded anew."""
        if shown.shape != self.shape:
            words = shown.reshaped if self.shape.startswith(f"{shown.status}-") else MOVED[shown.status]
            return Message("stale", shown.digest, {"words": words, "open": shown.sections}, last=True)
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


def watch_asked_for() -> Watch:
    """Return the watch of the browser that asks: what its page shows, or what it heard last."""
    since = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    return Watch(request.args.get("shape", ""), since)


def shared_of(competition_id: int, state: str) -> Shared:
    """Return what every stream of a state's panel in this process looks at, whoever watches."""
    database = current.database()

    def read() -> Hashable:
        with database.reading() as session:
            return mark_of(session, competition_id, state)

    return streams().shared(("panel", competition_id, state), read)


def written(template: str, macro: str, *what: object) -> Markup:
    """Write a part with the macro that writes it on the page."""
    write: Callable[..., Markup] = get_template_attribute(template, macro)
    return write(*what)


def moment(at: datetime | None, zone: str, now: datetime) -> Markup:
    """Write an instant of today as the time of day, another with its date."""
    if at is None:
        return escape("none so far")
    here = ZoneInfo(zone)
    is_today = at.astimezone(here).date() == now.astimezone(here).date()
    text = clock_time(at, zone) if is_today else instant_seconds(at, zone)
    return Markup('<time datetime="{}">{}</time>').format(iso(at), text)


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
