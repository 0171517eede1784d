"""The heart: extends leases from a thread of its own, so that a busy event loop loses none."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from structlog.stdlib import get_logger

from seawright_shared.jobs.context import JobContext
from seawright_shared.jobs.job import Desired
from seawright_shared.jobs.leases import Leases
from seawright_shared.jobs.queue import JobQueue
from seawright_shared.stores.sql import Database


class Heart:
    """Beats for all jobs of one worker, over its own connection.

    `changed` is called in the worker's loop after a reply that asks for something but to run.
    """

    def __init__(self, queue: JobQueue, changed: Callable[[JobContext], None]) -> None:
        self._queue = queue
        self._leases = Leases(queue)
        self._changed = changed
        self._held: dict[str, JobContext] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_stopping = False

    @asynccontextmanager
    async def beating(self) -> AsyncGenerator[None]:
        """Beat until the block ends."""
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=self._run, args=(loop,), name="heart", daemon=True)
        self._is_stopping = False
        self._queue.nudges.append(self._wake.set)
        thread.start()
        try:
            yield
        finally:
            self._queue.nudges.remove(self._wake.set)
            self._is_stopping = True
            self._wake.set()
            await asyncio.to_thread(thread.join)

    def hold(self, context: JobContext) -> None:
        """Beat for this job from now on."""
        with self._lock:
            self._held[context.job.id] = context

    def release(self, context: JobContext) -> None:
        """Beat no more for this job."""
        with self._lock:
            self._held.pop(context.job.id, None)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        database = self._queue.database.sibling()
        with asyncio.Runner() as runner:
            while not self._is_stopping:
                self._wake.wait(self._queue.times.beat)
                self._wake.clear()
                with self._lock:
                    held = list(self._held.values())
                if held and not self._is_stopping:
                    runner.run(self._beat(database, held, loop))
            runner.run(database.aclose())

    async def _beat(
        self, database: Database, held: list[JobContext], loop: asyncio.AbstractEventLoop
    ) -> None:
        began = time.monotonic()
        replies: list[tuple[JobContext, Desired | None]] = []
        try:
            async with database.transaction() as connection:
                for one in held:
                    desired = await self._leases.beat(connection, one.job)
                    # Between a commit and its being noticed here, a job is ended and yet held.
                    if desired is None and await self._leases.was_left(connection, one.job):
                        continue
                    replies.append((one, desired))
        # A heart that stops loses every job of the worker: whatever it was, it beats on.
        except Exception as error:  # noqa: BLE001
            get_logger().warning("heartbeat.failed", why=f"{type(error).__name__}: {error}")
            # The work goes on in memory while the lease may still be ours.
            replies = [(one, None) for one in held if one.held_until < time.monotonic()]
        for context, desired in replies:
            if desired is not None:
                context.held_until = began + self._queue.times.lease
            if desired != context.desired:
                self._tell(loop, context, desired)

    def _tell(
        self, loop: asyncio.AbstractEventLoop, context: JobContext, desired: Desired | None
    ) -> None:
        def told() -> None:
            with self._lock:
                is_held = self._held.get(context.job.id) is context
            if is_held:
                context.hear(desired)
                self._changed(context)

        try:
            loop.call_soon_threadsafe(told)
        except RuntimeError:
            get_logger().info("heartbeat.dropped", job_id=context.job.id)
