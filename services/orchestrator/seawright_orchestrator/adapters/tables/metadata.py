"""All tables of the service in one MetaData: what migrations and embedded mode create."""

from seawright_orchestrator.adapters.tables import episodes, runs, synthesis, tasks
from seawright_orchestrator.adapters.tables.base import SCHEMA, metadata
from seawright_shared.jobs.tables import JobTables

AGGREGATES = (episodes, runs, synthesis, tasks)
"""Imported for their tables, which join the metadata."""

job_tables = JobTables(metadata)

__all__ = ["AGGREGATES", "SCHEMA", "job_tables", "metadata"]
