"""Serves an application on a socket for as long as a context is open."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from seawright_shared.errors import ConflictError, UnavailableError

KEEP_ALIVE_SECONDS = 75


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 is any free one. A port in use is a `ConflictError`."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConflictError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port"
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the http address of a bound socket."""
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_settled = asyncio.Event()
        """Set when it serves, or when it never will."""
        self.is_stopped = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_settled.set()

    async def serve_all(self, listening: socket.socket) -> None:
        """Serve until told to stop."""
        try:
            await self.serve(sockets=[listening])
        finally:
            self.is_settled.set()
            self.is_stopped.set()


@asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncGenerator[asyncio.Event]:
    """Serve the app; the event is set when the server has stopped, as after Ctrl-C."""
    server = _Server(
        uvicorn.Config(
            app,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            lifespan="on",
        )
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve_all(listening))
        await server.is_settled.wait()
        if not server.started:
            raise UnavailableError("the services did not start; the log says why")
        try:
            yield server.is_stopped
        finally:
            server.should_exit = True
