"""The self-check that stays on the record."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from grants.database import Document, Instant, Record


class SelfCheck(Record, table=True):
    """What somebody answered and what the rules found that day. Written only by `eligibility.services`."""

    __tablename__ = "self_check"

    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    results: list[dict[str, Any]] = Field(default_factory=list, sa_type=Document)
    at: datetime = Field(sa_type=Instant)

    @property
    def label(self) -> str:
        """How the record calls it."""
        return f"Self-check for {self.state}"
