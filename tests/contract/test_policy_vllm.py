"""The policy service over vLLM servers: the same routes, the same contexts."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from seawright_console.adapters.uvicorn_server import address_of, bound_socket, serving
from seawright_policy.core.templates.qwen3 import MARKERS
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
from seawright_shared.errors import (
    DeadlineError,
    InvalidRequestError,
    NotFoundError,
    UnavailableError,
)
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import decode_trace
from tests.support.fake_vllm import FakeVllm, served
from tests.support.tiny_qwen3 import tokenizer, write_qwen3

SYSTEM = Message(role="system", content="You help.")
HELLO = Message(role="user", content="hello")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return [(root / str(seed), write_qwen3(root / str(seed), seed)) for seed in (0, 1)]


def settings_of(models, url: str, **fields) -> Settings:
    return Settings(
        engine="vllm",
        engine_urls=[url],
        models={"m": str(models[0][0])},
        drain_seconds=0.1,
        **fields,
    )


@asynccontextmanager
async def opened(models, server: FakeVllm, **fields):
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(server))
        app = build(settings_of(models, url, **fields))
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


async def test_a_thousand_tools_that_fit_are_rendered_whole(tmp_path):
    folder = tmp_path / "wide"
    sha256 = write_qwen3(folder, 0, context=200_000)
    tools = [
        ToolSchema(name=f"tool_{at}", description="x", parameters={"type": "object"}, kind="read")
        for at in range(1000)
    ]
    server = FakeVllm(context_length=200_000)
    async with opened([(folder, sha256)], server, max_context_tokens=200_000) as client:
        first = await client.generate(ask(SYSTEM, HELLO, tools=tools))
        second = await client.generate(ask(HELLO, context=first.context))
    assert first.finish == "stop"
    assert first.num_prompt_tokens > 10_000
    assert second.num_prompt_tokens < first.num_prompt_tokens + 100
    written = tokenizer().decode(server.turns[0]["token_ids"], skip_special_tokens=False)
    assert all(f'"tool_{at}"' in written for at in (0, 499, 999))


@pytest.mark.parametrize("marker", MARKERS)
async def test_markers_in_tool_results_and_users_words_reach_the_engine_as_text(models, marker):
    words = tokenizer()
    own_id = words.token_to_id(marker)
    result = Message(role="tool", content=f"seat {marker} {marker}K-12", tool_call_id="1")
    plain = Message(role="tool", content="seat K-12", tool_call_id="1")
    server = FakeVllm()
    async with opened(models, server) as client:
        first = await client.generate(ask(SYSTEM, HELLO))
        await client.generate(ask(plain, context=first.context))
        await client.generate(ask(result, context=first.context))
    clean, dirty = (one["token_ids"] for one in server.turns[1:])
    assert dirty.count(own_id) == clean.count(own_id)
    assert f"seat {marker} {marker}K-12" in words.decode(dirty, skip_special_tokens=False)


async def test_a_turn_that_takes_longer_than_its_caller_waits_is_ended_there(models):
    server = FakeVllm()
    async with opened(models, server) as client:
        server.fault = "hangs"
        with pytest.raises(DeadlineError):
            await client.generate(ask(SYSTEM, HELLO, deadline_seconds=0.2))
        async with asyncio.timeout(20):
            while server.num_aborted == 0:  # noqa: ASYNC110 - it happens in the server
                await asyncio.sleep(0.005)


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_caller_who_hangs_up_ends_the_engines_own_request(models, is_streamed):
    server = FakeVllm(num_tokens=100_000, token_seconds=0.01)
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 2000,
        "stream": is_streamed,
    }

    async def until(is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():  # noqa: ASYNC110 - it happens in the server
                await asyncio.sleep(0.005)

    async def ask_for_much(url: str) -> None:
        async with (
            httpx.AsyncClient(base_url=url, trust_env=False) as http,
            http.stream("POST", "/v1/chat/completions", json=body) as response,
        ):
            async for _ in response.aiter_bytes():
                continue

    async with AsyncExitStack() as stack:
        engine_url = await stack.enter_async_context(served(server))
        listening = stack.enter_context(bound_socket("127.0.0.1", 0))
        app = build(settings_of(models, engine_url))
        await stack.enter_async_context(serving(app, listening))
        async with asyncio.TaskGroup() as group:
            caller = group.create_task(ask_for_much(address_of(listening)))
            await until(lambda: server.num_open == 1)
            caller.cancel()
        await until(lambda: server.num_open == 0)
        assert len(server.turns) == 1


async def test_a_lora_adapter_is_a_version(models, tmp_path):
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    sha256 = hashlib.sha256(b"weights").hexdigest()
    server = FakeVllm()
    async with opened(models, server) as client:
        first = await client.generate(ask(SYSTEM, HELLO))
        for phase in ("prepare", "commit"):
            body = PublishRequest(uri=str(folder), sha256=sha256, phase=phase)
            served_model = await client.publish("m", 1, body)
        second = await client.generate(ask(HELLO, context=first.context))
        assert served_model.current is not None
        assert (served_model.current.version, second.version) == (1, 1)
        assert list(server.adapters.values()) == [str(folder)]
        versions = decode_trace(second.context).versions
        assert sorted(set(versions.tolist())) == [-1, 0, 1]
        wrong = PublishRequest(uri=str(folder), sha256="0" * 64, phase="prepare")
        with pytest.raises(InvalidRequestError, match="SHA-256"):
            await client.publish("m", 2, wrong)


async def test_a_chat_is_answered_by_the_servers(models):
    async with opened(models, FakeVllm()) as client:
        messages = [ChatMessage(role="user", content="hello")]
        reply = await client.chat(ChatRequest(model="m", messages=messages, max_tokens=9))
    assert reply.usage.completion_tokens == 5
    assert reply.choices[0].finish_reason == "stop"


async def test_a_chat_over_the_contexts_limit_is_an_empty_answer_cut_by_length(models):
    server = FakeVllm()
    async with opened(models, server) as client:
        messages = [ChatMessage(role="user", content="hello " * 5000)]
        reply = await client.chat(ChatRequest(model="m", messages=messages, max_tokens=9))
    assert reply.choices[0].finish_reason == "length"
    assert not reply.choices[0].message.content
    assert reply.usage.completion_tokens == 0
    assert server.turns == []


async def test_the_metrics_tell_versions_and_engines(models):
    server = FakeVllm()
    async with served(server) as url:
        app = build(settings_of(models, url))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://policy") as http:
                assert (await http.get("/readyz")).json()["checks"]["engines"] == "ok"
                text = (await http.get("/metrics")).text
                assert 'seawright_policy_version{model="m"} 0.0' in text
                assert 'seawright_policy_replicas{state="ready"} 1.0' in text


async def test_the_pause_of_the_last_new_weights_is_a_metric(models):
    folder, sha256 = models[1]
    async with served(FakeVllm()) as url:
        app = build(settings_of(models, url))
        async with app.router.lifespan_context(app):
            peer = Peer("http://policy", transport=httpx.ASGITransport(app))
            client = PolicyClient(peer)
            for phase in ("prepare", "commit"):
                body = PublishRequest(uri=str(folder), sha256=sha256, phase=phase)
                await client.publish("m", 1, body)
            await peer.aclose()
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://policy") as http:
                text = (await http.get("/metrics")).text
    told = [one for one in text.splitlines() if one.startswith("seawright_policy_weights_pause")]
    assert [one.split()[0] for one in told] == ["seawright_policy_weights_pause_seconds"]
    assert float(told[0].split()[1]) > 0
