"""The search on every staff page: by number, organization, FAIN or person."""

from flask import request
from flask.typing import ResponseReturnValue

from grants.home.queries.search import found as find
from grants.home.views import administration
from grants.web import current
from grants.web.render import page

pages = administration.pages


@pages.page("/search", "search", permission="home.staff")
def search() -> ResponseReturnValue:
    """List what fits the words, each kind as far as it is open to the actor."""
    words = request.args.get("words", "").strip()[:100]
    with current.reading() as session:
        found = find(session, current.actor(), words) if words else None
    return page(words=words, found=found, search_words=words)
