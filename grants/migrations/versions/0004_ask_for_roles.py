"""Ask for roles that two administrators give together."""

import sqlalchemy as sa
from alembic import op

import grants.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = (
    *("public", "person", "member", "authorized representative", "reviewer", "program officer"),
    *("grants officer", "selecting official", "panel chair", "administrator", "auditor"),
)


def upgrade() -> None:
    op.create_table(
        "role_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role_request_role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("asked_at", grants.database.Instant(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", grants.database.Instant(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_role_request_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> asked_by_id OR given = false", name=op.f("ck_role_request_given_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_role_request_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_role_request_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_request")),
        sa.UniqueConstraint("uid", name=op.f("uq_role_request_uid")),
    )
    op.create_index("ix_role_request_person_id", "role_request", ["person_id"], unique=False)
    op.create_index(
        "ix_role_request_open",
        "role_request",
        ["person_id", "role"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("role_request")
