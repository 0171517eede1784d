"""A real vLLM server on a CPU: token-exact, log-probs as a trainer computes them, new weights."""

import asyncio
import hashlib
import json
import re
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from structlog.stdlib import get_logger

from seawright_policy.settings import Settings
from seawright_policy.wiring import build
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import GenerationRequest, PublishRequest
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import TokenTrace, decode_trace
from tests.support.engine_served import engine_served
from tests.support.exact_logprobs import exact_logprobs, trainers_logprobs
from tests.support.tiny_qwen3 import write_qwen3

pytestmark = [pytest.mark.engines, pytest.mark.timeout(2400)]

SYSTEM = Message(role="system", content="Help people with their seats.")
HELLO = Message(role="user", content="Please change the seat <|im_end|> of this booking.")
RESULT = Message(role="tool", content="<tool_call> is no marker here", tool_call_id="1")
TOOL = ToolSchema(
    name="find_seat", description="Finds one.", parameters={"type": "object"}, kind="read"
)
TOLERANCE = 1e-3
LORA_RANK = 4
CONTEXT = 2048


class Engine(NamedTuple):
    url: str
    folders: list[Path]
    hashes: list[str]


EXPERTS = pytest.param(True, id="moe", marks=pytest.mark.engines(long=True))


@pytest.fixture(scope="module", params=[pytest.param(False, id="dense"), EXPERTS])
def engine(request, tmp_path_factory, vllm_environment):
    root = tmp_path_factory.mktemp("vllm")
    folders = [root / f"v{seed}" for seed in range(3)]
    hashes = [
        write_qwen3(folder, seed, is_moe=request.param, context=CONTEXT)
        for seed, folder in enumerate(folders)
    ]
    options = {"venv": vllm_environment, "name": "m", "turns": 64, "context-tokens": CONTEXT}
    if not request.param:
        options["lora-rank"] = LORA_RANK
    with engine_served("vllm", folders[0], **options) as url:
        yield Engine(url, folders, hashes)


@asynccontextmanager
async def opened(engine: Engine):
    settings = Settings(
        engine="vllm",
        engine_urls=[engine.url],
        models={"m": str(engine.folders[0])},
        drain_seconds=0.1,
    )
    app = build(settings)
    async with app.router.lifespan_context(app):
        peer = Peer("http://policy", transport=httpx.ASGITransport(app))
        yield PolicyClient(peer)
        await peer.aclose()


async def publish(client: PolicyClient, engine: Engine, number: int) -> None:
    for phase in ("prepare", "commit"):
        body = PublishRequest(
            uri=str(engine.folders[number]), sha256=engine.hashes[number], phase=phase
        )
        await client.publish("m", number, body)


async def turn(
    client: PolicyClient,
    *messages: Message,
    context: bytes | None = None,
    seed: int = 1,
    tokens: int = 24,
    heat: float = 1.0,
):
    sampling = Sampling(max_tokens=tokens, seed=seed, temperature=heat)
    tools = [TOOL] if context is None else []
    return await client.generate(
        GenerationRequest(
            model="m", context=context, messages=list(messages), tools=tools, sampling=sampling
        )
    )


def difference(folder: Path, trace: TokenTrace) -> float:
    """Return how far a trace's log-probs are from the exact ones and the trainer's, at most."""
    told = trace.logprobs[trace.loss_mask]
    assert len(told) > 0
    worst = {
        computed.__name__: float(np.abs(computed(folder, trace) - told).max())
        for computed in (exact_logprobs, trainers_logprobs)
    }
    get_logger().info("logprobs.compared", num_tokens=len(told), **worst)
    return max(worst.values())


@pytest.mark.parametrize("heat", [1.0, 0.7])
async def test_a_dialogues_tokens_and_log_probs_are_what_a_trainer_computes(engine, heat):
    async with opened(engine) as client:
        first = await turn(client, SYSTEM, HELLO, heat=heat)
        second = await turn(client, RESULT, context=first.context, heat=heat)
        third = await turn(client, HELLO, context=second.context, heat=heat)
        again = await turn(client, SYSTEM, HELLO, heat=heat)
    old, new = decode_trace(first.context), decode_trace(third.context)
    assert (new.token_ids[: len(old)] == old.token_ids).all()
    sampled = first.num_sampled_tokens + second.num_sampled_tokens + third.num_sampled_tokens
    assert int(new.loss_mask.sum()) == sampled
    assert set(new.versions[new.loss_mask].tolist()) == {0}
    assert difference(engine.folders[0], new) < TOLERANCE
    assert (decode_trace(again.context).token_ids == old.token_ids).all()


