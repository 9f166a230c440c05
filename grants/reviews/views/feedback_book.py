"""Cleared feedback as lines of a table: one per criterion and reviewer, nobody named."""

from collections.abc import Iterable, Iterator

from grants.adapters.spreadsheets import Line
from grants.numbers import as_shown
from grants.reviews.rules.feedback import from_json
from grants.reviews.services.feedback import Draft

HEAD = (
    "Competition",
    "State",
    "Application",
    "Applicant",
    "Criterion",
    "Reviewer",
    "Points",
    "Strengths",
    "Weaknesses",
    "Cleared (UTC)",
)


def feedback_lines(found: Iterable[Draft]) -> Iterator[Line]:
    """Yield what was cleared, as it was cleared."""
    yield HEAD
    for draft in found:
        if draft.standing is None:
            continue
        text = from_json(draft.standing.content)
        facts = (text.competition, text.state, text.number, text.organization)
        cleared = draft.standing.cleared_at.strftime("%Y-%m-%d %H:%M:%S")
        for row in text.criteria:
            for one in row.said:
                points = as_shown(one.points) if one.points else None
                yield (*facts, row.title, one.reviewer, points, one.strengths, one.weaknesses, cleared)
