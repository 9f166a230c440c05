"""Whether a notice may be published: every reason why not, at once."""

from dataclasses import dataclass
from datetime import datetime

from grants.competitions.rules.notice import Notice
from grants.findings import Finding


@dataclass(frozen=True)
class PublicationFacts:
    """What the guard of publication judges."""

    notice: Notice


def publication_findings(_record: object, facts: PublicationFacts, now: datetime) -> list[Finding]:
    """Return everything that is missing or wrong in the notice if it were published now."""
    return []
