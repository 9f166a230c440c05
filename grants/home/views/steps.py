"""The steps of one competition, in the order of work, beside every staff page that belongs to it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request, url_for

from grants.access.check import decide
from grants.competitions.models import Competition
from grants.competitions.workflow import CompetitionStatus
from grants.web import current


@dataclass(frozen=True)
class Step:
    """One step: its name, its page, and from when there is something to do on it."""

    label: str
    endpoint: str
    since: str = "always"


STEPS = (
    Step("Overview", "staff.competitions.show"),
    Step("Set-up", "staff.competitions.setup"),
    Step("Applications", "staff.applications.index", since="published"),
    Step("Screening", "staff.screening.index", since="deadline"),
    Step("Reviewers", "staff.reviews.pool", since="published"),
    Step("Conflicts", "staff.reviews.conflicts", since="deadline"),
    Step("Assignments", "staff.reviews.assign", since="deadline"),
    Step("Score sheets", "staff.reviews.progress", since="deadline"),
    Step("Packets", "staff.reviews.packets", since="deadline"),
    Step("Panels", "staff.reviews.panels", since="deadline"),
    Step("Ranking", "staff.reviews.ranking", since="deadline"),
    Step("Feedback", "staff.reviews.feedback", since="deadline"),
    Step("Selection and letters", "staff.awards.selection", since="deadline"),
)


def install(app: Flask) -> None:
    """Give `steps_of(competition)` to the templates."""
    app.jinja_env.globals["steps_of"] = steps_of


def steps_of(competition: Competition) -> list[dict[str, object]]:
    """List the steps open to the actor; one whose time has not come is text with the reason."""
    return [_item(step, competition) for step in STEPS if _is_open(step.endpoint)]


def _is_open(endpoint: str) -> bool:
    door = current_app.extensions["grants.doors"].get(endpoint)
    return door is not None and decide(current.actor(), door.permission).allowed


def _item(step: Step, competition: Competition) -> dict[str, object]:
    reason = reason_to_wait(step.since, competition, current.now())
    return {
        "label": step.label,
        "url": None if reason else _address(step.endpoint, competition),
        "current": request.endpoint == step.endpoint,
        "state": "",
        "reason": reason,
    }


def reason_to_wait(since: str, competition: Competition, now: datetime) -> str:
    """Say why a step cannot be taken at this instant; empty where it can."""
    if since == "always":
        return ""
    if competition.status == CompetitionStatus.DRAFT:
        return "after publication"
    if since == "deadline" and competition.deadline_at is not None and now <= competition.deadline_at:
        deadline = competition.deadline_at.astimezone(ZoneInfo(competition.zone))
        return f"after {deadline:%B} {deadline.day}"
    return ""


def _address(endpoint: str, competition: Competition) -> str:
    rules = current_app.url_map.iter_rules(endpoint)
    if any("number" in rule.arguments for rule in rules):
        return url_for(endpoint, number=competition.number)
    return url_for(endpoint, competition=competition.number)
