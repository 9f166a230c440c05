"""People, the staff roles they hold, their sign-ins, and the links that were mailed to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from grants.access.roles import Role
from grants.database import Document, Instant, Record, enum_column


class Person(Record, table=True):
    """One account. Changed only by `accounts.services`.

    Neither the password nor the key of the second factor is here: a hash of the one, the other
    sealed with the installation's key.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_in_lower_case"),)

    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=200)
    phone: str = Field(default="", max_length=40)
    zone: str = Field(default="America/New_York", max_length=64)
    active: bool = Field(default=True)
    password_hash: str | None = Field(default=None, max_length=300)
    password_changed_at: datetime | None = Field(default=None, sa_type=Instant)
    totp_sealed: str | None = Field(default=None, max_length=300)
    totp_since: datetime | None = Field(default=None, sa_type=Instant)
    totp_counter: int = Field(default=0)
    recovery_hashes: list[str] = Field(default_factory=list, sa_type=Document)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)

    @property
    def label(self) -> str:
        """How the person is called in the record."""
        return f"{self.name} ({self.email})"

    @property
    def person_id(self) -> int:
        """The account belongs to itself, for the policy."""
        return self.id

    @property
    def is_set_up(self) -> bool:
        """Say whether a password was chosen; until then the row stands for an address that was mailed."""
        return self.password_hash is not None

    @property
    def has_second_factor(self) -> bool:
        """Say whether signing in asks for a code."""
        return self.totp_since is not None


class StaffRole(Record, table=True):
    """One staff role of one person, from a day to a day. Changed only by `accounts.services.roles`."""

    __tablename__ = "staff_role"
    __table_args__ = (
        Index(
            "ix_staff_role_held",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        CheckConstraint(
            "role NOT IN ('public', 'person', 'member', 'authorized representative', 'reviewer')",
            name="granted_not_followed",
        ),
    )

    person_id: int = Field(foreign_key="person.id", index=True)
    role: Role = Field(sa_column=enum_column(Role, "staff_role_role"))
    granted_at: datetime = Field(sa_type=Instant)
    granted_by_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by_id: int | None = Field(default=None, foreign_key="person.id")


class RoleRequest(Record, table=True):
    """A staff role that one administrator asked for and another gives or refuses.

    Changed only by `accounts.services.roles`.
    """

    __tablename__ = "role_request"
    __table_args__ = (
        Index(
            "ix_role_request_open",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by_id <> asked_by_id OR given = false", name="given_by_another"),
    )

    person_id: int = Field(foreign_key="person.id", index=True)
    role: Role = Field(sa_column=enum_column(Role, "role_request_role"))
    asked_at: datetime = Field(sa_type=Instant)
    asked_by_id: int = Field(foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    given: bool = Field(default=False)


class SignIn(Record, table=True):
    """One browser in which a person is signed in; real time. Changed only by `accounts.services.sessions`."""

    __tablename__ = "sign_in"

    person_id: int = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    browser: str = Field(default="", max_length=200)
    second_factor: bool = Field(default=False)
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class LinkPurpose(StrEnum):
    """What a mailed link is good for."""

    RESET = "reset"
    CONFIRM = "confirm"


class MailedLink(Record, table=True):
    """A link that was mailed to a person, good once and for a while; real time."""

    __tablename__ = "mailed_link"

    person_id: int = Field(foreign_key="person.id", index=True)
    purpose: LinkPurpose = Field(sa_column=enum_column(LinkPurpose, "mailed_link_purpose"))
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def label(self) -> str:
        """How the link is called in the record; never the link itself."""
        return f"link to {self.purpose}"


class Attempt(Record, table=True):
    """One try to prove who one is, or to have a mail sent; real time. Changed by `services.tries` only.

    `account` is the address that was typed, or the person's random name; `network` where the try came from.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_by_account", "kind", "account", "at"),
        Index("ix_attempt_by_network", "kind", "network", "at"),
    )

    kind: str = Field(max_length=20)
    account: str = Field(max_length=254)
    network: str = Field(default="", max_length=64)
    good: bool = Field(default=False)
    at: datetime = Field(sa_type=Instant, index=True)
