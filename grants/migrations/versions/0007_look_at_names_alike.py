"""Note names alike, at which a person must look."""

import sqlalchemy as sa
from alembic import op

import grants.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "likeness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("competition_id", sa.Integer(), nullable=False),
        sa.Column("matched", grants.database.Document, nullable=False),
        sa.Column("noticed_at", grants.database.Instant(), nullable=False),
        sa.Column("looked_by_id", sa.Integer(), nullable=True),
        sa.Column("looked_at", grants.database.Instant(), nullable=True),
        sa.Column("finding", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(
            "(looked_at IS NULL) = (finding IS NULL)", name=op.f("ck_likeness_looked_at_with_finding")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_likeness_person_id_person")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_likeness_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["competition_id"], ["competition.id"], name=op.f("fk_likeness_competition_id_competition")
        ),
        sa.ForeignKeyConstraint(
            ["looked_by_id"], ["person.id"], name=op.f("fk_likeness_looked_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness")),
        sa.UniqueConstraint("uid", name=op.f("uq_likeness_uid")),
        sa.UniqueConstraint("person_id", "application_id", name="uq_likeness_pair"),
    )
    for column in ("person_id", "application_id", "competition_id"):
        op.create_index(f"ix_likeness_{column}", "likeness", [column], unique=False)


def downgrade() -> None:
    op.drop_table("likeness")
