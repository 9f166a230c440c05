"""Give a revision its own due instant, and a panel the deeds that came before its call."""

import sqlalchemy as sa
from alembic import op

import grants.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sheet", sa.Column("due_at", grants.database.Instant(), nullable=True))
    op.add_column("panel", sa.Column("early_deeds", grants.database.Document, nullable=True))


def downgrade() -> None:
    op.drop_column("panel", "early_deeds")
    op.drop_column("sheet", "due_at")
