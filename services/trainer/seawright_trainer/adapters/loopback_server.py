"""A door for local ranks: the app on a free loopback port, where it has no address yet."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI


@asynccontextmanager
async def loopback_door(app: FastAPI) -> AsyncGenerator[str]:
    """Serve the app on 127.0.0.1 until the block ends; yields its URL.

    The app's lifespan is running already (embedded mode): it is not run a second time.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_keep_alive=75)
    server = _Door(config)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = True
            await asyncio.wait([serving])


class _Door(uvicorn.Server):
    """A server beside another one: the process's signals are the other one's business."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals alone."""
        yield
