"""Create the tables of what streams learn and accept, and of iterations under way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    create_stream_iterations()
    create_accepted_wishes()
    create_iteration_work()


def downgrade() -> None:
    """Undo."""
    for table in ("iteration_work", "accepted_wishes", "stream_iterations"):
        op.drop_table(table, schema="orchestrator")


def create_stream_iterations() -> None:
    """Create `stream_iterations`."""
    op.create_table(
        "stream_iterations",
        sa.Column("stream_id", sa.String(length=80), nullable=False),
        sa.Column("iteration", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "iteration", name=op.f("pk_stream_iterations")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_stream_iterations_run_id"),
        "stream_iterations",
        ["run_id"],
        unique=False,
        schema="orchestrator",
    )


def create_accepted_wishes() -> None:
    """Create `accepted_wishes`."""
    op.create_table(
        "accepted_wishes",
        sa.Column("stream_id", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "key", name=op.f("pk_accepted_wishes")),
        schema="orchestrator",
    )


def create_iteration_work() -> None:
    """Create `iteration_work`."""
    op.create_table(
        "iteration_work",
        sa.Column("stream_id", sa.String(length=80), nullable=False),
        sa.Column("iteration", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "iteration", "key", name=op.f("pk_iteration_work")),
        schema="orchestrator",
    )
