"""Serves several applications under one address, each below its own prefix.

Not a Starlette mount: an application sees the paths it would see alone, so that its limits and
metrics, which know paths, hold here too; `root_path` tells it where it is for its documentation,
and where it sends a client to (`Location`) is led below its prefix here.
"""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = ""
"""The name of the application that has no prefix and owns the lifespan."""


class Prefixes:
    """Hands each request to the application whose prefix it has, all others to `ROOT`'s.

    `apps` is read at each request, so that applications may be made after this one.
    """

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._apps[ROOT](scope, receive, send)
            return
        path = str(scope["path"])
        name, _, rest = path.removeprefix("/").partition("/")
        if not name or name not in self._apps:
            await self._apps[ROOT](scope, receive, send)
            return
        inner = dict(scope)
        inner["path"] = f"/{rest}"
        inner["raw_path"] = f"/{rest}".encode()
        inner["root_path"] = f"{scope.get('root_path', '')}/{name}"

        async def led(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("location", "").startswith("/"):
                    headers["location"] = f"/{name}{headers['location']}"
            await send(message)

        await self._apps[name](inner, receive, led)
