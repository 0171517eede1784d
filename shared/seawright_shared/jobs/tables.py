"""The job kit's tables, built into an owning service's MetaData (and so its schema)."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.columns import BigId, Json, UtcTime


class JobTables:
    """The tables of one service's jobs; pass the service's MetaData once, at import."""

    def __init__(self, metadata: MetaData) -> None:
        self.jobs = _jobs(metadata)
        self.outbox = Table(
            "outbox",
            metadata,
            Column("id", BigId, primary_key=True, autoincrement=True),
            Column("kind", String(100), nullable=False),
            Column("job_id", String(100), nullable=False),
            Column("ring_at", UtcTime, nullable=False),
            Index("outbox_due", "ring_at"),
        )
        self.run_counters = Table(
            "run_counters",
            metadata,
            Column("run_id", String(100), primary_key=True),
            Column("last_sequence", BigId, nullable=False),
        )
        self.run_events = Table(
            "run_events",
            metadata,
            Column("run_id", String(100), primary_key=True),
            Column("sequence", BigId, primary_key=True, autoincrement=False),
            Column("type", String(100), nullable=False),
            Column("at", UtcTime, nullable=False),
            Column("payload", Json, nullable=False),
        )
        self.dead_letters = Table(
            "dead_letters",
            metadata,
            Column("id", BigId, primary_key=True, autoincrement=True),
            Column(
                "job_id",
                String(100),
                ForeignKey(self.jobs.c.id, ondelete="CASCADE"),
                nullable=False,
                index=True,
            ),
            Column("kind", String(100), nullable=False),
            Column("payload", Json, nullable=False),
            Column("failure_class", String(50), nullable=False),
            Column("message", Text, nullable=False),
            Column("attempt", Integer, nullable=False),
            Column("at", UtcTime, nullable=False),
            Column("requeued_at", UtcTime),
        )
        self.idempotency_keys = Table(
            "idempotency_keys",
            metadata,
            Column("method", String(10), primary_key=True),
            Column("path", String(500), primary_key=True),
            Column("key", String(200), primary_key=True),
            Column("body_sha256", String(64), nullable=False),
            Column("token", String(100), nullable=False),
            Column("lease_until", UtcTime),
            Column("status", Integer),
            Column("headers", Json),
            Column("body", LargeBinary),
            Column("at", UtcTime, nullable=False),
            Index("idempotency_keys_age", "at"),
        )


def _jobs(metadata: MetaData) -> Table:
    held = f"status IN ('{JobStatus.RUNNING}', '{JobStatus.CANCELLING}')"
    return Table(
        "jobs",
        metadata,
        Column("id", String(100), primary_key=True),
        Column("kind", String(100), nullable=False),
        Column("key", String(300), unique=True),
        Column("run_id", String(100), index=True),
        Column("priority", Integer, nullable=False),
        Column("payload", Json, nullable=False),
        Column("result", Json),
        Column("status", String(20), nullable=False),
        Column("reason", Json),
        Column("desired", String(10), nullable=False),
        Column("fence", BigId, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("num_failures", Integer, nullable=False),
        Column("num_outages", Integer, nullable=False),
        Column("max_attempts", Integer, nullable=False),
        Column("worker", String(200)),
        Column("lease_until", UtcTime),
        Column("run_after", UtcTime, nullable=False),
        Column("belled_at", UtcTime, nullable=False),
        Column("deadline_at", UtcTime),
        Column("created_at", UtcTime, nullable=False),
        Column("updated_at", UtcTime, nullable=False),
        Index(
            "jobs_due",
            "kind",
            text("priority DESC"),
            "run_after",
            postgresql_where=text(f"status = '{JobStatus.QUEUED}'"),
            sqlite_where=text(f"status = '{JobStatus.QUEUED}'"),
        ),
        Index(
            "jobs_held",
            "lease_until",
            postgresql_where=text(held),
            sqlite_where=text(held),
        ),
    )
