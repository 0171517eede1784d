"""The MCP endpoint of a session, spoken to by the protocol's own client and by hand."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from fastapi import FastAPI
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent

from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment_session import EnvironmentSession
from seawright_shared.contracts.environment_sessions import Capability
from seawright_shared.records.messages import Requestor
from tests.contract.test_environment import REF, cancel, pending_order, serving
from tests.support.dual_control import NAME as DUAL
from tests.support.dual_control import with_dual_control

MODERN = "2026-07-28"


@pytest.fixture
def app() -> FastAPI:
    return build(Settings(tau2_data_dir=None))


@asynccontextmanager
async def speaking(app: FastAPI, given: Capability, mode: str) -> AsyncGenerator[Client]:
    """The official client, holding a capability."""
    headers = {"authorization": f"Bearer {given.token}"}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
        endpoint = streamable_http_client(f"http://e{given.mcp_path}", http_client=http)
        async with Client(endpoint, mode=mode) as client:
            yield client


@pytest.mark.parametrize("mode", ["legacy", "auto", MODERN])
async def test_the_official_client_lists_and_calls_the_agents_tools(app: FastAPI, mode: str):
    order_id = pending_order()
    async with serving(app) as client:
        session = await client.open_session(REF)
        given = await session.capability("assistant")
        async with speaking(app, given, mode) as mcp:
            tools = (await mcp.list_tools()).tools
            assert [tool.name for tool in tools] == [
                tool.name for tool in (await client.domain("retail")).tools
            ]
            read = await mcp.call_tool("get_order_details", {"order_id": order_id})
            assert isinstance(read.content[0], TextContent)
            assert order_id in read.content[0].text
            refused = await mcp.call_tool("get_order_details", {"order": order_id})
            assert refused.is_error
            arguments = {"order_id": order_id, "reason": "no longer needed"}
            assert not (await mcp.call_tool("cancel_pending_order", arguments)).is_error
        await session.refresh()
        assert [call.name for call in session.history][-1] == "cancel_pending_order"
        await client.close(session.id)
        again = await session.state()
        assert again.session.version == 3
        assert again.diff


def rpc(method: str, params: dict[str, Any] | None = None, number: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}


def modern(method: str, params: dict[str, Any] | None = None, number: Any = 1) -> dict[str, Any]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return rpc(method, {**(params or {}), "_meta": meta}, number)


class Hand:
    """Speaks to one session's endpoint by hand."""

    def __init__(self, http: httpx.AsyncClient, given: Capability) -> None:
        self.http = http
        self.path = given.mcp_path
        self.headers = {"authorization": f"Bearer {given.token}"}

    async def say(self, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(self.path, json=body, headers={**self.headers, **named})

    async def say_modern(self, method: str, params: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"mcp_protocol_version": MODERN, "mcp_method": method}
        if method == "tools/call":
            headers["mcp_name"] = str((params or {}).get("name"))
        return await self.say(modern(method, params), **headers)


@asynccontextmanager
async def by_hand(app: FastAPI) -> AsyncGenerator[tuple[Hand, EnvironmentSession]]:
    async with serving(app) as client:
        session = await client.open_session(REF)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
            yield Hand(http, await session.capability()), session


async def test_without_the_sessions_own_token_nothing_is_told(app: FastAPI):
    async with by_hand(app) as (hand, session), serving(app) as client:
        other = await (await client.open_session(REF)).capability()
        for headers in (
            {},
            {"authorization": "Bearer "},
            {"authorization": f"Bearer {other.token}"},
        ):
            reply = await hand.http.post(hand.path, json=rpc("initialize"), headers=headers)
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == "Bearer"
            assert reply.json()["code"] == "unauthenticated"
        await session.capability()
        assert (await hand.say(rpc("initialize"))).status_code == 401, "the earlier token is void"


async def test_a_handshake_gives_a_protocol_session_that_must_be_named(app: FastAPI):
    async with by_hand(app) as (hand, _):
        greeted = await hand.say(rpc("initialize", {"protocolVersion": "2025-06-18"}))
        assert greeted.json()["result"]["protocolVersion"] == "2025-06-18"
        named = greeted.headers["mcp-session-id"]
        unknown = await hand.say(rpc("initialize", {"protocolVersion": "1999-01-01"}))
        assert unknown.json()["result"]["protocolVersion"] == "2025-11-25"
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert (await hand.say(note, mcp_session_id=named)).status_code == 202
        assert (await hand.say(rpc("ping"), mcp_session_id=named)).json()["result"] == {}
        assert (await hand.say(rpc("ping"))).status_code == 400
        assert (await hand.say(rpc("ping"), mcp_session_id="mcp_0")).status_code == 404
        ended = {**hand.headers, "mcp-session-id": named}
        assert (await hand.http.delete(hand.path, headers=ended)).status_code == 204
        assert (await hand.say(rpc("ping"), mcp_session_id=named)).status_code == 404
        assert (await hand.http.get(hand.path, headers=hand.headers)).status_code == 405


async def test_a_repeated_request_of_a_protocol_session_runs_once(app: FastAPI):
    async with by_hand(app) as (hand, session):
        greeted = await hand.say(rpc("initialize", {"protocolVersion": "2025-11-25"}))
        named = greeted.headers["mcp-session-id"]
        call = cancel(pending_order())
        asked = rpc("tools/call", {"name": call.name, "arguments": call.arguments}, number=5)
        first = await hand.say(asked, mcp_session_id=named)
        assert (await hand.say(asked, mcp_session_id=named)).json() == first.json()
        assert (await session.state()).session.version == 1
        other = rpc("tools/call", {"name": "list_all_product_types"}, number=5)
        refused = (await hand.say(other, mcp_session_id=named)).json()
        assert "used for another call" in refused["error"]["message"]


async def test_a_call_that_names_its_id_runs_once_and_one_that_does_not_runs_each_time(
    app: FastAPI,
):
    async with by_hand(app) as (hand, session):
        read = {"name": "list_all_product_types"}
        await hand.say_modern("tools/call", read)
        await hand.say_modern("tools/call", read)
        assert (await session.state()).session.version == 2
        headers = {
            "mcp_protocol_version": MODERN,
            "mcp_method": "tools/call",
            "mcp_name": read["name"],
        }
        asked = modern("tools/call", read)
        asked["params"]["_meta"]["io.seawright/call-id"] = "mine"
        await hand.say(asked, **headers)
        await hand.say(asked, **headers)
        assert (await session.state()).session.version == 3


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        ([], {}, 400, -32600),
        (17, {}, 400, -32600),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, {}, 400, -32600),
        (rpc("ping", number=True), {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, {}, 400, -32602),
        (rpc("ping"), {"mcp_protocol_version": "1999-01-01"}, 400, -32022),
        (rpc("tools/list"), {"mcp_protocol_version": MODERN}, 400, -32602),
        (modern("tools/list"), {"mcp_protocol_version": MODERN}, 400, -32020),
        (modern("tools/list"), {"mcp_method": "tools/list"}, 400, -32020),
        (
            modern("nothing"),
            {"mcp_protocol_version": MODERN, "mcp_method": "nothing"},
            404,
            -32601,
        ),
        (
            modern("tools/call", {"name": "fly"}),
            {"mcp_protocol_version": MODERN, "mcp_method": "tools/call", "mcp_name": "fly"},
            400,
            -32602,
        ),
    ],
)
async def test_what_does_not_fit_is_answered_by_a_json_rpc_error_and_runs_nothing(
    app: FastAPI, body: Any, headers: dict[str, str], status: int, code: int
):
    async with by_hand(app) as (hand, session):
        reply = await hand.say(body, **headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
        assert (await session.state()).session.version == 0


async def test_a_body_that_is_no_json_or_no_message_type_is_refused(app: FastAPI):
    async with by_hand(app) as (hand, _):
        asked = {**hand.headers, "content-type": "application/json"}
        broken = await hand.http.post(hand.path, content=b"{", headers=asked)
        assert broken.json()["error"]["code"] == -32700
        text = {**hand.headers, "content-type": "text/plain"}
        assert (await hand.http.post(hand.path, content=b"{}", headers=text)).status_code == 415
        foreign = await hand.say(rpc("initialize"), origin="http://elsewhere.example")
        assert foreign.status_code == 403


async def test_each_partys_token_calls_its_own_tools_only():
    app = with_dual_control()
    async with serving(app) as client:
        session = await client.open_session(REF.model_copy(update={"domain": DUAL}))
        parties: list[Requestor] = ["assistant", "user"]
        tokens = {party: await session.capability(party) for party in parties}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://e") as http:
            hands = {party: Hand(http, given) for party, given in tokens.items()}
            listed = {
                party: [
                    t["name"]
                    for t in (await hand.say_modern("tools/list")).json()["result"]["tools"]
                ]
                for party, hand in hands.items()
            }
            assert set(listed["assistant"]).isdisjoint(listed["user"])
            assert listed["user"]
            for party, other in zip(parties, reversed(parties), strict=True):
                for name in listed[other]:
                    refused = await hands[party].say_modern("tools/call", {"name": name})
                    assert refused.json()["error"]["code"] == -32602
            assert (await session.state()).session.version == 0
            mine = await hands["user"].say_modern("tools/call", {"name": listed["user"][0]})
            assert "result" in mine.json()
        await session.refresh()
        assert [call.requestor for call in session.history] == ["user"]


def test_importing_the_service_does_not_load_the_clients_package():
    import subprocess
    import sys

    script = "import sys, seawright_environment.app; print('mcp' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
