"""The relay: carries bells from the outbox, where they were committed, to the doorbell."""

from sqlalchemy import delete, select
from structlog.stdlib import get_logger

from seawright_shared.jobs.doorbell import Bell
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.rounds import Rounds

BATCH = 200


class Relay:
    """Rings what is due and forgets it; any number of relays may run."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._database = queue.database
        self._outbox = queue.tables.outbox

    async def pump(self) -> int:
        """Ring all due bells and return how many; on a fault they stay in the outbox."""
        num_rung = 0
        while True:
            num = await self._batch()
            num_rung += num
            if num < BATCH:
                return num_rung

    async def serve(self) -> None:
        """Pump whenever something was written here, and from time to time, until cancelled."""
        rounds = Rounds("relay", self._queue.times.relay, wake=self._queue.outbox_written)
        await rounds.run(self.pump)

    async def _batch(self) -> int:
        outbox = self._outbox
        due = (
            select(outbox)
            .where(outbox.c.ring_at <= self._database.now())
            .order_by(outbox.c.ring_at, outbox.c.id)
            .limit(BATCH)
        )
        async with self._database.reading() as connection:
            if (await connection.execute(due.limit(1))).first() is None:
                return 0
        async with self._database.transaction() as connection:
            found = await connection.execute(due.with_for_update(skip_locked=True))
            rows = found.mappings().all()
            bells = [Bell(kind=row["kind"], job_id=row["job_id"]) for row in rows]
            # Rung before the commit: a crash between the two rings twice, never not at all.
            await self._queue.doorbell.ring(bells)
            ids = [row["id"] for row in rows]
            await connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))
        get_logger().debug("bells.rung", num=len(bells))
        return len(bells)
