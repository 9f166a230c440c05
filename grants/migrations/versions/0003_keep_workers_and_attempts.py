"""Keep the lives of workers, what was handed over of a mail, and the tries to sign in."""

import sqlalchemy as sa
from alembic import op

import grants.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("jobs", "mail", name="worker_duty", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("started_at", grants.database.Instant(), nullable=False),
        sa.Column("seen_at", grants.database.Instant(), nullable=False),
        sa.Column("ended_at", grants.database.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sa.UniqueConstraint("name", name=op.f("uq_worker_name")),
        sa.UniqueConstraint("uid", name=op.f("uq_worker_uid")),
    )
    op.create_index("ix_worker_duty", "worker", ["duty"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("at", grants.database.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("uid", name=op.f("uq_attempt_uid")),
    )
    op.create_index("ix_attempt_at", "attempt", ["at"], unique=False)
    op.create_index("ix_attempt_by_account", "attempt", ["kind", "account", "at"], unique=False)
    op.create_index("ix_attempt_by_network", "attempt", ["kind", "network", "at"], unique=False)
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("reply_to", sa.String(length=320), nullable=True))
        message.add_column(sa.Column("queued_at", grants.database.Instant(), nullable=True))
        message.add_column(sa.Column("worker", sa.String(length=100), nullable=True))
        message.add_column(sa.Column("handed_at", grants.database.Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message") as message:
        for column in ("handed_at", "worker", "queued_at", "reply_to"):
            message.drop_column(column)
    op.drop_table("attempt")
    op.drop_table("worker")
