"""Health: is the loop alive, is the service started, are the things it needs there."""

import asyncio
import importlib.metadata
import platform
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import Gauge

from seawright_shared.errors import SeawrightError
from seawright_shared.telemetry.metrics import CONTENT_TYPE, Meter

Check = Callable[[], Awaitable[str | None]]
"""Returns None when well, or a sentence saying what is missing; a fault counts as one."""

Fullness = Callable[[], Awaitable[Mapping[str, float]]]
"""Returns how much of each limit is in use, as a share: 1 and more is at the limit."""

MAX_LAG_SECONDS = 2.0
CHECK_SECONDS = 5.0
SAMPLE_SECONDS = 0.5


@dataclass(slots=True)
class Pulse:
    """How late the event loop has been of late, and whether the service has started."""

    lag: Gauge
    lags_seconds: deque[float] = field(default_factory=lambda: deque([0.0], maxlen=20))
    is_started: bool = False
    is_draining: bool = False

    async def beat(self) -> None:
        """Measure the loop's lag until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(SAMPLE_SECONDS)
            late = max(0.0, time.perf_counter() - began - SAMPLE_SECONDS)
            self.lags_seconds.append(late)
            self.lag.set(late)


async def _verdict(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:g} s"
    except SeawrightError as error:
        return error.detail


async def _shares(fullness: Fullness) -> Mapping[str, float]:
    """Return how full the service is; nothing where that cannot be known in time."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return {name: round(share, 4) for name, share in (await fullness()).items()}
    except (TimeoutError, SeawrightError):
        return {}


def health_routes(
    service: str,
    checks: Mapping[str, Check],
    pulse: Pulse,
    meter: Meter,
    fullness: Fullness | None = None,
) -> APIRouter:
    """Return /livez, /readyz, /startupz, /metrics and /version; none asks for credentials.

    A full service stays ready: it answers new work with 503 and `Retry-After` by itself, and what
    it holds must reach it. /readyz says how full it is.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> JSONResponse:
        worst = pulse.lags_seconds[-1]
        is_alive = worst < MAX_LAG_SECONDS
        return JSONResponse(
            {"status": "ok" if is_alive else "late", "loop_lag_seconds": round(worst, 4)},
            200 if is_alive else 503,
        )

    @router.get("/startupz")
    async def startupz() -> JSONResponse:
        return JSONResponse(
            {"status": "ok" if pulse.is_started else "starting"}, 200 if pulse.is_started else 503
        )

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(_verdict(check)) for name, check in checks.items()}
        found = {name: task.result() or "ok" for name, task in tasks.items()}
        if pulse.is_draining:
            found["draining"] = "the service is shutting down"
        is_ready = all(why == "ok" for why in found.values())
        told: dict[str, object] = {"status": "ok" if is_ready else "unready", "checks": found}
        if fullness is not None:
            # What is asked for it may be just what is missing.
            told["saturation"] = await _shares(fullness) if is_ready else {}
        return JSONResponse(told, 200 if is_ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        await meter.refresh()
        return Response(meter.render(), media_type=CONTENT_TYPE)

    @router.get("/version")
    async def version() -> dict[str, str]:
        return {
            "service": service,
            "version": _version_of(service),
            "python": platform.python_version(),
        }

    return router


def _version_of(service: str) -> str:
    try:
        return importlib.metadata.version(f"seawright-{service.replace('_', '-')}")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
