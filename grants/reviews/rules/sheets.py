"""When a score sheet is complete, and why it may be locked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from grants.findings import Finding
from grants.words import at_instant

FIELDS = ("points", "strengths", "weaknesses", "agency_comment", "change_reason")
"""What one save of a sub-criterion holds, as text; empty points are no points."""

LONGEST = 20_000
"""Characters in one text of one sub-criterion."""

EMPTY: Mapping[str, str] = dict.fromkeys(FIELDS, "")


def gaps(
    criteria: Sequence[tuple[str, str]],
    entries: Mapping[str, Mapping[str, str]],
    *,
    changed: Collection[str] = (),
) -> list[Finding]:
    """Return what is missing: points, strengths and weaknesses everywhere, a reason where points changed."""
    found: list[Finding] = []
    for key, title in criteria:
        entry = entries.get(key, EMPTY)
        missing = [
            word
            for name, word in (("points", "points"), ("strengths", "strengths"), ("weaknesses", "weaknesses"))
            if not entry[name].strip()
        ]
        if missing:
            found.append(Finding("incomplete", f"{title}: {_listed(missing)} missing.", field=key))
        elif key in changed and not entry["change_reason"].strip():
            found.append(
                Finding("no-reason", f"{title}: you changed the points. Write the reason.", field=key)
            )
    return found


def locked_because(
    *,
    status: str,
    is_revision: bool,
    submitted_at: datetime | None,
    panel: str | None,
    closed_at: datetime | None,
    zone: str,
) -> str | None:
    """Return why a sheet cannot be changed now, or None if it can."""
    if status in {"submitted", "final"} and submitted_at is not None:
        return (
            f"You submitted this sheet on {at_instant(submitted_at, zone)}. To change it, ask your program "
            "officer to return it, with a reason."
        )
    if panel == "closed" and closed_at is not None:
        closed = at_instant(closed_at, zone)
        return f"The panel closed on {closed}. Ask your program officer if it must be opened again."
    if is_revision and panel != "open":
        return "The panel of this state is not open, so scores cannot be revised now."
    return None


def _listed(words: Sequence[str]) -> str:
    if len(words) == 1:
        return f"{words[0]} are"
    return f"{', '.join(words[:-1])} and {words[-1]} are"
