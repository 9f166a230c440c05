"""People who are signed in: a client or a browser that holds a live session of theirs."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page

from grants.accounts import queries
from grants.accounts.services import sessions
from grants.accounts.views.browser import TOKEN
from grants.database import Database
from tests.plugins.browser import NewContext
from tests.plugins.web import Server

SignedIn = Callable[[str], FlaskClient]
BrowserOf = Callable[..., Page]


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    """A client of the app for the person with this address, past password and second factor."""

    return lambda email: client_of(app, email)


@pytest.fixture
def browser_of(new_context: NewContext) -> BrowserOf:
    """A tab of the browser of the person with this address, past password and second factor.

    For pictures and single pages. Journeys sign in on the page.
    """

    def open_tab(server: Server, email: str, **options: object) -> Page:
        context = new_context(**options)
        give_cookie(context, server, {TOKEN: token_of(server.app, email)})
        return context.new_page()

    return open_tab


def client_of(app: Flask, email: str) -> FlaskClient:
    """Make a client that holds a live session of this person."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token_of(app, email)
    return client


def token_of(app: Flask, email: str) -> str:
    """Start a session of this person and return what a browser's cookie holds of it."""
    database: Database = app.extensions["grants.database"]
    with database.writing() as session:
        person = queries.person_by_email(session, email)
        assert person is not None, f"nobody has the address {email}"
        return sessions.start(session, person, browser="a test", second_factor=True)


def give_cookie(context: BrowserContext, server: Server, content: dict[str, str]) -> None:
    """Give a browser the cookie of a session."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(server.app)
    assert serializer is not None
    name = str(server.app.config["SESSION_COOKIE_NAME"])
    context.add_cookies([{"name": name, "value": str(serializer.dumps(content)), "url": server.url}])
