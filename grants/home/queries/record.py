"""Reads of the record: the event list, one's own deeds, and the chain's last proof."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, not_, or_, true
from sqlalchemy import select as select_bare
from sqlmodel import Session, col, select

from grants.access.actor import Actor
from grants.applications.models import Application
from grants.home.rules import LATELY
from grants.lifecycle.models import Event

PAGE = 50


@dataclass(frozen=True)
class EventFilter:
    """What the event list is narrowed to; empty words narrow nothing."""

    thing: str = ""
    person: str = ""
    kind: str = ""
    subject: str = ""


def events(session: Session, actor: Actor, chosen: EventFilter, *, page: int = 1) -> tuple[list[Event], int]:
    """Return one page of the record, newest first, and how many events the filter shows.

    Events about an application that a conflict closes to the actor are neither listed nor counted.
    """
    clauses = _clauses(session, chosen, actor)
    total = session.exec(select(func.count(col(Event.id))).where(*clauses)).one()
    rows = select(Event).where(*clauses).order_by(col(Event.seq).desc())
    return list(session.exec(rows.limit(PAGE).offset((page - 1) * PAGE)).all()), total


def event_kinds(session: Session) -> list[str]:
    """Return the kinds of deeds that the record holds; the index finds each without reading all events."""
    kinds = select(func.min(col(Event.kind)).label("kind")).cte("kinds", recursive=True)
    following = select(func.min(col(Event.kind))).where(col(Event.kind) > kinds.c.kind).scalar_subquery()
    kinds = kinds.union_all(select_bare(following).where(kinds.c.kind.is_not(None)))
    rows = select_bare(kinds.c.kind).where(kinds.c.kind.is_not(None)).order_by(kinds.c.kind)
    return list(session.execute(rows).scalars())


def lately_done(session: Session, actor: Actor, now: datetime, *, most: int = 20) -> list[Event]:
    """Return the person's own deeds of the last seven days, newest first."""
    if actor.person_id is None:
        return []
    rows = select(Event).where(
        col(Event.person_id) == actor.person_id, col(Event.at) > now - LATELY, _open_to(session, actor)
    )
    return list(session.exec(rows.order_by(col(Event.seq).desc()).limit(most)).all())


def last_verification(session: Session) -> Event | None:
    """Return when the chain was last proven."""
    return session.exec(
        select(Event).where(col(Event.kind) == "chain.verified").order_by(col(Event.seq).desc()).limit(1)
    ).first()


def _clauses(session: Session, chosen: EventFilter, actor: Actor) -> list[ColumnElement[bool]]:
    clauses = [_open_to(session, actor)]
    if chosen.thing:
        clauses.append(_holds(Event.subject_label, chosen.thing))
    if chosen.person:
        clauses.append(_holds(Event.person_name, chosen.person))
    if chosen.kind:
        clauses.append(col(Event.kind) == chosen.kind)
    if chosen.subject:
        clauses.append(col(Event.subject_uid) == chosen.subject)
    return clauses


def _open_to(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Leave out what is about a closed application, and what names it though it is about more."""
    if not actor.barred:
        return true()
    about = col(Event.application_id)
    closed = select(Application.number).where(col(Application.id).in_(actor.barred))
    named = [_names(number) for number in session.exec(closed).all() if number]
    return and_(or_(about.is_(None), about.not_in(sorted(actor.barred))), not_(or_(false(), *named)))


def _names(number: str) -> ColumnElement[bool]:
    """Ask whether an event names an application by its number, in its words or its facts."""
    texts = (col(Event.happened), col(Event.subject_label), func.coalesce(col(Event.reason), ""))
    in_words = [text.contains(number, autoescape=True) for text in texts]
    return or_(*in_words, cast(col(Event.facts), Text).contains(f'"{number}"', autoescape=True))


def _holds(column: str, words: str) -> ColumnElement[bool]:
    plain = words.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{plain}%", escape="\\")
