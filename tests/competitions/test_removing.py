"""A criterion that was removed is named, and comes back where it stood for ten minutes."""

from datetime import timedelta

import html5lib
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from grants.access.actor import Actor
from grants.clock import StoppedClock
from grants.competitions.models import Competition
from grants.competitions.rules import notice as n
from grants.competitions.rules import tree
from tests.competitions.conftest import PUBLICATION, sample
from tests.plugins.web import ActAs

HERE = "/staff/competitions/2014-NIST-MEP-01"
CRITERIA = f"{HERE}/setup/criteria"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TREE = sample("ten_states_2014").criteria.criterion
PARENT = next(one for one in TREE if one.criterion)


@pytest.fixture
def desk(act_as: ActAs, officer: Actor, clock: StoppedClock) -> FlaskClient:
    """The officer's browser, its forms sent without the hidden token."""
    clock.put(PUBLICATION)
    client = act_as(officer)
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client


@ON_SQLITE
@pytest.mark.parametrize("between", ["at once", "after another save"])
def test_a_removed_criterion_is_named_and_put_back_with_all_below_it(
    desk: FlaskClient, draft: Competition, between: str
) -> None:
    before = desk.get(f"{HERE}/file").text
    gone = desk.post(
        CRITERIA, data={"version": "1", "total": "100", "act": f"remove:{PARENT.key}"}, follow_redirects=True
    )
    version = 2
    if between == "after another save":
        desk.post(CRITERIA, data={"version": "2", "total": "99"})
        version = 3

    desk.post(CRITERIA, data={"version": version, "total": "100", "act": f"put-back:{PARENT.key}"})

    assert f"“{PARENT.title}” and {len(PARENT.criterion)} sub-criteria" in gone.text
    assert desk.get(f"{HERE}/file").text == before
    assert "Put it back" not in desk.get(CRITERIA).text


@ON_SQLITE
def test_enter_puts_nothing_back(desk: FlaskClient, draft: Competition) -> None:
    desk.post(CRITERIA, data={"version": "1", "total": "100", "act": f"remove:{PARENT.key}"})
    page = html5lib.parse(desk.get(CRITERIA).text, namespaceHTMLElements=False)
    inside = {
        id(one) for form in page.iter("form") if form.get("id") == "section-form" for one in form.iter()
    }

    buttons = [one for one in page.iter("button") if one.get("form") == "section-form" or id(one) in inside]

    assert any("put-back" in one.get("value", "") for one in buttons)
    assert buttons[0].get("data-enter") is not None, "Enter presses the first in the tree"


@ON_SQLITE
def test_after_ten_minutes_a_removed_criterion_stays_away(
    desk: FlaskClient, draft: Competition, clock: StoppedClock
) -> None:
    clock.put(PUBLICATION + timedelta(minutes=1))
    desk.post(CRITERIA, data={"version": "1", "total": "100", "act": f"remove:{PARENT.key}"})
    clock.put(PUBLICATION + timedelta(minutes=12))

    desk.post(CRITERIA, data={"version": "2", "total": "100", "act": f"put-back:{PARENT.key}"})

    page = desk.get(CRITERIA).text
    assert [words for words in ("Put it back", PARENT.title) if words in page] == []


@given(key=st.sampled_from([one.key for one in n.walk(TREE)]))
def test_put_back_undoes_removed(key: str) -> None:
    without = tree.removed(TREE, key)

    assert [one.key for one in tree.gone(TREE, without)] == [key]
    assert tree.put_back(without, TREE, key) == TREE
