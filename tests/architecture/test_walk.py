"""Every page that anybody can reach in the demonstration, and every door as every role and as nobody."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.commands.demo import ACCOUNTS
from tests.architecture import crawl, doors, house
from tests.plugins.demonstration import app_of
from tests.plugins.people import client_of

pytestmark = [pytest.mark.xdist_group("walk"), pytest.mark.slow]
NOBODY = "nobody"
REVIEWERS = ("reviewer1@demo.example", "reviewer2@demo.example")
WHO = [
    NOBODY,
    *(email for email, _role in ACCOUNTS if not email.startswith("reviewer") or email in REVIEWERS),
]
each_person = pytest.mark.parametrize("who", WHO)
GOLDEN = house.ROOT / "tests" / "golden" / "doors.csv"
MOST_STATEMENTS = 40
INSIDE = (
    *("Traceback", "object at 0x", "Undefined", "{{", "{%"),
    *(">None</p>", ">None</dd>", 'value="None"', "/None"),
    *("Decimal(", "datetime.datetime(", "Fraction("),
)


@pytest.fixture(scope="module")
def site(
    demonstration_builder: Callable[[str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Flask:
    """The demonstration's application on a copy of its own."""
    return copied_site(demonstration_builder("sqlite", ""), tmp_path_factory.mktemp("walk"))


def copied_site(folder: Path, own: Path) -> Flask:
    url = f"sqlite:///{shutil.copy(folder / 'grants.sqlite', own / 'walk.sqlite')}"
    return app_of(folder, own, url)


@pytest.fixture(scope="module")
def walked(site: Flask) -> dict[str, list[crawl.Visit]]:
    """What each person came by."""
    return {who: crawl.walk(site, client(site, who)) for who in WHO}


def client(site: Flask, who: str) -> FlaskClient:
    return site.test_client() if who == NOBODY else client_of(site, who)


@each_person
def test_no_link_is_dead(walked: dict[str, list[crawl.Visit]], who: str) -> None:
    dead = [
        f"{visit.status} {visit.path} (from {visit.came_from})"
        for visit in walked[who]
        if visit.status >= 400
    ]

    assert dead == []


@each_person
def test_every_page_parses_as_html(walked: dict[str, list[crawl.Visit]], who: str) -> None:
    faults = [fault for visit in walked[who] if (fault := crawl.faults_of_markup(visit))]

    assert faults == []


@each_person
def test_opening_a_page_writes_nothing_but_that_it_was_read(
    walked: dict[str, list[crawl.Visit]], who: str
) -> None:
    """A ranking's page may also ask the worker for figures that follow from the scores."""
    written = {
        visit.path: [words for words in visit.written if not _asks_for_figures(visit.path, words)]
        for visit in walked[who]
    }

    assert {path: words for path, words in written.items() if words} == {}


@each_person
def test_no_page_asks_the_database_more_than_a_few_questions(
    walked: dict[str, list[crawl.Visit]], who: str
) -> None:
    asking = {visit.path: visit.statements for visit in walked[who] if visit.statements > MOST_STATEMENTS}

    assert asking == {}


@each_person
def test_no_page_shows_the_inside_of_the_program(walked: dict[str, list[crawl.Visit]], who: str) -> None:
    showing = [f"{visit.path}: {word}" for visit in walked[who] for word in INSIDE if word in visit.body]

    assert showing == []


def test_doors_open_to_each_person_equal_the_golden_file(
    walked: dict[str, list[crawl.Visit]],
    demonstration_builder: Callable[[str, str], Path],
    tmp_path: Path,
) -> None:
    site = doors.without_rooms(copied_site(demonstration_builder("sqlite", ""), tmp_path))
    paths = [path for who in WHO for visit in walked[who] for path in (visit.path, *crawl.forms(visit))]
    clients = [client(site, who) for who in WHO]

    table = [["endpoint", "method", *WHO]]
    for knock in doors.knocks(site, paths):
        answers = (str(doors.answer(each, knock)) for each in clients)
        table.append([knock.endpoint, knock.method, *answers])

    house.equals_golden(GOLDEN, table)


def test_a_path_made_up_is_not_found_by_anybody(site: Flask) -> None:
    guarded = site.extensions["grants.doors"]
    made_up = [
        knock for knock in doors.knocks(site, []) if guarded[knock.endpoint].load and knock.method == "GET"
    ]
    clients = [client(site, who) for who in WHO]

    strange = {
        (who, knock.path, status)
        for who, each in zip(WHO, clients, strict=True)
        for knock in made_up
        if (status := doors.answer(each, knock)) not in {303, 404}
    }

    assert strange == set()


def _asks_for_figures(path: str, statement: str) -> bool:
    return "/ranking" in path and statement.startswith("INSERT INTO job ")
