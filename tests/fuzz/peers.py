"""What engines and endpoints answer: whatever it is, it is a failure or a fault, never a crash."""

import asyncio
from collections.abc import Mapping

import httpx

from seawright_orchestrator.adapters.llm.openai_chat import OpenAiChat
from seawright_orchestrator.core.llm.chats import ChatReply, ChatRequest, Failure
from seawright_orchestrator.core.llm.concurrency import Window
from seawright_policy.adapters.vllm_server import VllmServer
from seawright_policy.core.engine_replies import checked
from seawright_policy.core.turns import TurnOrder
from seawright_shared.clients.peer import Peer
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario
from seawright_shared.records.trajectories import Sampling, UserSpec
from seawright_user_simulator.adapters.openai_engine import OpenAiEngine
from seawright_user_simulator.core.ports import Cue
from tests.fuzz.target import Target, as_json

ORDER = TurnOrder(
    model="m", version=1, token_ids=[1], cuts=[], sampling=Sampling(), end_id=2, num_tokens=10
)
ASKED = ChatRequest(
    base_url="http://author/v1",
    model="m",
    messages=[],
    schema_name="s",
    schema={},
    temperature=1.0,
    max_tokens=10,
    seed=1,
    timeout_seconds=5.0,
    slow_seconds=5.0,
)


class Nothing:
    """Knows no reply."""

    async def found(self, key: str) -> ChatReply | None:
        """Return none."""
        return None

    async def keep(self, key: str, reply: ChatReply) -> None:
        """Forget it."""


def answering(data: bytes) -> httpx.MockTransport:
    """Return a server that answers with these bytes whatever it is asked."""
    return httpx.MockTransport(lambda _: httpx.Response(200, content=data))


async def no_sleep(seconds: float) -> None:
    """Return at once."""


def author(data: bytes) -> None:
    """Feed an author's reply: what fails is an outcome, never an exception."""

    async def ask() -> ChatReply | Failure:
        async with httpx.AsyncClient(transport=answering(data)) as http:
            chat = OpenAiChat(http=http, known=Nothing(), window=Window(most=1), sleep=no_sleep)
            return await chat.complete(ASKED)

    assert isinstance(asyncio.run(ask()), ChatReply | Failure)


def engine(data: bytes) -> None:
    """Feed a whole turn of an engine."""

    async def ask() -> None:
        server = VllmServer("http://engine", answering(data))
        try:
            checked(ORDER, await server.generate(ORDER, 5, None), 100, {"1": 1})
        finally:
            await server.aclose()

    asyncio.run(ask())


def engine_events(data: bytes) -> None:
    """Feed a streamed turn of an engine."""

    async def ask() -> None:
        server = VllmServer("http://engine", answering(data))
        try:
            await server.generate(ORDER, 5, lambda _: None)
        finally:
            await server.aclose()

    asyncio.run(ask())


def engine_metrics(data: bytes) -> None:
    """Feed an engine's metrics."""

    async def ask() -> None:
        server = VllmServer("http://engine", answering(data))
        try:
            await server.load()
        finally:
            await server.aclose()

    asyncio.run(ask())


def user_model(data: bytes) -> None:
    """Feed a user model's reply."""
    peer = Peer("http://user", transport=answering(data), num_pools=1, sleep=no_sleep)
    asking = OpenAiEngine(peer, max_tokens=10, timeout_seconds=5.0)
    cue = Cue(
        scenario=Scenario(persona="p", opening="o", wishes=[]),
        messages=[Message(role="assistant", content="hello")],
        user=UserSpec(kind="model", model="m"),
        seed=1,
    )
    asyncio.run(asking.reply(cue))


CHAT = {
    "choices": [
        {
            "message": {
                "content": "hello",
                "tool_calls": [{"id": "c", "function": {"name": "g", "arguments": '{"b": 1}'}}],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2},
}
TURN = {
    "choices": [
        {
            "token_ids": [3, 2],
            "logprobs": {
                "content": [{"token_id": 3, "logprob": -1.0}, {"token_id": 2, "logprob": -0.5}]
            },
            "finish_reason": "stop",
            "weight_versions": [{"version": "1", "start": 0, "end": 2}],
        }
    ]
}
EVENTS = b"".join(b"data: " + line + b"\n\n" for line in (*as_json(TURN), b"[DONE]"))
METRICS = (
    b'vllm:kv_cache_usage_perc{engine="0"} 0.5\nvllm:num_requests_waiting 1e0\n'
    b'vllm:cache_config_info{block_size="16",num_gpu_blocks="100"} 1.0\n'
)
TARGETS: Mapping[str, Target] = {
    "author_reply": Target(feed=author, seeds=as_json(CHAT)),
    "engine_events": Target(feed=engine_events, seeds=[EVENTS]),
    "engine_metrics": Target(feed=engine_metrics, seeds=[METRICS]),
    "engine_turn": Target(feed=engine, seeds=as_json(TURN)),
    "user_reply": Target(feed=user_model, seeds=as_json(CHAT)),
}
