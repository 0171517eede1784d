"""The policy service over vLLM servers: the same routes, the same contexts."""

from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from seawright_policy.settings import Settings
from seawright_policy.wiring import build
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import (
    ChatMessage,
    ChatRequest,
    GenerationRequest,
    PublishRequest,
)
from seawright_shared.errors import NotFoundError, UnavailableError
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import decode_trace
from tests.support.fake_vllm import FakeVllm, served
from tests.support.tiny_qwen3 import write_qwen3

SYSTEM = Message(role="system", content="You help.")
HELLO = Message(role="user", content="hello")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return [(root / str(seed), write_qwen3(root / str(seed), seed)) for seed in (0, 1)]


@asynccontextmanager
async def opened(models, server: FakeVllm):
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(server))
        settings = Settings(
            engine="vllm", engine_urls=[url], models={"m": str(models[0][0])}, drain_seconds=0.1
        )
        app = build(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        peer = Peer("http://policy", transport=httpx.ASGITransport(app))
        stack.push_async_callback(peer.aclose)
        yield PolicyClient(peer)


def ask(*messages: Message, context: bytes | None = None, **fields) -> GenerationRequest:
    return GenerationRequest(
        model="m",
        context=context,
        messages=list(messages),
        sampling=Sampling(max_tokens=12, seed=1),
        **fields,
    )


async def test_what_is_sampled_is_what_a_context_holds_turn_by_turn(models):
    server = FakeVllm()
    async with opened(models, server) as client:
        first = await client.generate(ask(SYSTEM, HELLO))
        second = await client.generate(ask(HELLO, context=first.context))
    old, new = decode_trace(first.context), decode_trace(second.context)
    prompts = [order["token_ids"] for order in server.turns]
    assert prompts[0] == old.token_ids[: first.num_prompt_tokens].tolist()
    assert prompts[1][: len(old)] == old.token_ids.tolist()
    assert prompts[1] == new.token_ids[: second.num_prompt_tokens].tolist()
    assert new.loss_mask.sum() == 10
    assert set(new.versions[new.loss_mask].tolist()) == {0}
    sessions = [one for one in server.sessions if one]
    assert sessions[0] == sessions[1]


async def test_a_version_is_published_to_the_servers_and_no_older_one_can_be_pinned(models):
    server = FakeVllm()
    async with opened(models, server) as client:
        folder, sha256 = models[1]
        for phase in ("prepare", "commit"):
            body = PublishRequest(uri=folder.as_uri(), sha256=sha256, phase=phase)
            await client.publish("m", 1, body)
        assert server.folders == [str(models[0][0]), str(folder)]
        assert (await client.generate(ask(SYSTEM, HELLO))).version == 1
        with pytest.raises(NotFoundError):
            await client.generate(ask(SYSTEM, HELLO, version=0))


async def test_a_failed_commit_leaves_the_version_before(models):
    server = FakeVllm()
    async with opened(models, server) as client:
        server.is_deaf_to_updates = True
        folder, sha256 = models[1]
        await client.publish(
            "m", 1, PublishRequest(uri=str(folder), sha256=sha256, phase="prepare")
        )
        commit = PublishRequest(uri=str(folder), sha256=sha256, phase="commit")
        with pytest.raises(UnavailableError):
            await client.publish("m", 1, commit)
        served_model = await client.served_model("m")
        assert served_model.current is not None
        assert served_model.current.version == 0


async def test_bad_output_is_a_fault_and_no_turn(models):
    server = FakeVllm()
    async with opened(models, server) as client:
        server.fault = "drops log-probs"
        with pytest.raises(UnavailableError, match="reply was refused"):
            await client.generate(ask(SYSTEM, HELLO))


async def test_a_thousand_tools_fill_the_context_and_are_told_so(models):
    tools = [
        ToolSchema(name=f"tool_{at}", description="x", parameters={"type": "object"}, kind="read")
        for at in range(1000)
    ]
    server = FakeVllm()
    async with opened(models, server) as client:
        done = await client.generate(ask(SYSTEM, HELLO, tools=tools))
    assert (done.finish, done.num_sampled_tokens) == ("context_full", 0)
    assert done.num_prompt_tokens > 10_000
    assert server.turns == []


async def test_a_chat_is_answered_by_the_servers(models):
    async with opened(models, FakeVllm()) as client:
        messages = [ChatMessage(role="user", content="hello")]
        reply = await client.chat(ChatRequest(model="m", messages=messages, max_tokens=9))
    assert reply.usage.completion_tokens == 5
    assert reply.choices[0].finish_reason == "stop"
