"""The job kit: durable jobs with lease and fence, outbox, doorbell, sweeper, dead letters.

The row in `jobs` is the truth; a bell (Redis Streams, or in-process) only wakes workers. In a
service:

    METADATA = MetaData(schema="trainer")
    JOBS = JobTables(METADATA)                         # tables.py, beside the service's own

    @asynccontextmanager
    async def lifespan(app):                           # wiring.py
        database = Database(settings.database_url, "trainer")
        await database.create_tables(METADATA)         # embedded; a cluster runs migrations
        kit = JobKit.open(database, JOBS, settings.redis_url, service="trainer",
                          settled={"training": run_ended})
        async with kit.serving({"training": train}, concurrency=2):
            yield
        await kit.aclose()
        await database.aclose()

    async with database.transaction() as connection:   # a use case: row, job, event together
        await connection.execute(insert(runs).values(id=run_id, status="queued"))
        await kit.queue.enqueue(connection, NewJob(
            kind="training", key=run_id, run_id=run_id, payload={"run_id": run_id}))
        await kit.events.append(connection, run_id, "run.queued", {})

    async def train(context: JobContext) -> None:      # a handler; repeatable from what it stored
        result = await work(context.payload, is_unwanted=lambda: context.pause_wanted)
        async with context.database.transaction() as connection:
            await store(connection, result)
            await context.finish(connection)           # raises LostLeaseError: all is undone

    async def run_ended(connection, job: Job) -> None:  # kit-made ends: FAILED or CANCELLED
        await mark_run(connection, job.run_id, job.status, job.reason)

Progress in mid-job is stored in a transaction that calls `await context.check(connection)`.
`queue.cancel|pause|resume|requeue(connection, job_id)` and `queue.of_run(connection, run_id)`
serve the verbs. A raised `UnavailableError` is retried with patience and not counted; other
retryable faults and exceptions count, three times at most (`NewJob.max_attempts`); a fault that
is not retryable ends the job at once.
"""

from seawright_shared.jobs.context import Handler, JobContext
from seawright_shared.jobs.doorbell import Bell, Doorbell, MemoryDoorbell
from seawright_shared.jobs.events import FINAL_TYPES, EventLog
from seawright_shared.jobs.job import (
    Desired,
    Failure,
    FailureClass,
    Job,
    JobTimes,
    LostLeaseError,
    NewJob,
    Settled,
)
from seawright_shared.jobs.kit import JobKit
from seawright_shared.jobs.leases import Leases
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.redis_doorbell import RedisDoorbell
from seawright_shared.jobs.relay import Relay
from seawright_shared.jobs.states import compare_and_set, may_follow, require_edge
from seawright_shared.jobs.sweeper import Sweep, Sweeper
from seawright_shared.jobs.tables import JobTables
from seawright_shared.jobs.worker import Worker

__all__ = [
    "FINAL_TYPES",
    "Bell",
    "Desired",
    "Doorbell",
    "EventLog",
    "Failure",
    "FailureClass",
    "Handler",
    "Job",
    "JobContext",
    "JobKit",
    "JobQueue",
    "JobTables",
    "JobTimes",
    "Leases",
    "LostLeaseError",
    "MemoryDoorbell",
    "NewJob",
    "RedisDoorbell",
    "Relay",
    "Settled",
    "Sweep",
    "Sweeper",
    "Worker",
    "compare_and_set",
    "may_follow",
    "require_edge",
]
