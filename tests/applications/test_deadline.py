"""The last minutes of a deadline as the applicant's pages tell them, and the first second after it."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from grants.clock import StoppedClock
from grants.web.filters import left
from tests.factories import applications as make
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def read(app: Flask, act_as: ActAs) -> dict[str, str]:
    """The text of the pages of a complete draft that name its deadline, as who submits reads them."""
    with app.extensions["grants.database"].writing() as session:
        scene = make.make_scene(session)
        application = make.start(session, scene)
        make.complete(session, scene, application, app.extensions["grants.files"])
        here = f"/applicant/applications/{application.uid}"
    client = act_as(scene.representative)
    pages = {rest: client.get(here + rest).text for rest in ("", "/review", "/certify")}
    return {rest: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for rest, text in pages.items()}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (180, "3 minutes left"),
        (179, "2 minutes 59 seconds left"),
        (61, "1 minute 1 second left"),
        (56, "56 seconds left"),
    ],
)
def test_the_last_minutes_are_told_to_the_second(
    app: Flask, act_as: ActAs, clock: StoppedClock, seconds: int, words: str
) -> None:
    now = make.DEADLINE - timedelta(seconds=seconds)
    clock.put(now)

    pages = read(app, act_as)

    assert {rest for rest, text in pages.items() if words not in text} == set()
    assert {
        rest for rest, text in pages.items() if "October 15, 2014, 11:59:00 p.m. EDT" not in text
    } == set()
    assert "Submit application" in pages["/certify"]
    assert left(make.DEADLINE, now) == words


def test_nothing_offers_to_submit_after_it(app: Flask, act_as: ActAs, clock: StoppedClock) -> None:
    clock.put(make.DEADLINE)
    with app.extensions["grants.database"].writing() as session:
        scene = make.make_scene(session)
        application = make.start(session, scene)
    clock.put(make.DEADLINE + timedelta(seconds=1))

    text = act_as(scene.representative).get(f"/applicant/applications/{application.uid}/certify").text

    assert "11:59:00 p.m. EDT. Nothing is accepted after it." in text
    assert "Submit application" not in text
