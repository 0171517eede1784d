"""A rank's line to the control plane: calls from synchronous code, heartbeats beside them."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

import structlog

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.trainer import TrainerClient
from seawright_shared.contracts.trainer import (
    HeartbeatReply,
    HeartbeatRequest,
    StepReport,
    Work,
    WorkRequest,
)
from seawright_shared.errors import SeawrightError
from seawright_trainer.core.attempts import AttemptConfig

T = TypeVar("T")
log = structlog.get_logger()

RETRY_SECONDS = 1.0


class ControlLink:
    """An event loop in a thread of its own; a collective that hangs does not stop the pulse."""

    def __init__(
        self,
        config: AttemptConfig,
        rank: int,
        credentials: Callable[[], str] | None = None,
    ) -> None:
        self._config = config
        self._rank = rank
        self._credentials = credentials
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="control", daemon=True)
        self._thread.start()
        self._peer = self._call(self._open())
        self._client = TrainerClient(self._peer)
        self._pulse: asyncio.Task[None] | None = None
        self.phase = "loading"
        self.step = 0

    def start_heartbeats(self, is_lost: Callable[[], None]) -> None:
        """Report every few seconds; call `is_lost` once when the attempt is no longer valid."""

        async def start() -> asyncio.Task[None]:
            # The loop's thread owns the task; `close` cancels it.
            return asyncio.ensure_future(self._beat(is_lost))

        self._pulse = self._call(start())

    def work(self, step: int) -> Work:
        """Ask what to do next, after `step` steps."""
        request = WorkRequest(step=step)
        return self._patiently(
            lambda: self._client.work(self._config.run_id, self._config.attempt, request)
        )

    def report(self, report: StepReport) -> None:
        """Report a step, until it is accepted; it is idempotent."""
        self._patiently(
            lambda: self._client.report_step(self._config.run_id, self._config.attempt, report)
        )

    def close(self) -> None:
        """Stop the pulse and the loop."""
        if self._pulse is not None:
            self._loop.call_soon_threadsafe(self._pulse.cancel)
        self._call(self._peer.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5.0)

    async def _open(self) -> Peer:
        return Peer(
            self._config.control_url, num_pools=1, connections=4, credentials=self._credentials
        )

    async def _beat(self, is_lost: Callable[[], None]) -> None:
        last_heard = time.monotonic()
        while True:
            request = HeartbeatRequest(rank=self._rank, phase=self.phase, step=self.step)
            try:
                reply: HeartbeatReply = await self._client.heartbeat(
                    self._config.run_id, self._config.attempt, request
                )
                last_heard = time.monotonic()
                if not reply.valid:
                    is_lost()
                    return
            except SeawrightError as error:
                log.warning("heartbeat.missed", reason=error.detail)
                if time.monotonic() - last_heard > self._config.control_deadline_seconds:
                    is_lost()
                    return
            await asyncio.sleep(self._config.heartbeat_seconds)

    def _patiently(self, call: Callable[[], Coroutine[object, object, T]]) -> T:
        deadline = time.monotonic() + self._config.control_deadline_seconds
        while True:
            try:
                return self._call(call())
            except SeawrightError as error:
                if not error.retryable or time.monotonic() > deadline:
                    raise
                log.warning("control_plane.unreachable", reason=error.detail)
                time.sleep(RETRY_SECONDS)

    def _call(self, coroutine: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
