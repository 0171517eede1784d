"""Serve everything in one process for as long as a context is open."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from seawright_console.adapters.file_lock import owned
from seawright_console.adapters.uvicorn_server import address_of, bound_socket, serving
from seawright_console.wiring import build


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running embedded deployment."""

    url: str
    stopped: asyncio.Event
    """Set when the server has stopped, as after Ctrl-C."""


@asynccontextmanager
async def embedded(folder: Path, host: str, port: int) -> AsyncGenerator[Embedded]:
    """Serve all services with their state in the folder, which no other process may hold."""
    with owned(folder), bound_socket(host, port) as listening:
        url = address_of(listening)
        app = build(folder, public_url=url)
        async with serving(app, listening) as stopped:
            yield Embedded(url=url, stopped=stopped)
