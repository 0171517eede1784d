"""Create the tables of training runs."""

import sqlalchemy as sa
from alembic import op

from seawright_shared.stores.columns import Json, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _create_policy_versions()
    _create_training_runs()
    _create_checkpoints()
    _create_rank_heartbeats()
    _create_rollout_groups()
    _create_step_batches()
    _create_step_episodes()
    _create_training_steps()


def downgrade() -> None:
    """Undo."""
    op.drop_table("training_steps", schema="trainer")
    op.drop_table("step_episodes", schema="trainer")
    op.drop_table("step_batches", schema="trainer")
    op.drop_table("rollout_groups", schema="trainer")
    op.drop_table("rank_heartbeats", schema="trainer")
    op.drop_table("checkpoints", schema="trainer")
    op.drop_table("training_runs", schema="trainer")
    op.drop_table("policy_versions", schema="trainer")


def _create_policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("training_run_id", sa.String(length=100), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("model", "version"),
        schema="trainer",
    )
    op.create_index(
        "policy_versions_step",
        "policy_versions",
        ["training_run_id", "step", "attempt"],
        unique=False,
        schema="trainer",
    )


def _create_training_runs() -> None:
    op.create_table(
        "training_runs",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("job_id", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_reason", Json, nullable=True),
        sa.Column("spec", Json, nullable=False),
        sa.Column("desired", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("begun_attempt", sa.Integer(), nullable=False),
        sa.Column("num_failures", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=100), nullable=False),
        sa.Column("stream_id", sa.String(length=100), nullable=True),
        sa.Column("group_cursor", sa.Integer(), nullable=False),
        sa.Column("num_flat_groups", sa.Integer(), nullable=False),
        sa.Column("rendering", sa.String(length=100), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="trainer",
    )


def _create_checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("world_size", sa.Integer(), nullable=False),
        sa.Column("export_uri", sa.Text(), nullable=True),
        sa.Column("export_sha256", sa.String(length=64), nullable=True),
        sa.Column("rolled_back_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="trainer",
    )
    op.create_index(
        "checkpoints_step",
        "checkpoints",
        ["training_run_id", "step", "attempt"],
        unique=True,
        schema="trainer",
    )


def _create_rank_heartbeats() -> None:
    op.create_table(
        "rank_heartbeats",
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=100), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_run_id", "attempt", "rank"),
        schema="trainer",
    )


def _create_rollout_groups() -> None:
    op.create_table(
        "rollout_groups",
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("group_id", sa.String(length=100), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("content", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_run_id", "group_id"),
        schema="trainer",
    )
    op.create_index(
        "rollout_groups_state",
        "rollout_groups",
        ["training_run_id", "state", "sequence"],
        unique=False,
        schema="trainer",
    )


def _create_step_batches() -> None:
    op.create_table(
        "step_batches",
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("episode_ids", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_run_id", "attempt", "step"),
        schema="trainer",
    )


def _create_step_episodes() -> None:
    op.create_table(
        "step_episodes",
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("episode_id", sa.String(length=100), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_run_id", "episode_id"),
        schema="trainer",
    )
    op.create_index(
        "step_episodes_step",
        "step_episodes",
        ["training_run_id", "step", "attempt"],
        unique=False,
        schema="trainer",
    )


def _create_training_steps() -> None:
    op.create_table(
        "training_steps",
        sa.Column("training_run_id", sa.String(length=100), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("metrics", Json, nullable=False),
        sa.Column("rolled_back_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["trainer.training_runs.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_run_id", "step", "attempt"),
        schema="trainer",
    )
