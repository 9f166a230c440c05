"""Keep who compared which text of the law or of a notice with its source, and until when it holds."""

import sqlalchemy as sa
from alembic import op

import grants.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirmed_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=24), nullable=False),
        sa.Column("competition_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=1000), nullable=False),
        sa.Column("holds_until", sa.Date(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_by_name", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", grants.database.Instant(), nullable=False),
        sa.Column("withdrawn_at", grants.database.Instant(), nullable=True),
        sa.Column("withdrawn_by_name", sa.String(length=200), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=1000), nullable=True),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_confirmed_text_digest_is_sha256")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_name IS NULL) AND "
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_confirmed_text_withdrawn_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["competition_id"], ["competition.id"], name=op.f("fk_confirmed_text_competition_id_competition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_text")),
        sa.UniqueConstraint("uid", name=op.f("uq_confirmed_text_uid")),
    )
    op.create_index(op.f("ix_confirmed_text_competition_id"), "confirmed_text", ["competition_id"])
    op.create_index(op.f("ix_confirmed_text_digest"), "confirmed_text", ["digest"])


def downgrade() -> None:
    op.drop_table("confirmed_text")
