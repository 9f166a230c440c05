"""Files, uploads, letters with the snapshot they were made from, packets, and feedback to applicants."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from grants.database import Document, Instant, Record, enum_column
from grants.documents.workflow import BATCH, LETTER, BatchStatus, LetterStatus
from grants.lifecycle.moves import Workflow


class StoredFile(Record, table=True):
    """One file as it was given; the bytes lie in the store by SHA-256. Made by `services.storing`."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size_counted"),
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
    )

    sha256: str = Field(max_length=64, index=True)
    size: int
    media_type: str = Field(max_length=100)
    name: str = Field(max_length=255)
    pages: int | None = Field(default=None)
    scanned_by: str | None = Field(default=None, max_length=100)
    uploaded_by_id: int | None = Field(default=None, foreign_key="person.id")
    uploaded_at: datetime = Field(sa_type=Instant)

    @property
    def label(self) -> str:
        """How the file is called in the record."""
        return self.name


class Upload(Record, table=True):
    """A file on its way in chunks; `place` says what it is for. Changed by `documents.uploads`."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_counted"),
        CheckConstraint("received >= 0 AND received <= size", name="received_within_size"),
    )

    person_id: int = Field(foreign_key="person.id", index=True)
    place: str = Field(max_length=200)
    name: str = Field(max_length=255)
    size: int
    received: int = Field(default=0)
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Template(Record, table=True):
    """The words of one kind of letter, in one version; the newest version of a kind acts."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    kind: str = Field(max_length=40, index=True)
    version: int
    title: str = Field(max_length=200)
    body: str
    mail_subject: str = Field(max_length=200)
    edited_by_id: int | None = Field(default=None, foreign_key="person.id")
    edited_at: datetime = Field(sa_type=Instant)

    @property
    def label(self) -> str:
        """How the template is called in the record."""
        return f"{self.title}, version {self.version}"


class Batch(Record, table=True):
    """Letters of one kind made and released together."""

    __tablename__ = "letter_batch"
    workflow: ClassVar[Workflow] = BATCH

    kind: str = Field(max_length=40)
    competition_id: int | None = Field(default=None, index=True)
    title: str = Field(max_length=200)
    job_uid: str | None = Field(default=None, max_length=24)
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime = Field(sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    status: BatchStatus = Field(
        default=BatchStatus.DRAFT, sa_column=enum_column(BatchStatus, "letter_batch_status")
    )

    @property
    def label(self) -> str:
        """How the batch is called in the record."""
        return self.title


class Letter(Record, table=True):
    """One letter: the frozen values it says, the PDF's hash, and when it went out."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'discarded') OR file_id IS NOT NULL", name="made_has_file"),
        CheckConstraint(
            "status NOT IN ('released', 'superseded') OR released_at IS NOT NULL", name="released_has_instant"
        ),
        Index("ix_letter_subject", "subject_type", "subject_id"),
    )
    workflow: ClassVar[Workflow] = LETTER

    number: str = Field(max_length=60, unique=True)
    kind: str = Field(max_length=40, index=True)
    title: str = Field(max_length=300)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    competition_id: int | None = Field(default=None, index=True)
    application_id: int | None = Field(default=None, index=True)
    subject_type: str = Field(max_length=60)
    subject_id: int
    template_id: int = Field(foreign_key="letter_template.id")
    batch_id: int | None = Field(default=None, foreign_key="letter_batch.id", index=True)
    snapshot: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id")
    sha256: str | None = Field(default=None, max_length=64)
    made_at: datetime | None = Field(default=None, sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    superseded_by_id: int | None = Field(default=None, foreign_key="letter.id")
    status: LetterStatus = Field(
        default=LetterStatus.DRAFT, sa_column=enum_column(LetterStatus, "letter_status", index=True)
    )

    @property
    def label(self) -> str:
        """How the letter is called in the record."""
        return f"{self.title} ({self.number})"


class Packet(Record, table=True):
    """Papers bound into one PDF for one reader, named on every page. Made by jobs of reviews.

    `application_id` is empty where the packet is that of a whole panel.
    """

    __tablename__ = "packet"
    __table_args__ = (
        CheckConstraint("(made_at IS NULL) = (file_id IS NULL)", name="made_has_file"),
        CheckConstraint("file_id IS NULL OR sha256 IS NOT NULL", name="file_has_hash"),
    )

    kind: str = Field(max_length=20)
    competition_id: int = Field(index=True)
    state: str = Field(max_length=2)
    application_id: int | None = Field(default=None, index=True)
    submission_id: int | None = Field(default=None)
    person_id: int = Field(foreign_key="person.id", index=True)
    reader: str = Field(max_length=200)
    seat: str = Field(default="", max_length=10)
    job_uid: str | None = Field(default=None, max_length=24)
    asked_at: datetime = Field(sa_type=Instant)
    made_at: datetime | None = Field(default=None, sa_type=Instant)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id")
    sha256: str | None = Field(default=None, max_length=64)
    pages: int | None = Field(default=None)

    @property
    def label(self) -> str:
        """How the packet is called in the record."""
        return f"Packet for {self.reader}"


class Feedback(Record, table=True):
    """What reviewers say to one applicant, without names, as staff cleared it. Changed by reviews.

    It is open to the applicant from the release of the letter on, never before.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        Index(
            "uq_feedback_standing",
            "application_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_reason"),
    )

    application_id: int = Field(index=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    competition_id: int = Field(index=True)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    sha256: str = Field(max_length=64)
    names_stand: bool = Field(default=False)
    cleared_by_id: int | None = Field(default=None, foreign_key="person.id")
    cleared_at: datetime = Field(sa_type=Instant)
    job_uid: str | None = Field(default=None, max_length=24)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_reason: str = Field(default="", max_length=2000)

    @property
    def label(self) -> str:
        """How the feedback is called in the record."""
        return "Feedback to the applicant"
