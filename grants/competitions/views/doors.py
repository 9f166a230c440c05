"""The doors of competitions, staff and public; the modules beside this one put their pages on them."""

from flask import request
from sqlmodel import Session

from grants.competitions.models import Competition
from grants.competitions.queries import competition_by_number
from grants.competitions.workflow import CompetitionStatus
from grants.errors import NotFound
from grants.web.routing import Pages

staff = Pages("competitions", audience="staff")
public = Pages("competitions", audience="public")

BY_NUMBER = ("number",)


def load(session: Session, number: str) -> Competition | None:
    """Load a competition of any status, for staff."""
    return competition_by_number(session, number)


def load_public(session: Session, number: str) -> Competition | None:
    """Load a competition that was published; a draft does not exist for the public."""
    found = competition_by_number(session, number)
    return found if found is not None and found.status is not CompetitionStatus.DRAFT else None


def require_published(competition: Competition) -> None:
    """Answer 404 on a page that only a published competition has."""
    if competition.published_at is None:
        raise NotFound


def searched_words() -> str:
    """Return the words a list is searched by."""
    return request.args.get("words", "").strip()[:100]
