"""Create the tables of episodes and rollout groups."""

import sqlalchemy as sa
from alembic import op

from seawright_shared.stores.columns import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    create_episodes()
    create_rollout_streams()
    create_rollout_groups()


def downgrade() -> None:
    """Undo."""
    for table in ("rollout_groups", "rollout_streams", "episodes"):
        op.drop_table(table, schema="orchestrator")


def create_episodes() -> None:
    """Create `episodes`."""
    op.create_table(
        "episodes",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("trajectory_id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=True),
        sa.Column("task_id", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("trajectory", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reward", sa.Float(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
        sa.UniqueConstraint("trajectory_id", name=op.f("uq_episodes_trajectory_id")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_episodes_created_at_id"),
        "episodes",
        ["created_at", "id"],
        unique=False,
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_episodes_run_id"), "episodes", ["run_id"], unique=False, schema="orchestrator"
    )
    op.create_index(
        op.f("ix_episodes_task_id"), "episodes", ["task_id"], unique=False, schema="orchestrator"
    )


def create_rollout_streams() -> None:
    """Create `rollout_streams`."""
    op.create_table(
        "rollout_streams",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("produced", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout_streams")),
        schema="orchestrator",
    )


def create_rollout_groups() -> None:
    """Create `rollout_groups`."""
    op.create_table(
        "rollout_groups",
        sa.Column("stream_id", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("rewards", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "sequence", name=op.f("pk_rollout_groups")),
        sa.UniqueConstraint("stream_id", "draw", name=op.f("uq_rollout_groups_stream_id_draw")),
        schema="orchestrator",
    )
