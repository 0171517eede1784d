"""The Model Context Protocol's messages: what is read, and what is refused.

Two generations are spoken: 2026-07-28, whose requests stand alone, and the ones before it, which
begin with `initialize` (https://modelcontextprotocol.io/specification).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, at
from seawright_shared.errors import SeawrightError

MODERN = "2026-07-28"
HANDSHAKE_VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26")
"""Newest first: what is offered to a client that asks for one unknown here."""
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022


class McpError(SeawrightError):
    """A request that is answered by a JSON-RPC error; `status` is the HTTP one."""

    status = 400
    code = "mcp-error"
    rpc_code: int = INVALID_REQUEST
    rpc_data: JsonValue = None


def mcp_error(rpc_code: int, detail: str, *, rpc_data: JsonValue = None) -> McpError:
    """Return the fault with this JSON-RPC code."""
    error = McpError(detail)
    error.rpc_code, error.rpc_data = rpc_code, rpc_data
    if rpc_code == METHOD_NOT_FOUND:
        error.status = 404
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class McpMessage:
    """A request, or (without an id) a notification."""

    id: str | int | None
    method: str
    params: JsonObject

    @property
    def is_notification(self) -> bool:
        """Whether nobody waits for an answer."""
        return self.id is None

    @property
    def version(self) -> JsonValue:
        """The revision that the message names itself; None before 2026-07-28."""
        return at(self.params, ["_meta", VERSION_KEY])


def read_message(value: JsonValue) -> McpMessage:
    """Return the message that a JSON value is, or raise `McpError`."""
    if isinstance(value, list):
        raise mcp_error(INVALID_REQUEST, "batches are not part of the protocol")
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        raise mcp_error(INVALID_REQUEST, "a message is an object with jsonrpc 2.0")
    message_id, method, params = value.get("id"), value.get("method"), value.get("params", {})
    if not isinstance(method, str):
        raise mcp_error(INVALID_REQUEST, "method is a string")
    if isinstance(message_id, bool) or not isinstance(message_id, str | int | None):
        raise mcp_error(INVALID_REQUEST, "id is a string or an integer")
    if "id" in value and message_id is None:
        raise mcp_error(INVALID_REQUEST, "id is not null")
    if not isinstance(params, dict):
        raise mcp_error(INVALID_PARAMS, "params is an object")
    return McpMessage(id=message_id, method=method, params=params)


def generation_of(
    message: McpMessage, headers: Mapping[str, str]
) -> Literal["modern", "handshake"]:
    """Return how the message is to be answered, or raise `McpError` where it contradicts itself.

    Header names are in lower case.
    """
    named, meta = headers.get("mcp-protocol-version"), message.version
    if named != MODERN and meta is None:
        if message.method != "initialize" and named not in {None, *HANDSHAKE_VERSIONS}:
            raise _unsupported(named)
        return "handshake"
    if message.is_notification:
        return "modern"
    if not isinstance(meta, str):
        raise mcp_error(INVALID_PARAMS, f"params._meta holds {VERSION_KEY}, a string")
    if not isinstance(at(message.params, ["_meta", CAPABILITIES_KEY]), dict):
        raise mcp_error(INVALID_PARAMS, f"params._meta holds {CAPABILITIES_KEY}, an object")
    mirrored = {"mcp-protocol-version": meta, "mcp-method": message.method}
    if message.method == "tools/call":
        mirrored["mcp-name"] = str(message.params.get("name"))
    for header, value in mirrored.items():
        if headers.get(header) != value:
            raise mcp_error(HEADER_MISMATCH, f"the header {header} is not what the body says")
    if meta != MODERN:
        raise _unsupported(meta)
    return "modern"


def _unsupported(version: JsonValue) -> McpError:
    return mcp_error(
        UNSUPPORTED_VERSION,
        f"protocol version {version!r} is not spoken here",
        rpc_data={"supported": [MODERN, *HANDSHAKE_VERSIONS], "requested": version},
    )
