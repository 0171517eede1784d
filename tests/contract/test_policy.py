import json
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from seawright_policy.settings import Settings
from seawright_policy.wiring import build
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import (
    ChatMessage,
    ChatRequest,
    GenerationRequest,
    PublishRequest,
    RenderingRequest,
)
from seawright_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from seawright_shared.records.datasets import Dialogue
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import decode_trace
from tests.support.policy_models import write_model

SYSTEM = Message(role="system", content="You help.")
TOOL = ToolSchema(
    name="find_seat",
    description="",
    parameters={"type": "object", "properties": {"seat_id": {"type": "string"}}},
    kind="read",
)


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[int, tuple[Path, str]]:
    root = tmp_path_factory.mktemp("models")
    return {
        seed: (root / str(seed), write_model(root / str(seed), seed, has_tokenizer=seed == 0))
        for seed in (0, 1, 2)
    }


@pytest.fixture
async def app(models):
    made = build(Settings(models={"tiny": str(models[0][0])}, dtype="float32"))
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def http(app: FastAPI):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://policy"
    ) as made:
        yield made


@pytest.fixture
async def client(app: FastAPI):
    peer = Peer("http://policy", transport=httpx.ASGITransport(app))
    yield PolicyClient(peer)
    await peer.aclose()


def user(text: str) -> Message:
    return Message(role="user", content=text)


def ask(*messages: Message, context: bytes | None = None, **fields) -> GenerationRequest:
    sampling = Sampling(max_tokens=12, seed=fields.pop("seed", 1))
    return GenerationRequest(
        model="tiny", context=context, messages=list(messages), sampling=sampling, **fields
    )


async def test_a_context_grows_by_exactly_what_was_heard_and_sampled(client):
    first = await client.generate(ask(SYSTEM, user("hello"), tools=[TOOL]))
    second = await client.generate(ask(user("and now?"), context=first.context))
    old, new = decode_trace(first.context), decode_trace(second.context)
    assert (new.token_ids[: len(old)] == old.token_ids).all()
    assert int(old.loss_mask.sum()) == first.num_sampled_tokens
    assert int(new.loss_mask.sum()) == first.num_sampled_tokens + second.num_sampled_tokens
    assert len(new) == second.num_prompt_tokens + second.num_sampled_tokens
    assert set(new.versions[new.loss_mask].tolist()) == {0}
    assert (new.logprobs[new.loss_mask] < 0).all()
    assert np.isfinite(new.logprobs).all()


async def test_the_same_seed_says_the_same_and_another_does_not(client):
    said = [await client.generate(ask(SYSTEM, user("hello"), seed=seed)) for seed in (1, 1, 2)]
    assert said[0].context == said[1].context
    assert said[0].context != said[2].context


async def test_a_prompt_and_a_rendering_share_their_tokens(client):
    done = await client.generate(ask(SYSTEM, user("hello"), tools=[TOOL]))
    dialogue = Dialogue(
        id="d1",
        task_id="t",
        trajectory_id="j",
        system="You help.",
        tools=[TOOL],
        messages=[user("hello"), Message(role="assistant", content="Yes.")],
    )
    both = [
        (await client.renderings(RenderingRequest(model="tiny", dialogues=[dialogue], role=role)))[
            0
        ]
        for role in ("assistant", "user")
    ]
    sampled = decode_trace(done.context)
    length = done.num_prompt_tokens
    assert (both[0].token_ids[:length] == sampled.token_ids[:length]).all()
    assert both[0].state == {"dialogue_id": "d1"}
    assert both[0].loss_mask[length:].all()
    assert 0 < both[1].loss_mask.sum() < len(both[1])


async def test_a_version_is_prepared_committed_pinned_and_rolled_back(client, models):
    def publication(seed: int, phase, **fields) -> PublishRequest:
        folder, sha256 = models[seed]
        return PublishRequest(uri=folder.as_uri(), sha256=sha256, phase=phase, **fields)

    before = await client.generate(ask(SYSTEM, user("hello")))
    prepared = await client.publish("tiny", 1, publication(1, "prepare", step=3))
    assert prepared.current is not None
    assert (prepared.current.version, prepared.prepared) == (0, 1)
    assert (await client.generate(ask(SYSTEM, user("hello")))).version == 0
    for _ in range(2):
        committed = await client.publish("tiny", 1, publication(1, "commit"))
        assert committed.current is not None
        assert (committed.current.version, committed.current.step) == (1, 3)
        assert committed.prepared is None
    after = await client.generate(ask(SYSTEM, user("hello")))
    pinned = await client.generate(ask(SYSTEM, user("hello"), version=0))
    assert (after.version, pinned.version) == (1, 0)
    assert pinned.context == before.context != after.context
    mixed = await client.generate(ask(user("more"), context=before.context))
    trace = decode_trace(mixed.context)
    assert (
        trace.versions[trace.loss_mask].tolist()
        == [0] * before.num_sampled_tokens + [1] * mixed.num_sampled_tokens
    )
    with pytest.raises(ConflictError, match="older"):
        await client.publish("tiny", 0, publication(0, "commit"))
    back = await client.publish("tiny", 0, publication(0, "commit", rollback=True))
    assert back.current is not None
    assert back.current.version == 0


