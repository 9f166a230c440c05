"""Order competitions by deadline."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_competition_deadline_at_id", "competition", ["deadline_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_competition_deadline_at_id", "competition")
