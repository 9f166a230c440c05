"""Reviewers, conflicts, assignments, score sheets, panels and frozen rankings."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from grants.database import Document, Instant, Points, Record, enum_column
from grants.lifecycle.moves import Workflow
from grants.reviews.rules.choices import InterestKind, ReviewerKind
from grants.reviews.rules.points import earned
from grants.reviews.workflow import (
    ASSIGNMENT,
    CONFLICT,
    MEMBER,
    PANEL,
    SHEET,
    AssignmentStatus,
    ConflictStatus,
    MemberStatus,
    PanelStatus,
    SheetStatus,
)


class ConflictSource(StrEnum):
    """Who noticed a conflict first."""

    FOUND = "found by the system"
    DECLARED = "declared by the reviewer"


class Answer(StrEnum):
    """What a reviewer certified about one application, on names alone."""

    NONE = "none"
    CONFLICT = "conflict"
    ASK = "ask"


class Phase(StrEnum):
    """Whether a score sheet was written before the panel call or revised after it."""

    INITIAL = "initial"
    FINAL = "final"


class Reviewer(Record, table=True):
    """A person of the reviewer pool, over all competitions. Changed by `services.joining`."""

    __tablename__ = "reviewer"

    person_id: int = Field(foreign_key="person.id", unique=True)
    kind: ReviewerKind = Field(sa_column=enum_column(ReviewerKind, "reviewer_kind"))
    affiliation: str = Field(default="", max_length=200)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    expertise: list[str] = Field(default_factory=list, sa_type=Document)
    states: list[str] = Field(default_factory=list, sa_type=Document)
    available: bool = Field(default=True)
    availability_note: str = Field(default="", max_length=500)
    cv: str = Field(default="", max_length=20_000)
    cv_file_id: int | None = Field(default=None, foreign_key="stored_file.id")
    declared_at: datetime | None = Field(default=None, sa_type=Instant)
    declared_until: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Reviewer, {self.affiliation}" if self.affiliation else "Reviewer"


class PanelMember(Record, table=True):
    """One invitation to review in one competition. Changed by `services.inviting` and `services.joining`."""

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("competition_id", "email", name="uq_panel_member_address"),
        CheckConstraint("cap > 0 AND cap <= 500", name="cap_in_bounds"),
        CheckConstraint("status <> 'accepted' OR answered_at IS NOT NULL", name="accepted_has_its_instant"),
    )
    workflow: ClassVar[Workflow] = MEMBER

    competition_id: int = Field(foreign_key="competition.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    email: str = Field(max_length=320, index=True)
    name: str = Field(max_length=200)
    kind: ReviewerKind = Field(sa_column=enum_column(ReviewerKind, "panel_member_kind"))
    affiliation: str = Field(default="", max_length=200)
    expertise: list[str] = Field(default_factory=list, sa_type=Document)
    states: list[str] = Field(default_factory=list, sa_type=Document)
    cap: int = Field(default=8)
    invited_by_id: int = Field(foreign_key="person.id")
    invited_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    decline_reason: str | None = Field(default=None, max_length=1000)
    agreement_signed_at: datetime | None = Field(default=None, sa_type=Instant)
    agreement_name: str | None = Field(default=None, max_length=200)
    tools_certified_at: datetime | None = Field(default=None, sa_type=Instant)
    interests_declared_at: datetime | None = Field(default=None, sa_type=Instant)
    status: MemberStatus = Field(
        default=MemberStatus.INVITED, sa_column=enum_column(MemberStatus, "panel_member_status", index=True)
    )

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Invitation to review, {self.name}"


class Interest(Record, table=True):
    """A dated declaration of what binds a reviewer to an organization or a state; it expires."""

    __tablename__ = "interest"
    __table_args__ = (
        CheckConstraint("state IS NOT NULL OR name <> ''", name="names_something"),
        CheckConstraint("until > declared_at", name="ends_after_it_began"),
    )

    person_id: int = Field(foreign_key="person.id", index=True)
    organization_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    state: str | None = Field(default=None, max_length=2)
    name: str = Field(default="", max_length=200)
    kind: InterestKind = Field(sa_column=enum_column(InterestKind, "interest_kind"))
    declared_at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Interest: {self.kind}, {self.name or self.state}"


class Conflict(Record, table=True):
    """Why one person may not know one application. Changed by `services.conflicts`."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("person_id", "application_id", name="uq_conflict_pair"),
        CheckConstraint(
            "status NOT IN ('confirmed', 'dismissed') OR decided_reason IS NOT NULL",
            name="decided_with_reason",
        ),
    )
    workflow: ClassVar[Workflow] = CONFLICT

    person_id: int = Field(foreign_key="person.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    source: ConflictSource = Field(sa_column=enum_column(ConflictSource, "conflict_source"))
    kind: str = Field(max_length=80)
    reason: str = Field(max_length=2000)
    noticed_at: datetime = Field(sa_type=Instant)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_reason: str | None = Field(default=None, max_length=2000)
    status: ConflictStatus = Field(
        default=ConflictStatus.FOUND, sa_column=enum_column(ConflictStatus, "conflict_status", index=True)
    )

    @property
    def label(self) -> str:
        """Name the record, without the application's name."""
        return f"Conflict: {self.kind}"


class Likeness(Record, table=True):
    """Names alike, at which a person must look; it bars nobody. Changed by `services.likenesses`."""

    __tablename__ = "likeness"
    __table_args__ = (
        UniqueConstraint("person_id", "application_id", name="uq_likeness_pair"),
        CheckConstraint("(looked_at IS NULL) = (finding IS NULL)", name="looked_at_with_finding"),
    )

    person_id: int = Field(foreign_key="person.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    competition_id: int = Field(foreign_key="competition.id", index=True)
    matched: list[str] = Field(default_factory=list, sa_type=Document)
    noticed_at: datetime = Field(sa_type=Instant)
    looked_by_id: int | None = Field(default=None, foreign_key="person.id")
    looked_at: datetime | None = Field(default=None, sa_type=Instant)
    finding: str | None = Field(default=None, max_length=2000)


class ConflictAnswer(Record, table=True):
    """What a reviewer certified about one application before its door could open."""

    __tablename__ = "conflict_answer"
    __table_args__ = (UniqueConstraint("person_id", "application_id", name="uq_conflict_answer_pair"),)

    person_id: int = Field(foreign_key="person.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    answer: Answer = Field(sa_column=enum_column(Answer, "conflict_answer"))
    note: str = Field(default="", max_length=2000)
    at: datetime = Field(sa_type=Instant)


class Assignment(Record, table=True):
    """One reviewer for one application. Changed by `services.assigning`."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_active",
            "application_id",
            "person_id",
            unique=True,
            sqlite_where=text("status <> 'withdrawn'"),
            postgresql_where=text("status <> 'withdrawn'"),
        ),
        Index("ix_assignment_standing", "application_id", "person_id", "status", "due_at"),
        CheckConstraint("status <> 'sent' OR sent_at IS NOT NULL", name="sent_has_its_instant"),
        CheckConstraint(
            "status <> 'withdrawn' OR withdrawn_reason IS NOT NULL", name="withdrawn_with_reason"
        ),
    )
    workflow: ClassVar[Workflow] = ASSIGNMENT

    competition_id: int = Field(foreign_key="competition.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    state: str = Field(max_length=2)
    person_id: int = Field(foreign_key="person.id", index=True)
    reason: str = Field(default="", max_length=500)
    made_by_id: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    extended_from: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_reason: str | None = Field(default=None, max_length=500)
    withdrawal_told_at: datetime | None = Field(default=None, sa_type=Instant)
    locked: bool = Field(default=False)
    status: AssignmentStatus = Field(
        default=AssignmentStatus.DRAFT,
        sa_column=enum_column(AssignmentStatus, "assignment_status", index=True),
    )

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Assignment, {self.state}"


class BoardChange(Record, table=True):
    """One deed on the assignment board, kept so that its author can undo the last one."""

    __tablename__ = "board_change"

    competition_id: int = Field(foreign_key="competition.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    said: str = Field(max_length=300)
    steps: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    at: datetime = Field(sa_type=Instant)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class Sheet(Record, table=True):
    """One reviewer's score sheet on one application in one phase. Changed by `services.scoring`."""

    __tablename__ = "sheet"
    __table_args__ = (
        UniqueConstraint("application_id", "person_id", "phase", name="uq_sheet_phase"),
        Index("ix_sheet_standing", "competition_id", "application_id", "person_id", "status", "phase"),
        CheckConstraint(
            "status NOT IN ('submitted', 'final') OR submitted_at IS NOT NULL",
            name="submitted_has_its_instant",
        ),
        CheckConstraint("status <> 'returned' OR returned_reason IS NOT NULL", name="returned_with_reason"),
    )
    workflow: ClassVar[Workflow] = SHEET

    competition_id: int = Field(foreign_key="competition.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    state: str = Field(max_length=2)
    person_id: int = Field(foreign_key="person.id", index=True)
    phase: Phase = Field(sa_column=enum_column(Phase, "sheet_phase"))
    opened_at: datetime = Field(sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_reason: str | None = Field(default=None, max_length=2000)
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    stood: bool = Field(default=False)
    number: int = Field(default=0)
    status: SheetStatus = Field(
        default=SheetStatus.OPEN, sa_column=enum_column(SheetStatus, "sheet_status", index=True)
    )

    @property
    def label(self) -> str:
        """Name the record, without any score."""
        return f"Score sheet, {self.phase}"


class Score(Record, table=True):
    """One sub-criterion of a sheet, the unit of saving. Changed by `services.scoring`."""

    __tablename__ = "score"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion_key", name="uq_score_criterion"),
        CheckConstraint("points IS NULL OR points >= 0", name="points_not_negative"),
        CheckConstraint("exact IS NULL OR points IS NOT NULL", name="exact_beside_points"),
        CheckConstraint("version > 0", name="version_is_positive"),
    )
    sheet_id: int = Field(foreign_key="sheet.id", index=True)
    criterion_key: str = Field(max_length=80)
    points: Decimal | None = Field(default=None, sa_type=Points)
    exact: str | None = Field(default=None, max_length=40)
    strengths: str = Field(default="")
    weaknesses: str = Field(default="")
    agency_comment: str = Field(default="")
    change_reason: str = Field(default="")
    version: int = Field(default=1)
    updated_at: datetime = Field(sa_type=Instant)

    @property
    def earned(self) -> Fraction | None:
        """Return what counts: `exact`, as “100/3”, where `points` holds the whole thousandths only."""
        return earned(self.points, self.exact)


class ScoreVersion(Record, table=True):
    """One sub-criterion as it was saved at one instant; autosaves keep every text here."""

    __tablename__ = "score_version"
    __table_args__ = (
        UniqueConstraint("sheet_id", "criterion_key", "version", name="uq_score_version_number"),
    )

    sheet_id: int = Field(foreign_key="sheet.id", index=True)
    criterion_key: str = Field(max_length=80)
    version: int
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    at: datetime = Field(sa_type=Instant)


class ScoreAside(Record, table=True):
    """What a reviewer typed on top of an old version, kept until they choose; nothing typed is lost."""

    __tablename__ = "score_aside"

    sheet_id: int = Field(foreign_key="sheet.id", index=True)
    criterion_key: str = Field(max_length=80)
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    base_version: int
    at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class SheetVersion(Record, table=True):
    """A sheet as it was submitted, kept for ever with its hash."""

    __tablename__ = "sheet_version"
    __table_args__ = (UniqueConstraint("sheet_id", "number", name="uq_sheet_version_number"),)

    sheet_id: int = Field(foreign_key="sheet.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    number: int
    phase: Phase = Field(sa_column=enum_column(Phase, "sheet_version_phase"))
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    sha256: str = Field(max_length=64)
    author_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    reason: str | None = Field(default=None, max_length=2000)


class Panel(Record, table=True):
    """The panel call of one state. Changed by `services.panels`."""

    __tablename__ = "panel"
    __table_args__ = (
        UniqueConstraint("competition_id", "state", name="uq_panel_state"),
        CheckConstraint("status = 'waiting' OR opened_at IS NOT NULL", name="open_has_its_instant"),
        CheckConstraint("status <> 'closed' OR closed_at IS NOT NULL", name="closed_has_its_instant"),
    )
    workflow: ClassVar[Workflow] = PANEL

    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    call_at: datetime | None = Field(default=None, sa_type=Instant)
    call_link: str = Field(default="", max_length=500)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    left_open: str | None = Field(default=None, max_length=2000)
    early_deeds: list[dict[str, str]] | None = Field(default=None, sa_type=Document)
    status: PanelStatus = Field(
        default=PanelStatus.WAITING, sa_column=enum_column(PanelStatus, "panel_status", index=True)
    )

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Panel, {self.state}"


class PanelRecord(Record, table=True):
    """The chair's record of what was discussed about one finalist; never a score of the panel."""

    __tablename__ = "panel_record"
    __table_args__ = (
        UniqueConstraint("panel_id", "application_id", name="uq_panel_record_application"),
        CheckConstraint("signed_at IS NULL OR signed_by_id IS NOT NULL", name="signed_by_a_person"),
    )

    panel_id: int = Field(foreign_key="panel.id", index=True)
    application_id: int = Field(foreign_key="application.id", index=True)
    text: str = Field(default="")
    version: int = Field(default=1)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id")
    updated_at: datetime = Field(sa_type=Instant)
    signed_by_id: int | None = Field(default=None, foreign_key="person.id")
    signed_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def label(self) -> str:
        """Name the record."""
        return "Record of the panel's discussion"


class LeftOut(Record, table=True):
    """A recorded decision to leave one reviewer out for all finalists of a state."""

    __tablename__ = "left_out"
    __table_args__ = (
        Index(
            "uq_left_out_active",
            "competition_id",
            "state",
            "person_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    person_id: int = Field(foreign_key="person.id")
    reason: str = Field(max_length=2000)
    decided_by_id: int = Field(foreign_key="person.id")
    decided_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Reviewer left out, {self.state}"


class Ranking(Record, table=True):
    """The frozen ranking of one state: a decision record, stored by its hash. Made by `services.freezing`."""

    __tablename__ = "ranking"
    __table_args__ = (
        Index(
            "uq_ranking_current",
            "competition_id",
            "state",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    sha256: str = Field(max_length=64)
    size: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    frozen_at: datetime = Field(sa_type=Instant)
    frozen_by_id: int = Field(foreign_key="person.id")
    superseded_at: datetime | None = Field(default=None, sa_type=Instant)
    superseded_reason: str | None = Field(default=None, max_length=2000)

    @property
    def label(self) -> str:
        """Name the record."""
        return f"Ranking of {self.state}, {self.sha256[:8]}"


class RankingStatistics(Record, table=True):
    """What stands beside a state's ranking, for inputs of this hash; made by the job `reviews.statistics`."""

    __tablename__ = "ranking_statistics"
    __table_args__ = (
        UniqueConstraint("competition_id", "state", "sha256", name="uq_ranking_statistics_inputs"),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    state: str = Field(max_length=2)
    sha256: str = Field(max_length=64)
    places: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    scores_at: datetime = Field(sa_type=Instant)
    computed_at: datetime = Field(sa_type=Instant)
