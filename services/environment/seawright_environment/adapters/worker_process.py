"""One worker process as the front sees it: started, asked, found dead, started again."""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from structlog.stdlib import get_logger

from seawright_environment.adapters.worker_frames import (
    FrameProtocol,
    ReplyFrame,
    RequestFrame,
    read_reply,
)
from seawright_shared.errors import UnavailableError

STOP_SECONDS = 10.0
"""How long a worker may finish what runs before it is killed."""
FIRST_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.05, 5.0
STEADY_SECONDS = 30.0
"""A worker that lived for longer is started again at once."""


class WorkerLostError(UnavailableError):
    """The worker died, or is being started: nothing that it held is left."""

    code = "worker-lost"


@dataclass(slots=True, kw_only=True)
class WorkerProcess:
    """Keeps one worker alive. `command` gets the number of the channel's file descriptor."""

    index: int
    command: Sequence[str]
    pid: int | None = None
    num_starts: int = 0
    _transport: asyncio.Transport | None = None
    _waiting: dict[int, asyncio.Future[ReplyFrame]] = field(
        default_factory=dict[int, "asyncio.Future[ReplyFrame]"]
    )
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _is_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_up(self) -> bool:
        """Whether it takes requests."""
        return self._is_up.is_set()

    @property
    def num_waiting(self) -> int:
        """Requests that it has not answered yet."""
        return len(self._waiting)

    async def wait_until_up(self) -> None:
        """Return once it takes requests."""
        await self._is_up.wait()

    async def ask(self, request: RequestFrame) -> ReplyFrame:
        """Return the worker's reply, or raise `WorkerLostError` when it dies meanwhile."""
        transport = self._transport
        if transport is None or transport.is_closing() or not self._is_up.is_set():
            raise WorkerLostError("the worker process is being started")
        number = next(self._numbers)
        reply: asyncio.Future[ReplyFrame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = reply
        frame = RequestFrame(
            number=number,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
        )
        transport.write(frame.packed())
        try:
            return await reply
        finally:
            self._waiting.pop(number, None)

    async def keep_alive(self) -> None:
        """Run the worker, again and again, until cancelled; then let it finish and end it."""
        backoff = FIRST_BACKOFF_SECONDS
        while True:
            began = time.monotonic()
            await self._run_once()
            lived = time.monotonic() - began
            get_logger().warning("worker.died", worker=self.index, seconds=round(lived, 3))
            if lived > STEADY_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            else:
                await asyncio.sleep(backoff)
                backoff = min(2 * backoff, MAX_BACKOFF_SECONDS)

    async def _run_once(self) -> None:
        """Start the process and return when its channel is closed or it has ended."""
        ours, theirs = socket.socketpair()
        gone = asyncio.Event()

        def lost() -> None:
            self._lose()
            gone.set()

        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        finally:
            theirs.close()
        self.pid, self.num_starts = process.pid, self.num_starts + 1
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_unix_connection(
            lambda: FrameProtocol(self._receive, lost), sock=ours
        )
        try:
            await gone.wait()
        finally:
            self._lose()
            await self._end(process)

    def _receive(self, payload: bytes) -> None:
        reply = read_reply(payload)
        if reply.number == 0:
            self._is_up.set()
            return
        waiting = self._waiting.get(reply.number)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def _lose(self) -> None:
        """Close the channel, which ends the worker, and tell everybody who waits for it."""
        self._is_up.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(WorkerLostError("the worker process died"))
        self._waiting.clear()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self.pid = None
