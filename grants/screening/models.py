"""The administrative review of a submitted application."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from grants.database import Document, Instant, Record, enum_column
from grants.lifecycle.moves import Workflow
from grants.screening.workflow import SCREENING, ScreeningStatus

NOT_UNDONE = text("status <> 'undone'")


class Screening(Record, table=True):
    """Three answers with their reasons and the evidence they rest on. Moved only by `lifecycle.perform`."""

    __tablename__ = "screening"
    __table_args__ = (
        Index(
            "uq_screening_one_standing",
            "application_id",
            unique=True,
            sqlite_where=NOT_UNDONE,
            postgresql_where=NOT_UNDONE,
        ),
        CheckConstraint("status = 'open' OR decided_at IS NOT NULL", name="decided_has_instant"),
        CheckConstraint("status <> 'undone' OR undone_reason IS NOT NULL", name="undone_has_reason"),
    )
    workflow: ClassVar[Workflow] = SCREENING

    application_id: int = Field(foreign_key="application.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    eligible: bool | None = Field(default=None)
    eligible_reason: str = Field(default="", max_length=4000)
    complete: bool | None = Field(default=None)
    complete_reason: str = Field(default="", max_length=4000)
    responsive: bool | None = Field(default=None)
    responsive_reason: str = Field(default="", max_length=4000)
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=Document)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_reason: str | None = Field(default=None, max_length=4000)
    status: ScreeningStatus = Field(
        default=ScreeningStatus.OPEN, sa_column=enum_column(ScreeningStatus, "screening_status", index=True)
    )

    @property
    def label(self) -> str:
        """How the record calls it."""
        return "Administrative review"
