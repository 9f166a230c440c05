"""Pages with a guard: every endpoint names its permission and how its record is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, Request, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from grants.access.actor import Actor
from grants.access.check import decide
from grants.clock import Clock
from grants.errors import NotFound
from grants.web import carried, current, whose
from grants.web.bodies import CountedFormParser

AUDIENCES = {"public": "", "applicant": "/applicant", "reviewer": "/reviewer", "staff": "/staff"}
NULL = "\0"
ASKS_ONLY = "X-Still-Open"
"""A header by which an open page asks whether it would still be let in; nothing is read, nothing noted."""
View = Callable[..., ResponseReturnValue]
Loader = Callable[..., object | None]
NoteReading = Callable[..., None]


class SignInNeeded(Exception):
    """Nobody is signed in and the endpoint is not public."""


@dataclass(frozen=True)
class Door:
    """What stands before an endpoint: a permission, a loader, and whether opening it is recorded.

    `largest` is the size in bytes up to which a form is taken, where it is more than that of every form.
    """

    permission: str
    load: Loader | None = None
    by: tuple[str, ...] = ()
    reads: str | None = None
    largest: int | None = None


class Sent(ImmutableMultiDict[str, Any]):
    """What a browser sent, without the one sign that PostgreSQL keeps in no text, U+0000."""

    def __init__(self, mapping: Any = None) -> None:
        fields = MultiDict(mapping).items(multi=True)
        super().__init__(
            [(name, value.replace(NULL, "") if isinstance(value, str) else value) for name, value in fields]
        )


class RoomyRequest(Request):
    """A request whose page may take a larger body than the others, for a file without script."""

    parameter_storage_class = Sent
    form_data_parser_class = CountedFormParser

    @property
    def max_content_length(self) -> int | None:
        """Return the limit of the page's door, else that of every form."""
        door: Door | None = current_app.extensions["grants.doors"].get(self.endpoint or "")
        if door is not None and door.largest is not None:
            return door.largest
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value


class Pages:
    """The pages of one noun for one audience; the endpoint is `audience.noun.name`.

    The URL starts with the audience and the noun. A view gets the loaded record first and the
    URL's other parts by name.
    """

    def __init__(self, noun: str, *, audience: str, prefix: str | None = None) -> None:
        self.noun = noun
        self.audience = audience
        self.prefix = f"{AUDIENCES[audience]}/{noun}" if prefix is None else prefix
        self.doors: dict[str, Door] = {}
        self._rules: list[tuple[str, str, View, tuple[str, ...]]] = []

    def page(
        self,
        rule: str,
        name: str,
        *,
        permission: str,
        load: Loader | None = None,
        by: Sequence[str] = ("uid",),
        methods: Sequence[str] = ("GET",),
        reads: str | None = None,
        largest: int | None = None,
    ) -> Callable[[View], View]:
        """Register a view under `audience.noun.name`.

        `load(session, *by)` returns the record or None (404); `by` names the URL parts it takes.
        `reads` names what a GET of this page opens, for the log of who read what; `largest` lets the
        body of a form be larger than elsewhere.
        """

        def register(view: View) -> View:
            self.doors[name] = Door(permission, load, tuple(by) if load else (), reads, largest)
            self._rules.append((rule, name, _with_record(view), tuple(methods)))
            return view

        return register

    def register(self, app: Flask, parent: Blueprint) -> None:
        """Add every page to the audience's blueprint and every door to the app's table."""
        blueprint = Blueprint(self.noun, self.noun, url_prefix=self.prefix)
        for rule, name, view, methods in self._rules:
            blueprint.add_url_rule(rule, name, view, methods=methods)
        parent.register_blueprint(blueprint)
        doors: dict[str, Door] = app.extensions.setdefault("grants.doors", {})
        for name, door in self.doors.items():
            doors[f"{self.audience}.{self.noun}.{name}"] = door


def guard() -> ResponseReturnValue | None:
    """Let the request through, or answer it here; runs before every view.

    An endpoint without a door is 404. Who is not signed in is sent to the sign-in page; who may
    not know of the record gets 404. No page takes JSON, and none is taken apart.
    """
    endpoint = request.endpoint
    if endpoint is None:
        return None
    if request.is_json and request.content_length:
        raise UnsupportedMediaType
    door: Door | None = current_app.extensions["grants.doors"].get(endpoint)
    with current.database().reading() as session:
        g.clock = _clock(session)
        g.actor = _actor(session)
        arguments = dict(request.view_args or {})
        if door is None or any(NULL in str(part) for part in arguments.values()):
            raise NotFound
        g.record = _load(session, door, arguments)
        g.rest = arguments
    _let_through(door)
    if request.method == "GET" and ASKS_ONLY in request.headers:
        return "", 204
    if door.reads and request.method == "GET":
        note: NoteReading = current_app.extensions["grants.note_reading"]
        note(current.database(), door.reads, g.record, actor=g.actor, now=current.now())
    return None


def still_let_through() -> bool:
    """Ask everything anew that let this request in: who acts, the record, the policy; for long answers.

    `current.actor()` and the request's record are the ones found now.
    """
    door: Door = current_app.extensions["grants.doors"][request.endpoint]
    with current.database().reading() as session:
        g.actor = _actor(session)
        g.record = _load(session, door, dict(request.view_args or {}))
    has_record = door.load is None or g.record is not None
    return has_record and decide(g.actor, door.permission, g.record).allowed


def to_sign_in(_error: SignInNeeded) -> ResponseReturnValue:
    """Send a reader to the sign-in page.

    A script hears that the session ended, so that the text stays on the device; a plain form is carried
    through sign-in, for the person on whose page it stood.
    """
    if request.headers.get("X-Requested-With") or "HX-Request" in request.headers:
        return jsonify(kind="session"), 401
    if request.method != "GET":
        return carried.ended(whose.owner(whose.sent_token()) if whose.came_from_us() else None)
    here = request.full_path.rstrip("?")
    return redirect(url_for("public.accounts.sign_in", next=here), 303)


def _clock(session: Session) -> Clock:
    make: Callable[[Session], Clock] = current_app.extensions["grants.clock"]
    return make(session)


def _actor(session: Session) -> Actor:
    make: Callable[[Session], Actor] = current_app.extensions["grants.actor"]
    return make(session)


def _load(session: Session, door: Door, arguments: dict[str, Any]) -> object | None:
    if door.load is None:
        return None
    keys = [arguments.pop(name) for name in door.by]
    return door.load(session, *keys)


def _let_through(door: Door) -> None:
    actor: Actor = g.actor
    decision = decide(actor, door.permission, g.record)
    if not actor.is_signed_in and not decide(actor, door.permission).allowed:
        raise SignInNeeded
    if door.load is not None and g.record is None:
        raise NotFound
    if decision.error is not None:
        raise decision.error


def _with_record(view: View) -> View:
    @wraps(view)
    def call(**arguments: Any) -> ResponseReturnValue:
        if g.record is None:
            return view(**arguments)
        return view(g.record, **g.rest)

    return call
