"""Create the table of evaluations that SFT runs are stopped by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "step_evaluations",
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("evaluation_run_id", sa.String(length=100), nullable=False),
        sa.Column("pass_1", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_run_id", "step"),
        schema="trainer",
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("step_evaluations", schema="trainer")
