"""The application factory: what every service serves and refuses in the same way."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import APIRouter, FastAPI

from seawright_shared.access.gate import Gate
from seawright_shared.telemetry.metrics import Meter
from seawright_shared.web.audit_events import audit_routes
from seawright_shared.web.authentication import Authentication
from seawright_shared.web.bodies import MEBIBYTE, BodyLimits
from seawright_shared.web.documentation import documentation_routes
from seawright_shared.web.health import Check, Fullness, Pulse, health_routes
from seawright_shared.web.metrics import RequestMetrics
from seawright_shared.web.openapi import describe_problems
from seawright_shared.web.problems import BugBarrier, install_problems
from seawright_shared.web.request_ids import RequestIds
from seawright_shared.web.request_traces import RequestTraces

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    service: str,
    routers: Sequence[APIRouter],
    *,
    lifespan: Lifespan | None = None,
    checks: Mapping[str, Check] | None = None,
    fullness: Fullness | None = None,
    body_limit_bytes: int = MEBIBYTE,
    larger_bodies: Mapping[str, int] | None = None,
    checks_json: bool = True,
    meter: Meter | None = None,
    gate: Gate | None = None,
) -> FastAPI:
    """Return the service's app with problems, request ids, limits, health, metrics and version.

    `larger_bodies` maps path prefixes to higher limits, in bytes. `checks_json` is false where
    another app behind this one looks into the bodies. `meter` is the service's own,
    where its use cases measure too. `fullness` is told by /readyz. `gate` asks for credentials; None: everyone may.
    `app.state.meter` and `app.state.pulse` hold what is in use.
    """
    meter = meter or Meter(service)
    pulse = Pulse(meter.gauge("event_loop_lag_seconds", "How late the event loop woke up."))

    @asynccontextmanager
    async def lives(app: FastAPI) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as group:
            beat = group.create_task(pulse.beat())
            async with lifespan(app) if lifespan else nullcontext():
                pulse.is_started = True
                yield
                pulse.is_draining = True
            beat.cancel()

    title = f"seawright {service}"
    app = FastAPI(title=title, version="1", lifespan=lives, docs_url=None, redoc_url=None)
    app.state.meter = meter
    app.state.pulse = pulse
    install_problems(app)
    own = [
        health_routes(service, checks or {}, pulse, meter, fullness),
        documentation_routes(title),
        audit_routes(gate.trail if gate is not None else None),
    ]
    for router in [*own, *routers]:
        app.include_router(router)
    describe_problems(app)
    # The last one added is the outermost.
    app.add_middleware(
        BodyLimits, limit_bytes=body_limit_bytes, larger=larger_bodies, checks_json=checks_json
    )
    if gate is not None:
        app.add_middleware(Authentication, gate=gate)
    app.add_middleware(BugBarrier)
    app.add_middleware(RequestMetrics, meter=meter)
    app.add_middleware(RequestTraces, service=service)
    app.add_middleware(RequestIds)
    return app
