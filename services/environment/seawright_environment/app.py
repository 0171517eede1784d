"""The service's front door: `seawright-environment`."""

import asyncio
import gc
import socket
import sys

import uvicorn
from fastapi import FastAPI

from seawright_environment.adapters.pool_worker import serve_frames
from seawright_environment.settings import Settings
from seawright_environment.wiring import build, build_local
from seawright_shared.access.opening import access_of
from seawright_shared.access.settings import AccessSettings
from seawright_shared.web.serving import serve

SERVICE = "environment"

SWITCH_SECONDS = 0.001
"""How long a thread computes before the event loop gets its turn."""

GC_THRESHOLDS = (50_000, 20, 100)


def app() -> FastAPI:
    """Return the service as its environment configures it."""
    return build(Settings(), access_of(AccessSettings(), SERVICE))


def main() -> None:
    """Serve until stopped, then finish what runs."""
    settings, access = Settings(), access_of(AccessSettings(), SERVICE)
    application = build(settings, access)
    settle()
    serve(
        application,
        (settings.host, settings.port),
        access,
        notice_seconds=settings.drain_notice_seconds,
        drain_seconds=settings.drain_seconds,
    )


def settle() -> None:
    """Give the event loop its turns, and spare the collector what lives as long as the process.

    Sessions are trees that reference counting frees: with the usual thresholds a quarter of a
    call's time went into looking through thousands of them.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def worker() -> None:
    """Serve as one process of a pool: number, settings and channel are the arguments."""
    index, settings, channel = sys.argv[1:]
    application = build_local(Settings.model_validate_json(settings), worker=int(index))
    settle()

    async def serve() -> None:
        async with application.router.lifespan_context(application):
            await serve_frames(application, socket.socket(fileno=int(channel)))

    with asyncio.Runner(loop_factory=uvicorn.Config(application).get_loop_factory()) as runner:
        runner.run(serve())
