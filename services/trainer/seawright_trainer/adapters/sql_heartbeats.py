"""When each rank was last heard, in SQL."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from seawright_shared.records.jobs import JobStatus
from seawright_shared.stores.sql import Database
from seawright_trainer.adapters.run_rows import run_row
from seawright_trainer.adapters.tables import rank_heartbeats, training_runs


class SqlHeartbeats:
    """One row per rank of an attempt; rank 0's phase is the run's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, run_id: str, attempt: int, *, rank: int, phase: str, step: int) -> bool:
        """Record it; return whether the attempt still holds the run."""
        table = rank_heartbeats
        heard = {"phase": phase, "step": step, "at": self._database.now()}
        async with self._database.transaction() as connection:
            run = await run_row(connection, run_id, is_locked=True)
            if run["attempt"] != attempt or run["status"] != JobStatus.RUNNING:
                return False
            changed = (
                update(table)
                .where(table.c.training_run_id == run_id, table.c.attempt == attempt)
                .where(table.c.rank == rank)
                .values(heard)
            )
            if (await connection.execute(changed)).rowcount == 0:
                key = {"training_run_id": run_id, "attempt": attempt, "rank": rank}
                await connection.execute(insert(table).values({**key, **heard}))
            if rank == 0:
                shown = update(training_runs).where(training_runs.c.id == run_id)
                await connection.execute(shown.values(phase=phase))
            return True

    async def silent_ranks(
        self, run_id: str, attempt: int, *, num_ranks: int, seconds: float
    ) -> list[str]:
        """Return, in words, the ranks of an attempt not heard for so long, or never."""
        table = rank_heartbeats
        statement = select(table).where(
            table.c.training_run_id == run_id, table.c.attempt == attempt
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
            now = await self._database.present(connection)
        heard = {row["rank"]: row for row in rows}
        silent: list[str] = []
        for rank in range(num_ranks):
            row = heard.get(rank)
            if row is None:
                silent.append(f"rank {rank}, never heard")
            elif now - row["at"] > timedelta(seconds=seconds):
                silent.append(f"rank {rank}, last in phase {row['phase']} at step {row['step']}")
        return silent
