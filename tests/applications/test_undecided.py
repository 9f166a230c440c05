"""A text that stands against a stored one is named on every page around it until somebody chooses."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.clock import StoppedClock
from tests.factories import applications as make
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FETCH = {"X-Requested-With": "fetch"}
HEADING = "Typed, and not in the stored text"


class Desk:
    """A draft in which somebody stored a text, and its writer's client."""

    def __init__(self, app: Flask, act_as: ActAs) -> None:
        with app.extensions["grants.database"].writing() as session:
            scene = make.make_scene(session)
            application = make.start(session, scene)
        self.client: FlaskClient = act_as(scene.writer)
        self.base = f"/applicant/applications/{application.uid}"
        self.save("Stored text.")

    def save(self, text: str) -> str:
        """Save on top of nothing; return the address of the two texts where they clash."""
        data = {"text": text, "version": "0"}
        answer = self.client.post(f"{self.base}/sections/strategy", data=data, headers=FETCH)
        return str((answer.json or {}).get("difference", ""))

    def links(self, page: str = "") -> list[str]:
        """Return the addresses of the undecided texts that a page names."""
        text = self.client.get(f"{self.base}{page}").get_data(as_text=True)
        if HEADING not in text:
            return []
        box = text.split(HEADING)[1].split("</ul>")[0]
        return [piece.split('"')[0] for piece in box.split('href="')[1:]]


@pytest.fixture
def desk(app: Flask, act_as: ActAs) -> Desk:
    return Desk(app, act_as)


@pytest.mark.parametrize("page", ["", "/sections/strategy", "/review", "/budget", "/budget/1"])
def test_what_is_undecided_stands_on_each_page_around_it(desk: Desk, page: str) -> None:
    assert desk.links(page) == []

    where = desk.save("Typed text.")

    assert desk.links(page) == [where]


def test_a_choice_ends_it_and_each_text_is_chosen_by_itself(desk: Desk) -> None:
    first, second = desk.save("Typed here."), desk.save("Typed elsewhere.")
    assert desk.links() == [first, second]

    desk.client.post(first, data={"keep": "stored"})

    assert desk.links() == [second]
    assert "Typed elsewhere." in desk.client.get(second).get_data(as_text=True)


def test_who_types_on_has_one_text_that_waits(desk: Desk) -> None:
    desk.save("Typed")
    last = desk.save("Typed and typed on.")

    assert desk.links() == [last]


def test_without_scripts_a_year_is_judged_by_what_is_stored(desk: Desk) -> None:
    address = f"{desk.base}/budget/1"
    desk.client.post(address, data={"travel__cash": "21,429.44", "version": "0"})

    answer = desk.client.post(address, data={"travel__cash": "1,5", "personnel__cash": "10", "version": "1"})

    page = answer.get_data(as_text=True)
    assert "Stored, except for the following" in page
    assert 'value="1,5"' in page
    assert "21,439.44" in page, "the sum of expenses holds the stored cell and the good one"


@pytest.mark.parametrize("page", ["/sections/strategy", "/about", "/budget/1"])
def test_a_closed_page_shows_what_the_device_still_holds_of_it(
    desk: Desk, clock: StoppedClock, page: str
) -> None:
    mark = f'data-unsent-under="{desk.base}{page}" data-unsent-closed'
    assert mark not in desk.client.get(f"{desk.base}{page}").get_data(as_text=True)

    clock.put(make.DEADLINE + timedelta(seconds=1))

    assert mark in desk.client.get(f"{desk.base}{page}").get_data(as_text=True)
