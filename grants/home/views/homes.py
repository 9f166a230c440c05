"""The three home pages: what waits for this person, in the order in which it presses."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from grants.competitions.queries import open_competitions
from grants.home.queries import record as record_queries
from grants.home.queries import running as running_queries
from grants.home.queries import waiting as waiting_queries
from grants.home.rules import in_order, with_others
from grants.home.views.frame import next_milestone
from grants.lifecycle.waiting import Waiting
from grants.web import current
from grants.web.render import page
from grants.web.routing import Pages

applicant = Pages("home", audience="applicant")
reviewer = Pages("home", audience="reviewer")
staff = Pages("home", audience="staff")


@applicant.page("/", "index", permission="home.applicant")
def applicant_index() -> ResponseReturnValue:
    """Show what waits for a host's member."""
    with current.reading() as session:
        organizations = waiting_queries.own_organizations(session, current.actor())
        openings = open_competitions(session, current.now())[:3] if organizations else []
    return page(**_waiting("applicant"), organizations=organizations, openings=openings)


@reviewer.page("/", "index", permission="home.reviewer")
def reviewer_index() -> ResponseReturnValue:
    """Show what waits for a reviewer."""
    return page(**_waiting("reviewer"))


@staff.page("/", "index", permission="home.staff")
def staff_index() -> ResponseReturnValue:
    """Show what waits for staff, and where each running competition stands."""
    with current.reading() as session:
        running = running_queries.running(session, current.actor(), current.now())
    return page(**_waiting("staff"), running=running, steps=running_queries.STEPS)


def _waiting(audience: str) -> dict[str, Any]:
    actor, now = current.actor(), current.now()
    with current.reading() as session:
        found = waiting_queries.waiting(session, actor, now, audience=audience)
        done = record_queries.lately_done(session, actor, now)
        milestone = next_milestone(session, now)
    rows = in_order(found, now)
    return {
        "groups": _grouped(rows),
        "count": len(rows),
        "others": [
            {"what": row.verb, "who": row.why, "since": row.due, "url": _link(row)}
            for row in with_others(found)
        ],
        "done": [
            {"what": f"{event.subject_label}: {event.happened}", "who": None, "since": event.at, "url": None}
            for event in done
        ],
        "milestone": milestone,
    }


def _grouped(rows: list[Waiting]) -> list[tuple[str, list[dict[str, object]]]]:
    """Put the rows of each role under its name; one group without a name where there is one role."""
    roles = list(dict.fromkeys(row.role for row in rows))
    if len(roles) <= 1:
        return [("", [_shown(row) for row in rows])] if rows else []
    return [(role.capitalize(), [_shown(row) for row in rows if row.role == role]) for role in roles]


def _shown(row: Waiting) -> dict[str, object]:
    return {
        "what": row.verb,
        "url": _link(row),
        "why": row.why[:1].upper() + row.why[1:],
        "due": row.due,
        "thing": row.subject,
        "thing_url": None,
        "zone": row.zone,
    }


def _link(row: Waiting) -> str:
    values: dict[str, Any] = dict(row.values)
    return url_for(row.endpoint, **values)
