"""What an application is made of: the draft that people work on, and the submissions that are kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from grants.applications.workflow import APPLICATION, ApplicationStatus
from grants.database import Document, Instant, Record, enum_column
from grants.lifecycle.moves import Workflow

NOT_WITHDRAWN = text("status <> 'withdrawn'")
CURRENT = text("replaced_at IS NULL")


class Application(Record, table=True):
    """One host's application for one state. Moved only by `lifecycle.perform`."""

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_one_per_host_and_state",
            "competition_id",
            "organization_id",
            "state",
            unique=True,
            sqlite_where=NOT_WITHDRAWN,
            postgresql_where=NOT_WITHDRAWN,
        ),
        CheckConstraint(
            "submitted_at IS NOT NULL OR status IN ('draft', 'withdrawn')", name="sent_has_instant"
        ),
        Index("ix_application_listed", "submitted_at", "id"),
    )
    workflow: ClassVar[Workflow] = APPLICATION

    number: str = Field(max_length=20, unique=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2, index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    budget_id: int = Field(foreign_key="budget.id", unique=True)
    self_check_id: int | None = Field(default=None, foreign_key="self_check.id", index=True)
    project_title: str = Field(default="", max_length=200)
    service_area: str = Field(default="", max_length=300)
    center_director: str = Field(default="", max_length=200)
    contact_person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    was_center: bool | None = Field(default=None)
    created_by_id: int = Field(foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    version: int = Field(default=1)
    status: ApplicationStatus = Field(
        default=ApplicationStatus.DRAFT,
        sa_column=enum_column(ApplicationStatus, "application_status", index=True),
    )

    @property
    def application_id(self) -> int:
        """The id by which a conflict closes the door."""
        return self.id

    @property
    def label(self) -> str:
        """How the record calls it."""
        return f"Application {self.number}"


class Section(Record, table=True):
    """The text for one criterion. Changed only by `applications.services.save_section`."""

    __tablename__ = "application_section"
    __table_args__ = (
        UniqueConstraint("application_id", "criterion_key", name="uq_application_section_criterion"),
    )

    application_id: int = Field(foreign_key="application.id", index=True)
    criterion_key: str = Field(max_length=60)
    text: str = Field(default="")
    version: int = Field(default=0)
    is_ready: bool = Field(default=False)
    assigned_to_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    updated_at: datetime | None = Field(default=None, sa_type=Instant)


class SectionVersion(Record, table=True):
    """A text as it was, kept for the history of a section; never changed."""

    __tablename__ = "application_section_version"
    __table_args__ = (
        UniqueConstraint("section_id", "version", name="uq_application_section_version_number"),
    )

    section_id: int = Field(foreign_key="application_section.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    version: int
    text: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant)


class PartyKind(StrEnum):
    """Who is named in an application besides the host; conflicts of interest are looked for among them."""

    KEY_PERSON = "key_person"
    PARTNER = "partner"
    SIGNER = "signer"


class NamedParty(Record, table=True):
    """A key person, a partner, or the signer of a letter. Changed only by `applications.services`."""

    __tablename__ = "application_party"

    application_id: int = Field(foreign_key="application.id", index=True)
    kind: PartyKind = Field(sa_column=enum_column(PartyKind, "application_party_kind"))
    name: str = Field(max_length=200)
    affiliation: str = Field(default="", max_length=200)
    role: str = Field(default="", max_length=200)
    added_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    added_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class ApplicationDocument(Record, table=True):
    """A file attached for one required document. Added and removed only by `applications.services`."""

    __tablename__ = "application_document"

    application_id: int = Field(foreign_key="application.id", index=True)
    required_key: str = Field(max_length=60)
    file_id: int = Field(foreign_key="stored_file.id", index=True)
    added_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    added_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)

    @property
    def label(self) -> str:
        """How the record calls it."""
        return f"Document {self.required_key}"


class Submission(Record, table=True):
    """One submission as it was sent, for ever; a later one replaces it and both stay."""

    __tablename__ = "submission"
    __table_args__ = (
        Index(
            "uq_submission_one_current",
            "application_id",
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        ),
        CheckConstraint("replaced_at IS NULL OR replaced_at >= submitted_at", name="replaced_later"),
    )

    application_id: int = Field(foreign_key="application.id", index=True)
    number: str = Field(max_length=20, unique=True)
    submitted_at: datetime = Field(sa_type=Instant)
    submitted_by_id: int = Field(foreign_key="person.id", index=True)
    certified_name: str = Field(max_length=200)
    certified_title: str = Field(max_length=200)
    content: dict[str, Any] = Field(sa_type=Document)
    sha256: str = Field(max_length=64)
    replaced_at: datetime | None = Field(default=None, sa_type=Instant)
    receipt_file_id: int | None = Field(default=None, foreign_key="stored_file.id", index=True)

    @property
    def label(self) -> str:
        """How the record calls it."""
        return f"Receipt {self.number}"


class SubmissionFile(Record, table=True):
    """One file of a submission with the hash that proves it; never changed."""

    __tablename__ = "submission_file"

    submission_id: int = Field(foreign_key="submission.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    document_key: str = Field(max_length=60)
    title: str = Field(max_length=200)
    name: str = Field(max_length=255)
    file_id: int = Field(foreign_key="stored_file.id", index=True)
    sha256: str = Field(max_length=64)
    pages: int | None = Field(default=None)
    size: int


class LateAttempt(Record, table=True):
    """A submission that came after the deadline: kept with its instant and content, never reviewed."""

    __tablename__ = "late_attempt"
    __table_args__ = (CheckConstraint("at > deadline_at", name="is_late"),)

    application_id: int = Field(foreign_key="application.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant)
    deadline_at: datetime = Field(sa_type=Instant)
    reason: str = Field(max_length=500)
    content: dict[str, Any] = Field(sa_type=Document)
    sha256: str = Field(max_length=64)

    @property
    def label(self) -> str:
        """How the record calls it."""
        return "Late attempt to submit"


class SetAside(Record, table=True):
    """What somebody typed on top of an old version, kept until they choose; nothing typed is lost.

    `place` is "section:key" or "budget:year". Changed only by `applications.services`.
    """

    __tablename__ = "application_set_aside"

    application_id: int = Field(foreign_key="application.id", index=True)
    place: str = Field(max_length=80)
    content: dict[str, str] = Field(sa_type=Document)
    base_version: int
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
