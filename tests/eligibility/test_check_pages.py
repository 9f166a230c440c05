"""The self-check as somebody meets it who mistypes and leaves questions open."""

import re
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import applications as make

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHECK: Final = "/eligibility/check?competition=2014-NIST-MEP-01"
WHO: Final = {
    "chosen_state": "CO",
    "kind": "nonprofit",
    "us_based": "yes",
    "state": "CO",
    "serves_whole_state": "yes",
}


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A browser without an account, while a competition is open."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.extensions["grants.database"].writing() as session:
        make.make_open_competition(session)
    return app.test_client()


def typed(page: str, name: str) -> str | None:
    """Return what stands in a text input."""
    found = re.search(rf'<input[^>]* name="{name}"[^>]* type="text"[^>]* value="([^"]*)"', page)
    return found[1] if found else None


def test_each_open_question_asks_in_its_own_words(visitor: FlaskClient) -> None:
    answer = visitor.post(CHECK, data={"step": "1"})

    assert answer.status_code == 422
    assert "Choose one of the answers." not in answer.text
    assert "Choose the kind of your organization.</a>" in answer.text
    questions = re.findall(r'<a class="usa-link" href="#[^"]*">([^<]+): Answer yes or no\.</a>', answer.text)
    assert len(set(questions)) == 2


def test_a_typo_is_corrected_where_it_is_told(visitor: FlaskClient) -> None:
    told = visitor.post(CHECK, data={**WHO, "step": "2", "ein": "12-345678"})
    gone_on = visitor.post(
        CHECK, data={**WHO, "step": "3", "ein": "841234567", "uei": "ABC", "excluded": "no"}
    )

    assert "12-345678 has 8 digits" in told.text
    assert told.text.count('name="ein"') == 1
    assert typed(told.text, "ein") == "12-345678"
    assert '<input type="hidden" name="ein" value="84-1234567">' in gone_on.text
    assert typed(gone_on.text, "uei") == "ABC"
