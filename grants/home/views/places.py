"""Where a record stands for the person who asks: the page to go to when another one is closed."""

from dataclasses import dataclass

from flask import Flask, request, url_for

from grants.applications.models import Application
from grants.competitions.models import Competition


@dataclass(frozen=True)
class Place:
    """A page, and the words that complete “Go to …”."""

    url: str
    words: str


def install(app: Flask) -> None:
    """Give the pages of refusals the place of their record."""
    app.extensions["grants.place_of"] = place_of


def place_of(record: object) -> Place | None:
    """Return the page of a record for the audience of this request, if there is one.

    The guard has let the person know of the record before this is asked.
    """
    audience = (request.endpoint or "").split(".")[0]
    match record, audience:
        case Competition(), "staff":
            url = url_for("staff.competitions.show", number=record.number)
            return Place(url, f"the overview of {record.number}")
        case Application(), "staff":
            return Place(url_for("staff.applications.show", uid=record.uid), f"application {record.number}")
        case Application(), "applicant":
            url = url_for("applicant.applications.tasks", uid=record.uid)
            return Place(url, f"application {record.number}")
    return None
