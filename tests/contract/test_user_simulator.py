import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from seawright_shared.clients.peer import Peer
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.user_simulator import UserTurnRequest
from seawright_shared.errors import InvalidRequestError, UnavailableError
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.tasks import Scenario, Wish
from seawright_shared.records.trajectories import UserSpec
from seawright_user_simulator.api.user_turns import EXAMPLES
from seawright_user_simulator.settings import Settings
from seawright_user_simulator.wiring import build

SCENARIO = Scenario(
    persona="plain", opening="Hi. Cancel #W1234.", wishes=[Wish(text="Cancel #W1234.")]
)
GREETING = Message(role="assistant", content="Hi! How can I help you today?")


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncGenerator[UserSimulatorClient]:
    peer = Peer("http://user-simulator", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield UserSimulatorClient(peer)
    await peer.aclose()


class FakeModel:
    """An OpenAI-compatible endpoint that says what it is told and keeps what it was asked."""

    def __init__(self, message: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.message = message
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self.complete)

    async def complete(self, request: Request) -> dict[str, Any]:
        self.asked.append(await request.json())
        return {"id": "1", "object": "chat.completion", "choices": [{"message": self.message}]}

    def service(self) -> FastAPI:
        settings = Settings(model_url="http://model")
        return build(settings, transport=httpx.ASGITransport(self.app))


def request(messages: list[Message], **user: Any) -> UserTurnRequest:
    return UserTurnRequest(scenario=SCENARIO, messages=messages, user=UserSpec(**user), seed=3)


async def test_a_scripted_turn_is_the_same_however_often_it_is_asked():
    async with client_of(build(Settings())) as client:
        first = await client.play_turn(request([GREETING]))
        assert first.message.content == SCENARIO.opening
        assert await client.play_turn(request([GREETING])) == first


async def test_the_documented_example_works():
    app = build(Settings())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://u") as http:
        for example in EXAMPLES.values():
            assert "value" in example
            reply = await http.post("/v1/user-turns", json=example["value"])
            assert reply.status_code == 200
            assert reply.json()["message"]["role"] == "user"


async def test_a_stop_is_said_and_named():
    async with client_of(build(Settings())) as client:
        moved = Message(role="assistant", content="You are being transferred to a human agent.")
        opened = Message(role="user", content=SCENARIO.opening)
        turn = await client.play_turn(request([GREETING, opened, moved]))
        assert turn.stop == "transfer"


@pytest.mark.parametrize(
    ("scenario", "user", "pointer"),
    [
        (SCENARIO, UserSpec(kind="model", model="m"), "/user/kind"),
        (SCENARIO, UserSpec(slip_rate=2.0), "/user/slip_rate"),
        (SCENARIO.model_copy(update={"wishes": []}), UserSpec(), "/scenario/wishes"),
    ],
)
async def test_bad_input_names_the_field(scenario: Scenario, user: UserSpec, pointer: str):
    async with client_of(build(Settings())) as client:
        with pytest.raises(InvalidRequestError) as caught:
            await client.play_turn(UserTurnRequest(scenario=scenario, messages=[], user=user))
        assert [error.pointer for error in caught.value.errors] == [pointer]


async def test_a_model_user_sees_the_conversation_from_his_side():
    model = FakeModel({"content": "Yes, please. ###STOP###"})
    check = ToolCall(id="c1", name="check_status", requestor="user")
    messages = [
        GREETING,
        Message(role="user", tool_calls=[check]),
        Message(role="tool", content="no service", tool_call_id="c1", requestor="user"),
        Message(role="assistant", content="hidden", tool_calls=[ToolCall(id="a", name="t")]),
        Message(role="tool", content="secret", tool_call_id="a", requestor="assistant"),
    ]
    async with client_of(model.service()) as client:
        turn = await client.play_turn(request(messages, kind="model", model="tiny-user"))
    assert turn.stop == "stop"
    body = model.asked[0]
    assert body["model"] == "tiny-user"
    assert body["seed"] == 3
    assert [message["role"] for message in body["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]
    assert "Cancel #W1234." in body["messages"][0]["content"]
    assert body["messages"][2]["tool_calls"][0]["function"]["name"] == "check_status"
    assert body["messages"][3]["tool_call_id"] == "c1"
    assert "secret" not in json.dumps(body)
    assert "hidden" not in json.dumps(body)


async def test_a_model_users_tool_call_is_his_own():
    call = {"id": "x", "type": "function", "function": {"name": "reboot", "arguments": '{"a": 1}'}}
    model = FakeModel({"content": None, "tool_calls": [call]})
    async with client_of(model.service()) as client:
        turn = await client.play_turn(request([GREETING], kind="model", model="m"))
    assert turn.stop is None
    assert turn.message.tool_calls == [
        ToolCall(id="x", name="reboot", arguments={"a": 1}, requestor="user")
    ]


@pytest.mark.parametrize(
    "message",
    [
        {"content": ""},
        {"content": None},
        {"tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "[1"}}]},
    ],
)
async def test_what_a_model_user_cannot_say_is_a_fault(message: dict[str, Any]):
    model = FakeModel(message)
    async with client_of(model.service()) as client:
        with pytest.raises(UnavailableError):
            await client.play_turn(request([GREETING], kind="model", model="m"))


async def test_a_model_user_needs_a_name():
    async with client_of(FakeModel({"content": "x"}).service()) as client:
        with pytest.raises(InvalidRequestError):
            await client.play_turn(request([GREETING], kind="model"))
