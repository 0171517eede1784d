"""Serve the Model Context Protocol on a session: one party's tools, for the party's token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject
from seawright_environment.core.mcp_messages import (
    HANDSHAKE_VERSIONS,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MODERN,
    McpMessage,
    mcp_error,
)
from seawright_environment.core.sessions import Invocation, OpenSession
from seawright_shared.errors import ConflictError
from seawright_shared.records.domains import Domain
from seawright_shared.records.ids import NewId
from seawright_shared.records.messages import Requestor

CALL_ID_KEY = "io.seawright/call-id"
"""In `_meta` of a call: makes it idempotent, as `call_id` does."""
TOOLS_TTL_MS = 3_600_000
"""A domain's tools change only with the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpCaller:
    """Who asks, and how he speaks."""

    requestor: Requestor
    generation: Literal["modern", "handshake"]
    session_id: str | None
    """Of the protocol (`Mcp-Session-Id`), before 2026-07-28."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeMcp:
    """Answers requests; calls run as they do over the plain route."""

    domains: Mapping[str, Domain]
    new_id: NewId

    def __call__(self, session: OpenSession, caller: McpCaller, message: McpMessage) -> JsonObject:
        """Return the result, or raise `McpError`."""
        domain = self.domains[session.world.base.content.name]
        if message.method == "tools/list":
            listed = _tools(domain, caller, is_solo=session.world.is_solo)
            return self._finished(caller, {"tools": listed}, ttl_ms=TOOLS_TTL_MS)
        if message.method == "tools/call":
            return self._finished(caller, self._call(session, caller, message))
        if caller.generation == "modern" and message.method == "server/discover":
            greeting = _greeting(domain, caller, is_solo=session.world.is_solo)
            greeting["supportedVersions"] = [MODERN]
            return self._finished(caller, greeting, ttl_ms=TOOLS_TTL_MS)
        if caller.generation == "handshake" and message.method == "initialize":
            asked = message.params.get("protocolVersion")
            spoken = asked if asked in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[0]
            greeting = _greeting(domain, caller, is_solo=session.world.is_solo)
            return greeting | {"protocolVersion": spoken}
        if caller.generation == "handshake" and message.method == "ping":
            return {}
        raise mcp_error(METHOD_NOT_FOUND, f"no method {message.method!r}")

    def _call(self, session: OpenSession, caller: McpCaller, message: McpMessage) -> JsonObject:
        name, arguments = message.params.get("name"), message.params.get("arguments")
        tools = session.world.tools_of(caller.requestor)
        if not isinstance(name, str) or name not in tools:
            raise mcp_error(INVALID_PARAMS, f"unknown tool: {name!r}")
        if not isinstance(arguments, dict | None):
            raise mcp_error(INVALID_PARAMS, "arguments is an object")
        invocation = Invocation(
            call_id=self._call_id(caller, message),
            requestor=caller.requestor,
            name=name,
            arguments=arguments or {},
        )
        try:
            answer = session.call(invocation)
        except ConflictError as error:
            raise mcp_error(INVALID_PARAMS, error.detail) from error
        text: JsonObject = {"type": "text", "text": answer.result.content}
        return {"content": [text], "isError": answer.result.error}

    def _call_id(self, caller: McpCaller, message: McpMessage) -> str:
        """Return what makes a repetition known.

        A request id is unique within a protocol session; a request that stands alone names its
        own call id, or is a call of its own each time.
        """
        meta = message.params.get("_meta")
        given = meta.get(CALL_ID_KEY) if isinstance(meta, dict) else None
        if isinstance(given, str) and given:
            return f"mcp:{caller.requestor}:{given}"[:200]
        if caller.session_id is not None:
            return f"mcp:{caller.session_id}:{message.id!r}"[:200]
        return self.new_id("call")

    def _finished(self, caller: McpCaller, result: JsonObject, ttl_ms: int = -1) -> JsonObject:
        if caller.generation == "handshake":
            return result
        more: JsonObject = {"resultType": "complete"}
        if ttl_ms >= 0:
            more |= {"ttlMs": ttl_ms, "cacheScope": "private"}
        return result | more


def _greeting(domain: Domain, caller: McpCaller, *, is_solo: bool) -> JsonObject:
    greeting: JsonObject = {
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": f"seawright-{domain.name}", "version": domain.version},
    }
    if caller.requestor == "assistant":
        solo = domain.solo_domain_policy if is_solo else None
        greeting["instructions"] = solo or domain.domain_policy
    return greeting


def _tools(domain: Domain, caller: McpCaller, *, is_solo: bool) -> list[JsonValue]:
    """Return the caller's tools; in a solo episode the agent has all, and the user none."""
    holders: set[Requestor] = {caller.requestor}
    if is_solo:
        holders = {"assistant", "user"} if caller.requestor == "assistant" else set()
    # The agent's tools are listed first: its own hides one of the user's with the same name.
    chosen = {tool.name: tool for tool in reversed(domain.tools) if tool.requestor in holders}
    return [
        {
            "name": tool.name,
            "description": tool.description,
            "inputSchema": dict(tool.parameters),
            "annotations": {"readOnlyHint": tool.kind != "write"},
        }
        for tool in reversed(chosen.values())
    ]
