"""Competitions as they are published: the notice's values, states, criteria, documents, amendments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from grants.competitions.rules import notice as n
from grants.competitions.rules.choices import FinalistStatus, RankingMethod, TieBreak, TieRule
from grants.competitions.rules.notice_period import Determination
from grants.competitions.workflow import WORKFLOW, CompetitionStatus
from grants.database import Document, Instant, Money, Points, Record, enum_column
from grants.lifecycle.moves import Workflow
from grants.policies.rows import LocationRule, SelectedAgain


class Competition(Record, table=True):
    """One competition. Changed by `services.sections` while a draft, by `services.amending` afterwards.

    `rule_set` is copied at publication and kept for ever; read it with `queries.rule_set_of`.
    """

    __tablename__ = "competition"
    __table_args__ = (
        Index("ix_competition_deadline_at_id", "deadline_at", "id"),
        CheckConstraint(
            "status = 'draft' OR "
            "(published_at IS NOT NULL AND deadline_at IS NOT NULL AND rule_set IS NOT NULL)",
            name="published_is_whole",
        ),
        CheckConstraint("award_years IS NULL OR award_years BETWEEN 1 AND 10", name="award_years"),
        CheckConstraint("reviewers_minimum IS NULL OR reviewers_minimum BETWEEN 1 AND 50", name="reviewers"),
        CheckConstraint("total_points IS NULL OR total_points > 0", name="total_points_positive"),
        CheckConstraint("threshold IS NULL OR threshold >= 0", name="threshold_not_negative"),
        Index("ix_competition_listed", "status", "deadline_at", "id"),
    )
    workflow: ClassVar[Workflow] = WORKFLOW

    number: str = Field(max_length=60, unique=True)
    title: str = Field(default="", max_length=300)
    program: str = Field(default="", max_length=200)
    assistance_listing: str = Field(default="", max_length=10)
    fiscal_year: int | None = None
    authority: str = Field(default="", max_length=1000)
    goals: str = Field(default="", max_length=20_000)
    award_years: int | None = None
    expected_start: date | None = None
    expected_award_on: date | None = None
    zone: str = Field(default="America/New_York", max_length=40)
    planned_publication_on: date | None = None
    published_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    deadline_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    questions_until: datetime | None = Field(default=None, sa_type=Instant)
    determination: Determination = Field(
        default=Determination.NONE, sa_column=enum_column(Determination, "competition_determination")
    )
    notice_period_reason: str = Field(default="", max_length=4000)
    total_points: Decimal | None = Field(default=None, sa_type=Points)
    threshold: Decimal | None = Field(default=None, sa_type=Points)
    reviewers_minimum: int | None = None
    ranking_method: RankingMethod | None = Field(
        default=None, sa_column=enum_column(RankingMethod, "competition_ranking_method", nullable=True)
    )
    tie_rule: TieRule = Field(default=TieRule.AVERAGE, sa_column=enum_column(TieRule, "competition_tie_rule"))
    tie_break: TieBreak = Field(
        default=TieBreak.FINAL_MEAN, sa_column=enum_column(TieBreak, "competition_tie_break")
    )
    finalist_status: FinalistStatus = Field(
        default=FinalistStatus.INITIAL, sa_column=enum_column(FinalistStatus, "competition_finalist_status")
    )
    feedback_points: bool = Field(default=False)
    cost_share_schedule: str | None = Field(default=None, max_length=60)
    selected_again: SelectedAgain | None = Field(
        default=None, sa_column=enum_column(SelectedAgain, "competition_selected_again", nullable=True)
    )
    location_rule: LocationRule | None = Field(
        default=None, sa_column=enum_column(LocationRule, "competition_location_rule", nullable=True)
    )
    rule_set: dict[str, Any] | None = Field(default=None, sa_type=Document)
    contact_name: str = Field(default="", max_length=200)
    contact_email: str = Field(default="", max_length=320)
    contact_phone: str = Field(default="", max_length=40)
    contact_hours: str = Field(default="", max_length=200)
    selecting_official: str = Field(default="", max_length=200)
    sample_notes: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    copied_from_id: int | None = Field(default=None, foreign_key="competition.id")
    version: int = Field(default=1)
    status: CompetitionStatus = Field(
        default=CompetitionStatus.DRAFT,
        sa_column=enum_column(CompetitionStatus, "competition_status", index=True),
    )
    created_at: datetime = Field(sa_type=Instant)
    created_by_id: int | None = Field(default=None, index=True)

    @property
    def competition_id(self) -> int:
        """Return the competition of the record, itself."""
        return self.id

    @property
    def label(self) -> str:
        """Return how the competition is called in the record."""
        return self.number

    @property
    def dates(self) -> n.Dates:
        """Return the dates as a section of the notice."""
        return n.Dates(
            zone=self.zone,
            planned_publication=self.planned_publication_on,
            opens=self.opens_at,
            deadline=self.deadline_at,
            questions_until=self.questions_until,
            determination=self.determination,
            shorter_period_reason=self.notice_period_reason,
        )

    @property
    def ranking(self) -> n.Ranking:
        """Return how finalists are found and ranked, as a section of the notice."""
        return n.Ranking(
            reviewers_minimum=self.reviewers_minimum,
            threshold=self.threshold,
            finalists=self.finalist_status,
            method=self.ranking_method,
            tie_rule=self.tie_rule,
            tie_break=self.tie_break,
            feedback_points=self.feedback_points,
        )

    def is_open(self, now: datetime) -> bool:
        """Ask whether applications are accepted at this instant: the deadline's own second is still in."""
        if self.status != CompetitionStatus.PUBLISHED or self.deadline_at is None:
            return False
        opens = self.opens_at or self.published_at
        return opens is not None and opens <= now <= self.deadline_at


