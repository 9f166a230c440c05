"""What stands around every page of a request: its side navigation, its zone, whom to ask."""

from typing import Any

from flask import request as web
from flask import url_for

from grants.competitions.models import Competition
from grants.competitions.rules.states import CENTER_STATES
from grants.continuations.models import Request
from grants.continuations.services.dossier import Dossier
from grants.continuations.services.writing import EDITABLE
from grants.web import current

STEPS = {
    "request": "Tasks",
    "scope": "Scope of work",
    "outcomes": "Operating outcomes",
    "actuals": "This year so far",
    "carry_over": "Carry-over",
    "budget": "Budget",
    "reasons": "Differences explained",
}
OWN_WORDS = {"draft": ("Not sent yet", "progress")}
STATUS_WORDS = {
    "draft": ("With the center", "progress"),
    "draft_sent": ("Draft in, final still due", "progress"),
    "final_sent": ("Waiting for the program officer", "waiting"),
    "evaluated": ("Waiting for the grants officer", "waiting"),
    "deferred": ("Deferred", "warn"),
    "approved": ("Approved", "done"),
    "denied": ("Denied", "stop"),
}


def around_request(dossier: Dossier, place: str) -> dict[str, Any]:
    """Return what a page of the center's request shows around its content."""
    request = dossier.request
    side = [
        {
            "label": label,
            "url": url_for(f"applicant.continuations.{name}", uid=request.uid),
            "current": name == place,
        }
        for name, label in STEPS.items()
    ]
    side.append(
        {
            "label": "Five years",
            "url": url_for("applicant.continuations.years", uid=dossier.basis.award.uid),
            "current": False,
        }
    )
    return {
        **shared(dossier.basis.competition),
        "status_words": {**STATUS_WORDS, **OWN_WORDS},
        "request_": request,
        "dossier": dossier,
        "basis": dossier.basis,
        "is_open": request.status in EDITABLE,
        "side_title": f"Year {request.ordinal} request",
        "side_items": side,
        "crumbs": [
            ("Our center", url_for("applicant.continuations.index")),
            (f"Year {request.ordinal} request", url_for("applicant.continuations.request", uid=request.uid)),
            *([(STEPS[place], None)] if place != "request" else []),
        ],
    }


def shared(competition: Competition) -> dict[str, Any]:
    """Return what pages of both audiences need: zones, words of states and statuses, whom to ask."""
    found: dict[str, Any] = {
        "zone": competition.zone,
        "reader_zone": current.actor().zone,
        "states": CENTER_STATES,
        "status_words": STATUS_WORDS,
        "competition": competition,
    }
    if competition.contact_name:
        found["contact"] = {
            "name": competition.contact_name,
            "phone": competition.contact_phone,
            "hours": competition.contact_hours,
            "email": competition.contact_email,
        }
    return found


def staff_side(row: Request, award_uid: str) -> dict[str, Any]:
    """Return the side navigation of a center for staff, as far as each page is open to the actor."""
    pages = (
        ("Request", "staff.continuations.show", "continuation.read", row.uid),
        ("Evaluation", "staff.continuations.evaluate", "continuation.evaluate", row.uid),
        ("Decision", "staff.continuations.decide", "continuation.decide", row.uid),
        ("Five years", "staff.continuations.years", "continuation.read", award_uid),
        ("Award", "staff.awards.show", "award.read", award_uid),
    )
    return {
        "side_title": f"Year {row.ordinal} of {row.fain}",
        "side_items": [
            {"label": label, "url": url_for(name, uid=uid), "current": name == web.endpoint}
            for label, name, permission, uid in pages
            if current.may(permission)
        ],
    }


def told_status(request: Request, *, letter_released: bool) -> str:
    """Return the status as the center is told it: a decision stands once its letter is released."""
    if request.status in {"approved", "denied"} and not letter_released:
        return "evaluated"
    return str(request.status)
