"""Walks the site as a person does: from the home page along every link, a few pages of each kind."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from sqlalchemy import Connection, event
from werkzeug.exceptions import HTTPException

from grants.database import Database

MOST_OF_ONE_KIND = 3
SITE = "http://localhost/"
XHTML = "{http://www.w3.org/1999/xhtml}"
WRITES = ("INSERT", "UPDATE", "DELETE")
READINGS = ("reading", "sign_in")
"""Tables that a GET may write: who read what, and that a session still lives."""


@dataclass(frozen=True)
class Visit:
    """One page as it was answered."""

    path: str
    endpoint: str
    status: int
    kind: str
    body: str
    came_from: str
    written: tuple[str, ...] = ()
    statements: int = 0


@dataclass
class Heard:
    """The statements that a database saw: how many, and which of them wrote."""

    count: int = 0
    writes: list[str] = field(default_factory=list)

    def listen(self, database: Database) -> None:
        """Begin to listen to every connection of this database."""
        event.listen(database.engine, "before_cursor_execute", self._note)

    def forget(self) -> None:
        """Begin to count anew."""
        self.count = 0
        self.writes = []

    def _note(self, _connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        words = statement.split()
        self.count += words[0].upper() != "BEGIN"
        if words[0].upper() in WRITES and not any(name in READINGS for name in words[1:4]):
            self.writes.append(statement)


def walk(
    app: Flask, client: FlaskClient, *, starts: Iterable[str] = ("/",), most: int = MOST_OF_ONE_KIND
) -> list[Visit]:
    """Follow every link from the start pages; at most so many pages of each endpoint are opened."""
    heard = Heard()
    heard.listen(app.extensions["grants.database"])
    waiting = deque((path, "") for path in starts)
    known = set(starts)
    opened: Counter[str] = Counter()
    visits: list[Visit] = []
    while waiting:
        path, came_from = waiting.popleft()
        endpoint = endpoint_of(app, path)
        if opened[endpoint] >= most:
            continue
        opened[endpoint] += 1
        visit = open_page(client, path, endpoint, came_from, heard)
        visits.append(visit)
        for link in links(visit):
            if link not in known:
                known.add(link)
                waiting.append((link, path))
    return visits


def open_page(client: FlaskClient, path: str, endpoint: str, came_from: str, heard: Heard) -> Visit:
    """Open one page and keep what it answered and wrote."""
    heard.forget()
    with client.get(path) as answer:
        kind = answer.mimetype or ""
        location = answer.headers.get("Location")
        is_page = kind == "text/html"
        body = f'<a href="{location}"></a>' if location else answer.get_data(as_text=True) if is_page else ""
        return Visit(
            path, endpoint, answer.status_code, kind, body, came_from, tuple(heard.writes), heard.count
        )


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str:
    """Return the endpoint behind a path, “(none)” where there is none."""
    try:
        endpoint, _arguments = app.url_map.bind("localhost").match(urlsplit(path).path, method)
    except HTTPException:
        return "(none)"
    return str(endpoint)


def links(visit: Visit) -> Iterator[str]:
    """Give every address of this site to which a page leads, its stream included, without the fragment."""
    if not visit.body:
        return
    tree = html5lib.parse(visit.body, namespaceHTMLElements=False)
    leads = [element.get("href", "") for element in tree.iter("a")]
    leads += [element.get("data-stream", "") for element in tree.iter() if "data-stream" in element.attrib]
    for lead in leads:
        address = urldefrag(urljoin(urljoin(SITE, visit.path), lead)).url
        if address.startswith(SITE):
            yield address.removeprefix(SITE.rstrip("/"))


def forms(visit: Visit) -> Iterator[str]:
    """Give every address of this site to which a form of a page is sent by POST."""
    if not visit.body:
        return
    tree = html5lib.parse(visit.body, namespaceHTMLElements=False)
    for element in tree.iter("form"):
        if element.get("method", "get").lower() == "post":
            address = urldefrag(urljoin(urljoin(SITE, visit.path), element.get("action", ""))).url
            if address.startswith(SITE):
                yield address.removeprefix(SITE.rstrip("/"))
    for element in tree.iter("button"):
        if element.get("formaction"):
            address = urljoin(urljoin(SITE, visit.path), element.get("formaction", ""))
            yield address.removeprefix(SITE.rstrip("/"))


def faults_of_markup(visit: Visit) -> str | None:
    """Return the first fault that a strict HTML parser finds in a page, if any."""
    if visit.kind != "text/html" or visit.status in {301, 302, 303}:
        return None
    try:
        html5lib.HTMLParser(strict=True).parse(visit.body)
    except ParseError as fault:
        return f"{visit.path}: {fault}"
    return None
