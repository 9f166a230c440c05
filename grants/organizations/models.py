"""Host organizations, who belongs to them, and who was invited to join."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from grants.database import Instant, Record, enum_column
from grants.lifecycle.moves import Workflow
from grants.organizations.workflow import INVITATION, InvitationStatus


class OrganizationKind(StrEnum):
    """What an organization is, in the words of the law (15 U.S.C. 278k(a)(5))."""

    NONPROFIT = "nonprofit"
    HIGHER_EDUCATION = "higher_education"
    STATE_GOVERNMENT = "state_government"
    TERRITORIAL_GOVERNMENT = "territorial_government"
    LOCAL_GOVERNMENT = "local_government"
    TRIBAL_GOVERNMENT = "tribal_government"
    CONSORTIUM = "consortium"
    FOR_PROFIT = "for_profit"
    OTHER = "other"


class MemberRole(StrEnum):
    """What a person is in an organization; the values are those of `access.roles`."""

    MEMBER = "member"
    REPRESENTATIVE = "authorized representative"


class Organization(Record, table=True):
    """A host: it applies, and after the award it is the center. Changed only by `organizations.services`."""

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="is_named"),
        CheckConstraint("length(state) = 2", name="state_is_a_code"),
    )

    name: str = Field(max_length=200, index=True)
    kind: OrganizationKind = Field(sa_column=enum_column(OrganizationKind, "organization_kind"))
    ein: str = Field(default="", max_length=10, index=True)
    uei: str = Field(default="", max_length=12, index=True)
    street: str = Field(default="", max_length=200)
    city: str = Field(default="", max_length=100)
    state: str = Field(max_length=2, index=True)
    zip: str = Field(default="", max_length=10)
    congressional_district: str = Field(default="", max_length=6)
    website: str = Field(default="", max_length=200)
    founded_on: date | None = Field(default=None)
    created_at: datetime = Field(sa_type=Instant)
    created_by_id: int | None = Field(default=None, foreign_key="person.id")
    version: int = Field(default=1)

    @property
    def label(self) -> str:
        """How the organization is called in the record."""
        return self.name

    @property
    def organization_id(self) -> int:
        """The organization belongs to itself, for the policy."""
        return self.id

    @property
    def address(self) -> str:
        """The organization's address in a line."""
        parts = (self.street, self.city, f"{self.state} {self.zip}")
        return ", ".join(part.strip() for part in parts if part.strip())


class Membership(Record, table=True):
    """One person in one organization, from a day to a day. Changed only by `organizations.services`."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "ix_membership_current",
            "organization_id",
            "person_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    organization_id: int = Field(foreign_key="organization.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: MemberRole = Field(sa_column=enum_column(MemberRole, "membership_role"))
    invited_by_id: int | None = Field(default=None, foreign_key="person.id")
    joined_at: datetime = Field(sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)


class Invitation(Record, table=True):
    """Somebody was asked by mail to join. The mailed link is signed; the row holds no secret."""

    __tablename__ = "organization_invitation"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_in_lower_case"),
        Index(
            "ix_organization_invitation_open",
            "organization_id",
            "email",
            unique=True,
            sqlite_where=text("status = 'invited'"),
            postgresql_where=text("status = 'invited'"),
        ),
    )
    workflow: ClassVar[Workflow] = INVITATION

    organization_id: int = Field(foreign_key="organization.id", index=True)
    email: str = Field(max_length=254, index=True)
    role: MemberRole = Field(sa_column=enum_column(MemberRole, "organization_invitation_role"))
    invited_by_id: int = Field(foreign_key="person.id")
    invited_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    status: InvitationStatus = Field(
        default=InvitationStatus.INVITED,
        sa_column=enum_column(InvitationStatus, "organization_invitation_status"),
    )

    @property
    def label(self) -> str:
        """How the invitation is called in the record."""
        return f"invitation of {self.email}"
