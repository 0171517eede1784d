"""Create the tables of runs, tasks and datasets."""

import sqlalchemy as sa
from alembic import op

from seawright_shared.stores.columns import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    create_runs()
    create_synthesis_streams()
    create_rejects()
    create_evaluation_results()
    create_tasks()
    create_run_tasks()
    create_task_samples()
    create_datasets()
    create_dataset_items()


def downgrade() -> None:
    """Undo."""
    for table in (
        "dataset_items",
        "datasets",
        "task_samples",
        "run_tasks",
        "tasks",
        "evaluation_results",
        "rejects",
        "synthesis_streams",
        "runs",
    ):
        op.drop_table(table, schema="orchestrator")


def create_runs() -> None:
    """Create `runs`."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("num_units", sa.Integer(), nullable=False),
        sa.Column("num_units_done", sa.Integer(), nullable=False),
        sa.Column("num_tasks", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_runs_kind_created_at_id"),
        "runs",
        ["kind", "created_at", "id"],
        unique=False,
        schema="orchestrator",
    )


def create_synthesis_streams() -> None:
    """Create `synthesis_streams`."""
    op.create_table(
        "synthesis_streams",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("iteration", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synthesis_streams")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_synthesis_streams_run_id"),
        "synthesis_streams",
        ["run_id"],
        unique=False,
        schema="orchestrator",
    )


def create_rejects() -> None:
    """Create `rejects`."""
    op.create_table(
        "rejects",
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("stream_id", sa.String(length=80), nullable=False),
        sa.Column("iteration", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "stream_id", "iteration", "position", name=op.f("pk_rejects")
        ),
        schema="orchestrator",
    )


def create_evaluation_results() -> None:
    """Create `evaluation_results`."""
    op.create_table(
        "evaluation_results",
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("task_id", sa.String(length=80), nullable=False),
        sa.Column("trial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("episode_id", sa.String(length=80), nullable=False),
        sa.Column("reward", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "task_id", "trial", name=op.f("pk_evaluation_results")),
        schema="orchestrator",
    )


def create_tasks() -> None:
    """Create `tasks`."""
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("domain", sa.String(length=80), nullable=False),
        sa.Column("customer", sa.String(length=200), nullable=False),
        sa.Column("is_heldout", sa.Boolean(), nullable=False),
        sa.Column("goal_types", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_tasks_created_at_id"),
        "tasks",
        ["created_at", "id"],
        unique=False,
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_tasks_is_heldout_customer"),
        "tasks",
        ["is_heldout", "customer"],
        unique=False,
        schema="orchestrator",
    )


def create_run_tasks() -> None:
    """Create `run_tasks`."""
    op.create_table(
        "run_tasks",
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("task_id", sa.String(length=80), nullable=False),
        sa.Column("stream_id", sa.String(length=80), nullable=True),
        sa.Column("iteration", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "task_id", name=op.f("pk_run_tasks")),
        schema="orchestrator",
    )


def create_task_samples() -> None:
    """Create `task_samples`."""
    op.create_table(
        "task_samples",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_samples")),
        schema="orchestrator",
    )


def create_datasets() -> None:
    """Create `datasets`."""
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_datasets_created_at_id"),
        "datasets",
        ["created_at", "id"],
        unique=False,
        schema="orchestrator",
    )


def create_dataset_items() -> None:
    """Create `dataset_items`."""
    op.create_table(
        "dataset_items",
        sa.Column("dataset_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "position", name=op.f("pk_dataset_items")),
        schema="orchestrator",
    )
