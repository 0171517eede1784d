"""Episodes with their trajectories and verdicts, and the streams of rollout groups."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint

from seawright_orchestrator.adapters.tables.base import (
    created_column,
    document_column,
    id_column,
    metadata,
)

episodes = Table(
    "episodes",
    metadata,
    id_column(),
    Column("trajectory_id", String(80), nullable=False, unique=True),
    Column("run_id", String(80), index=True),
    Column("task_id", String(80), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("request", Text),
    Column("trajectory", Text),
    Column("verdict", Text),
    Column("reward", Float),
    created_column(),
    Index(None, "created_at", "id"),
)
"""`request` is kept for an episode that was asked for by itself: it decides a repeated PUT."""

rollout_streams = Table(
    "rollout_streams",
    metadata,
    id_column(),
    document_column("spec"),
    Column("is_open", Boolean, nullable=False),
    Column("granted", Integer, nullable=False, default=0),
    Column("produced", Integer, nullable=False, default=0),
    created_column(),
)

rollout_groups = Table(
    "rollout_groups",
    metadata,
    Column("stream_id", String(80), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("draw", Integer, nullable=False),
    Column("rewards", Text, nullable=False),
    document_column(),
    UniqueConstraint("stream_id", "draw"),
)
"""`draw` numbers what was asked for, `sequence` what was finished; `rewards` are the true ones."""
