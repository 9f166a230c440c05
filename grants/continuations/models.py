"""Continuation requests with their parts, what was sent of them, evaluations and decisions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from grants.continuations.rules.gates import Choice, Ground
from grants.continuations.rules.parts import Part
from grants.continuations.workflow import REQUEST, RequestStatus
from grants.database import Document, Instant, Money, Record, enum_column
from grants.lifecycle.moves import Workflow


class Request(Record, table=True):
    """The request for one later budget period. Opened by the worker, moved by `continuations.services`."""

    __tablename__ = "continuation_request"
    __table_args__ = (
        UniqueConstraint("award_id", "ordinal", name="uq_continuation_request_year"),
        CheckConstraint("ordinal BETWEEN 2 AND 10", name="follows_a_year"),
        CheckConstraint("final_due_at > draft_due_at", name="draft_before_final"),
        CheckConstraint(
            "status IN ('draft', 'draft_sent') OR final_sent_at IS NOT NULL", name="final_has_instant"
        ),
        CheckConstraint(
            "status NOT IN ('evaluated', 'approved', 'deferred', 'denied') OR evaluated_by_id IS NOT NULL",
            name="evaluated_has_evaluator",
        ),
        CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id != evaluated_by_id", name="two_people_continue"
        ),
    )
    workflow: ClassVar[Workflow] = REQUEST

    award_id: int = Field(foreign_key="award.id", index=True)
    budget_period_id: int = Field(foreign_key="budget_period.id", unique=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    fain: str = Field(max_length=40)
    ordinal: int
    budget_id: int = Field(foreign_key="budget.id")
    opened_at: datetime = Field(sa_type=Instant)
    draft_due_at: datetime = Field(sa_type=Instant)
    final_due_at: datetime = Field(sa_type=Instant)
    due_authority: str = Field(default="", max_length=500)
    zone: str = Field(max_length=60)
    draft_sent_at: datetime | None = Field(default=None, sa_type=Instant)
    final_sent_at: datetime | None = Field(default=None, sa_type=Instant)
    final_sent_by_id: int | None = Field(default=None, foreign_key="person.id")
    sent_back_reason: str = Field(default="", max_length=10_000)
    evaluated_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    status: RequestStatus = Field(
        default=RequestStatus.DRAFT,
        sa_column=enum_column(RequestStatus, "continuation_request_status", index=True),
    )

    @property
    def label(self) -> str:
        """How the request is called in the record."""
        return f"Year {self.ordinal} request of award {self.fain}"


class RequestPart(Record, table=True):
    """One field group of a request, the unit of saving. Changed by `continuations.services.writing`."""

    __tablename__ = "continuation_part"
    __table_args__ = (UniqueConstraint("request_id", "key", name="uq_continuation_part_key"),)

    request_id: int = Field(foreign_key="continuation_request.id", index=True)
    key: Part = Field(sa_column=enum_column(Part, "continuation_part_key"))
    content: dict[str, str] = Field(default_factory=dict, sa_type=Document)
    version: int = Field(default=1)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id")
    updated_at: datetime | None = Field(default=None, sa_type=Instant)


class RequestPartVersion(Record, table=True):
    """One field group as it was saved, for merging and for the history; never changed."""

    __tablename__ = "continuation_part_version"
    __table_args__ = (UniqueConstraint("part_id", "version", name="uq_continuation_part_version_number"),)

    part_id: int = Field(foreign_key="continuation_part.id", index=True)
    version: int
    content: dict[str, str] = Field(default_factory=dict, sa_type=Document)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)


class SendingKind(StrEnum):
    """Which of the two dues was met."""

    DRAFT = "draft"
    FINAL = "final"


class Sending(Record, table=True):
    """A request as it was sent, frozen with its hash; staff read this and nothing else."""

    __tablename__ = "continuation_sending"
    __table_args__ = (
        UniqueConstraint("request_id", "number", name="uq_continuation_sending_number"),
        CheckConstraint("length(sha256) = 64", name="sha256_is_whole"),
    )

    request_id: int = Field(foreign_key="continuation_request.id", index=True)
    number: int
    kind: SendingKind = Field(sa_column=enum_column(SendingKind, "continuation_sending_kind"))
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    sha256: str = Field(max_length=64)
    sent_by_id: int | None = Field(default=None, foreign_key="person.id")
    sent_by_name: str = Field(max_length=200)
    sent_at: datetime = Field(sa_type=Instant)


class Evaluation(Record, table=True):
    """The program officer's reading of the three factors with a recommendation; sent, it is not changed."""

    __tablename__ = "continuation_evaluation"
    __table_args__ = (
        UniqueConstraint("request_id", "number", name="uq_continuation_evaluation_number"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount_not_negative"),
        CheckConstraint(
            "evaluated_at IS NULL OR (choice IS NOT NULL AND evaluated_by_id IS NOT NULL)",
            name="sent_has_recommendation",
        ),
    )

    request_id: int = Field(foreign_key="continuation_request.id", index=True)
    number: int
    federal_budget: str = Field(default="", max_length=20_000)
    annual_plan: str = Field(default="", max_length=20_000)
    match_delivered: str = Field(default="", max_length=20_000)
    choice: Choice | None = Field(
        default=None, sa_column=enum_column(Choice, "continuation_recommendation", nullable=True)
    )
    amount: int | None = Field(default=None, sa_type=Money)
    defer_until: date | None = Field(default=None)
    ground: Ground | None = Field(
        default=None, sa_column=enum_column(Ground, "continuation_evaluation_ground", nullable=True)
    )
    reason: str = Field(default="", max_length=20_000)
    conditions: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    version: int = Field(default=1)
    updated_at: datetime = Field(sa_type=Instant)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id")
    evaluated_by_id: int | None = Field(default=None, foreign_key="person.id")
    evaluated_by_name: str = Field(default="", max_length=200)
    evaluated_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_reason: str = Field(default="", max_length=10_000)


class Decision(Record, table=True):
    """The grants officer's decision on one evaluation; never changed."""

    __tablename__ = "continuation_decision"
    __table_args__ = (
        CheckConstraint(
            "choice NOT IN ('approve', 'lower') OR (amount IS NOT NULL AND action_id IS NOT NULL)",
            name="approval_has_action",
        ),
        CheckConstraint(
            "choice != 'deny' OR (ground IS NOT NULL AND reason != '')", name="denial_has_ground"
        ),
        CheckConstraint(
            "choice != 'deny' OR ground NOT IN ('performance', 'non-compliance') "
            "OR (objection != '' AND object_by IS NOT NULL)",
            name="sanction_lets_object",
        ),
        CheckConstraint("choice != 'defer' OR defer_until IS NOT NULL", name="deferral_has_day"),
    )

    request_id: int = Field(foreign_key="continuation_request.id", index=True)
    evaluation_id: int = Field(foreign_key="continuation_evaluation.id", unique=True)
    choice: Choice = Field(sa_column=enum_column(Choice, "continuation_choice"))
    amount: int | None = Field(default=None, sa_type=Money)
    defer_until: date | None = Field(default=None)
    ground: Ground | None = Field(
        default=None, sa_column=enum_column(Ground, "continuation_decision_ground", nullable=True)
    )
    reason: str = Field(default="", max_length=20_000)
    objection: str = Field(default="", max_length=20_000)
    object_by: date | None = Field(default=None)
    rule: dict[str, str] = Field(default_factory=dict, sa_type=Document)
    decided_by_id: int = Field(foreign_key="person.id")
    decided_by_name: str = Field(max_length=200)
    decided_at: datetime = Field(sa_type=Instant)
    action_id: int | None = Field(default=None, foreign_key="award_action.id", unique=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", unique=True)
