"""A pool of worker processes behind one address; a session's id names the worker that holds it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from seawright_environment.adapters.worker_frames import Header, ReplyFrame, RequestFrame
from seawright_environment.adapters.worker_process import WorkerLostError, WorkerProcess
from seawright_environment.core.sessions import is_session_id, worker_of
from seawright_shared.contracts.environment_sessions import Capacity
from seawright_shared.errors import CapacityError, SessionLostError, UnavailableError
from seawright_shared.telemetry.scope import REQUEST_ID

SESSIONS = "/v1/env-sessions"
MAX_WAITING = 8192
"""Requests per worker; beyond it the pool says so instead of growing."""
START_SECONDS = 60.0
GONE = ReplyFrame(number=0, status=204, headers=[], body=b"", route=f"{SESSIONS}/{{session_id}}")
"""To whoever closes a session that died with its worker."""


@dataclass(frozen=True, slots=True)
class AnsweredRoute:
    """The route template that a worker answered by, for the front's metrics."""

    path: str


class ProcessPool:
    """Sends each request to a worker: a session's to its own, others to the least busy one.

    Sessions live in the first `num_session_workers`; where there are more workers, those do
    everything else.
    """

    def __init__(self, workers: Sequence[WorkerProcess], *, num_session_workers: int) -> None:
        self.workers = list(workers)
        self._holders = self.workers[:num_session_workers]
        self._others = self.workers[num_session_workers:] or self._holders
        self._turn = 0

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Keep the workers alive; on leaving, let them finish and end them."""
        async with asyncio.TaskGroup() as group:
            keeping = [group.create_task(worker.keep_alive()) for worker in self.workers]
            async with asyncio.timeout(START_SECONDS):
                for worker in self.workers:
                    await worker.wait_until_up()
            try:
                yield
            finally:
                for task in keeping:
                    task.cancel()

    async def check(self) -> str | None:
        """Say which kind of worker is missing; one that is down leaves the others' work be."""
        for group, what in ((self._holders, "sessions"), (self._others, "verifications")):
            if not any(worker.is_up for worker in group):
                return f"no worker for {what} is up"
        return None

    async def capacity(self) -> Capacity:
        """Return the room of all workers together."""
        told = await self._told("/v1/capacity")
        found = [Capacity.model_validate_json(body) for body in told.values()]
        if not found:
            raise UnavailableError("no worker answers at present")
        held = found[: len(self._holders)]
        summed = {
            "num_sessions": sum(each.num_sessions for each in held),
            "max_sessions": sum(each.max_sessions for each in held),
            "num_heavy": sum(each.num_heavy for each in found),
            "max_heavy": sum(each.max_heavy for each in found),
            "num_workers": len(found),
        }
        return found[0].model_copy(update=summed)

    async def metrics(self) -> dict[int, str]:
        """Return what each worker that is up measures, as Prometheus reads it."""
        return {index: body.decode() for index, body in (await self._told("/metrics")).items()}

    async def _told(self, path: str) -> dict[int, bytes]:
        """Return what each worker that is up answers."""
        asked = RequestFrame(number=0, method="GET", path=path, query=b"", headers=[], body=b"")
        async with asyncio.TaskGroup() as group:
            tasks = {
                index: group.create_task(worker.ask(asked))
                for index, worker in enumerate(self.workers)
                if worker.is_up
            }
        return {index: task.result().body for index, task in tasks.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request through a worker."""
        assert scope["type"] == "http"
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        request = RequestFrame(
            number=0,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=_marked(scope),
            body=bytes(body),
        )
        reply = await self._answered(request)
        scope["route"] = AnsweredRoute(reply.route)
        headers = [(name, value) for name, value in reply.headers if name != b"x-request-id"]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _answered(self, request: RequestFrame) -> ReplyFrame:
        session_id = _session_id(request.path)
        if session_id is None or not is_session_id(session_id):
            group = self._holders if request.path.startswith(SESSIONS) else self._others
            return await self._ask(self._chosen(group), request)
        index = worker_of(session_id)
        # An id of another pool is lost wherever it is asked for.
        known = index is not None and index < len(self._holders)
        worker = (
            self._holders[index] if known and index is not None else self._chosen(self._holders)
        )
        try:
            return await self._ask(worker, request)
        except WorkerLostError as error:
            if request.method == "DELETE" and request.path == f"{SESSIONS}/{session_id}":
                return GONE
            raise SessionLostError(
                "the process that held the session died: re-open it by its history",
                {"session_id": session_id},
            ) from error

    async def _ask(self, worker: WorkerProcess, request: RequestFrame) -> ReplyFrame:
        if worker.num_waiting >= MAX_WAITING:
            raise CapacityError(f"{MAX_WAITING} requests wait for one worker already")
        return await worker.ask(request)

    def _chosen(self, group: Sequence[WorkerProcess]) -> WorkerProcess:
        """Return the least busy worker, equally busy ones in turn."""
        up = [worker for worker in group if worker.is_up]
        if not up:
            raise UnavailableError("no worker answers at present")
        self._turn += 1
        turned = [up[(self._turn + place) % len(up)] for place in range(len(up))]
        return min(turned, key=lambda worker: worker.num_waiting)


def _marked(scope: Scope) -> list[Header]:
    """Return the headers, with the request's id as the front knows it."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"x-request-id"]
    request_id = REQUEST_ID.get()
    return [*headers, (b"x-request-id", request_id.encode())] if request_id else headers


def _session_id(path: str) -> str | None:
    """Return the session that a path is about, if it is about one."""
    if not path.startswith(f"{SESSIONS}/"):
        return None
    return path[len(SESSIONS) + 1 :].split("/", 1)[0]
