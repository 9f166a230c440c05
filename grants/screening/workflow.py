"""The life of an administrative review: recorded once, undone only with a reason."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from grants.findings import Finding
from grants.lifecycle.moves import move, workflow


class ScreeningStatus(StrEnum):
    """How an administrative review stands."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    UNDONE = "undone"


QUESTIONS = ("eligible", "complete", "responsive")


def every_answer_is_yes(record: Any, _facts: Any, _now: datetime) -> list[Finding]:
    """Stop a pass while a question is open or answered no."""
    return [
        Finding("screening.answer", f"“{name.capitalize()}?” is not answered yes.", field=name)
        for name in QUESTIONS
        if getattr(record, name) is not True
    ]


def one_answer_is_no(record: Any, _facts: Any, _now: datetime) -> list[Finding]:
    """Stop a failure without a no, and a no without its reason."""
    failed = [name for name in QUESTIONS if getattr(record, name) is False]
    if not failed:
        return [Finding("screening.answer", "No question is answered no. Record it as passed.")]
    return [
        Finding("screening.reason", f"Say why “{name.capitalize()}?” is answered no.", field=f"{name}_reason")
        for name in failed
        if not getattr(record, f"{name}_reason").strip()
    ]


SCREENING = workflow(
    "screening",
    ScreeningStatus,
    initial="open",
    final=["undone"],
    moves=[
        move(
            "pass",
            ["open"],
            "passed",
            permission="application.screen",
            happened="recorded the administrative review: eligible, complete, responsive",
            guards=(every_answer_is_yes,),
        ),
        move(
            "fail",
            ["open"],
            "failed",
            permission="application.screen",
            happened="recorded the administrative review: not to be reviewed",
            notice="screening.failed",
            guards=(one_answer_is_no,),
        ),
        move(
            "undo_pass",
            ["passed"],
            "undone",
            permission="application.screen",
            happened="undid an administrative review that had passed",
        ),
        move(
            "undo_failure",
            ["failed"],
            "undone",
            permission="application.screen",
            happened="undid an administrative review that had failed",
            notice="screening.undone",
        ),
    ],
)
