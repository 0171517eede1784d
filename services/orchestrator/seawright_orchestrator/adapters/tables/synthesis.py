"""What streams learn and accept, kept apart from their documents: these grow, a document must not."""

from sqlalchemy import Boolean, Column, Integer, String, Table

from seawright_orchestrator.adapters.tables.base import document_column, metadata

stream_iterations = Table(
    "stream_iterations",
    metadata,
    Column("stream_id", String(80), primary_key=True),
    Column("iteration", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(80), nullable=False, index=True),
    Column("is_last", Boolean, nullable=False),
    document_column(),
)
"""What became of an iteration's candidates; emptied when no reflection will read it again."""

accepted_wishes = Table(
    "accepted_wishes",
    metadata,
    Column("stream_id", String(80), primary_key=True),
    Column("key", String(80), primary_key=True),
)
"""Hashes of who wants what, of accepted tasks: duplicates are told by them."""

iteration_work = Table(
    "iteration_work",
    metadata,
    Column("stream_id", String(80), primary_key=True),
    Column("iteration", Integer, primary_key=True, autoincrement=False),
    Column("key", String(80), primary_key=True),
    document_column(),
)
"""Finished parts of an iteration under way, by the hash of what was asked for."""