class TargetState(Record, table=True):
    """One state of a competition with its yearly federal amount."""

    __tablename__ = "target_state"
    __table_args__ = (
        UniqueConstraint("competition_id", "state"),
        CheckConstraint("federal_per_year IS NULL OR federal_per_year > 0", name="amount_is_positive"),
        CheckConstraint("awards_expected BETWEEN 1 AND 20", name="awards_expected"),
        CheckConstraint("length(state) = 2", name="state_has_two_letters"),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    position: int
    state: str = Field(max_length=2, index=True)
    federal_per_year: int | None = Field(default=None, sa_type=Money)
    awards_expected: int = Field(default=1)
    service_area: str = Field(default="", max_length=200)

    @property
    def plain(self) -> n.StateAmount:
        """Return the state as a line of the notice."""
        return n.StateAmount(
            code=self.state,
            federal_per_year=self.federal_per_year,
            awards=self.awards_expected,
            service_area=self.service_area,
        )


class Criterion(Record, table=True):
    """One criterion of the published tree; `points` is empty where an equal parent shares its own out."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("competition_id", "key"),
        CheckConstraint("points IS NULL OR points >= 0", name="points_not_negative"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("word_limit IS NULL OR word_limit > 0", name="word_limit_positive"),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    parent_id: int | None = Field(default=None, foreign_key="criterion.id", index=True)
    position: int
    key: str = Field(max_length=60)
    title: str = Field(max_length=300)
    points: Decimal | None = Field(default=None, sa_type=Points)
    children_equal: bool = Field(default=False)
    guidance: str = Field(default="", max_length=10_000)
    bands: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    word_limit: int | None = None


class SelectionFactor(Record, table=True):
    """One published ground on which the selecting official may go out of rank order."""

    __tablename__ = "selection_factor"
    __table_args__ = (UniqueConstraint("competition_id", "position"),)

    competition_id: int = Field(foreign_key="competition.id", index=True)
    position: int
    text: str = Field(max_length=1000)


class RequiredDocument(Record, table=True):
    """One document that an application holds, with its page limit."""

    __tablename__ = "required_document"
    __table_args__ = (
        UniqueConstraint("competition_id", "key"),
        CheckConstraint("page_limit IS NULL OR page_limit > 0", name="page_limit_positive"),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    position: int
    key: str = Field(max_length=60)
    title: str = Field(max_length=300)
    page_limit: int | None = None
    required: bool = Field(default=True)
    guidance: str = Field(default="", max_length=4000)

    @property
    def plain(self) -> n.DocumentPlan:
        """Return the document as a line of the notice."""
        return n.DocumentPlan(
            key=self.key,
            title=self.title,
            required=self.required,
            page_limit=self.page_limit,
            guidance=self.guidance,
        )


class SectionSave(Record, table=True):
    """One saved version of one section of the set-up; the last one of an edition is what stands.

    `edition` is 0 for the notice and the amendment's number for what an amendment proposes.
    Written only by `services.sections` and `services.amending`.
    """

    __tablename__ = "section_save"
    __table_args__ = (UniqueConstraint("competition_id", "edition", "section", "version"),)

    competition_id: int = Field(foreign_key="competition.id", index=True)
    edition: int = Field(default=0)
    section: str = Field(max_length=40)
    version: int
    content: dict[str, Any] = Field(sa_type=Document)
    saved_by_id: int | None = Field(default=None)
    saved_by_name: str = Field(max_length=200)
    saved_at: datetime = Field(sa_type=Instant)


class Amendment(Record, table=True):
    """One numbered change of a published notice; in preparation until `published_at` is set.

    `changes` is a list of `{"section", "field", "label", "before", "after"}`, as told to applicants.
    """

    __tablename__ = "amendment"
    __table_args__ = (
        UniqueConstraint("competition_id", "number"),
        CheckConstraint("number > 0", name="number_is_positive"),
        CheckConstraint("published_at IS NULL OR withdrawn_at IS NULL", name="published_or_withdrawn"),
    )

    competition_id: int = Field(foreign_key="competition.id", index=True)
    number: int
    changes: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)
    why: str = Field(default="", max_length=4000)
    effective_at: datetime | None = Field(default=None, sa_type=Instant)
    grants_gov_text: str = Field(default="", max_length=20_000)
    version: int = Field(default=1)
    prepared_at: datetime = Field(sa_type=Instant)
    prepared_by_id: int | None = Field(default=None)
    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by_id: int | None = Field(default=None)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def label(self) -> str:
        """Return how the amendment is called in the record."""
        return f"Amendment {self.number}"


class NoticeEdition(Record, table=True):
    """The notice as it stood after publication (edition 0) or after an amendment: data kept for ever.

    `content` is the notice's plain data, `file_id` the PDF once the worker has made it.
    """

    __tablename__ = "notice_edition"
    __table_args__ = (UniqueConstraint("competition_id", "edition"),)

    competition_id: int = Field(foreign_key="competition.id", index=True)
    edition: int
    content: dict[str, Any] = Field(sa_type=Document)
    made_at: datetime = Field(sa_type=Instant)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id")


class ConfirmedText(Record, table=True):
    """What one person compared with its source: a text of the law's catalogue, or a value of a notice.

    It holds for exactly the text of its `digest`; another text asks anew. A rule of the catalogue is
    confirmed for every competition (`competition_id` is empty). Changed only by `services.confirming`.
    """

    __tablename__ = "confirmed_text"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_name IS NULL) AND "
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawn_is_whole",
        ),
    )

    competition_id: int | None = Field(default=None, foreign_key="competition.id", index=True)
    subject: str = Field(max_length=120)
    title: str = Field(max_length=400)
    digest: str = Field(max_length=64, index=True)
    text: str
    source: str = Field(max_length=1000)
    holds_until: date
    confirmed_by_id: int | None = Field(default=None)
    confirmed_by_name: str = Field(max_length=200)
    confirmed_at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by_name: str | None = Field(default=None, max_length=200)
    withdrawn_reason: str | None = Field(default=None, max_length=1000)

    @property
    def label(self) -> str:
        """Return how the text is called in the record."""
        return self.title
