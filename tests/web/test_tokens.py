"""Links by mail: only we can write them, and a mail in the database holds none that works."""

import pytest
from flask import Flask

from grants.config import Settings
from grants.web import tokens

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LINK = "https://grants.example/accounts/reset/"


@pytest.mark.parametrize("purpose", ["reset", "organization_invitation", "reviews.invitation"])
def test_a_seal_becomes_the_token_and_is_none_itself(app: Flask, settings: Settings, purpose: str) -> None:
    stored = f"Open {LINK}{tokens.sealed(settings, purpose, 'aB3-_x')} within the hour."

    sent = tokens.unsealed(settings, stored)

    token = sent.removeprefix(f"Open {LINK}").removesuffix(" within the hour.")
    with app.app_context():
        assert tokens.opened(purpose, token) == "aB3-_x"
        assert tokens.opened("another", token) is None
        assert tokens.opened(purpose, tokens.sealed(settings, purpose, "aB3-_x")) is None
    assert token not in stored


@pytest.mark.parametrize("text", ["~reset~aB3~", "~reset~aB3.made-up~", "a ~ b ~ c", "~~", "~é~x.y~"])
def test_nobody_else_can_seal(settings: Settings, text: str) -> None:
    assert tokens.unsealed(settings, text) == text
