"""Create the job kit's tables."""

import sqlalchemy as sa
from alembic import op

from seawright_shared.stores.columns import BigId, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _create_idempotency_keys()
    _create_jobs()
    _create_outbox()
    _create_run_counters()
    _create_run_events()
    _create_dead_letters()


def downgrade() -> None:
    """Undo."""
    op.drop_table("dead_letters", schema="trainer")
    op.drop_table("run_events", schema="trainer")
    op.drop_table("run_counters", schema="trainer")
    op.drop_table("outbox", schema="trainer")
    op.drop_table("jobs", schema="trainer")
    op.drop_table("idempotency_keys", schema="trainer")


def _create_idempotency_keys() -> None:
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
        sa.PrimaryKeyConstraint("method", "path", "key"),
        schema="trainer",
    )
    op.create_index(
        "idempotency_keys_age", "idempotency_keys", ["at"], unique=False, schema="trainer"
    )


def _create_jobs() -> None:
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
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        schema="trainer",
    )
    op.create_index(
        op.f("ix_trainer_jobs_run_id"), "jobs", ["run_id"], unique=False, schema="trainer"
    )
    op.create_index(
        "jobs_due",
        "jobs",
        ["kind", sa.literal_column("priority DESC"), "run_after"],
        unique=False,
        schema="trainer",
        postgresql_where=sa.text("status = 'queued'"),
        sqlite_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "jobs_held",
        "jobs",
        ["lease_until"],
        unique=False,
        schema="trainer",
        postgresql_where=sa.text("status IN ('running', 'cancelling')"),
        sqlite_where=sa.text("status IN ('running', 'cancelling')"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("job_id", sa.String(length=100), nullable=False),
        sa.Column("ring_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="trainer",
    )
    op.create_index("outbox_due", "outbox", ["ring_at"], unique=False, schema="trainer")


def _create_run_counters() -> None:
    op.create_table(
        "run_counters",
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("last_sequence", BigId, nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        schema="trainer",
    )


def _create_run_events() -> None:
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("sequence", BigId, autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "sequence"),
        schema="trainer",
    )


def _create_dead_letters() -> None:
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
        sa.ForeignKeyConstraint(["job_id"], ["trainer.jobs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="trainer",
    )
    op.create_index(
        op.f("ix_trainer_dead_letters_job_id"),
        "dead_letters",
        ["job_id"],
        unique=False,
        schema="trainer",
    )
