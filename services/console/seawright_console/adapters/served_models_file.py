"""What the embedded policy serves, in a file: the policy itself forgets when its process dies."""

import json
import re
from pathlib import Path
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import PublishRequest
from seawright_shared.errors import SeawrightError

PUBLICATION = re.compile(r"^/v1/models/(?P<name>[^/]+)/versions/(?P<version>\d+)$")

Published = dict[str, dict[str, object]]
"""Model name to its current version and the publication that made it so."""


class ServedModelsFile:
    """Stands before the policy's application and writes down each committed publication.

    The file is written before the publication is answered, so that what was answered survives.
    """

    def __init__(self, policy: ASGIApp, path: Path) -> None:
        self._policy = policy
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of the policy."""
        match = PUBLICATION.match(scope.get("path", "")) if scope["type"] == "http" else None
        if match is None or scope["method"] != "PUT":
            await self._policy(scope, receive, send)
            return
        body = bytearray()

        async def reading() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self._keep(match["name"], int(match["version"]), bytes(body))
            await send(message)

        await self._policy(scope, reading, answering)

    async def restore(self, policy: PolicyClient) -> None:
        """Publish again what was served; a model whose folder is gone is left out and logged."""
        for name, kept in self._read().items():
            request = PublishRequest.model_validate(kept["request"])
            try:
                for phase in ("prepare", "commit"):
                    changed = request.model_copy(update={"phase": phase})
                    await policy.publish(name, cast("int", kept["version"]), changed)
            except SeawrightError as fault:
                get_logger().warning("model.lost", model=name, fault=fault.detail)

    def _keep(self, name: str, version: int, body: bytes) -> None:
        request = PublishRequest.model_validate_json(body)
        if request.phase != "commit":
            return
        served = self._read()
        served[name] = {"version": version, "request": request.model_dump(mode="json")}
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(served, indent=1))
        written.replace(self._path)

    def _read(self) -> Published:
        if not self._path.exists():
            return {}
        return cast("Published", json.loads(self._path.read_text()))
