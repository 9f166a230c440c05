"""Keep beside the points of an entry the exact share that three decimals do not say."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("score") as table:
        table.add_column(sa.Column("exact", sa.String(length=40), nullable=True))
        table.create_check_constraint(
            op.f("ck_score_exact_beside_points"), "exact IS NULL OR points IS NOT NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("score") as table:
        table.drop_constraint(op.f("ck_score_exact_beside_points"), type_="check")
        table.drop_column("exact")
