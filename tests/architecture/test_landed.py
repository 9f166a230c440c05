"""What has landed stays: no migration changes, and every old database comes to today's schema whole."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from grants.applications.models import Application
from grants.competitions.models import Competition
from grants.database import Database
from grants.lifecycle.verify import verify_chain
from grants.migrations.comparing import differences
from grants.migrations.running import is_current, upgrade
from grants.reviews.models import Ranking
from tests.architecture import house
from tests.plugins import dumps
from tests.plugins.demonstration import bare_app
from tests.plugins.people import client_of

HASHES = house.ROOT / "tests" / "golden" / "migrations.sha256"


@dataclass(frozen=True)
class Old:
    """An old database that was brought to today's schema, and what its chain was before."""

    database: Database
    chain: tuple[object, ...]


def test_no_landed_migration_changes() -> None:
    lines = [line.split("  ") for line in HASHES.read_text().splitlines()]
    landed = {name: digest for digest, name in lines}
    folder = house.ROOT / "grants" / "migrations" / "versions"
    here = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.py")}

    changed = [name for name in landed if here.get(name) != landed[name]]
    unlisted = [f"{digest}  {name}" for name, digest in sorted(here.items()) if name not in landed]

    assert changed == [], "these have run on databases elsewhere: write a new migration instead"
    assert unlisted == [], f"add to {HASHES.name} when it lands"


@pytest.fixture(scope="module", params=list(dumps.parameters()))
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    """One of the kept dumps, restored and upgraded."""
    url = dumps.restored(request.param, request, tmp_path_factory.mktemp("old"))
    database = Database(url)
    chain = _chain(database)
    upgrade(database)
    yield Old(database, chain)
    database.dispose()


def test_an_old_database_comes_to_the_models_schema(old: Old) -> None:
    assert is_current(old.database)
    assert differences(old.database) == []


def test_an_old_database_keeps_its_chain(old: Old) -> None:
    with old.database.snapshot() as session:
        verdict = verify_chain(session)

    assert verdict.faults == ()
    assert verdict.holds
    assert verdict.events > 500
    assert _chain(old.database) == old.chain


def test_an_old_database_is_served(old: Old, tmp_path: Path) -> None:
    with old.database.reading() as session:
        application = session.exec(select(Application.uid).where(Application.status == "awarded")).first()
        frozen = session.exec(select(Ranking)).first()
        assert frozen is not None
        competition = session.get_one(Competition, frozen.competition_id)
    app = bare_app(tmp_path, old.database)
    officer = client_of(app, "officer@demo.example")

    pages = {
        "/": "2015-NIST-MEP-01",
        f"/staff/applications/{application}": "2013-NIST-MEP-01",
        f"/staff/reviews/{competition.number}/ranking/{frozen.state}": "2013-NIST-MEP-01",
    }
    answers = {path: officer.get(path) for path in pages}
    app.extensions["grants.streams"].end()

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(pages, 200)
    assert [path for path, words in pages.items() if words not in answers[path].text] == []


def _chain(database: Database) -> tuple[object, ...]:
    with database.engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
        return (count, *connection.execute(text("SELECT hash FROM event ORDER BY id DESC LIMIT 1")).one())