async def test_a_wrong_publication_changes_nothing(client, models):
    folder, sha256 = models[2]
    body = PublishRequest(uri=str(folder), sha256="0" * 64, phase="prepare")
    with pytest.raises(InvalidRequestError) as caught:
        await client.publish("tiny", 5, body)
    assert caught.value.errors[0].pointer == "/sha256"
    good = PublishRequest(uri=str(folder), sha256=sha256, phase="commit")
    with pytest.raises(ConflictError, match="not prepared"):
        await client.publish("tiny", 5, good)
    fresh = PublishRequest(uri=str(folder), sha256=sha256, phase="prepare")
    with pytest.raises(InvalidRequestError, match="tokenizer"):
        await client.publish("new", 5, fresh)
    served = await client.served_model("tiny")
    assert (served.current.version, served.prepared) == (0, None)
    assert [one.name for one in await client.served_models()] == ["tiny"]


async def test_a_model_can_be_made_by_publishing_it(client, models):
    folder, sha256 = models[0]
    for phase in ("prepare", "commit"):
        body = PublishRequest(uri=str(folder), sha256=sha256, phase=phase)
        made = await client.publish("fresh", 9, body)
    assert made.current.version == 9
    assert made.context_length == 512
    assert [one.id for one in (await client.models()).data] == ["fresh", "tiny"]


async def test_what_is_not_there_is_not_found(client):
    for request in (
        GenerationRequest(model="none", messages=[SYSTEM]),
        GenerationRequest(model="tiny", version=8, messages=[SYSTEM]),
    ):
        with pytest.raises(NotFoundError):
            await client.generate(request)
    with pytest.raises(NotFoundError):
        await client.served_model("none")


async def test_wrong_contexts_and_bodies_get_a_problem_that_names_the_reason(client, http):
    for context in (b"", b"junk", b"\x28\xb5\x2f\xfd"):
        with pytest.raises(InvalidRequestError, match="trace"):
            await client.generate(ask(user("x"), context=context))
    with pytest.raises(InvalidRequestError, match="system"):
        await client.generate(ask(user("x")))
    headers = {"content-type": "application/msgpack"}
    for body, pointer in ((b"\xc1", ""), (b"\x81\xa5model\xa4tiny", "/messages")):
        reply = await http.post("/v1/generations", content=body, headers=headers)
        assert reply.status_code == 422
        problem = reply.json()
        assert problem["type"].endswith("invalid-request")
        assert pointer in [error["pointer"] for error in problem.get("errors", [])] or not pointer


async def test_a_chat_is_answered_in_openai_shapes(client):
    request = ChatRequest(
        model="tiny",
        messages=[
            ChatMessage(role="system", content="You help."),
            ChatMessage(role="user", content="hello"),
        ],
        max_tokens=6,
        seed=3,
    )
    reply = await client.chat(request)
    assert reply.object == "chat.completion"
    assert reply.choices[0].finish_reason in ("stop", "length", "tool_calls")
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.usage.completion_tokens <= 6
    assert reply.system_fingerprint == "v0"


async def test_a_streamed_chat_tells_the_same_answer(client, http):
    body = {
        "model": "tiny",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
        "tools": [{"type": "function", "function": {"name": "look", "parameters": {}}}],
        "tool_choice": "auto",
        "max_completion_tokens": 9,
        "seed": 3,
        "unknown_to_us": True,
    }
    whole = (await http.post("/v1/chat/completions", json=body)).json()
    stream = await http.post(
        "/v1/chat/completions",
        json={**body, "stream": True, "stream_options": {"include_usage": True}},
    )
    assert stream.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in stream.text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    text = "".join(
        chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"]
    )
    assert text == (whole["choices"][0]["message"].get("content") or "")
    assert chunks[-1]["usage"] == whole["usage"]
    assert chunks[-2]["choices"][0]["finish_reason"] == whole["choices"][0]["finish_reason"]


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"model": "none"}, 404, "model_not_found", None),
        ({"messages": []}, 400, "invalid-request", "/messages"),
        ({"temperature": 9}, 400, "invalid-request", "/temperature"),
        ({"model": "none", "stream": True}, 404, "model_not_found", None),
    ],
)
async def test_a_wrong_chat_gets_openais_error_envelope(http, change, status, code, param):
    body = {"model": "tiny", "messages": [{"role": "user", "content": "x"}], **change}
    reply = await http.post("/v1/chat/completions", json=body)
    assert reply.status_code == status
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == (code, param)
    assert error["message"]


async def test_unreadable_arguments_in_a_chat_are_named(http):
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{"}}
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [call]}]
    reply = await http.post("/v1/chat/completions", json={"model": "tiny", "messages": messages})
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "/messages/1/tool_calls/0/function/arguments"


async def test_the_service_is_ready_and_counts_its_turns(client, http):
    await client.generate(ask(SYSTEM, user("hello")))
    assert (await http.get("/readyz")).status_code == 200
    metrics = (await http.get("/metrics")).text
    assert 'seawright_policy_turns_num{state="running"} 0.0' in metrics
