"""What the policy's gateway adds to an engine, and what new weights cost those under way.

    python deploy/bench/gateway.py [--concurrency 64] [--latency 1.0] [--rounds 6]
    python deploy/bench/gateway.py --vllm
    python deploy/bench/gateway.py --url http://127.0.0.1:8200 --model DIR

Engine, gateway and caller are three processes. The same contexts are continued by one turn,
`--concurrency` at a time, now by the raw engine, now through the gateway, in turn, so that both see
the same machine. The raw engine is one that only takes time; with `--vllm`, a stock vLLM server on
the CPU that is started for this, with random weights in the shape of `--model`; with `--url`, a
running one that serves the model of `--model`. Then weights change while `--updating` turns are
under way. Of a vLLM server it is told, too, which share of the prompt tokens after the first turn
of dialogues its prefix cache held.
"""

import argparse
import asyncio
import json
import re
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from measuring import real_vllm
from measuring.processes import cpu_seconds, free_port, served
from measuring.rounds import Round, compared, timed

import seawright_console.tiny_base
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import GenerationRequest, PublishRequest
from seawright_shared.records.messages import Message
from seawright_shared.records.trajectories import Sampling
from seawright_shared.stores.traces import decode_trace

HERE = Path(__file__).parent
TINY = Path(seawright_console.tiny_base.__file__).parent / "model"
SYSTEM = (
    "Help people with their bookings. Always say what you are about to do, and wait for a yes. "
)
FRONT = """
import json, sys, uvicorn
from seawright_policy.settings import Settings
from seawright_policy.wiring import build
settings = Settings(**json.loads(sys.argv[1]))
uvicorn.run(build(settings), port=settings.port, log_level="warning", access_log=False)
"""
HELLO = Message(role="user", content="Please change the seat of booking K-12 to the window.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is measured against what."""

    raw: httpx.AsyncClient
    client: PolicyClient
    contexts: list[bytes]
    max_tokens: int
    is_vllm: bool

    async def by_engine(self, at: int) -> int:
        """Continue a context by the raw engine; return how many tokens came."""
        trace = decode_trace(self.contexts[at])
        body = {
            "token_ids": trace.token_ids.tolist(),
            "sampling_params": {
                "temperature": 1.0,
                "max_tokens": self.max_tokens,
                "seed": at,
                "stop_token_ids": [1],
                "logprobs": 0,
                "detokenize": False,
            },
        }
        reply = (await self.raw.post("/inference/v1/generate", json=body)).raise_for_status()
        return len(reply.json()["choices"][0]["token_ids"])

    async def by_gateway(self, at: int) -> int:
        """Continue a context through the gateway; return how many tokens came."""
        done = await self.client.generate(self.request(at))
        return done.num_sampled_tokens

    def request(self, at: int) -> GenerationRequest:
        """Return the next turn of a context."""
        return GenerationRequest(
            model="m",
            context=self.contexts[at],
            messages=[HELLO],
            sampling=Sampling(max_tokens=self.max_tokens, seed=at),
        )


async def cached(bench: Bench, num_turns: int) -> dict[str, float]:
    """Go on with eight dialogues; return how much of their prompts vLLM had in its cache."""
    before = await real_vllm.counters(bench.raw)

    async def dialogue(at: int) -> None:
        request = bench.request(at)
        for _ in range(num_turns):
            done = await bench.client.generate(request)
            request = request.model_copy(update={"context": done.context})

    async with asyncio.TaskGroup() as group:
        for at in range(min(8, len(bench.contexts))):
            group.create_task(dialogue(at))
    share = real_vllm.share_found(before, await real_vllm.counters(bench.raw))
    return {"cached_prompt_percent": round(100 * share, 1)}


async def update(bench: Bench, model: Path, num_turns: int, url: str) -> dict[str, float]:
    """Change the weights while turns are under way; return what became of them."""
    drawn = (await real_vllm.counters(bench.raw))[real_vllm.DRAWN] if bench.is_vllm else 0
    current = (await bench.client.served_model("m")).current
    assert current is not None
    number = current.version + 1
    again = [bench.request(at % len(bench.contexts)) for at in range(num_turns)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bench.client.generate(one)) for one in again]
        if bench.is_vllm:
            await real_vllm.drawing(bench.raw, drawn, 2 * num_turns)
        else:
            await asyncio.sleep(0.3)
        for phase in ("prepare", "commit"):
            body = PublishRequest(uri=str(model), sha256=current.sha256, phase=phase)
            await bench.client.publish("m", number, body)
    done = [task.result() for task in tasks]
    traces = [decode_trace(one.context) for one in done]
    fresh = [
        trace.versions[len(decode_trace(asked.context or b"")) :]
        for trace, asked in zip(traces, again, strict=True)
    ]
    spoken = [versions[versions >= 0].tolist() for versions in fresh]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        text = (await http.get("/metrics")).text
    pause = re.search(r"^seawright_policy_weights_pause_seconds ([-+.0-9e]+)$", text, re.MULTILINE)
    return {
        "turns_under_way": num_turns,
        "turns_lost": num_turns - sum(bool(one) for one in spoken),
        "turns_of_both_versions": sum(len(set(one)) == 2 for one in spoken),
        "tokens_without_version": sum(
            one.num_sampled_tokens - len(own) for one, own in zip(done, spoken, strict=True)
        ),
        "pause_seconds": round(float(pause[1]), 3) if pause else -1.0,
    }


