"""Synthesis and evaluation runs, their streams, rejects and results."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from seawright_orchestrator.adapters.tables.base import (
    created_column,
    document_column,
    id_column,
    metadata,
)
from seawright_shared.stores.columns import UtcTime

runs = Table(
    "runs",
    metadata,
    id_column(),
    Column("kind", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("status_reason", Text),
    document_column("spec"),
    created_column(),
    Column("updated_at", UtcTime, nullable=False),
    Column("num_units", Integer, nullable=False, default=0),
    Column("num_units_done", Integer, nullable=False, default=0),
    Column("num_tasks", Integer, nullable=False, default=0),
    Column("report", Text),
    Index(None, "kind", "created_at", "id"),
)
"""`kind` is `synthesis` (units are iterations), `evaluation` (tasks) or `user_quality` (probes)."""

streams = Table(
    "synthesis_streams",
    metadata,
    id_column(),
    Column("run_id", String(80), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("iteration", Integer, nullable=False),
    document_column(),
)

rejects = Table(
    "rejects",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("stream_id", String(80), primary_key=True),
    Column("iteration", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    document_column(),
)

evaluation_results = Table(
    "evaluation_results",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("task_id", String(80), primary_key=True),
    Column("trial", Integer, primary_key=True, autoincrement=False),
    Column("episode_id", String(80), nullable=False),
    Column("reward", Float),
)
"""One row per trial. A reward that is NULL was a fault, and is not scored."""
