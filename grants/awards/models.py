"""Selections, awards, budget periods, obligating actions and conditions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from grants.awards.workflow import (
    AWARD,
    PERIOD,
    SELECTION,
    AwardStatus,
    PeriodStatus,
    SelectionStatus,
)
from grants.database import Document, Instant, Money, Record, enum_column
from grants.lifecycle.moves import Workflow


class Choice(StrEnum):
    """What the selecting official decides for a state."""

    SELECT = "select"
    HOLD = "hold"
    NO_AWARD = "no_award"


class Selection(Record, table=True):
    """One decision for one state. Moved by `awards.services.selecting`."""

    __tablename__ = "selection"
    __table_args__ = (
        UniqueConstraint("competition_id", "state", "number"),
        CheckConstraint("choice != 'select' OR application_id IS NOT NULL", name="selects_somebody"),
        CheckConstraint(
            "status IN ('draft', 'superseded') OR signed_by_id IS NOT NULL", name="signed_has_signer"
        ),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id != signed_by_id", name="two_people_decide"),
    )
    workflow: ClassVar[Workflow] = SELECTION

    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    number: int
    choice: Choice = Field(sa_column=enum_column(Choice, "selection_choice"))
    application_id: int | None = Field(default=None, foreign_key="application.id", index=True)
    rank_text: str = Field(default="", max_length=200)
    in_rank_order: bool = Field(default=True)
    factor: str | None = Field(default=None, max_length=500)
    justification: str | None = Field(default=None, max_length=20_000)
    ranking_sha256: str | None = Field(default=None, max_length=64)
    memo: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    made_at: datetime = Field(sa_type=Instant)
    signed_by_id: int | None = Field(default=None, foreign_key="person.id")
    signed_by_name: str = Field(default="", max_length=200)
    signed_at: datetime | None = Field(default=None, sa_type=Instant)
    approved_by_id: int | None = Field(default=None, foreign_key="person.id")
    approved_by_name: str = Field(default="", max_length=200)
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_reason: str | None = Field(default=None, max_length=10_000)
    status: SelectionStatus = Field(
        default=SelectionStatus.DRAFT, sa_column=enum_column(SelectionStatus, "selection_status", index=True)
    )

    @property
    def label(self) -> str:
        """How the selection is called in the record."""
        return f"Selection {self.state}, decision {self.number}"


class Award(Record, table=True):
    """One cooperative agreement. Moved by `awards.services.awarding`."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("status = 'prepared' OR made_at IS NOT NULL", name="made_has_instant"),
        CheckConstraint(
            "status != 'accepted' OR countersigned_by_id IS NOT NULL", name="accepted_has_signature"
        ),
        CheckConstraint("made_by_id IS NULL OR made_by_id != selected_by_id", name="two_people_award"),
        CheckConstraint("period_end > period_start", name="period_has_length"),
    )
    workflow: ClassVar[Workflow] = AWARD

    fain: str = Field(max_length=40, unique=True)
    selection_id: int = Field(foreign_key="selection.id", unique=True)
    application_id: int = Field(foreign_key="application.id", unique=True)
    organization_id: int = Field(foreign_key="organization.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    budget_id: int = Field(foreign_key="budget.id")
    director_name: str = Field(default="", max_length=200)
    period_start: date
    period_end: date
    items: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    selected_by_id: int = Field(foreign_key="person.id")
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    made_by_name: str = Field(default="", max_length=200)
    made_at: datetime | None = Field(default=None, sa_type=Instant)
    countersign_by: datetime | None = Field(default=None, sa_type=Instant)
    countersigned_by_id: int | None = Field(default=None, foreign_key="person.id")
    countersigned_by_name: str = Field(default="", max_length=200)
    countersigned_title: str = Field(default="", max_length=200)
    countersigned_at: datetime | None = Field(default=None, sa_type=Instant)
    prepared_at: datetime = Field(sa_type=Instant)
    version: int = Field(default=1)
    status: AwardStatus = Field(
        default=AwardStatus.PREPARED, sa_column=enum_column(AwardStatus, "award_status", index=True)
    )

    @property
    def label(self) -> str:
        """How the award is called in the record."""
        return f"Award {self.fain}"

    @property
    def award_id(self) -> int:
        """The award's own id, for records that hang on it."""
        return self.id


class BudgetPeriod(Record, table=True):
    """One budget period in the award's own table; its ordinal is the cost-share year."""

    __tablename__ = "budget_period"
    __table_args__ = (
        UniqueConstraint("award_id", "ordinal"),
        CheckConstraint("ordinal BETWEEN 1 AND 10", name="ordinal_in_range"),
        CheckConstraint("ends_on > starts_on", name="period_has_length"),
        CheckConstraint("planned_federal >= 0 AND planned_match >= 0", name="plan_not_negative"),
    )
    workflow: ClassVar[Workflow] = PERIOD

    award_id: int = Field(foreign_key="award.id", index=True)
    ordinal: int
    starts_on: date
    ends_on: date
    planned_federal: int = Field(default=0, sa_type=Money)
    planned_match: int = Field(default=0, sa_type=Money)
    approved_federal: int | None = Field(default=None, sa_type=Money)
    approved_match: int | None = Field(default=None, sa_type=Money)
    budget_id: int | None = Field(default=None, foreign_key="budget.id")
    rule: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    status: PeriodStatus = Field(
        default=PeriodStatus.PLANNED, sa_column=enum_column(PeriodStatus, "budget_period_status")
    )

    @property
    def label(self) -> str:
        """How the budget period is called in the record."""
        return f"Budget period {self.ordinal}"


class ActionKind(StrEnum):
    """Why an action obligates money or changes the award."""

    NEW_AWARD = "new award"
    CONTINUATION = "continuation"


class Action(Record, table=True):
    """One obligating action with its modification number; never changed."""

    __tablename__ = "award_action"
    __table_args__ = (
        UniqueConstraint("award_id", "modification_number"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )

    award_id: int = Field(foreign_key="award.id", index=True)
    budget_period_id: int = Field(foreign_key="budget_period.id", index=True)
    modification_number: int
    kind: ActionKind = Field(sa_column=enum_column(ActionKind, "award_action_kind"))
    amount: int = Field(sa_type=Money)
    obligated_on: date
    bilateral: bool
    signed_by_id: int | None = Field(default=None, foreign_key="person.id")
    signed_by_name: str = Field(max_length=200)
    letter_id: int | None = Field(default=None, foreign_key="letter.id")
    at: datetime = Field(sa_type=Instant)


class Condition(Record, table=True):
    """One condition of an award; a specific one tells the five things of 2 CFR 200.208(d)."""

    __tablename__ = "award_condition"
    __table_args__ = (
        CheckConstraint(
            "is_general OR (reason != '' AND removal != '' AND time_allowed != '' AND reconsideration != '')",
            name="specific_tells_five_things",
        ),
    )

    award_id: int = Field(foreign_key="award.id", index=True)
    budget_period_id: int | None = Field(default=None, foreign_key="budget_period.id")
    is_general: bool = Field(default=False)
    nature: str = Field(max_length=4000)
    reason: str = Field(default="", max_length=4000)
    removal: str = Field(default="", max_length=4000)
    time_allowed: str = Field(default="", max_length=1000)
    reconsideration: str = Field(default="", max_length=4000)
    added_by_id: int | None = Field(default=None, foreign_key="person.id")
    added_at: datetime = Field(sa_type=Instant)
    lifted_at: datetime | None = Field(default=None, sa_type=Instant)
