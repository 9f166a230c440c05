"""What waits for a person: the row that every slice offers to the home pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

OVERDUE, OTHERS_WAIT, DUE, NEWS, WITH_OTHERS = 1, 2, 3, 4, 5
"""Urgency: overdue and still curable; others cannot go on without you; due soonest; news to read.

`WITH_OTHERS` is not for this person to do: it stands folded under “Waiting for others”, `why` says
for whom, `due` since when.
"""


@dataclass(frozen=True)
class Waiting:
    """One thing to do, as `<slice>.queries.waiting_for(session, actor, now)` returns it.

    `verb` begins with the deed (“Screen 4 applications”), `why` says why now, `subject` for which
    thing; `endpoint` and `values` make the link and `endpoint` names the audience whose home shows
    it. `role` groups the rows of a person with several staff roles; `zone` writes the due instant.
    """

    verb: str
    why: str
    due: datetime | None
    subject: str
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)
    urgency: int = DUE
    role: str = ""
    zone: str = "America/New_York"

    @property
    def audience(self) -> str:
        """Say on whose home page the row stands."""
        return self.endpoint.split(".", 1)[0]
