"""Authentication: no request passes without credentials of the scope that its route needs."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.stdlib import get_logger

from seawright_shared.access.audit import AuditEvent
from seawright_shared.access.gate import Gate
from seawright_shared.access.scopes import needed_scope
from seawright_shared.errors import SeawrightError, UnauthenticatedError
from seawright_shared.web.problems import instance_of, problem_of, respond

READS = {"GET", "HEAD", "OPTIONS"}


class Authentication:
    """Asks the gate. Refusals, and writes of keys and people, are audit events in the log."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve whoever may; others get a problem document."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = str(scope["method"]), str(scope["path"])
        needed = needed_scope(method, path)
        if needed is None:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            principal = await self._gate.admit(headers.get("authorization", ""))
            principal.require(needed)
        except SeawrightError as error:
            get_logger().warning(
                "audit.refused", method=method, path=path, code=error.code, scope=needed
            )
            told = {"code": error.code, "scope": needed, "principal": _named(error)}
            await self._keep("refused", method, path, told)
            asks = _asks_a_browser(error, headers)
            await respond(problem_of(error, instance_of(scope)), asks)(scope, receive, send)
            return

        is_audited = method not in READS and principal.kind != "service"

        async def audited(message: Message) -> None:
            if message["type"] == "http.response.start" and is_audited:
                told = {
                    "principal": principal.id,
                    "project": principal.project,
                    "status": message["status"],
                }
                get_logger().info("audit.write", method=method, path=path, **told)
                await self._keep("write", method, path, told)
            await send(message)

        scope["principal"] = principal
        await self._app(scope, receive, audited)

    async def _keep(self, action: str, method: str, path: str, told: Mapping[str, object]) -> None:
        trail = self._gate.trail
        if trail is None:
            return
        about = {"action": action, "method": method, "path": path, **told}
        event = AuditEvent.model_validate(
            {"at": self._gate.clock(), "service": self._gate.service, **about}
        )
        await asyncio.to_thread(trail.keep, event)


def _named(error: SeawrightError) -> object:
    """Return who was refused: known where the credentials are good and the scope is lacking."""
    return error.context.get("principal")


def _asks_a_browser(error: SeawrightError, headers: Headers) -> dict[str, str]:
    """Let a browser show its login: any name, with an API key as the password."""
    if isinstance(error, UnauthenticatedError) and "text/html" in headers.get("accept", ""):
        return {"WWW-Authenticate": 'Basic realm="seawright", charset="UTF-8"'}
    return {}
