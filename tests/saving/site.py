"""One site with every page that saves itself, each at its own instant."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from grants.access.actor import SYSTEM, Actor
from grants.access.roles import Role
from grants.accounts.models import Person
from grants.accounts.services import sessions
from grants.accounts.services.roles import grant_role
from grants.clock import StoppedClock
from grants.database import Database
from grants.reviews.models import Sheet
from grants.reviews.services import panels, scoring
from tests.factories import applications, continuations, reviews
from tests.factories.reviews import Round
from tests.plugins.people import client_of
from tests.plugins.web import Server, listening, made_app, settings_in

FETCH = {"X-Requested-With": "fetch"}
AMOUNTS = {"personnel__federal", "travel__cash", "spent"}


@dataclass(frozen=True)
class Surface:
    """A page that saves itself: who writes there, when, into which fields, and what no field can hold.

    `people` are two where two may write. `first` and `second` are fields of the page, the same one where it
    has but one; `bad` is a field with a text that is no value of it.
    """

    name: str
    at: datetime
    people: tuple[str, ...]
    page: str
    first: str
    second: str
    bad: tuple[str, str]
    save_to: str = ""

    @property
    def url(self) -> str:
        """The address to which the page saves."""
        return self.save_to or self.page

    @property
    def has_one_field(self) -> bool:
        """Say whether everything on the page is one field."""
        return self.first == self.second


@dataclass
class Site:
    """The running site; texts are drawn from a counter, so that no test can find another's."""

    server: Server
    clock: StoppedClock
    surfaces: Mapping[str, Surface]
    close: Callable[[], None] = field(repr=False, default=lambda: None)
    drawn: int = 0

    @property
    def database(self) -> Database:
        """The site's database."""
        database: Database = self.server.app.extensions["grants.database"]
        return database

    def stored(self, surface: Surface, name: str) -> str:
        """Return what the server holds of a field, as a page would hear it."""
        client = client_of(self.server.app, surface.people[0])
        return str(peek(client, surface)[name])

    def text(self, name: str) -> str:
        """Return a text for a field that stands nowhere else on the site; an amount where it is of money."""
        self.drawn += 1
        return f"{1000 + self.drawn:,}.00" if name in AMOUNTS else f"We reach firms, number {self.drawn}."

    def end_session(self, token: str) -> None:
        """End a session, as signing out in another tab does."""
        with self.database.writing() as session:
            sessions.end(session, token)

    def restart(self) -> Callable[[], None]:
        """Stop answering; returns what starts it again at the same address."""
        port = int(self.server.url.rsplit(":", 1)[1])
        self.close()

        def again() -> None:
            _port, self.close = listening(self.server.app, port)

        return again


def peek(client: FlaskClient, surface: Surface) -> dict[str, str]:
    """Ask as the script does what is stored on a page."""
    token = client.get("/accounts/session").get_json()["token"]
    sent = {"saving": "peek", "version": "0", "all": "1"}
    answer = client.post(surface.url, data=sent, headers={**FETCH, "X-CSRFToken": token})
    assert answer.status_code == 200, (surface.url, answer.text)
    others: dict[str, str] = answer.get_json()["others"]
    return others


@contextmanager
def opened(folder: Path, database_url: str) -> Iterator[Site]:
    """Serve a site with every page that saves itself."""
    clock = StoppedClock(applications.NOW)
    apps = made_app(settings_in(folder, database_url), clock)
    app = next(apps)
    surfaces = fill(app.extensions["grants.database"])
    port, close = listening(app)
    site = Site(Server(f"http://127.0.0.1:{port}", app), clock, surfaces, close)
    yield site
    site.close()
    next(apps, None)


def fill(database: Database) -> dict[str, Surface]:
    """Make every page that saves itself, by its name."""
    with database.writing() as session:
        found = [*_application(session), *_review(session), *_continuation(session)]
    return {one.name: one for one in found}


def _application(session: Session) -> list[Surface]:
    scene = applications.make_scene(session)
    scene.competition.number = "2014-NIST-MEP-02"
    uid = applications.start(session, scene).uid
    at, people = applications.NOW, ("a.roy@frontrange.example", "d.hale@frontrange.example")
    here = f"/applicant/applications/{uid}"
    year = Surface(
        "budget year",
        at,
        people,
        f"{here}/budget/2",
        "personnel__federal",
        "travel__cash",
        ("supplies__federal", "1.234,56"),
    )
    return [
        Surface(
            "section", at, people, f"{here}/sections/market", "text", "text", ("text", "more\n" * 40_001)
        ),
        Surface(
            "cover",
            at,
            people,
            f"{here}/about",
            "project_title",
            "center_director",
            ("service_area", "x" * 301),
        ),
        year,
    ]


def _review(session: Session) -> list[Surface]:
    made = reviews.make_round(session, states={"CO": 1, "NH": 1}, reviewers=3)
    made.competition.number = "2014-NIST-MEP-03"
    session.get_one(Person, made.officer.person_id).email = "olga@agency.example"
    second = reviews.make_person(session, "chair2@agency.example", "Cora West")
    for person_id in (made.chair.person_id, second.id):
        grant_role(
            session, session.get_one(Person, person_id), Role.PANEL_CHAIR, actor=SYSTEM, now=reviews.NOW
        )
    uid = _sheets(session, made)
    panels.open_panel(session, made.competition, "CO", actor=made.officer, now=reviews.NOW)
    discussed = f"/staff/reviews/panels/applications/{made.applications['CO-1'].uid}"
    return [
        Surface(
            "score sheet",
            reviews.NOW,
            ("reviewer1@panel.example",),
            f"/reviewer/reviews/sheets/{uid}/score/center_strategy",
            "strengths",
            "weaknesses",
            ("points", "99"),
        ),
        Surface(
            "panel record",
            reviews.NOW,
            ("chair@agency.example", "chair2@agency.example"),
            discussed,
            "text",
            "text",
            ("text", "more\n" * 10_001),
            save_to=f"{discussed}/record",
        ),
    ]


def _sheets(session: Session, made: Round) -> str:
    """Submit what a panel needs; return the first reviewer's sheet that is being written."""
    for seat, reviewer in enumerate(made.reviewers, start=1):
        sheet = reviews.open_door(session, made.applications["CO-1"], reviewer)
        reviews.fill(session, sheet, reviews.spread(84))
        scoring.submit(session, made.competition, sheet, actor=made.reviewer(session, seat), now=reviews.NOW)
    reviews.open_door(session, made.applications["NH-1"], made.reviewers[0])
    rows = select(Sheet).where(col(Sheet.application_id) == made.applications["NH-1"].id)
    return session.exec(rows).one().uid


def _continuation(session: Session) -> list[Surface]:
    center = continuations.make_center(session, number="CO-9")
    request = continuations.open_request(session, center)
    people = tuple(map(_address, (center.member, center.representative)))
    here = f"/applicant/continuations/{request.uid}"
    at = continuations.WORKS
    return [
        Surface(
            "continuation part",
            at,
            people,
            f"{here}/actuals",
            "note",
            "spent",
            ("claimed", "1,5"),
        ),
        Surface(
            "continuation year",
            at,
            people,
            f"{here}/budget",
            "personnel__federal",
            "travel__cash",
            ("supplies__federal", "1.234,56"),
        ),
        Surface(
            "continuation scope", at, people, f"{here}/scope", "scope", "scope", ("scope", "more\n" * 6_001)
        ),
    ]


def _address(actor: Actor) -> str:
    return actor.email
