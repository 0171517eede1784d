"""Serve everything in one process for as long as a context is open."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from seawright_console.adapters.file_lock import owned
from seawright_console.adapters.uvicorn_server import address_of, bound_socket, serving
from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.telemetry.logs import configure_logging


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running embedded deployment."""

    url: str
    stopped: asyncio.Event
    """Set when the server has stopped, as after Ctrl-C."""


LOG = "seawright.log"


@asynccontextmanager
async def embedded(folder: Path, host: str, port: int) -> AsyncGenerator[Embedded]:
    """Serve all services with their state in the folder, which no other process may hold.

    What they log goes to a file there: the terminal is for progress.
    """
    # Here, not above: the engines' libraries take seconds, which `seawright --help` need not.
    from seawright_console.wiring import build

    access = access_of(AccessSettings(), "embedded")
    access.check_address(host)
    with ExitStack() as stack:
        stack.enter_context(owned(folder))
        log = stack.enter_context((folder / LOG).open("a", buffering=1))
        # What is said after the end, as by a dying loop, finds a handler that still works.
        stack.callback(configure_logging, "embedded")
        configure_logging("embedded", stream=log)
        listening = stack.enter_context(bound_socket(host, port))
        url = address_of(listening)
        app = build(folder, public_url=url, access=access)
        async with serving(app, listening) as stopped:
            yield Embedded(url=url, stopped=stopped)
