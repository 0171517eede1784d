"""Request traces: a span for every request that is served, joined to its caller's."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seawright_shared.access.scopes import OPEN_PATHS
from seawright_shared.telemetry import conventions
from seawright_shared.telemetry.scope import REQUEST_ID
from seawright_shared.telemetry.tracing import TRACER, failed, served_span


class RequestTraces:
    """Names spans by route template. Probes and scrapes are not traced."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, within a span where spans are made."""
        if scope["type"] != "http" or TRACER.get() is None or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        method = str(scope["method"])
        known: dict[str, str] = {
            conventions.SERVICE: self._service,
            conventions.METHOD: method,
            conventions.REQUEST_ID: REQUEST_ID.get() or "",
        }
        with served_span(method, Headers(scope=scope), known) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute(conventions.STATUS, message["status"])
                    if message["status"] >= 500:
                        failed(span, str(message["status"]))
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                route = str(getattr(scope.get("route"), "path", "unknown"))
                span.update_name(f"{method} {route}")
                span.set_attribute(conventions.ROUTE, route)