async def opened(client: PolicyClient, count: int, max_tokens: int, words: int) -> list[bytes]:
    """Return contexts of one turn each."""
    system = Message(role="system", content=SYSTEM * (words // 16))
    sampling = Sampling(max_tokens=max_tokens)
    requests = [
        GenerationRequest(
            model="m",
            context=None,
            messages=[system, HELLO],
            sampling=sampling.model_copy(update={"seed": at}),
        )
        for at in range(count)
    ]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(client.generate(one)) for one in requests]
    return [task.result().context for task in tasks]


async def engine_of(stack: AsyncExitStack, given: argparse.Namespace) -> tuple[str, Path]:
    """Start the engine that is asked for, until the stack is left; return it and its model."""
    model: Path = given.model.absolute()
    if given.url is not None:
        return given.url, model
    if given.vllm:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "model"
        real_vllm.write_random(folder, like=model)
        turns = max(given.concurrency, given.updating)
        flags = {"turns": turns, "context-tokens": 4096}
        return await stack.enter_async_context(real_vllm.served_vllm(folder, flags)), folder
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(HERE / "measuring" / "latent_engine.py"), str(port)]
    command += ["--latency", str(given.latency), "--tokens", str(given.tokens)]
    await stack.enter_async_context(served(command, url))
    return url, model


async def measure(given: argparse.Namespace) -> dict[str, float]:
    """Start what is needed and measure."""
    async with AsyncExitStack() as stack:
        engine_url, model = await engine_of(stack, given)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = {
            "port": port,
            "engine": "vllm",
            "engine_urls": [engine_url],
            "models": {"m": str(model)},
            "drain_seconds": 0,
            "max_context_tokens": 1_000_000,
        }
        front = ["-c", FRONT, json.dumps(settings)]
        gateway_id = await stack.enter_async_context(served(front, url))
        peer = Peer(url, num_pools=16, timeout_seconds=300)
        stack.push_async_callback(peer.aclose)
        client = PolicyClient(peer)
        # Expired before a server's own five seconds: a connection that it closes is not written to.
        limits = httpx.Limits(
            max_connections=256, max_keepalive_connections=256, keepalive_expiry=3.0
        )
        raw = await stack.enter_async_context(
            httpx.AsyncClient(base_url=engine_url, limits=limits, trust_env=False, timeout=300)
        )
        contexts = await opened(client, given.concurrency, given.tokens, given.words)
        is_vllm = given.vllm or given.url is not None
        bench = Bench(
            raw=raw, client=client, contexts=contexts, max_tokens=given.tokens, is_vllm=is_vllm
        )
        rounds: dict[str, list[Round]] = {"raw": [], "ours": []}
        spent = {"raw": 0.0, "ours": 0.0}
        for at in range(given.rounds + 1):
            pair = {"raw": bench.by_engine, "ours": bench.by_gateway}
            for name in pair if at % 2 else reversed(pair):
                cpu = cpu_seconds(gateway_id)
                found = await timed(pair[name], given.concurrency)
                if at:  # The first round opens connections.
                    rounds[name].append(found)
                    spent[name] += cpu_seconds(gateway_id) - cpu
        context_tokens = len(decode_trace(contexts[0]))
        return {
            "concurrency": given.concurrency,
            "context_tokens": context_tokens,
            **compared(rounds["raw"], rounds["ours"]),
            "gateway_cpu_ms_per_turn": round(
                1000 * (spent["ours"] - spent["raw"]) / (given.rounds * given.concurrency), 2
            ),
            **(await cached(bench, 6) if is_vllm else {}),
            **await update(bench, model, given.updating, url),
        }


def main() -> None:
    """Measure, and print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds of a turn")
    parser.add_argument("--tokens", type=int, default=100, help="of a turn")
    parser.add_argument("--words", type=int, default=320, help="of the system prompt")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--updating", type=int, default=200)
    engine = parser.add_mutually_exclusive_group()
    engine.add_argument("--vllm", action="store_true", help="start a vLLM server for this")
    engine.add_argument("--url", help="a running vLLM server")
    parser.add_argument("--model", type=Path, default=TINY, help="the folder that it serves")
    found = asyncio.run(measure(parser.parse_args()))
    for name, value in found.items():
        print(f"{name:30} {value}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
