"""What an agent sends to its session's door: whole requests of the Model Context Protocol."""

import asyncio
import functools
from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.contracts.environment_sessions import Capability
from seawright_shared.errors import SeawrightError
from tests.fuzz.bodies import META
from tests.fuzz.target import Target, as_json

MODERN = {
    b"mcp-protocol-version": b"2026-07-28",
    b"mcp-method": b"tools/call",
    b"mcp-name": b"calculate",
}
DATABASE = {"domain": "retail", "seed": 5, "num_customers": 5}


@functools.cache
def door() -> tuple[FastAPI, Capability]:
    """Return an environment with one session, and the agent's capability."""
    app = build(Settings(tau2_data_dir=None))

    async def opened() -> Capability:
        async with client(app) as http:
            session = await http.post("/v1/env-sessions", json={"database": DATABASE})
            path = f"/v1/env-sessions/{session.raise_for_status().json()['id']}/capabilities"
            given = await http.post(path, json={"requestor": "assistant"})
            return Capability.model_validate_json(given.raise_for_status().content)

    return app, asyncio.run(opened())


def client(app: FastAPI) -> httpx.AsyncClient:
    """Return a client of it; what it does not expect is raised here."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://e")


def posted(body: bytes, headers: Mapping[bytes, bytes]) -> None:
    """Post a message; every answer but the service's own failure is well."""
    app, given = door()
    own = {b"authorization": f"Bearer {given.token}".encode(), b"content-type": b"application/json"}

    async def post() -> httpx.Response:
        async with client(app) as http:
            return await http.post(given.mcp_path, content=body, headers={**own, **headers})

    answer = asyncio.run(post())
    if answer.status_code >= 500:
        raise SeawrightError(answer.text)
    answer.json() if answer.content else None


def modern(data: bytes) -> None:
    """Feed a message of the present protocol."""
    posted(data, MODERN)


def handshake(data: bytes) -> None:
    """Feed a message of the protocol before it."""
    posted(data, {})


def origin(data: bytes) -> None:
    """Feed the header that says which page asks."""
    posted(INITIALIZE, {b"origin": header_of(data)})


def protocol_headers(data: bytes) -> None:
    """Feed the protocol's own headers, a line each."""
    values = [header_of(line) for line in (data.split(b"\n") + [b""] * 4)[:4]]
    names = (b"mcp-protocol-version", b"mcp-method", b"mcp-name", b"mcp-session-id")
    posted(CALL, dict(zip(names, values, strict=True)))


def header_of(data: bytes) -> bytes:
    """Return a value that a server lets through: no control characters, no blanks about it."""
    return bytes(byte for byte in data if byte >= 0x20 and byte != 0x7F).strip()


def rpc(method: str, **params: object) -> dict[str, object]:
    """Return a message."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


ASKED = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "f"}}
ARGUMENTS = {"name": "calculate", "arguments": {"expression": "1 + 1"}}
MESSAGES = as_json(
    rpc("tools/call", **ARGUMENTS, _meta=META),
    rpc("tools/list", _meta=META),
    rpc("server/discover", _meta=META),
)
CALL, INITIALIZE = MESSAGES[0], as_json(rpc("initialize", **ASKED))[0]
TARGETS: Mapping[str, Target] = {
    "mcp_handshake": Target(feed=handshake, seeds=[INITIALIZE, *as_json(rpc("tools/list"))]),
    "mcp_headers": Target(
        feed=protocol_headers,
        seeds=[b"2026-07-28\ntools/call\ncalculate\n", b"2025-11-25\n\n\nmcp_1"],
    ),
    "mcp_origin": Target(feed=origin, seeds=[b"http://e", b"https://other:8443"]),
    "mcp_request": Target(feed=modern, seeds=MESSAGES),
}
