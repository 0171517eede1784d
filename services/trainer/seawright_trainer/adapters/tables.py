"""The trainer's tables. Alembic's first revision creates the same ones."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

from seawright_shared.jobs.tables import JobTables
from seawright_shared.stores.columns import Json, UtcTime

SCHEMA = "trainer"
metadata = MetaData(schema=SCHEMA)
job_tables = JobTables(metadata)


def _run_id(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "training_run_id",
        String(100),
        ForeignKey(f"{SCHEMA}.training_runs.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


training_runs = Table(
    "training_runs",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("job_id", String(100), nullable=False),
    Column("status", String(20), nullable=False),
    Column("status_reason", Json),
    Column("spec", Json, nullable=False),
    Column("desired", String(20), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("begun_attempt", Integer, nullable=False),
    Column("num_failures", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("phase", String(100), nullable=False),
    Column("stream_id", String(100)),
    Column("group_cursor", Integer, nullable=False),
    Column("num_flat_groups", Integer, nullable=False),
    Column("rendering", String(100)),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

training_steps = Table(
    "training_steps",
    metadata,
    _run_id(primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("metrics", Json, nullable=False),
    Column("rolled_back_by", Integer),
    Column("created_at", UtcTime, nullable=False),
)
"""`rolled_back_by` is the attempt that resumed before this step."""

step_episodes = Table(
    "step_episodes",
    metadata,
    _run_id(primary_key=True),
    Column("episode_id", String(100), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Index("step_episodes_step", "training_run_id", "step", "attempt"),
)
"""Promise 2: the key lets an episode into one step only, rolled back or not."""

step_batches = Table(
    "step_batches",
    metadata,
    _run_id(primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("reference", String(100), nullable=False),
    Column("episode_ids", Json, nullable=False),
)

rollout_groups = Table(
    "rollout_groups",
    metadata,
    _run_id(primary_key=True),
    Column("group_id", String(100), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempt", Integer),
    Column("step", Integer),
    Column("content", Json, nullable=False),
    Index("rollout_groups_state", "training_run_id", "state", "sequence"),
)
"""`state` is `ready`, `handed` (to `attempt` for `step`), `used`, or why it was dropped."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", String(100), primary_key=True),
    _run_id(),
    Column("attempt", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("uri", Text, nullable=False),
    Column("world_size", Integer, nullable=False),
    Column("export_uri", Text),
    Column("export_sha256", String(64)),
    Column("rolled_back_by", Integer),
    Column("promoted_version", Integer),
    Column("created_at", UtcTime, nullable=False),
    Index("checkpoints_step", "training_run_id", "step", "attempt", unique=True),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("model", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("training_run_id", String(100)),
    Column("attempt", Integer),
    Column("step", Integer),
    Column("state", String(20), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("policy_versions_step", "training_run_id", "step", "attempt"),
)
"""`state` is `allocated` until the policy service committed it, then `served`."""

step_evaluations = Table(
    "step_evaluations",
    metadata,
    _run_id(primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("evaluation_run_id", String(100), nullable=False),
    Column("pass_1", Float),
)
"""`pass_1` is empty while the episodes are played. Steps done again have the same weights."""

rank_heartbeats = Table(
    "rank_heartbeats",
    metadata,
    _run_id(primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("phase", String(100), nullable=False),
    Column("step", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
)
