"""The record: events in a chain, readings, notices and messages, and the demonstration's clock."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel

from grants.database import Document, Instant, Record, enum_column


class Event(Record, table=True):
    """One deed, never changed. Written only by `lifecycle.record` and `lifecycle.perform`."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_type", "subject_id"),
        Index("ix_event_searched_by_person", "person_name", "application_id"),
        Index("ix_event_searched_by_thing", "subject_label", "application_id"),
        CheckConstraint("seq > 0", name="seq_is_positive"),
    )

    seq: int = Field(unique=True)
    kind: str = Field(max_length=80, index=True)
    happened: str = Field(max_length=400)
    subject_type: str = Field(max_length=60)
    subject_id: int
    subject_uid: str = Field(max_length=24)
    subject_label: str = Field(max_length=300)
    competition_id: int | None = Field(default=None, index=True)
    application_id: int | None = Field(default=None, index=True)
    organization_id: int | None = Field(default=None, index=True)
    person_id: int | None = Field(default=None, index=True)
    person_name: str = Field(max_length=200)
    person_role: str = Field(max_length=200)
    before: str | None = Field(default=None, max_length=40)
    after: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=10_000)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    at: datetime = Field(sa_type=Instant, index=True)
    real_at: datetime = Field(sa_type=Instant)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class ChainHead(SQLModel, table=True):
    """The end of the event chain; its row lock orders the writers."""

    __tablename__ = "chain_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(default=0)
    hash: str = Field(default="0" * 64, max_length=64)


class Reading(SQLModel, table=True):
    """Who opened what and when; sealed hourly into the chain by `lifecycle.readings.seal`.

    `seal_uid` names the event that seals the row.
    """

    __tablename__ = "reading"

    id: int = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, index=True)
    person_name: str = Field(max_length=200)
    person_role: str = Field(max_length=200)
    what: str = Field(max_length=60)
    subject_type: str = Field(max_length=60)
    subject_id: int
    subject_uid: str = Field(max_length=24)
    application_id: int | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=Instant)
    real_at: datetime = Field(sa_type=Instant)
    seal_uid: str | None = Field(default=None, max_length=24, index=True)


class NoticeStatus(StrEnum):
    """Whether the recipients of a notice have been worked out."""

    WAITING = "waiting"
    RESOLVED = "resolved"
    FAILED = "failed"


class Notice(Record, table=True):
    """Somebody is to be told of an event; written with it, resolved into messages by the worker."""

    __tablename__ = "notice"

    name: str = Field(max_length=80)
    event_uid: str = Field(max_length=24, index=True)
    progress: NoticeStatus = Field(
        default=NoticeStatus.WAITING, sa_column=enum_column(NoticeStatus, "notice_progress", index=True)
    )
    failure: str | None = Field(default=None, max_length=1000)
    at: datetime = Field(sa_type=Instant)


class MessageStatus(StrEnum):
    """Where one mail is; `unknown` means broken off after the last dot, and a person decides."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Message(Record, table=True):
    """One mail to one person, sent at most once by itself. Changed only by `lifecycle.outbox`.

    `text` and `html` hold seals in place of the tokens of links; `sha256` is the hash of the text as it was
    handed over. `not_before` is the real instant of the next attempt after the server asked to try again.
    `queued_at` is the real instant since which it waits, `worker` who has it in hand, and `handed_at` stands
    only from just before the last dot: without it nothing was handed over.
    """

    __tablename__ = "message"

    notice_uid: str = Field(max_length=24, index=True)
    person_id: int | None = Field(default=None)
    address: str = Field(max_length=320)
    subject: str = Field(max_length=300)
    text: str
    html: str
    attachments: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    message_id: str = Field(max_length=200, unique=True)
    progress: MessageStatus = Field(
        default=MessageStatus.QUEUED, sa_column=enum_column(MessageStatus, "message_progress", index=True)
    )
    attempts: int = Field(default=0)
    failure: str | None = Field(default=None, max_length=1000)
    at: datetime = Field(sa_type=Instant)
    not_before: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    sha256: str | None = Field(default=None, max_length=64)
    reply_to: str | None = Field(default=None, max_length=320)
    queued_at: datetime | None = Field(default=None, sa_type=Instant)
    worker: str | None = Field(default=None, max_length=100)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)


class Installation(SQLModel, table=True):
    """What this database is for, and how far the demonstration's clock was moved."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    mode: str = Field(max_length=20)
    made_at: datetime = Field(sa_type=Instant)
    clock_offset_seconds: float = Field(default=0)
    notes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
