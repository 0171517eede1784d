"""Create the tables of jobs, events and idempotency keys."""

import sqlalchemy as sa
from alembic import op

from seawright_shared.stores.columns import BigId, Json, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    create_jobs()
    create_outbox()
    create_dead_letters()
    create_run_counters()
    create_run_events()
    create_idempotency_keys()


def downgrade() -> None:
    """Undo."""
    for table in (
        "idempotency_keys",
        "run_events",
        "run_counters",
        "dead_letters",
        "outbox",
        "jobs",
    ):
        op.drop_table(table, schema="orchestrator")


def create_jobs() -> None:
    """Create `jobs`."""
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


def create_outbox() -> None:
    """Create `outbox`."""
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


def create_dead_letters() -> None:
    """Create `dead_letters`."""
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


def create_run_counters() -> None:
    """Create `run_counters`."""
    op.create_table(
        "run_counters",
        sa.Column("run_id", sa.String(length=100), nullable=False),
        sa.Column("last_sequence", BigId, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_counters")),
        schema="orchestrator",
    )


def create_run_events() -> None:
    """Create `run_events`."""
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


def create_idempotency_keys() -> None:
    """Create `idempotency_keys`."""
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
