"""Ranks that fall silent are named, with what they said last."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from seawright_shared.jobs import EventLog, JobQueue, MemoryDoorbell
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.sql_heartbeats import SqlHeartbeats
from seawright_trainer.adapters.sql_runs import SqlRuns
from seawright_trainer.adapters.tables import SCHEMA, job_tables, metadata, rank_heartbeats

pytestmark = pytest.mark.anyio
SPEC = TrainingSpec(kind="sft", model=ModelSpec(uri="/b", name="m"), dataset_id="d", num_steps=9)
LIMIT_SECONDS = 60.0


async def test_a_silent_rank_is_named_with_its_last_phase_and_one_never_heard_too(tmp_path: Path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/trainer.db", SCHEMA)
    await database.create_tables(metadata)
    queue = JobQueue(database, job_tables, MemoryDoorbell())
    runs = SqlRuns(database, queue, EventLog(database, job_tables))
    async with database.transaction() as connection:
        run = await runs.create(connection, SPEC)
        now = await database.present(connection)
        heard = {0: 1.0, 1: LIMIT_SECONDS + 5.0, 2: LIMIT_SECONDS - 5.0}
        rows = [
            {
                "training_run_id": run.id,
                "attempt": 2,
                "rank": rank,
                "phase": "checkpoint",
                "step": 4,
                "at": now - timedelta(seconds=seconds),
            }
            for rank, seconds in heard.items()
        ]
        await connection.execute(insert(rank_heartbeats), rows)
    beats = SqlHeartbeats(database)
    silent = await beats.silent_ranks(run.id, 2, num_ranks=4, seconds=LIMIT_SECONDS)
    assert silent == ["rank 1, last in phase checkpoint at step 4", "rank 3, never heard"]
    of_another = await beats.silent_ranks(run.id, 3, num_ranks=1, seconds=LIMIT_SECONDS)
    assert of_another == ["rank 0, never heard"]
    await database.aclose()
