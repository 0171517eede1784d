"""Tasks, the runs that made them, samples of them, and dataset versions."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from seawright_orchestrator.adapters.tables.base import (
    created_column,
    document_column,
    id_column,
    metadata,
)

tasks = Table(
    "tasks",
    metadata,
    id_column(),
    Column("domain", String(80), nullable=False),
    Column("customer", String(200), nullable=False),
    Column("is_heldout", Boolean, nullable=False),
    Column("goal_types", Text, nullable=False),
    Column("signature", Text, nullable=False),
    document_column(),
    created_column(),
    Index(None, "created_at", "id"),
    Index(None, "is_heldout", "customer"),
)
"""`customer` names a customer within his database; `goal_types` is `,a,b,`, for a search."""

run_tasks = Table(
    "run_tasks",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("task_id", String(80), primary_key=True),
    Column("stream_id", String(80)),
    Column("iteration", Integer),
)
"""The accepted tasks of a synthesis run: each at most once, whoever found it."""

task_samples = Table(
    "task_samples",
    metadata,
    id_column(),
    Column("run_id", String(80), nullable=False),
    document_column(),
    created_column(),
)

datasets = Table(
    "datasets",
    metadata,
    id_column(),
    document_column(),
    document_column("spec"),
    created_column(),
    Index(None, "created_at", "id"),
)

dataset_items = Table(
    "dataset_items",
    metadata,
    Column("dataset_id", String(80), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("item_id", String(80), nullable=False),
    document_column(),
)