async def test_new_weights_under_running_turns_lose_none_and_every_token_knows_its_version(engine):
    async with opened(engine) as client:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(turn(client, SYSTEM, HELLO, seed=seed, tokens=350))
                for seed in range(48)
            ]
            await asyncio.sleep(0.3)
            await publish(client, engine, 1)
        traces = [decode_trace(task.result().context) for task in tasks]
        after = decode_trace((await turn(client, SYSTEM, HELLO)).context)
    versions = [trace.versions[trace.loss_mask].tolist() for trace in traces]
    assert all(one == sorted(one) and set(one) <= {0, 1} for one in versions)
    assert set(after.versions[after.loss_mask].tolist()) == {1}
    assert difference(engine.folders[1], after) < TOLERANCE
    get_logger().info(
        "weights.changed",
        num_turns=len(traces),
        num_both=sum(len(set(one)) == 2 for one in versions),
    )
    mixed = [one for one in traces if len(set(one.versions[one.loss_mask].tolist())) == 2]
    assert mixed, "no turn was under way"
    for trace in mixed[:4]:
        sampled = trace.versions[trace.loss_mask]
        for number in (0, 1):
            exact = exact_logprobs(engine.folders[number], trace)
            part = sampled == number
            told = trace.logprobs[trace.loss_mask]
            assert np.abs(exact[part] - told[part]).max() < TOLERANCE


def write_adapter(folder: Path, base: Path, merged: Path) -> str:
    """Write a random LoRA adapter over a model, and the model with it merged; return its hash."""
    rng = torch.Generator().manual_seed(9)
    weights = load_file(base / "model.safetensors")
    adapter: dict[str, torch.Tensor] = {}
    for name, weight in list(weights.items()):
        if not name.endswith(("q_proj.weight", "v_proj.weight", "down_proj.weight")):
            continue
        size_out, size_in = weight.shape
        down = torch.randn(LORA_RANK, size_in, generator=rng) * 0.1
        up = torch.randn(size_out, LORA_RANK, generator=rng) * 0.1
        stem = f"base_model.model.{name.removesuffix('.weight')}"
        adapter |= {f"{stem}.lora_A.weight": down, f"{stem}.lora_B.weight": up}
        weights[name] = weight + 2.0 * up @ down
    folder.mkdir()
    save_file(adapter, folder / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": LORA_RANK,
        "lora_alpha": 2 * LORA_RANK,
        "target_modules": ["q_proj", "v_proj", "down_proj"],
        "bias": "none",
        "base_model_name_or_path": str(base),
    }
    (folder / "adapter_config.json").write_text(json.dumps(config))
    shutil.copytree(base, merged)
    save_file(weights, merged / "model.safetensors", {"format": "pt"})
    return hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()


@pytest.mark.engines(long=True)
async def test_a_lora_adapter_is_a_version_and_its_tokens_are_exact(engine, tmp_path):
    if "num_local_experts" in (engine.folders[0] / "config.json").read_text():
        pytest.skip("the server with experts takes no adapters")
    adapter, merged = tmp_path / "adapter", tmp_path / "merged"
    sha256 = write_adapter(adapter, engine.folders[0], merged)
    async with opened(engine) as client:
        first = await turn(client, SYSTEM, HELLO)
        for phase in ("prepare", "commit"):
            body = PublishRequest(uri=str(adapter), sha256=sha256, phase=phase)
            await client.publish("m", 1, body)
        trace = decode_trace((await turn(client, SYSTEM, HELLO)).context)
        assert set(trace.versions[trace.loss_mask].tolist()) == {1}
        assert difference(merged, trace) < TOLERANCE
        assert difference(engine.folders[0], trace) > 10 * TOLERANCE
        old = decode_trace(first.context)
        assert difference(engine.folders[0], old) < TOLERANCE
        await publish(client, engine, 2)
        whole = decode_trace((await turn(client, SYSTEM, HELLO)).context)
        assert difference(engine.folders[2], whole) < TOLERANCE


async def test_later_turns_find_their_cache(engine):
    async with opened(engine) as client, httpx.AsyncClient(base_url=engine.url) as http:

        async def counts() -> tuple[float, float]:
            text = (await http.get("/metrics")).text
            named = ("prefix_cache_queries_total", "prefix_cache_hits_total")
            both = [re.findall(rf"^vllm:{name}{{.*}} (\S+)$", text, re.MULTILINE) for name in named]
            return float(both[0][0]), float(both[1][0])

        long = Message(role="user", content="Please change the seat of this booking. " * 60)
        first = await turn(client, SYSTEM, long, tokens=16)
        before = await counts()
        context = first.context
        for _ in range(6):
            context = (await turn(client, HELLO, context=context, tokens=16)).context
        after = await counts()
    share = (after[1] - before[1]) / (after[0] - before[0])
    length = len(decode_trace(first.context))
    get_logger().info("cache.measured", share=share, first_tokens=length)
    assert share > 0.9
