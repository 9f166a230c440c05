"""The milestones of a competition, each with its instant, its state and the deed that stands on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import current_app, url_for

from grants.competitions.models import Amendment, Competition
from grants.competitions.workflow import CompetitionStatus
from grants.findings import Finding, stops
from grants.web import current
from grants.web.filters import day as day_in_words
from grants.web.routing import Door


@dataclass(frozen=True)
class Milestone:
    """One step of a competition; `deed` is the words and address of what is to be done here."""

    title: str
    at: datetime | None
    zone: str
    state: str
    text: str = ""
    deed: tuple[str, str] | None = None
    link: tuple[str, str] | None = None


STAGES = (
    ("Screening", "staff.screening.index", "Screen the applications", "After the deadline."),
    ("Reviewers and conflicts", "staff.reviews.pool", "Reviewers and conflicts", "Invite early."),
    ("Assignments", "staff.reviews.assign", "Assign reviewers", "After screening."),
    ("Score sheets", "staff.reviews.progress", "Progress of the score sheets", "After assignments are sent."),
    ("Panels and ranking", "staff.reviews.ranking", "Ranking by state", "When the score sheets are in."),
    ("Selection", "staff.awards.selection", "Selection by state", "When the ranking is frozen."),
    ("Letters", "staff.awards.selection", "Letters of the decisions", "When the selections are approved."),
)

EARLY = ("Reviewers and conflicts",)
"""The stages that have something to do before the deadline; the others are text until then."""


class Stage(Protocol):
    """How far a later stage is, as the house above tells it."""

    @property
    def is_done(self) -> bool:
        """Say whether nothing of the stage is left."""

    @property
    def text(self) -> str:
        """Return the figure that stands on the milestone."""


def milestones_of(
    competition: Competition,
    amendments: Sequence[Amendment],
    found: Sequence[Finding],
    now: datetime,
    stages: Mapping[str, Stage],
) -> list[Milestone]:
    """Return every milestone in order, with what has happened and what is next."""
    if competition.status is CompetitionStatus.DRAFT:
        return [_preparation(competition, found), *_ahead(competition)]
    steps = [
        Milestone("Published", competition.published_at, competition.zone, "done", link=_notice(competition)),
        *(
            Milestone(f"Amendment {one.number}", one.published_at, competition.zone, "done", text=one.why)
            for one in sorted(amendments, key=lambda one: one.number)
        ),
        _timed("Applications open", competition.opens_at, competition, now),
    ]
    if competition.questions_until is not None:
        steps.append(_timed("Questions end", competition.questions_until, competition, now))
    steps.append(_timed("Deadline", competition.deadline_at, competition, now))
    return [*steps, *_later(competition, now, stages), _award(competition, now)]


def _preparation(competition: Competition, found: Sequence[Finding]) -> Milestone:
    missing = len(stops(found))
    setup = url_for("staff.competitions.setup", number=competition.number)
    words = {0: "Nothing stops publication.", 1: "1 thing stops publication."}
    return Milestone(
        "Set up and publish",
        None,
        competition.zone,
        "now",
        text=words.get(missing, f"{missing} things stop publication."),
        deed=("Set up this competition", setup) if current.may("competition.edit", competition) else None,
    )


def _ahead(competition: Competition) -> list[Milestone]:
    zone, planned, deadline = competition.zone, competition.planned_publication_on, competition.deadline_at
    steps = []
    if planned is not None:
        steps.append(Milestone("Planned publication", None, zone, "ahead", text=day_in_words(planned)))
    if deadline is not None:
        steps.append(Milestone("Deadline", deadline, zone, "ahead"))
    if competition.expected_award_on is not None:
        steps.append(Milestone("Awards expected", None, zone, "ahead", text=_day_words(competition)))
    return steps


def _timed(title: str, at: datetime | None, competition: Competition, now: datetime) -> Milestone:
    state = "done" if at is not None and at < now else "ahead"
    if title == "Deadline" and competition.is_open(now):
        return Milestone(title, at, competition.zone, "now", link=_amend(competition))
    return Milestone(title, at, competition.zone, state)


def _later(competition: Competition, now: datetime, stages: Mapping[str, Stage]) -> list[Milestone]:
    """Return the stages that other slices hold; the first with something left to do carries its deed."""
    over = competition.deadline_at is not None and now > competition.deadline_at
    is_running = over and competition.status is CompetitionStatus.PUBLISHED
    steps = []
    next_one = next((title for title, *_ in STAGES if title in stages and not stages[title].is_done), None)
    for title, endpoint, words, when in STAGES:
        address = _address(endpoint, competition.number)
        stage = stages.get(title)
        is_done = competition.status is CompetitionStatus.DECIDED or (stage is not None and stage.is_done)
        figure = stage.text if stage is not None else ""
        is_next = is_running and title == next_one and not is_done
        steps.append(
            Milestone(
                title,
                None,
                competition.zone,
                "done" if is_done else "now" if is_next else "ahead",
                text=figure or ("" if is_running else when),
                deed=(words, address) if address and is_next else None,
                link=(address, words) if address and not is_next and (over or title in EARLY) else None,
            )
        )
    return steps


def _award(competition: Competition, now: datetime) -> Milestone:
    at = _noon(competition.expected_award_on, competition.zone)
    state = "done" if competition.status is CompetitionStatus.DECIDED else "ahead"
    if state == "ahead" and at is not None and at < now and competition.status is CompetitionStatus.PUBLISHED:
        state = "late"
    return Milestone("Awards expected", None, competition.zone, state, text=_day_words(competition))


def _address(endpoint: str, number: str) -> str | None:
    """Return where a stage's page stands, if it is here and open to who reads."""
    door: Door | None = current_app.extensions["grants.doors"].get(endpoint)
    if door is None or not current.may(door.permission):
        return None
    rules = current_app.url_map.iter_rules(endpoint)
    return url_for(endpoint, number=number) if any(rule.arguments <= {"number"} for rule in rules) else None


def _notice(competition: Competition) -> tuple[str, str]:
    return url_for("public.competitions.show", number=competition.number), "The notice"


def _amend(competition: Competition) -> tuple[str, str] | None:
    if not current.may("competition.amend", competition):
        return None
    return url_for("staff.competitions.amend", number=competition.number), "Prepare an amendment"


def _day_words(competition: Competition) -> str:
    """Write the day on which awards are expected; a day has no hour."""
    return day_in_words(competition.expected_award_on) if competition.expected_award_on else ""


def _noon(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC) if day else None
