"""The life of an application: which moves there are, who may make them, who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from grants.findings import Finding
from grants.lifecycle.moves import move, workflow


class ApplicationStatus(StrEnum):
    """Where an application is; what is only computed from the clock (closed) is no status."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"
    ELIGIBLE = "eligible"
    DECLINED = "declined"
    AWARDED = "awarded"


@dataclass(frozen=True)
class SubmitFacts:
    """What a submission is judged by: the deadline and everything the rules found."""

    deadline_at: datetime
    findings: Sequence[Finding]


def is_on_time(deadline_at: datetime, now: datetime) -> bool:
    """Say whether a request that was complete at `now` meets the deadline, both to the second."""
    return now.replace(microsecond=0) <= deadline_at


def meets_deadline(_record: Any, facts: SubmitFacts, now: datetime) -> list[Finding]:
    """Stop what arrives after the deadline."""
    if is_on_time(facts.deadline_at, now):
        return []
    return [Finding("deadline", "The deadline has passed. Nothing is accepted after it.")]


def has_no_faults(_record: Any, facts: SubmitFacts, _now: datetime) -> list[Finding]:
    """Pass on everything that the rules found; what stops, stops here."""
    return list(facts.findings)


OPEN = ["draft", "submitted"]

APPLICATION = workflow(
    "application",
    ApplicationStatus,
    initial="draft",
    final=["withdrawn", "declined", "awarded"],
    moves=[
        move(
            "submit",
            ["draft"],
            "submitted",
            permission="application.submit",
            happened="submitted the application",
            notice="applications.submitted",
            guards=(meets_deadline, has_no_faults),
        ),
        move(
            "resubmit",
            ["submitted"],
            "submitted",
            permission="application.submit",
            happened="replaced the submission",
            notice="applications.submitted",
            guards=(meets_deadline, has_no_faults),
        ),
        move(
            "withdraw",
            OPEN,
            "withdrawn",
            permission="application.withdraw",
            happened="withdrew the application",
            notice="applications.withdrawn",
        ),
        move(
            "screen_in",
            ["submitted"],
            "eligible",
            permission="application.screen",
            happened="found the application eligible, complete and responsive",
        ),
        move(
            "screen_out",
            ["submitted"],
            "ineligible",
            permission="application.screen",
            happened="found that the application cannot be reviewed",
        ),
        move(
            "undo_screening",
            ["eligible", "ineligible"],
            "submitted",
            permission="application.screen",
            happened="undid the administrative review",
        ),
        move(
            "decline",
            ["eligible"],
            "declined",
            permission="letter.release",
            happened="declined the application",
        ),
        move(
            "award",
            ["eligible"],
            "awarded",
            permission="award.make",
            happened="awarded the application",
        ),
    ],
)
