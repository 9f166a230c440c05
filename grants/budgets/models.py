"""A budget of several years: money by row and column, and the sources behind the match."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from grants.database import Document, Instant, Money, Record, enum_column


class Budget(Record, table=True):
    """A budget; who owns it and may change it is the owner's affair. Changed only by `budgets.services`."""

    __tablename__ = "budget"
    __table_args__ = (CheckConstraint("years BETWEEN 1 AND 10", name="has_years"),)

    years: int
    label: str = Field(default="", max_length=200)


class BudgetYear(Record, table=True):
    """One year of a budget, the unit of saving: it has the version.

    `loaned` and the unrecovered indirect cost are part of the in-kind column, set apart because the law
    judges them otherwise.
    """

    __tablename__ = "budget_year"
    __table_args__ = (
        UniqueConstraint("budget_id", "year", name="uq_budget_year_ordinal"),
        CheckConstraint("year >= 1", name="counts_from_one"),
        CheckConstraint(
            "loaned >= 0 AND unrecovered_approved >= 0 AND unrecovered_unapproved >= 0",
            name="detail_not_negative",
        ),
    )

    budget_id: int = Field(foreign_key="budget.id", index=True)
    year: int
    loaned: int = Field(default=0, sa_type=Money)
    unrecovered_approved: int = Field(default=0, sa_type=Money)
    unrecovered_unapproved: int = Field(default=0, sa_type=Money)
    version: int = Field(default=0)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    updated_at: datetime | None = Field(default=None, sa_type=Instant)


class BudgetLine(Record, table=True):
    """The money of one row of the table in one year, by column, in cents; subtotals are never stored."""

    __tablename__ = "budget_line"
    __table_args__ = (
        UniqueConstraint("budget_year_id", "row_key", name="uq_budget_line_row"),
        CheckConstraint(
            "federal >= 0 AND cash >= 0 AND inkind >= 0 AND additive >= 0 AND deductive >= 0",
            name="not_negative",
        ),
    )

    budget_year_id: int = Field(foreign_key="budget_year.id", index=True)
    row_key: str = Field(max_length=60)
    federal: int = Field(default=0, sa_type=Money)
    cash: int = Field(default=0, sa_type=Money)
    inkind: int = Field(default=0, sa_type=Money)
    additive: int = Field(default=0, sa_type=Money)
    deductive: int = Field(default=0, sa_type=Money)


class MatchKind(StrEnum):
    """How a match is given; loaned full-time personnel counts like cash under the rule of 1994."""

    CASH = "cash"
    LOANED = "loaned"
    IN_KIND = "in_kind"


class MatchLine(Record, table=True):
    """One source of match in one year with its evidence and the seven tests of 2 CFR 200.306(b)."""

    __tablename__ = "match_line"
    __table_args__ = (CheckConstraint("amount > 0", name="has_amount"),)

    budget_id: int = Field(foreign_key="budget.id", index=True)
    year: int
    row_key: str = Field(max_length=60)
    source: str = Field(max_length=200)
    kind: MatchKind = Field(sa_column=enum_column(MatchKind, "match_line_kind"))
    amount: int = Field(sa_type=Money)
    evidence: str = Field(default="", max_length=500)
    letter_file_id: int | None = Field(default=None, foreign_key="stored_file.id", index=True)
    tests: dict[str, bool] = Field(default_factory=dict, sa_type=Document)
    version: int = Field(default=1)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    updated_at: datetime | None = Field(default=None, sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class BudgetYearVersion(Record, table=True):
    """One year as it was saved, for merging and for the history; never changed."""

    __tablename__ = "budget_year_version"
    __table_args__ = (UniqueConstraint("budget_year_id", "version", name="uq_budget_year_version_number"),)

    budget_year_id: int = Field(foreign_key="budget_year.id", index=True)
    version: int
    content: dict[str, str] = Field(default_factory=dict, sa_type=Document)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant)
