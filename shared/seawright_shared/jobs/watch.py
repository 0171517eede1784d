"""Figures of the queue: what workers saw happen, and what the tables say when somebody asks."""

from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy import String, cast, func, select

from seawright_shared.jobs.job import Job
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.records.jobs import JobStatus
from seawright_shared.telemetry.metrics import Meter

WAITS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGauges:
    """What the tables say; every replica says the same."""

    jobs: Gauge
    depth: Gauge
    payload_bytes: Gauge
    oldest: Gauge
    dead: Gauge
    unrung: Gauge

    def clear(self) -> None:
        """Forget the numbers: old ones would be taken for present ones."""
        told = (self.jobs, self.depth, self.payload_bytes, self.oldest, self.dead, self.unrung)
        for gauge in told:
            gauge.clear()


def watch_jobs(queue: JobQueue, meter: Meter) -> None:
    """Have the queue's figures among the service's metrics."""
    waited = meter.histogram(
        "job_wait_seconds", "From when a job was due to when it was taken.", ["kind"], WAITS
    )
    again = meter.counter("redeliveries_total", "Jobs taken a second time or later.", ["kind"])
    lost = meter.counter("job_lease_lost_total", "Attempts whose lease ran out.", ["kind"])

    def claimed(job: Job) -> None:
        late = (queue.database.clock() - job.run_after).total_seconds()
        waited.labels(job.kind).observe(max(0.0, late))
        if job.attempt > 1:
            again.labels(job.kind).inc()

    queue.on_claimed = claimed
    queue.on_lost = lambda kind: lost.labels(kind).inc()
    gauges = QueueGauges(
        jobs=meter.gauge("jobs", "Jobs by state.", ["kind", "status"]),
        depth=meter.gauge("queue_depth", "Jobs that are due and wait for a worker.", ["kind"]),
        payload_bytes=meter.gauge("queue_bytes", "Payloads of the jobs that wait.", ["kind"]),
        oldest=meter.gauge(
            "queue_oldest_age_seconds", "How long the oldest due job has waited.", ["kind"]
        ),
        dead=meter.gauge(
            "dead_letters", "Jobs that were given up.", ["kind", "failure_class", "state"]
        ),
        unrung=meter.gauge(
            "unrung_bells_oldest_age_seconds", "How long the oldest due bell has waited.", ["kind"]
        ),
    )

    async def refresh() -> None:
        gauges.clear()
        await _read(queue, gauges)

    meter.refreshers.append(refresh)


async def _read(queue: JobQueue, gauges: QueueGauges) -> None:
    jobs, letters, bells = queue.tables.jobs, queue.tables.dead_letters, queue.tables.outbox
    is_due = (jobs.c.status == JobStatus.QUEUED) & (jobs.c.run_after <= queue.database.now())
    waiting = (
        select(
            jobs.c.kind,
            func.count(),
            func.sum(func.length(cast(jobs.c.payload, String))),
            func.min(jobs.c.run_after),
        )
        .where(is_due)
        .group_by(jobs.c.kind)
    )
    is_open = letters.c.requeued_at.is_(None)
    buried = select(letters.c.kind, letters.c.failure_class, is_open, func.count()).group_by(
        letters.c.kind, letters.c.failure_class, is_open
    )
    unrung = (
        select(bells.c.kind, func.min(bells.c.ring_at))
        .where(bells.c.ring_at <= queue.database.now())
        .group_by(bells.c.kind)
    )
    async with queue.database.reading() as connection:
        depths = await queue.depths(connection)
        due = (await connection.execute(waiting)).all()
        dead = (await connection.execute(buried)).all()
        late = (await connection.execute(unrung)).all()
        now = await queue.database.present(connection)
    for (kind, status), num in depths.items():
        gauges.jobs.labels(kind, status).set(num)
        for each in (gauges.depth, gauges.payload_bytes, gauges.oldest, gauges.unrung):
            each.labels(kind).set(0)
    for kind, num, num_bytes, oldest in due:
        gauges.depth.labels(kind).set(num)
        gauges.payload_bytes.labels(kind).set(int(num_bytes or 0))
        gauges.oldest.labels(kind).set(_age(oldest, now))
    for kind, since in late:
        gauges.unrung.labels(kind).set(_age(since, now))
    for kind, failure_class, is_left, num in dead:
        state = "open" if is_left else "requeued"
        gauges.dead.labels(kind, failure_class, state).set(num)


def _age(moment: datetime, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds())
