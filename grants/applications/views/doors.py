"""The two sets of pages of an application, and what surrounds each of them."""

from typing import Any

from flask import url_for

from grants.applications.models import Application
from grants.applications.services.workspace import Frame
from grants.applications.workflow import ApplicationStatus, is_on_time
from grants.competitions.rules.states import POSTAL_CODES
from grants.web import current
from grants.web.routing import Pages

applicant = Pages("applications", audience="applicant")
staff = Pages("applications", audience="staff")

EDITABLE = {ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED}


def is_open(frame: Frame) -> bool:
    """Say whether the draft may still be changed."""
    deadline = frame.competition.deadline_at
    return (
        frame.application.status in EDITABLE and deadline is not None and is_on_time(deadline, current.now())
    )


def around(frame: Frame, place: str) -> dict[str, Any]:
    """Return what every page inside an application shows around its content."""
    application = frame.application
    return {
        "frame": frame,
        "application": application,
        "competition": frame.competition,
        "zone": frame.competition.zone,
        "state_name": POSTAL_CODES.get(application.state, application.state),
        "reader_zone": current.actor().zone,
        "is_open": is_open(frame),
        "side_title": f"Application {application.number}",
        "side_items": _side(application, place),
        "contact": _contact(frame),
        "undecided": _undecided(frame) if is_open(frame) else [],
    }


def _undecided(frame: Frame) -> list[dict[str, Any]]:
    """Name each text that waits for a choice, and lead to it."""
    titles = {place.key: place.title for place in frame.places}
    found = []
    for aside in frame.undecided:
        kind, _, key = aside.place.partition(":")
        door = "budget_difference" if kind == "budget" else "difference"
        found.append(
            {
                "title": f"Budget, year {key}" if kind == "budget" else titles.get(key, key),
                "url": url_for(f"applicant.applications.{door}", uid=frame.application.uid, kept=aside.uid),
                "by": frame.name_of(aside.person_id),
                "at": aside.at,
            }
        )
    return found


def _side(application: Application, place: str) -> list[dict[str, Any]]:
    pages = [
        ("Tasks", "tasks"),
        ("About", "about"),
        ("People and partners", "people"),
        ("Budget", "budget"),
        ("Sources of match", "sources"),
        ("Documents", "documents"),
        ("Review and submit", "review"),
    ]
    items: list[dict[str, Any]] = [
        {
            "label": label,
            "url": url_for(f"applicant.applications.{name}", uid=application.uid),
            "current": name == place,
        }
        for label, name in pages
    ]
    if application.submitted_at is None:
        items.append({"label": "After submission", "url": None, "reason": "once it is submitted"})
    else:
        url = url_for("applicant.applications.status", uid=application.uid)
        items.append({"label": "After submission", "url": url, "current": place == "status"})
    return items


def _contact(frame: Frame) -> dict[str, str] | None:
    competition = frame.competition
    if not competition.contact_name:
        return None
    return {
        "name": competition.contact_name,
        "phone": competition.contact_phone,
        "hours": competition.contact_hours,
        "email": competition.contact_email,
    }
