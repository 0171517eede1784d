"""Request metrics: durations by route template, method and code."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seawright_shared.telemetry.metrics import Meter


class RequestMetrics:
    """Measures every request. Unknown paths share one label, so that scans cost no memory."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app = app
        self._seconds = meter.histogram(
            "http_request_duration_seconds",
            "Time until the response was sent.",
            ["route", "method", "code"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        code = 500
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            template = getattr(scope.get("route"), "path", "unknown")
            seconds = self._seconds.labels(template, scope["method"], str(code))
            seconds.observe(time.perf_counter() - began)
