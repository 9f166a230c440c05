"""Doors without rooms: an application whose pages only say that the guard let somebody in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.routing import AnyConverter

from grants.access.predicates import application_of
from grants.web.routing import Door
from tests.architecture import crawl

LET_IN = 204
METHODS = ("GET", "POST", "PUT")


@dataclass(frozen=True)
class Knock:
    """One door: the endpoint, how it is asked, and a path that leads to it."""

    endpoint: str
    method: str
    path: str


def without_rooms(app: Flask) -> Flask:
    """Replace every view by one that does nothing, so that knocking changes nothing."""
    for endpoint in app.view_functions:
        app.view_functions[endpoint] = _let_in
    return app


def _let_in(**_arguments: object) -> tuple[str, int]:
    return "", LET_IN


def answer(client: FlaskClient, knock: Knock) -> int:
    """Knock and return the status."""
    with client.open(knock.path, method=knock.method) as response:
        return response.status_code


def knocks(app: Flask, paths: Iterable[str], *, most: int = 1) -> list[Knock]:
    """Make the knocks to which the paths lead, each method of each endpoint at most so many times.

    What no path leads to is knocked at under a made-up name.
    """
    found: dict[tuple[str, str], list[Knock]] = {}
    for path in paths:
        for method in METHODS:
            endpoint = crawl.endpoint_of(app, path, method)
            known = found.setdefault((endpoint, method), [])
            knock = Knock(endpoint, method, path)
            if endpoint not in {"(none)", "static"} and knock not in known and len(known) < most:
                known.append(knock)
    for endpoint, method, path in _every_door(app):
        if not found.get((endpoint, method)):
            found[endpoint, method] = [Knock(endpoint, method, path)]
    return [knock for key in sorted(found) for knock in found[key]]


def _every_door(app: Flask) -> Iterable[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            kinds = {
                name: min(one.items)
                for name, one in rule._converters.items()
                if isinstance(one, AnyConverter)
            }
            built = rule.build({**made_up(rule.arguments), **kinds})
            path = built[1] if built else rule.rule
            for method in sorted((rule.methods or set()) & set(METHODS)):
                yield rule.endpoint, method, path


def made_up(arguments: Iterable[str]) -> Mapping[str, str]:
    """Give values that name no record."""
    return {name: "1" if name in {"year", "page", "number"} else "made-up" for name in arguments}


def application_behind(app: Flask, session: Session, path: str) -> int | None:
    """Return the application to which the record behind a path belongs, if any."""
    doors: dict[str, Door] = app.extensions["grants.doors"]
    for method in METHODS:
        endpoint = crawl.endpoint_of(app, path, method)
        door = doors.get(endpoint)
        if door is None or door.load is None:
            continue
        _endpoint, arguments = app.url_map.bind("localhost").match(urlsplit(path).path, method)
        record = door.load(session, *(arguments[name] for name in door.by))
        return application_of(record) if record is not None else None
    return None
