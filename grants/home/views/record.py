"""The record: the list of events, and proving the chain."""

from flask import request
from flask.typing import ResponseReturnValue

from grants.home import services
from grants.home.forms import VerifyForm
from grants.home.queries import record as record_queries
from grants.home.queries.record import EventFilter
from grants.home.views.homes import staff
from grants.lifecycle.models import Event
from grants.web import current
from grants.web.fields import page_asked
from grants.web.render import page

pages = staff


@pages.page("/events", "events", permission="events.read")
def events() -> ResponseReturnValue:
    """List the record, newest first, narrowed by thing, person and kind."""
    chosen = EventFilter(
        **{name: request.args.get(name, "")[:120] for name in ("thing", "person", "kind", "subject")}
    )
    number = page_asked()
    with current.reading() as session:
        found, total = record_queries.events(session, current.actor(), chosen, page=number)
        kinds = record_queries.event_kinds(session)
        verified = record_queries.last_verification(session)
    return page(
        rows=[(event, changes_of(event)) for event in found],
        total=total,
        chosen=chosen,
        kinds=[(kind, kind_words(kind)) for kind in kinds],
        number=number,
        last=max(1, -(-total // record_queries.PAGE)),
        verified=verified,
        form=VerifyForm(),
    )


@pages.page("/events/verify", "verify", permission="events.read", methods=("POST",))
def verify() -> ResponseReturnValue:
    """Prove the whole chain and say what came of it."""
    verdict = services.verify(current.database(), actor=current.actor(), now=current.now())
    return page(verdict=verdict)


def changes_of(event: Event) -> list[tuple[str, str, str]]:
    """Write what an event changed as rows of name, before and after; what was only noted has no before."""
    facts = dict(event.facts)
    before, after = facts.pop("before", None), facts.pop("after", None)
    rows = []
    if event.before and event.after and event.before != event.after:
        rows.append(("status", words(event.before), words(event.after)))
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = before or {}, after or {}
        rows += [(words(name), shown(old.get(name)), shown(new.get(name))) for name in {**old, **new}]
    return [*rows, *((words(name), "", shown(value)) for name, value in facts.items())]


def kind_words(kind: str) -> str:
    """Say the kind of a deed as words: “application: submit”."""
    noun, _, deed = kind.partition(".")
    return f"{words(noun)}: {words(deed)}" if deed else words(noun)


def words(name: str) -> str:
    """Write a name of the code as words."""
    return name.replace("_", " ")


def shown(value: object) -> str:
    """Write a noted value as words."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value) or "nothing"
    if isinstance(value, dict):
        return "; ".join(f"{words(str(name))}: {shown(item)}" for name, item in value.items())
    return str(value)[:400]
