"""Create the orchestrator's tables."""

import sqlalchemy as sa
from alembic import op

from seawright_shared.stores.columns import BigId, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "dataset_items",
        sa.Column("dataset_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "position", name=op.f("pk_dataset_items")),
        schema="orchestrator",
    )
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
    op.create_table(
        "idempotency_keys",
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=100), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", Json, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("method", "path", "key", name=op.f("pk_idempotency_keys")),
        schema="orchestrator",
    )
    op.create_index(
        "idempotency_keys_age", "idempotency_keys", ["at"], unique=False, schema="orchestrator"
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=True),
        sa.Column("run_id", sa.String(length=100), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", Json, nullable=True),
        sa.Column("desired", sa.String(length=10), nullable=False),
        sa.Column("fence", BigId, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("num_failures", sa.Integer(), nullable=False),
        sa.Column("num_outages", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("run_after", UtcTime(), nullable=False),
        sa.Column("belled_at", UtcTime(), nullable=False),
        sa.Column("deadline_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("key", name=op.f("uq_jobs_key")),
        schema="orchestrator",
    )
    op.create_index(op.f("ix_jobs_run_id"), "jobs", ["run_id"], unique=False, schema="orchestrator")
    op.create_index(
        "jobs_due",
        "jobs",
        ["kind", sa.literal_column("priority DESC"), "run_after"],
        unique=False,
        schema="orchestrator",
        postgresql_where=sa.text("status = 'queued'"),
        sqlite_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "jobs_held",
        "jobs",
        ["lease_until"],
        unique=False,
        schema="orchestrator",
        postgresql_where=sa.text("status IN ('running', 'cancelling')"),
        sqlite_where=sa.text("status IN ('running', 'cancelling')"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("job_id", sa.String(length=100), nullable=False),
        sa.Column("ring_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        schema="orchestrator",
    )
    op.create_index("outbox_due", "outbox", ["ring_at"], unique=False, schema="orchestrator")
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
    op.create_table(
        "run_counters",
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("last_sequence", BigId, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_counters")),
        schema="orchestrator",
    )
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("sequence", BigId, autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "sequence", name=op.f("pk_run_events")),
        schema="orchestrator",
    )
    op.create_table(
        "run_tasks",
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("task_id", sa.String(length=80), nullable=False),
        sa.Column("stream_id", sa.String(length=80), nullable=True),
        sa.Column("iteration", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "task_id", name=op.f("pk_run_tasks")),
        schema="orchestrator",
    )
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
    op.create_table(
        "task_samples",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_samples")),
        schema="orchestrator",
    )
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
    op.create_table(
        "dead_letters",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("failure_class", sa.String(length=50), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("requeued_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["orchestrator.jobs.id"],
            name=op.f("fk_dead_letters_job_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
        schema="orchestrator",
    )
    op.create_index(
        op.f("ix_dead_letters_job_id"),
        "dead_letters",
        ["job_id"],
        unique=False,
        schema="orchestrator",
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_dead_letters_job_id"), table_name="dead_letters", schema="orchestrator")
    op.drop_table("dead_letters", schema="orchestrator")
    op.drop_index(op.f("ix_tasks_is_heldout_customer"), table_name="tasks", schema="orchestrator")
    op.drop_index(op.f("ix_tasks_created_at_id"), table_name="tasks", schema="orchestrator")
    op.drop_table("tasks", schema="orchestrator")
    op.drop_table("task_samples", schema="orchestrator")
    op.drop_index(
        op.f("ix_synthesis_streams_run_id"), table_name="synthesis_streams", schema="orchestrator"
    )
    op.drop_table("synthesis_streams", schema="orchestrator")
    op.drop_index(op.f("ix_runs_kind_created_at_id"), table_name="runs", schema="orchestrator")
    op.drop_table("runs", schema="orchestrator")
    op.drop_table("run_tasks", schema="orchestrator")
    op.drop_table("run_events", schema="orchestrator")
    op.drop_table("run_counters", schema="orchestrator")
    op.drop_table("rollout_streams", schema="orchestrator")
    op.drop_table("rollout_groups", schema="orchestrator")
    op.drop_table("rejects", schema="orchestrator")
    op.drop_index("outbox_due", table_name="outbox", schema="orchestrator")
    op.drop_table("outbox", schema="orchestrator")
    op.drop_index(
        "jobs_held",
        table_name="jobs",
        schema="orchestrator",
        postgresql_where=sa.text("status IN ('running', 'cancelling')"),
        sqlite_where=sa.text("status IN ('running', 'cancelling')"),
    )
    op.drop_index(
        "jobs_due",
        table_name="jobs",
        schema="orchestrator",
        postgresql_where=sa.text("status = 'queued'"),
        sqlite_where=sa.text("status = 'queued'"),
    )
    op.drop_index(op.f("ix_jobs_run_id"), table_name="jobs", schema="orchestrator")
    op.drop_table("jobs", schema="orchestrator")
    op.drop_index("idempotency_keys_age", table_name="idempotency_keys", schema="orchestrator")
    op.drop_table("idempotency_keys", schema="orchestrator")
    op.drop_table("evaluation_results", schema="orchestrator")
    op.drop_index(op.f("ix_episodes_task_id"), table_name="episodes", schema="orchestrator")
    op.drop_index(op.f("ix_episodes_run_id"), table_name="episodes", schema="orchestrator")
    op.drop_index(op.f("ix_episodes_created_at_id"), table_name="episodes", schema="orchestrator")
    op.drop_table("episodes", schema="orchestrator")
    op.drop_index(op.f("ix_datasets_created_at_id"), table_name="datasets", schema="orchestrator")
    op.drop_table("datasets", schema="orchestrator")
    op.drop_table("dataset_items", schema="orchestrator")
