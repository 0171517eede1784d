"""The worker: takes jobs when the bell rings and sees each of them to an end."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence

from structlog.stdlib import get_logger

from seawright_shared.errors import SeawrightError, UnavailableError
from seawright_shared.jobs.context import Handler, JobContext
from seawright_shared.jobs.doorbell import Bell
from seawright_shared.jobs.heart import Heart
from seawright_shared.jobs.job import Failure, FailureClass, Job, LostLeaseError
from seawright_shared.jobs.leases import Leases
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.jobs.rounds import is_cancelled
from seawright_shared.records.ids import new_id
from seawright_shared.telemetry.scope import job_scope

OUTAGE_SECONDS = 1.0
CANCEL_SECONDS = 1.0


class Worker:
    """Runs up to `concurrency` jobs at once, of the kinds it has handlers for.

    A handler may be cancelled at any await: when its job is cancelled, its lease was lost or
    the worker stops. What it must not lose it stores, and a later attempt goes on from there.
    """

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 8,
        name: str | None = None,
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{new_id('worker')}"
        self._queue = queue
        self._handlers = dict(handlers)
        self._kinds = sorted(self._handlers)
        self._concurrency = concurrency
        self._leases = Leases(queue)
        self._heart = Heart(queue, self._react)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[str] = set()
        self._freed = asyncio.Event()
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        """Work until `stop` or cancellation; what is unfinished then is handed back."""
        async with self._heart.beating(), asyncio.TaskGroup() as group:
            claiming = group.create_task(self._claim_for_ever(group))
            await self._stopping.wait()
            claiming.cancel()
            await self._wait_for_tasks(self._queue.times.grace)
            while self._tasks:
                self._cancel_handlers()
                await self._wait_for_tasks(CANCEL_SECONDS)

    def stop(self) -> None:
        """Take nothing more; let handlers end, then hand back what they did not."""
        self._stopping.set()

    async def run_until_idle(self) -> int:
        """Work until nothing of its kinds is due; return how many attempts were made."""
        num_attempts = 0
        async with self._heart.beating(), asyncio.TaskGroup() as group:
            while True:
                # Noted before looking: a task that ends meanwhile may have queued its job again.
                was_idle = not self._tasks
                self._freed.clear()
                jobs: Sequence[Job] = []
                if free := self._concurrency - len(self._tasks):
                    jobs = await self._leases.claim(self.name, self._kinds, limit=free)
                num_attempts += len(jobs)
                self._start(group, jobs)
                if jobs:
                    continue
                if not was_idle:
                    await self._freed.wait()
                elif not await self._leases.is_due(self._kinds):
                    return num_attempts

    async def _claim_for_ever(self, group: asyncio.TaskGroup) -> None:
        while not (self._stopping.is_set() or is_cancelled()):
            free = self._concurrency - len(self._tasks)
            if free == 0:
                self._freed.clear()
                await self._freed.wait()
                continue
            try:
                bells = await self._heard(free)
                # Without a bell it looks all the same: bells may be lost, rows are not.
                limit = len(bells) or free
                jobs = await self._leases.claim(self.name, self._kinds, limit=limit)
            except UnavailableError as error:
                get_logger().warning("claim.failed", worker=self.name, why=error.detail)
                await asyncio.sleep(min(OUTAGE_SECONDS, self._queue.times.poll))
                continue
            self._start(group, jobs)
            await self._settle_bells(bells)

    async def _heard(self, limit: int) -> Sequence[Bell]:
        """Return bells; without a doorbell, none after a while: the table alone suffices."""
        times = self._queue.times
        try:
            return await self._queue.doorbell.wait(
                self._kinds, limit=limit, timeout_seconds=times.poll
            )
        except UnavailableError as error:
            get_logger().warning("doorbell.failed", worker=self.name, why=error.detail)
            await asyncio.sleep(min(OUTAGE_SECONDS, times.poll))
            return []

    async def _settle_bells(self, bells: Sequence[Bell]) -> None:
        try:
            await self._queue.doorbell.settle(bells)
        except UnavailableError as error:
            get_logger().warning("doorbell.failed", worker=self.name, why=error.detail)

    def _start(self, group: asyncio.TaskGroup, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._queue.on_claimed(job)
            context = JobContext(self._queue, self._leases, job)
            self._heart.hold(context)
            task = group.create_task(self._attempt(context), name=f"job {job.id}")
            self._tasks[job.id] = task
            task.add_done_callback(lambda _, context=context: self._ended(context))

    def _ended(self, context: JobContext) -> None:
        self._heart.release(context)
        self._tasks.pop(context.job.id, None)
        self._leaving.discard(context.job.id)
        self._freed.set()

    def _react(self, context: JobContext) -> None:
        """Stop a handler whose work is no longer wanted; one that may pause decides itself."""
        task = self._tasks.get(context.job.id)
        is_leaving = context.is_settled or context.job.id in self._leaving
        if task is not None and context.cancelled and not is_leaving:
            task.cancel()

    def _cancel_handlers(self) -> None:
        """Cancel those that have not begun to leave; again, where it was swallowed."""
        for job_id, task in self._tasks.items():
            if job_id not in self._leaving:
                task.cancel()

    async def _wait_for_tasks(self, seconds: float) -> None:
        if tasks := list(self._tasks.values()):
            await asyncio.wait(tasks, timeout=seconds)

    async def _attempt(self, context: JobContext) -> None:
        """See one attempt to its end. Nothing it does disturbs the others."""
        job = context.job
        with job_scope(job.id, job.run_id):
            try:
                await self._handlers[job.kind](context)
                if not context.is_settled:
                    async with self._queue.database.transaction() as connection:
                        await context.finish(connection)
                get_logger().info("job.finished", kind=job.kind, attempt=job.attempt)
            except asyncio.CancelledError:
                await self._after_cancel(context)
            except LostLeaseError:
                self._lost(job)
            # One bad job never stops its siblings: whatever it raised is counted and told.
            except Exception as error:  # noqa: BLE001
                await self._after_error(context, error)

    def _lost(self, job: Job) -> None:
        self._queue.on_lost(job.kind)
        get_logger().warning("lease.lost", kind=job.kind, attempt=job.attempt)

    async def _after_cancel(self, context: JobContext) -> None:
        self._leaving.add(context.job.id)
        if context.is_settled:
            return
        if context.is_lost:
            self._lost(context.job)
            return
        end = self._leases.end_cancelled if context.cancelled else self._leases.hand_back
        try:
            async with self._queue.database.transaction() as connection:
                await end(connection, context.job)
        except (LostLeaseError, UnavailableError) as error:
            get_logger().warning("job.abandoned", kind=context.job.kind, why=error.detail)
        else:
            did = "job.cancelled" if context.cancelled else "job.handed_back"
            get_logger().info(did, kind=context.job.kind, attempt=context.job.attempt)

    async def _after_error(self, context: JobContext, error: Exception) -> None:
        self._leaving.add(context.job.id)
        failure = failure_of(error)
        get_logger().error(
            "attempt.failed",
            kind=context.job.kind,
            attempt=context.job.attempt,
            failure_class=failure.failure_class.value,
            exc_info=error if failure.failure_class is FailureClass.POISON else None,
            why=failure.message,
        )
        if context.is_settled:
            return
        try:
            async with self._queue.database.transaction() as connection:
                await self._leases.fail(connection, context.job, failure)
        except (LostLeaseError, UnavailableError) as fault:
            # The sweeper finds it when its lease ran out.
            get_logger().warning("job.abandoned", kind=context.job.kind, why=fault.detail)


def failure_of(error: Exception) -> Failure:
    """Return what an exception of a handler means for its job."""
    if isinstance(error, UnavailableError):
        return Failure(failure_class=FailureClass.INFRA, code=error.code, message=error.detail)
    if isinstance(error, SeawrightError):
        kind = FailureClass.TRANSIENT if error.retryable else FailureClass.REFUSED
        return Failure(failure_class=kind, code=error.code, message=error.detail)
    message = f"{type(error).__name__}: {error}"[:2000]
    return Failure(failure_class=FailureClass.POISON, code="poison", message=message)
